"""Attributes, entries of terminologies and notes as infons of what they are on, and what else bioassist kept.

The infon of ours in the document lists them with their ids. What the infons on the elements say counts: one that is
gone is gone, one that says something else is changed, and one that is not listed is new.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from types import MappingProxyType
from typing import Any

from bioassist.documents import Attribute, Document, Normalization, Note
from converters.annotations import row, with_row
from converters.bioc.writing import CHARACTERS, HOLDS, RECORDED, Mark, marks_by_target, marks_of, value_of
from converters.bioc.xml import clean
from converters.concepts import identifiers
from converters.plain import VERSION, from_plain

Infons = dict[str, str]

# Keys of infons that teams keep entries of terminologies in, and remarks.
_TERMINOLOGIES = re.compile(
    r"identifier|(concept|entity)_?id|mesh|mesh id|cui|umls|ncbi ?(gene|taxonomy|homologene)( identifier)?|omim|dbsnp"
    r"|chebi|snomed(ct)?|rxnorm|loinc|icd-?(9|10)(-?cm)?|hgnc|uniprot|hpo?|go|mondo|cellosaurus",
    re.IGNORECASE,
)
_GENERAL = re.compile(r"identifier|(concept|entity)_?id", re.IGNORECASE)
_NOTES = {"note", "notes", "annotatornotes", "comment", "comments"}


def record_of(data: str) -> dict[str, Any]:
    """What the infon of ours says. Raises ValueError that says what is wrong with it."""
    try:
        record = json.loads(data)
        _written(record, "", "")
        for at, was in record.get(CHARACTERS, ()):
            if not (isinstance(at, int) and isinstance(was, str) and len(was) == 1):
                raise ValueError("characters must be pairs of an offset and a character.")
    except json.JSONDecodeError:
        raise ValueError("not JSON.") from None
    except (TypeError, AttributeError, RecursionError):
        raise ValueError("not what was written.") from None
    return dict(record)


def ids_in(record: Mapping[str, Any]) -> set[str]:
    """The ids of the marks that the infon of ours lists."""
    return {mark.id for mark in marks_of(_written(record, "", ""))}


def restored(text: str, record: Mapping[str, Any]) -> str:
    """`text` with the characters that the file could not hold; spaces are there for them."""
    if not record.get(CHARACTERS):
        return text
    chars = list(text)
    for at, was in record[CHARACTERS]:
        if 0 <= at < len(chars) and chars[at] == " ":
            chars[at] = was
    return "".join(chars)


def with_marks(document: Document, infons: Mapping[str, Infons], record: Mapping[str, Any]) -> Document:
    """`document` with what the `infons` of its entities, relations and events say, and what `record` adds to that."""
    written = _written(record, document.name, document.text)
    placed = replace(written, entities=document.entities, relations=document.relations, events=document.events)
    keys = {mark.id: key for marks in marks_by_target(placed).values() for key, mark in marks.items()}
    left = {target: dict(said) for target, said in infons.items()}
    marks: list[Mark] = [*document.notes]
    for mark in marks_of(written):
        # A mark on a mark has no infon of its own.
        value = left[mark.target].pop(keys[mark.id], None) if mark.id in keys else value_of(mark)
        if value is not None:
            marks.append(_with_value(mark, value))
    others = [one for one in row(document) if not isinstance(one, Note)]
    known = {one.id for one in document.annotations()} | {mark.id for mark in marks}
    free = {letter: _free(letter, known) for letter in "AN#"}
    types = {entity.id: entity.type for entity in document.entities}
    for target, said in left.items():
        for key, value in said.items():
            marks += _foreign(target, types.get(target, ""), key, value, free)
    kept = known | {mark.id for mark in marks}
    provenance = {key: said for key, said in written.provenance.items() if key in kept}
    full = replace(document, source=written.source, provenance=MappingProxyType(provenance))
    return with_row(full, [*others, *marks])


def concepts(type_: str, infons: Infons) -> Iterator[str]:
    """The entries that the `infons` of a mention of type `type_` name."""
    for key, value in infons.items():
        if _TERMINOLOGIES.fullmatch(key):
            yield from (identifier for _, identifier in identifiers(value, type_))


def _written(record: Mapping[str, Any], name: str, text: str) -> Document:
    return from_plain(
        {"bioassist": VERSION, "name": name, "text": text} | {k: record[k] for k in RECORDED if k in record}
    )


def _with_value(mark: Mark, value: str) -> Mark:
    if value in (value_of(mark), clean(value_of(mark))):
        return mark
    if isinstance(mark, Attribute):
        return replace(mark, value=None if value == HOLDS else value)
    return replace(mark, identifier=value) if isinstance(mark, Normalization) else replace(mark, text=value)


def _foreign(target: str, type_: str, key: str, value: str, free: Mapping[str, Iterator[str]]) -> Iterable[Mark]:
    if _TERMINOLOGIES.fullmatch(key):
        for database, identifier in identifiers(value, type_):
            named = _GENERAL.fullmatch(key) or ":" in value
            yield Normalization(next(free["N"]), target, database if named else key, identifier)
    elif key.casefold() in _NOTES:
        yield Note(next(free["#"]), "AnnotatorNotes", target, value)
    else:
        yield Attribute(next(free["A"]), key, target, value)


def _free(letter: str, taken: set[str]) -> Iterator[str]:
    return (new for number in count(1) if (new := f"{letter}{number}") not in taken)
