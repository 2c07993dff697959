"""Laws of what is said of spans and notes, over any sequence of actions: undo, redo, restart, and what a span keeps."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from facts_setup import FULL, ONE_CLASS, suggest, with_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_setup import Ward, plain_words

from assistant.project.exporting.documents import documents_for_export
from assistant.project.facts import Value
from assistant.project.records import Reference
from assistant.review.session import ReviewSession
from bioassist.documents import Argument, Attribute, Note, Relation
from bioassist.errors import UsageError
from converters.annotations import row, targets

NOTE = (
    "<Symptom 0.9>chest pain</Symptom> and <Symptom 0.4>fever</Symptom>, <Medication 0.8>aspirin</Medication> for "
    "<Disease 0.7>angina</Disease>, <Disease 0.3>CAP</Disease>"
)
Act = Callable[[ReviewSession], Any]


def _named(name: str, *values: Any) -> Act:
    def act(session: ReviewSession) -> Any:
        return getattr(session, name)(*values)

    act.__name__ = f"{name}{values}"
    return act


def _with_item(name: str, place: int, *values: Any) -> Act:
    """An action on the item at a place of the note: to focus it, or to relate the focused one to it."""

    def act(session: ReviewSession) -> Any:
        assert session.current is not None
        return getattr(session, name)(session.current.items[place % len(session.current.items)].id, *values)

    act.__name__ = f"{name}({place}, {values})"
    return act


def _retype(place: int, type_: str) -> Act:
    def act(session: ReviewSession) -> Any:
        held = [one for one in session.facts() if isinstance(one.value, Relation)]
        if held and session.current is not None and session.current.focus is not None:
            fact = held[place % len(held)]
            other = next((one for one in targets(fact.value) if one != session.current.focus), "")  # type: ignore[arg-type]
            return session.retype_relation(fact.id, other, type_)
        return None

    act.__name__ = f"retype({place}, {type_})"
    return act


places = st.integers(0, 4)
types = st.sampled_from(["Treats", "Causes", "Same_as"])
references = st.sampled_from([Reference("RXNORM", "1191", "aspirin"), Reference("HP", "HP:0001681")])
saying = st.one_of(
    st.builds(_with_item, st.just("relate"), places, types),
    st.builds(_retype, places, types),
    st.sampled_from(["negated", "possible"]).map(lambda value: _named("toggle_attribute", "Assertion", value)),
    st.sampled_from(["Severe", "Uncertain"]).map(lambda name: _named("cycle_attribute", name)),
    st.sampled_from(["letter", "radiology_report"]).map(lambda name: _named("toggle_class", name)),
    references.map(lambda one: _named("toggle_meaning", one)),
    st.sampled_from(["", "?", "see page 2"]).map(lambda text: _named("note_span", text)),
    st.sampled_from(["", "incomplete"]).map(lambda text: _named("note_document", text)),
    st.sampled_from([_named("accept_fact"), _named("reject_fact")]),
)
deciding = st.sampled_from(
    [_named(name) for name in ("accept", "reject", "delete", "grow_left", "shrink_right")]
    + [_named("relabel", label) for label in ("Symptom", "Medication")]
)
focusing = st.builds(_with_item, st.just("focus"), places)
actions = st.lists(st.one_of(saying, saying, deciding, focusing), max_size=16)
schemas = st.sampled_from([FULL, ONE_CLASS])
laws = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Review:
    def __init__(self, folder: str, schema: str) -> None:
        self.ward = Ward(Path(folder))
        with_schema(self.ward, schema)
        self.id = self.ward.note(NOTE)
        pain, _, aspirin, angina, _ = sorted(self.ward.project.suggestions(self.id), key=lambda one: one.spans)
        treats = Relation("", "Treats", (Argument("Drug", aspirin.id), Argument("Problem", angina.id)))
        said: list[tuple[Value, float]] = [(treats, 0.7), ("letter", 0.6), (Note("", "smoking", pain.id, "no"), 0.4)]
        said += [(Attribute("", "Assertion", pain.id, value), 0.5) for value in ("negated", "historical")]
        suggest(self.ward, self.id, *said)
        self.session = self.ward.review(self.id)

    def do(self, chosen: list[Act]) -> None:
        for act in chosen:
            with suppress(UsageError):
                act(self.session)

    def state(self) -> Any:
        """All there is to see, read anew, and all that goes out."""
        session = ReviewSession(self.ward.project, words=plain_words)
        session.open(self.id)
        assert session.current is not None
        return (
            session.current.items,
            sorted(session.facts(), key=lambda one: one.id),
            documents_for_export(self.ward.project, "all")[0][0],
            self.ward.project.fact_tallies(),
        )


@contextmanager
def review(schema: str = FULL) -> Iterator[Review]:
    with tempfile.TemporaryDirectory() as folder:
        made = Review(folder, schema)
        try:
            yield made
        finally:
            made.ward.project.close()


@laws
@given(done=actions, schema=schemas)
def test_undone_to_the_start_is_the_start_and_redone_to_the_end_the_end(done: list[Act], schema: str) -> None:
    with review(schema) as made:
        first = made.state()
        made.do(done)
        last = made.state()
        entries = len(made.ward.project.journal.entries())
        live = made.session.current
        assert live is not None
        assert (live.items, sorted(made.session.facts(), key=lambda one: one.id)) == last[:2], "what is shown is so"
        undone = 0
        while made.session.undo() is not None:
            undone += 1
        assert (undone, made.state()) == (entries, first), "one entry an action"
        while made.session.redo() is not None:
            pass
        assert made.state() == last


@laws
@given(done=actions, schema=schemas)
def test_a_project_with_facts_is_sound_and_the_same_after_a_restart(done: list[Act], schema: str) -> None:
    with review(schema) as made:
        made.do(done)
        before = made.state()
        made.ward.reopen()
        assert made.state() == before
        assert made.ward.project.verify() == []


@laws
@given(done=actions, schema=schemas)
def test_what_is_exported_is_whole(done: list[Act], schema: str) -> None:
    """Nothing refers to what is not there; one value of an attribute an item; one class where one holds."""
    with review(schema) as made:
        made.do(done)
        document, *_ = documents_for_export(made.ward.project)[0]
        known = {one.id for one in document.annotations()}
        assert all(target in known for one in row(document) for target in targets(one))
        attributes = [(one.target, one.type) for one in document.attributes]
        assert len(attributes) == len(set(attributes))
        assert schema == FULL or len(document.classes) <= 1
