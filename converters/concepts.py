"""Entries of terminologies as formats of the literature write them, and relations between what they stand for.

PubTator and BioC say of a mention which concepts it means in one field, with or without the terminology, several with
a separator between; and of two concepts that a relation holds between them somewhere in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

from bioassist.documents import Entity

# Notes of this type say between which concepts a relation holds: "D008750 D007022".
CONCEPTS = "Concepts"

# What PubTator's annotators take the identifiers of their types from (Wei et al. 2019, doi 10.1093/nar/gkz389).
_TERMINOLOGIES = {
    "chemical": "MeSH",
    "disease": "MeSH",
    "gene": "NCBI_Gene",
    "species": "NCBI_Taxonomy",
    "cellline": "Cellosaurus",
}
UNKNOWN = "Concept"
# "-1" and "-" stand for no entry, as does nothing.
_NONE = {"", "-", "-1", "none", "null"}
_SEVERAL = re.compile(r"[|;]")
_WITH_TERMINOLOGY = re.compile(r"([A-Za-z][\w.#-]*):(?=\S)")


def identifiers(field: str, type_: str = "") -> list[tuple[str, str]]:
    """The terminologies and entries that `field` names, of a mention of type `type_`: "MESH:D009393|D014202".

    What holds white space is one entry, whatever is in it, and so is a variant in tmVar's form ("c|SUB|C|76|T").
    """
    one = " " in field or re.match(r"[cgmnpr]\|", field) is not None
    found = []
    for part in [field] if one else _SEVERAL.split(field):
        entry = part.strip()
        if entry.casefold() in _NONE:
            continue
        named = _WITH_TERMINOLOGY.match(entry)
        if named:
            found.append((named[1], entry[named.end() :]))
        else:
            found.append((_TERMINOLOGIES.get(type_.casefold(), UNKNOWN), entry))
    return found


def nearest(heads: Iterable[Entity], tails: Iterable[Entity]) -> tuple[Entity, Entity]:
    """The two that have the fewest characters between them; of several the first."""
    return min(
        product(heads, tails),
        key=lambda pair: (max(pair[0].start - pair[1].end, pair[1].start - pair[0].end, 0), pair[0].start),
    )
