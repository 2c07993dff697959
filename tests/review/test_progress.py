"""How far and how fast: over actions with their times given, and over what a person did in a project."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_setup import Ward

from assistant.project.journal.deeds import Deed
from assistant.project.journal.entries import Action
from assistant.review.order.progress import Done, Kept, Pace, done, pace

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def deed(
    seconds: float, *, count: int = 1, status: str = "accepted", label: str = "Symptom", bulk: bool = False,
    action: Action = "accept", standing: bool = True, document: int = 1, imported: bool = False,
) -> Deed:  # fmt: skip
    decided = {(label, status): count} if count else {}
    at = NINE + timedelta(seconds=seconds)
    return Deed(1, at, document, action, decided, bulk=bulk, standing=standing, imported=imported)


class TestPace:
    def test_a_decision_every_ten_seconds_is_360_an_hour(self) -> None:
        found = pace([deed(10 * number) for number in range(31)])
        assert (found.decisions, found.seconds, found.per_hour) == (30, 300, 360)
        assert found.seconds_for(90) == 900

    def test_a_pause_of_more_than_five_minutes_does_not_count_nor_what_comes_after_it(self) -> None:
        before, after = [deed(0), deed(60), deed(120)], [deed(1000), deed(1060)]
        assert pace([*before, *after]) == Pace(3, 180)
        assert pace([deed(0), deed(300)]) == Pace(1, 300), "five minutes over one mention are no pause"

    def test_bulk_and_imports_are_no_work_and_what_was_taken_back_is_none(self) -> None:
        deeds = [
            deed(0), deed(60, count=500, bulk=True), deed(70), deed(80, imported=True, count=40),
            deed(90, standing=False), deed(100, count=0, action="undo"), deed(120),
        ]  # fmt: skip
        assert pace(deeds) == Pace(2, 120)

    @pytest.mark.parametrize("deeds", [[], [deed(0)], [deed(0), deed(20)], [deed(0), deed(9000)]])
    def test_of_less_than_a_minute_no_rate_is_told(self, deeds: list[Deed]) -> None:
        assert pace(deeds).per_hour is None and pace(deeds).seconds_for(10) is None

    @given(gaps=st.lists(st.integers(0, 900), max_size=30))
    def test_active_time_is_the_sum_of_the_gaps_that_are_no_pauses(self, gaps: list[int]) -> None:
        times = [sum(gaps[:number]) for number in range(len(gaps) + 1)]
        found = pace([deed(at) for at in times])
        short = [gap for gap in gaps if gap <= 300]
        assert (found.seconds, found.decisions) == (sum(short), len(short))


def test_what_was_done_by_kind_and_label() -> None:
    found = done(
        [
            deed(0), deed(1, status="rejected", action="reject"), deed(2, status="edited", action="edit", document=2),
            deed(3, status="added", action="add", label="Test"), deed(4, count=9, bulk=True), deed(5, standing=False),
            deed(6, count=0, action="undo"), deed(7, count=0, action="done", document=2),
            deed(8, imported=True, count=7),
            deed(9, count=0, action="done", document=3), deed(10, count=0, action="reopen", document=3),
        ]
    )  # fmt: skip
    assert found == Done(
        documents=3, finished=1, accepted=1, edited=1, rejected=1, added=1, facts=0, bulk=9,
        labels={"Symptom": Kept(1, 1, 1)},
    )  # fmt: skip
    assert found.decisions == 13
    assert found.unseen == pytest.approx(9 / 11)
    assert found.labels["Symptom"].share == pytest.approx(1 / 3)


def test_a_day_in_a_project(ward: Ward) -> None:
    first = ward.note("Pt denies <Symptom 0.9>chest pain</Symptom>, has <Disease 0.6>COPD</Disease>.", "first")
    second = ward.note(
        "<Symptom 0.9>cough</Symptom>, <Symptom 0.95>fever</Symptom>, <Symptom 0.2>well</Symptom>", "second"
    )
    session = ward.review(first)
    session.accept()
    session.reject()
    session.undo()
    session.mark_done()
    session.open(second)
    session.accept_over(0.9)
    found = session.sitting()
    assert (found.done.accepted, found.done.rejected, found.done.bulk) == (1, 0, 2)
    assert (found.done.documents, found.done.finished) == (2, 1)
    assert (found.left, found.documents_left) == (2, 1)
    assert found.done.unseen == pytest.approx(2 / 3)

    later = ward.review(first)
    assert later.sitting().done.decisions == 0
    progress = later.progress(NINE)
    assert (progress.documents, progress.finished, progress.decided, progress.left) == (2, 1, 3, 2)
    assert progress.today.bulk == 2 and progress.labels["Symptom"] == Kept(3, 0, 0)
    tomorrow = datetime(2100, 1, 1, tzinfo=UTC)
    assert later.progress(tomorrow).today.decisions == 0


def test_another_annotators_work_is_not_mine(ward: Ward) -> None:
    note = ward.note("<Symptom 0.9>cough</Symptom>, <Symptom 0.95>fever</Symptom>")
    ward.review(note, "bob").accept()
    session = ward.review(note)
    session.accept()
    session.accept()
    assert session.sitting().done.accepted == 2
    assert session.progress(NINE).today.accepted == 2
