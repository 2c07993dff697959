"""The tasks by the names that a person gives them, with the programs that each may be, the usual one first."""

from __future__ import annotations

from types import MappingProxyType

RENDERINGS = MappingProxyType(
    {
        "ner": ("ner.inline", "ner.typed", "ner.paper"),
        "re": ("re.pairs", "re.paper"),
        "assertion": ("assertion",),
        "nli": ("nli",),
        "class": ("class.one", "class.many"),
        "qa": ("qa.choice", "qa.free"),
    }
)
