"""A ward whose schema has relations, attributes and classes, and what a suggester says of its notes."""

from __future__ import annotations

from project_setup import Ward

from assistant.project.facts import SuggestedFact, Value, fact_id, label_of, with_id
from assistant.project.suggestions.facts import FactItem
from assistant.review.session import ReviewSession
from bioassist.documents import Note, Relation
from bioassist.schema import Schema, loads

FULL = """
name = "ward"

[[entities]]
name = "Symptom"
[[entities]]
name = "Disease"
[[entities]]
name = "Medication"
[[entities]]
name = "Person"

[[relations]]
name = "Treats"
head = ["Medication"]
tail = ["Disease", "Symptom"]
roles = ["Drug", "Problem"]
description = "the drug is given for it"
[[relations]]
name = "Causes"
head = ["Disease", "Medication"]
tail = ["Disease", "Symptom"]
[[relations]]
name = "Same_as"
head = ["Disease", "Symptom"]
tail = ["Disease", "Symptom"]
symmetric = true

[[attributes]]
name = "Assertion"
on = ["Symptom", "Disease"]
values = ["negated", "possible", "historical"]
default = "present"
[[attributes]]
name = "Severe"
on = ["Symptom"]
[[attributes]]
name = "Uncertain"

[[classes]]
name = "letter"
[[classes]]
name = "discharge_summary"
[[classes]]
name = "radiology_report"
"""
ONE_CLASS = FULL.replace('name = "ward"', 'name = "ward"\n[suggest]\nclasses = "one"', 1)


def with_schema(ward: Ward, text: str = FULL) -> Schema:
    schema = loads(text)
    ward.project.set_schema(schema)
    return schema


def suggest(ward: Ward, document: int, *said: tuple[Value, float]) -> list[str]:
    """As an engine says it, with the probability of each; the ids."""
    sha = ward.project.document(document).text_sha
    found = []
    for value, confidence in said:
        item_id = fact_id(sha, value)
        found.append(
            SuggestedFact(item_id, with_id(value, item_id), confidence, "model", ward.model, "relations/1", True)
        )
    ward.project.add_suggested_facts(document, ward.run, found)
    return [one.id for one in found]


def item_of(session: ReviewSession, words: str) -> str:
    """The id of the item with these words."""
    assert session.current is not None
    return next(item.id for item in session.current.items if item.of(session.current.text) == words)


def focus(session: ReviewSession, words: str) -> str:
    item_id = item_of(session, words)
    assert session.focus(item_id) is not None
    return item_id


def told(session: ReviewSession) -> list[str]:
    """What a person sees that is said in the note, such as "added Treats: aspirin > pain"."""
    view = session.current
    assert view is not None
    words = {item.id: item.of(view.text) for item in view.items}
    return [_told(one, words) for one in session.facts()]


def _told(fact: FactItem, words: dict[str, str]) -> str:
    value = fact.value
    if isinstance(value, str):
        return f"{fact.status} class {value}"
    if isinstance(value, Relation):
        return f"{fact.status} {value.type}: {' > '.join(words[one.target] for one in value.arguments)}"
    on = "" if not getattr(value, "target", "") else f" on {words[value.target]}"  # type: ignore[union-attr]
    text = f": {value.text}" if isinstance(value, Note) else ""
    return f"{fact.status} {label_of(value)}{text}{on}"
