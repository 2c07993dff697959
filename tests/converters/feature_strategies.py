"""Documents with chosen features, as formats declare which they carry, and what of them should come back."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from bioassist.documents import (
    Annotation,
    Argument,
    Attribute,
    Document,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Provenance,
    Relation,
    Span,
)
from converters.annotations import row
from converters.formats import Feature

WORDS = ("Naloxone", "reversed", "the", "effect", "of", "morphine", "naïve", "😀", "𝔸b", "5mg", "T10-T11", "هو")
GAPS = ("\n", "\r\n", "\n\n", "\t", "  ", "\xa0", "\u2028", " \r", "\x85", ". ")
TYPES = ("Drug", "Problem", "Body_part")

phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


@st.composite
def documents_with(draw: st.DrawFn, features: frozenset[Feature], certain: Feature | None = None) -> Document:
    """A document that has some of `features`, and `certain` for sure; of others, nothing.

    Entities are phrases, so that their edges lie between words unless they may lie inside.
    """
    has = {one: one == certain or (one in features and draw(st.booleans())) for one in features | {certain or "text"}}
    texts = ["Naloxone", *draw(st.lists(phrases, min_size=5, max_size=9))]
    spans: list[Span] = []
    text = draw(st.sampled_from(GAPS)) if has.get("text") else ""
    for phrase in texts:
        spans.append(Span(len(text), len(text) + len(phrase)))
        text += phrase + (draw(st.sampled_from(GAPS)) if has.get("text") else ". ")
    entities = [Entity(f"T{number}", draw(st.sampled_from(TYPES)), (span,)) for number, span in enumerate(spans[:4], 1)]
    if has.get("overlapping"):
        # Twice the same extent, and another type: a format that cannot hold two says so, whatever it does with parts.
        entities.append(Entity("T5", "Longer", entities[1].spans))
    if has.get("discontinuous"):
        entities.append(Entity("T6", "Problem", (spans[4], spans[5])))
    if has.get("inside words"):
        entities[0] = Entity("T1", "Drug", (Span(spans[0].start + 2, spans[0].start + 5),))
    relations, events, attributes = [], [], []
    if has.get("relations") or has.get("roles"):
        roles = ("Agent", "Theme") if has.get("roles") else ("Arg1", "Arg2")
        relations.append(Relation("R1", "Treats", (Argument(roles[0], "T1"), Argument(roles[1], "T2"))))
    if has.get("events"):
        events.append(Event("E1", entities[3].type, "T4", (Argument("Theme", "T1"),)))
    if has.get("attributes"):
        attributes += [Attribute("A1", "Negated", "T1"), Attribute("A2", "Assertion", "T2", "possible")]
    said = {}
    if has.get("unreviewed"):
        also = ("terms:drugs of 2026.csv", "rules:rules.toml")
        said |= {"T2": Provenance("unreviewed", "model", 0.25, "SmolLM2-135M", "ner.typed/1:0f3a", False, also=also)}
    if has.get("provenance"):
        said |= {
            "T3": Provenance("edited", "model", 0.5, "SmolLM2-135M", actor="ann"),
            "T1": Provenance("added", "ann"),
        }
    return Document(
        draw(st.sampled_from(["10192393", "7"])),
        text,
        tuple(entities),
        tuple(relations),
        tuple(events),
        tuple(attributes),
        (Normalization("N1", "T1", "RxNorm", "7242", "naloxone"),) if has.get("normalizations") else (),
        (Note("#1", "AnnotatorNotes", "T1", "see the letter"),) if has.get("notes") else (),
        (Equivalence(("T1", "T3")),) if has.get("equivalences") else (),
        ("letter", "oncology") if has.get("classes") else (),
        provenance=MappingProxyType(said),
    )


def content(document: Document, features: frozenset[Feature]) -> dict[str, Any]:
    """What should come back of `document` from a format of these features, whatever ids it gives."""
    known = {one.id: one for one in document.annotations()}

    def shown(one: Annotation | Equivalence | None) -> Any:
        match one:
            case Entity():
                return (one.type, tuple(sorted(one.spans)))
            case Relation() | Event():
                arguments = tuple((argument.role, shown(known.get(argument.target))) for argument in one.arguments)
                return (one.type, arguments, shown(known.get(one.trigger)) if isinstance(one, Event) else None)
            case Attribute():
                return (one.type, shown(known.get(one.target)), one.value)
            case Normalization():
                return (shown(known.get(one.target)), one.database, one.identifier)
            case Note():
                return (one.type, shown(known.get(one.target)), one.text)
            case Equivalence():
                return frozenset(shown(known.get(member)) for member in one.members)
        return None

    def said(identity: str) -> Any:
        there = document.provenance.get(identity)
        if "provenance" in features:
            return there
        return there is not None and there.status == "unreviewed"

    return {
        "text": document.text if "text" in features else document.text.split(),
        "name": document.name if "names" in features else "",
        "annotations": Counter((type(one).__name__, shown(one)) for one in row(document)),
        "classes": set(document.classes),
        "provenance": {shown(one): said(one.id) for one in (*document.entities, *document.relations)},
    }
