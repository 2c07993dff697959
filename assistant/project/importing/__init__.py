"""The way back: annotated files, corrected or made elsewhere, become decisions of a project.

corpus.py     a new project out of annotated files: its documents and its schema
arriving.py   annotations that lie beside notes
returning.py  a folder or file that comes back, document by document; what was found and counted
sent.py       what a document is compared with: what was exported, as reading it unchanged gives it
matching.py   which annotation of a file is which of the project
comparing.py  from the differences to what the file says of items and facts
deciding.py   what of that the project does not know yet, as one entry of the journal
account.py    counts, and rates by label
"""
