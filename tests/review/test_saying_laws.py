"""Laws of what is said of spans and notes, over any sequence of actions: undo, redo, restart, and what a span keeps."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from acts_setup import LAWS, Act, deciding, focusing, saying
from facts_setup import FULL, ONE_CLASS, suggest, with_schema
from hypothesis import given
from hypothesis import strategies as st
from project_setup import Ward, plain_words

from assistant.project.exporting.documents import documents_for_export
from assistant.project.facts import Value
from assistant.review.session import ReviewSession
from bioassist.documents import Argument, Attribute, Note, Relation
from bioassist.errors import UsageError
from converters.annotations import row, targets

NOTE = (
    "<Symptom 0.9>chest pain</Symptom> and <Symptom 0.4>fever</Symptom>, <Medication 0.8>aspirin</Medication> for "
    "<Disease 0.7>angina</Disease>, <Disease 0.3>CAP</Disease>"
)
actions = st.lists(st.one_of(saying, saying, deciding, focusing), max_size=16)
schemas = st.sampled_from([FULL, ONE_CLASS])


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


@LAWS
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


@LAWS
@given(done=actions, schema=schemas)
def test_a_project_with_facts_is_sound_and_the_same_after_a_restart(done: list[Act], schema: str) -> None:
    with review(schema) as made:
        made.do(done)
        before = made.state()
        made.ward.reopen()
        assert made.state() == before
        assert made.ward.project.verify() == []


@LAWS
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
