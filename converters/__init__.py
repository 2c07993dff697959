"""Documents to files and back: brat standoff, spaCy DocBin, BioC, PubTator, CoNLL, JSON of ours and of other tools.

Each format is one module or folder, registered as an entry point (`converters.formats`); all account for what they
could not carry in a `converters.report.Report`, and none leaves a half-written destination (`converters.destination`).
"""
