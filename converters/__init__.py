"""Documents to files and back: brat standoff, spaCy DocBin, JSON lines.

Each format is one module registered as an entry point (`converters.formats`); all account for what they could not
carry in a `converters.report.Report`, and none leaves a half-written destination (`converters.destination`).
"""
