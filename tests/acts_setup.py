"""What a person does in a review, as functions of the session: the pieces of random sequences of actions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from project_setup import plain_words

from assistant.project.exporting.documents import documents_for_export
from assistant.project.records import Reference
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from bioassist.documents import Relation
from bioassist.errors import UsageError
from converters.annotations import targets

LAWS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Act = Callable[[ReviewSession], Any]
Shown = tuple[Any, ...]


def shown_to(project: Project, annotator: str) -> Shown:
    """All that an annotator is shown of a project and would export, read anew, with its offsets inside of the texts.

    Questions are everybody's, and not in it.
    """
    session = ReviewSession(project, annotator, words=plain_words)
    found = []
    for row in filter(lambda one: one.has_text, session.documents()):
        session.open(row.id)
        assert session.current is not None
        text, items = session.current.text, session.current.items
        assert all(0 <= span.start < span.end <= len(text) for item in items for span in item.spans)
        found.append((replace(row, questions=0), items, sorted(session.facts(), key=lambda one: one.id)))
    return found, documents_for_export(project.seen_by(annotator), "all")


def named(name: str, *values: Any, **more: Any) -> Act:
    def act(session: ReviewSession) -> Any:
        return getattr(session, name)(*values, **more)

    act.__name__ = f"{name}{values}{more or ''}"
    return act


def tried(name: str, *values: Any) -> Act:
    """What may be refused."""

    def act(session: ReviewSession) -> None:
        with suppress(UsageError):
            getattr(session, name)(*values)

    act.__name__ = f"{name}{values}"
    return act


def with_item(name: str, place: int, *values: Any) -> Act:
    """An action on the item at a place of the note: to focus it, or to relate the focused one to it."""

    def act(session: ReviewSession) -> Any:
        assert session.current is not None
        items = session.current.items
        return getattr(session, name)(items[place % len(items)].id, *values) if items else None

    act.__name__ = f"{name}({place}, {values})"
    return act


def retype(place: int, type_: str) -> Act:
    def act(session: ReviewSession) -> Any:
        held = [one for one in session.facts() if isinstance(one.value, Relation)]
        if held and session.current is not None and session.current.focus is not None:
            fact = held[place % len(held)]
            other = next((one for one in targets(fact.value) if one != session.current.focus), "")  # type: ignore[arg-type]
            return session.retype_relation(fact.id, other, type_)
        return None

    act.__name__ = f"retype({place}, {type_})"
    return act


def repeat_everywhere(session: ReviewSession) -> None:
    with suppress(UsageError):
        wanted = session.repeated()
        plan = session.plan_repeating(wanted) if wanted is not None else None
        if plan is not None and plan.changes:
            session.take_repeated(session.write_repeated(plan))


places = st.integers(0, 6)
focusing = st.builds(with_item, st.just("focus"), places)
moving = st.one_of(focusing, st.sampled_from([named("next_document"), named("previous_document")]))
deciding = st.sampled_from(
    [named(name) for name in ("accept", "reject", "delete", "grow_left", "shrink_left", "grow_right", "shrink_right")]
    + [named("relabel", label) for label in ("Symptom", "Disease", "Medication")]
)
adding = st.sampled_from(
    [named("add", *place) for place in ((0, 2, "Disease"), (7, 13, "Symptom"), (14, 19, "Medication"))]
)
over = st.sampled_from([named("accept_over", threshold) for threshold in (0.2, 0.6)])
closing = st.sampled_from(
    [named(name) for name in ("mark_done", "reopen")] + [named("skip", reason) for reason in ("a template", "in Welsh")]
)
shaping = st.sampled_from(
    [named(name, by) for name in ("nudge_left", "nudge_right") for by in (-1, 1)]
    + [tried("fragment", *place) for place in ((0, 2), (14, 19), (25, 27))]
    + [tried(name) for name in ("grow_to_sentence", "split", "repeat_in_note", "merge")]
    + [named("split", 14), repeat_everywhere]
)

# With the schema of `facts_setup`.
_types = st.sampled_from(["Treats", "Causes", "Same_as"])
_references = st.sampled_from([Reference("RXNORM", "1191", "aspirin"), Reference("HP", "HP:0001681")])
saying = st.one_of(
    st.builds(with_item, st.just("relate"), places, _types),
    st.builds(retype, places, _types),
    st.sampled_from(["negated", "possible"]).map(lambda value: named("toggle_attribute", "Assertion", value)),
    st.sampled_from(["Severe", "Uncertain"]).map(lambda name: named("cycle_attribute", name)),
    st.sampled_from(["letter", "radiology_report"]).map(lambda name: named("toggle_class", name)),
    _references.map(lambda one: named("toggle_meaning", one)),
    st.sampled_from(["", "?", "see page 2"]).map(lambda text: named("note_span", text)),
    st.sampled_from(["", "incomplete"]).map(lambda text: named("note_document", text)),
    st.sampled_from([named("accept_fact"), named("reject_fact")]),
)
