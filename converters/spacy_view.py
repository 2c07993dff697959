"""What bioassist knows of the spans of a spaCy Doc, as extensions to read it by.

    from converters.spacy_view import extend
    extend()
    for span in doc.spans["sc"]:
        span._.assertion, span._.attributes, span._.relations, span._.codes

A DocBin keeps all of it once for the whole Doc, in `doc.user_data["bioassist"]`, by the ids of spans: two entities of
one extent are one place in a Doc, so nothing that is kept on a Span could tell them apart. These extensions are a view
of that, made when they are read; nothing is stored in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from converters.docbin import DISCONTINUOUS, KEY, SPANS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

ASSERTION = "Assertion"


@dataclass(frozen=True, slots=True)
class Link:
    """A part in a relation or an event: of `type`, with the id `id`, in `role`; `others` are (role, id) of the rest."""

    type: str
    id: str
    role: str
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is annotated on one span. Attributes without a value are True; codes are (terminology, entry)."""

    attributes: dict[str, str | bool] = field(default_factory=dict)
    relations: list[Link] = field(default_factory=list)
    events: list[Link] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)


def known(doc: Doc) -> dict[str, Known]:
    """By the id of each entity, what is annotated on it. Empty for a Doc that bioassist did not write.

    What is on an event is on its trigger here.
    """
    plain = doc.user_data.get(KEY) or {}
    found = {
        entity["id"]: Known(provenance=plain.get("provenance", {}).get(entity["id"], {}))
        for entity in plain.get("entities", ())
    }
    triggers = {event["id"]: event["trigger"] for event in plain.get("events", ())}

    def on(target: str) -> Known:
        # What is on something else than an entity or an event is looked up in the user data itself.
        return found.get(triggers.get(target, target)) or Known()

    for attribute in plain.get("attributes", ()):
        on(attribute["target"]).attributes[attribute["type"]] = attribute.get("value", True)
    for code in plain.get("normalizations", ()):
        on(code["target"]).codes.append((code["database"], code["identifier"]))
    for note in plain.get("notes", ()):
        on(note["target"]).notes.append(note["text"])
    for relation in plain.get("relations", ()):
        ends = [(role, target) for role, target in relation["arguments"]]
        for number, (role, target) in enumerate(ends):
            others = (*ends[:number], *ends[number + 1 :])
            on(target).relations.append(Link(relation["type"], relation["id"], role, others))
    for event in plain.get("events", ()):
        ends = [("", event["trigger"]), *((role, target) for role, target in event.get("arguments", ()))]
        for number, (role, target) in enumerate(ends):
            others = (*ends[:number], *ends[number + 1 :])
            on(target).events.append(Link(event["type"], event["id"], role, others))
    return found


def identity(span: Span) -> str:
    """The id of the entity that `span` is: its own, or that of the span with its extent and label. "" if unknown."""
    if span.id_:
        return str(span.id_)
    for key in (SPANS, DISCONTINUOUS):
        for one in span.doc.spans.get(key, ()):
            if (one.start, one.end, one.label_) == (span.start, span.end, span.label_):
                return str(one.id_)
    return ""


def extend() -> None:
    """Give every Doc `._.known` and every Span `._.known`, `.attributes`, `.assertion`, `.relations`, `.events` and
    `.codes`, in this process. A second call changes nothing; an extension of another's with such a name is replaced.
    """
    from spacy.tokens import Doc, Span

    def of(span: Span) -> Known:
        return known(span.doc).get(identity(span)) or Known()

    Doc.set_extension("known", getter=known, force=True)
    Span.set_extension("known", getter=of, force=True)
    Span.set_extension("assertion", getter=lambda span: of(span).attributes.get(ASSERTION), force=True)
    for name in ("attributes", "relations", "events", "codes"):
        Span.set_extension(name, getter=lambda span, name=name: getattr(of(span), name), force=True)
