"""The review screen in a browser of this machine: `bioassist review --serve`.

textual-serve runs the application and speaks with the page's terminal; who may see the page, what is on it and how long
it lives is ours. Imported where somebody serves: aiohttp and textual-serve are an extra.
"""
