"""Laws of undo and redo, over any sequence of actions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from acts_setup import LAWS, Act, adding, closing, deciding, moving, named, over, shaping
from hypothesis import given
from hypothesis import strategies as st
from project_setup import Ward, plain_words

from assistant.project.records import Tally
from assistant.project.state import fold, reading_order
from assistant.review.session import ReviewSession

NOTES = {
    "a": "Pt has <Symptom 0.9>severe <Symptom 0.4>chest <Disease 0.7>pain</Disease></Symptom></Symptom>, no fever.",
    "b": "<Medication 0.8>aspirin</Medication> 75 mg <Disease 0.3>od</Disease> since May",
}

decisions = st.one_of(deciding, deciding, adding, over, closing, shaping)
actions = st.lists(st.one_of(decisions, decisions, moving), max_size=14)
with_undo = st.lists(
    st.one_of(decisions, decisions, moving, st.sampled_from([named("undo"), named("redo")])), max_size=18
)


class Review:
    """Two notes under review, in a fresh project."""

    def __init__(self, folder: str) -> None:
        self.ward = Ward(Path(folder))
        self.ids = [self.ward.note(markup, name) for name, markup in NOTES.items()]
        self.session = self.ward.review(self.ids[0])

    def do(self, chosen: list[Act]) -> None:
        for act in chosen:
            act(self.session)

    def state(self) -> list[Any]:
        """All there is to see of the project, read anew."""
        session = ReviewSession(self.ward.project, words=plain_words)
        found: list[Any] = []
        for document_id in self.ids:
            session.open(document_id)
            assert session.current is not None
            found.append((session.current.row, session.current.items))
        return found

    def undo_all(self) -> int:
        """Returns how many times."""
        times = 0
        while self.session.undo() is not None:
            times += 1
        return times


@contextmanager
def review() -> Iterator[Review]:
    with tempfile.TemporaryDirectory() as folder:
        made = Review(folder)
        try:
            yield made
        finally:
            made.ward.project.close()


@LAWS
@given(before=actions, done=actions)
def test_as_many_undos_as_actions_give_the_first_state_and_redos_the_last(before: list[Act], done: list[Act]) -> None:
    with review() as made:
        bob = made.ward.review(made.ids[0], "bob")
        for act in before:
            act(bob)
        made.session.open(made.ids[0])
        first = made.state()
        made.do(done)
        last = made.state()
        # What was made together on both notes is one action.
        entries = made.ward.project.journal.entries(actor="ann")
        times = len({entry.payload.get("group", entry.actor_seq) for entry in entries})
        assert made.undo_all() == times
        assert made.state() == first
        redone = 0
        while made.session.redo() is not None:
            redone += 1
        assert (redone, made.state()) == (times, last)


@LAWS
@given(done=with_undo)
def test_a_project_is_the_same_after_it_was_reopened(done: list[Act]) -> None:
    with review() as made:
        made.do(done)
        before, summaries = made.state(), made.session.documents()
        project = made.ward.reopen()
        assert made.state() == before
        assert ReviewSession(project).documents() == summaries
        assert project.verify() == []


@LAWS
@given(done=with_undo)
def test_undo_goes_on_after_a_restart(done: list[Act]) -> None:
    with review() as made:
        first = made.state()
        made.do(done)
        made.ward.reopen()
        made.session = made.ward.review(made.ids[0])
        made.undo_all()
        assert made.state() == first


@LAWS
@given(done=with_undo)
def test_what_is_shown_is_the_fold_of_the_journal_and_is_counted_so(done: list[Act]) -> None:
    with review() as made:
        project = made.ward.project
        made.do(done)
        live = made.session.current
        assert live is not None
        tallies = project.tallies()
        for (row, items), summary in zip(made.state(), made.session.documents(), strict=True):
            if row.id == live.row.id:
                assert (live.row, live.items) == (row, items)
            folded = fold(project.suggestions(row.id), project.journal.entries(row.id))
            assert tuple(sorted(folded.values(), key=reading_order)) == items
            statuses = [item.status for item in items]
            assert summary.pending == statuses.count("pending")
            assert summary.accepted == statuses.count("accepted") + statuses.count("edited")
            assert (summary.rejected, summary.added) == (statuses.count("rejected"), statuses.count("added"))
            assert summary.suggestions == sum(item.suggestion is not None for item in items)
            counted: dict[str, Tally] = {}
            for item in items:
                one = Tally(**{item.status: 1}, suggested=int(item.suggestion is not None))
                counted[item.type] = counted.get(item.type, Tally()).plus(one)
            assert tallies[row.id] == counted
