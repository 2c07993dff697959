"""A document to the dictionaries and lists of BioC."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from bioassist.documents import (
    Attribute,
    Document,
    Event,
    Normalization,
    Note,
    Relation,
)
from converters.plain import to_plain

Mark = Attribute | Normalization | Note

OURS = "bioassist"
TYPE = "type"
# What a relation of BioC is here: an event, whose first node is its trigger, or an equivalence.
KIND = "kind"
TRIGGER = "Trigger"
MEMBER = "member"
CLASS = "class_"
# A binary attribute holds by being there; an infon needs a value.
HOLDS = "true"

# What goes into the infon of ours: characters that the file cannot hold, and of these what `converters.plain` makes.
CHARACTERS = "characters"
RECORDED = ("attributes", "normalizations", "notes", "source", "provenance")


def to_bioc(document: Document, held_as: Callable[[str], str] = str) -> dict[str, Any]:
    """`document` with one passage, in whose text offsets count code points.

    `held_as` gives what a file holds for a text, character by character; what it changes of the document's is in the
    infon of ours.
    """
    text = held_as(document.text)
    infons = {key: _infons(marks) for key, marks in marks_by_target(document).items()}
    annotations = [
        {
            "id": entity.id,
            "infons": {TYPE: entity.type} | infons.get(entity.id, {}),
            "text": entity.of(document.text),
            "locations": [{"offset": span.start, "length": len(span)} for span in entity.spans],
        }
        for entity in document.entities
    ]
    passage = {
        "bioctype": "BioCPassage",
        "offset": 0,
        "infons": {},
        "text": text,
        "sentences": [],
        "annotations": annotations,
        "relations": list(_relations(document, infons)),
    }
    held = {f"{CLASS}{number}": name for number, name in enumerate(document.classes, 1)}
    record = {key: value for key, value in to_plain(document).items() if key in RECORDED}
    if text != document.text:
        pairs = enumerate(zip(document.text, text, strict=True))
        record[CHARACTERS] = [[at, was] for at, (was, now) in pairs if was != now]
    if record:
        # As JSON of ASCII, which XML holds whatever is in it.
        held[OURS] = json.dumps(record, allow_nan=False)
    return {
        "bioctype": "BioCDocument",
        "id": document.name,
        "infons": held,
        "passages": [passage],
        "annotations": [],
        "relations": [],
    }


def marks_by_target(document: Document) -> dict[str, dict[str, Mark]]:
    """For each entity, relation and event the key of the infon that each mark on it gets, and the mark.

    Two of one key, or with a key that has a meaning of its own, are told apart by a number.
    """
    elements: set[str] = {one.id for kind in (document.entities, document.relations, document.events) for one in kind}
    found: dict[str, dict[str, Mark]] = {}
    for mark in marks_of(document):
        if mark.target not in elements:
            continue
        marks = found.setdefault(mark.target, {})
        key = first = mark.database if isinstance(mark, Normalization) else mark.type
        number = 2
        while key in marks or key in (TYPE, KIND, OURS):
            key, number = f"{first}_{number}", number + 1
        marks[key] = mark
    return found


def marks_of(document: Document) -> list[Mark]:
    return [*document.attributes, *document.normalizations, *document.notes]


def value_of(mark: Mark) -> str:
    """What the infon of `mark` says."""
    match mark:
        case Attribute():
            return HOLDS if mark.value is None else mark.value
        case Normalization():
            return mark.identifier
        case Note():
            return mark.text


def _infons(marks: dict[str, Mark]) -> dict[str, str]:
    return {key: value_of(mark) for key, mark in marks.items()}


def _relations(document: Document, infons: dict[str, dict[str, str]]) -> Iterator[dict[str, Any]]:
    both: list[Relation | Event] = [*document.relations, *document.events]
    for one in both:
        nodes = [(argument.target, argument.role) for argument in one.arguments]
        kind: dict[str, str] = {}
        if isinstance(one, Event):
            nodes, kind = [(one.trigger, TRIGGER), *nodes], {KIND: "event"}
        yield _relation(one.id, {TYPE: one.type} | kind | infons.get(one.id, {}), nodes)
    for number, same in enumerate(document.equivalences, 1):
        nodes = [(member, MEMBER) for member in same.members]
        yield _relation(f"*{number}", {TYPE: same.type, KIND: "equivalence"}, nodes)


def _relation(identity: str, infons: dict[str, str], nodes: list[tuple[str, str]]) -> dict[str, Any]:
    return {"id": identity, "infons": infons, "nodes": [{"refid": refid, "role": role} for refid, role in nodes]}
