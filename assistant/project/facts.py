"""Facts: what people annotated besides entities, that is relations, events, attributes, normalizations, notes,
equivalences and document classes.

A fact has an item's id, as entities do, and refers to entities and other facts by theirs, so it holds whatever number
an export gives them. It stays where an entity that it refers to is deleted, and is left out of exports meanwhile.

What is said of the document itself is its classes, and notes of the type `DOCUMENT_NOTES`. Files have notes on
annotations alone: there such a note is on whatever annotation it was written on, and says nothing of that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from assistant.project.journal.entries import Entry, canonical, digest, undone_entries
from bioassist.documents import Annotation, Attribute, Entity, Equivalence, Normalization, Note, Span
from converters.annotations import retargeted, targets
from converters.plain import annotation_from_plain, annotation_to_plain

# A document class is its name. Ids in a value, its own too, are those of items and facts; an equivalence has none.
Value = Annotation | Equivalence | str

CLASSES = "classes"
# brat's own type for what an annotator remarks on a span, and ours for what they remark on the document.
SPAN_NOTES, DOCUMENT_NOTES = "AnnotatorNotes", "DocumentNotes"


@dataclass(frozen=True, slots=True)
class SuggestedFact:
    """A fact that a suggester proposes, with its probability (0 to 1); the rest as in `Suggestion`.

    Its id is that of its content (`fact_id`), so that a decision on it holds for a new model too. `spans` are where the
    text shows it, if that is known: of what a statement turned out to be, the sentence or window that told.
    """

    id: str
    value: Value
    confidence: float
    source: str
    model: str
    program: str
    trained: bool
    run: int | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry's word on one fact: what it is, or None where it was removed. `source` as in `Decision`.

    `suggestion` is what the suggester had proposed, None for a fact that a person added. `was` is what an entry keeps
    of a fact that it removes or changes; the table of facts does not have it.
    """

    item_id: str
    value: Value | None
    actor: str
    seq: int
    source: str
    suggestion: SuggestedFact | None = None
    was: Value | None = field(default=None, compare=False)

    @property
    def said(self) -> Value | None:
        """What it is about: what holds, or the suggestion that was removed."""
        return self.value if self.value is not None or self.suggestion is None else self.suggestion.value

    @property
    def about(self) -> Value | None:
        """The same, and of a person's own fact that was removed what it was."""
        return self.said if self.said is not None else self.was


def kind_of(value: Value) -> str:
    """As documents have them: "relations", "events", ... "classes"."""
    return CLASSES if isinstance(value, str) else annotation_to_plain(value)[0]


def is_of_document(value: Value) -> bool:
    """Whether it is said of the document itself."""
    return isinstance(value, str) or (isinstance(value, Note) and value.type == DOCUMENT_NOTES)


def aims(value: Value) -> tuple[str, ...]:
    """The ids that `value` refers to; none for what is said of the document."""
    return () if isinstance(value, str) or is_of_document(value) else targets(value)


def aimed(value: Value, at: Mapping[str, str]) -> Value:
    """`value` with the ids that it refers to replaced by those that `at` has for them."""
    return value if isinstance(value, str) else retargeted(value, lambda target: at.get(target, target))


def value_to_json(value: Value) -> Any:
    """Without its id, which is the key it is kept under."""
    if isinstance(value, str):
        return value
    plain = annotation_to_plain(value)[1]
    plain.pop("id", None)
    return plain


def value_from_json(item_id: str, kind: str, record: Any) -> Value:
    """Raises ValueError if it is of no kind of fact."""
    if kind == CLASSES:
        return str(record)
    with_id = record if kind == "equivalences" else {**record, "id": item_id}
    value = annotation_from_plain(kind, with_id)
    if isinstance(value, Entity):
        raise ValueError("an entity is an item, not a fact.")
    return value


def fact_id(text_sha: str, value: Value) -> str:
    """The id of what is said of a text, whatever the fact's own id: "s-" and twelve hex digits."""
    return digest("s", [text_sha, kind_of(value), value_to_json(value)])


def content(value: Value) -> tuple[str, str]:
    """What a fact says, whatever its own id."""
    return kind_of(value), canonical(value_to_json(value))


def with_id(value: Value, item_id: str) -> Value:
    """`value` with its own id, where its kind has one."""
    return value if isinstance(value, str | Equivalence) else replace(value, id=item_id)


def label_of(value: Value) -> str:
    """What a fact is counted under: its type, with the value of an attribute, or the class."""
    if isinstance(value, str):
        return value
    if isinstance(value, Normalization):
        return value.database
    if isinstance(value, Attribute) and value.value is not None:
        return f"{value.type}={value.value}"
    return value.type


def facts_to_json(
    facts: Mapping[str, tuple[str, Value | None]],
    on: Mapping[str, SuggestedFact] = MappingProxyType({}),
    was: Mapping[str, Value] = MappingProxyType({}),
) -> dict[str, Any]:
    """What an entry says: each fact's kind and value by its id; `on` are the suggestions that were decided on, `was`
    what a person's own facts were that are removed or changed."""
    return {
        item_id: {"kind": kind, "value": None if value is None else value_to_json(value)}
        | ({"on": suggested_to_json(on[item_id])} if item_id in on else {})
        | ({"was": value_to_json(was[item_id])} if item_id in was else {})
        for item_id, (kind, value) in facts.items()
    }


def suggested_to_json(one: SuggestedFact) -> dict[str, Any]:
    """Everything but the id, which is the key it is kept under."""
    spans = {"spans": [[span.start, span.end] for span in one.spans]} if one.spans else {}
    return spans | {
        "kind": kind_of(one.value),
        "value": value_to_json(one.value),
        "confidence": one.confidence,
        "source": one.source,
        "model": one.model,
        "program": one.program,
        "trained": one.trained,
        "run": one.run,
    }


def suggested_from_json(item_id: str, record: Mapping[str, Any]) -> SuggestedFact:
    rest = {key: said for key, said in record.items() if key not in ("kind", "value", "spans")}
    spans = tuple(Span(start, end) for start, end in record.get("spans", ()))
    return SuggestedFact(item_id, value_from_json(item_id, record["kind"], record["value"]), **rest, spans=spans)


def facts_of(entry: Entry) -> Iterator[Fact]:
    """The facts in an entry."""
    source = entry.payload.get("source", "person")
    for item_id, record in entry.payload.get("facts", {}).items():
        said = record["value"]
        value = None if said is None else value_from_json(item_id, record["kind"], said)
        on = suggested_from_json(item_id, record["on"]) if "on" in record else None
        was = value_from_json(item_id, record["kind"], record["was"]) if "was" in record else None
        yield Fact(item_id, value, entry.owner, entry.seq, source, on, was)


def latest_facts(entries: Iterable[Entry]) -> dict[str, Fact]:
    """The last word on each fact, over one annotator's entries in order; what was taken back is left out."""
    listed = list(entries)
    undone = undone_entries(listed)
    return {
        fact.item_id: fact
        for entry in listed
        if (entry.actor, entry.actor_seq) not in undone
        for fact in facts_of(entry)
    }


def fact_row(fact: Fact, text_sha: str) -> tuple[Any, ...]:
    """As the table holds it: `FACT_COLUMNS`."""
    kind = None if fact.value is None else kind_of(fact.value)
    value = None if fact.value is None else canonical(value_to_json(fact.value))
    on = None if fact.suggestion is None else canonical(suggested_to_json(fact.suggestion))
    content = None if fact.said is None else fact_id(text_sha, fact.said)
    return (fact.item_id, kind, value, fact.actor, fact.seq, fact.source, on, content)


FACT_COLUMNS = "item_id, kind, value, actor, seq, source, suggestion, content"


def fact_from_row(row: tuple[Any, ...]) -> Fact:
    item_id, kind, value, actor, seq, source, on, _ = row
    return Fact(
        item_id,
        None if kind is None else value_from_json(item_id, kind, json.loads(value)),
        actor,
        seq,
        source,
        None if on is None else suggested_from_json(item_id, json.loads(on)),
    )
