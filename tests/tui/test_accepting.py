"""Accepting many at once: the screen says first how many, of what, and how many of them are to be expected right."""

from __future__ import annotations

import threading

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from assistant.project.records import Suggestion, suggestion_id
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.screens.accept_over import AcceptOverDialog
from assistant.tui.screens.busy import BusyDialog
from bioassist.documents import Span
from bioassist.tasks.confidence import IN_USE

from .conftest import FakeProject
from .test_confidence import BROUGHT, PROGRAM
from .test_order import settled, show_only
from .test_review_keys import SIZE, focused, press, status_text, statuses


def said(pilot: Pilot[None]) -> str:
    """What the dialog tells."""
    assert isinstance(pilot.app.screen, AcceptOverDialog)
    size = pilot.app.screen.query_one("#count").size
    strips = [pilot.app.screen.query_one("#count").render_line(y) for y in range(size.height)]
    return " ".join(" ".join(strip.text for strip in strips).split())


async def at(pilot: Pilot[None], threshold: str) -> None:
    pilot.app.screen.query_one(Input).value = threshold
    await settled(pilot)


async def test_it_says_how_many_by_label_and_that_nothing_is_promised(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "A")
        await at(pilot, "0.97")
        told = said(pilot)
        assert "5 of 24 open suggestions in this note." in told
        assert "Medication 4 98.2% Symptom 1 97.0%" in told
        assert "Not calibrated: the sources give 98.0% on average, which promises nothing." in told


async def test_of_a_calibrated_model_it_tells_the_precision_to_expect(fake: FakeProject) -> None:
    fake.run = fake.project.begin_run(
        "small", "0" * 64, None, {"ner.inline": PROGRAM}, "f", ["Disease"], {"confidence": IN_USE}
    )
    fake.project.calibrations.put("0" * 64, "model", BROUGHT)
    note = fake.note("visit", "Known asthma. Takes salbutamol.\n")
    sha = fake.project.document(note).text_sha

    def suggestion(label: str, span: Span, sure: float, source: str) -> Suggestion:
        name, program = ("small", PROGRAM) if source == "model" else ("drugs.csv", "terms/1")
        return Suggestion(suggestion_id(sha, label, [span]), label, (span,), sure, source, name, program, True)

    fake.project.add_suggestions(note, fake.run, [suggestion("Disease", Span(6, 12), 0.9, "model")])
    fake.project._suggestions.add(note, None, [suggestion("Medication", Span(20, 30), 0.99, "terms")])
    app = ReviewApp(ReviewSession(fake.project, "ana"))
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "A")
        await at(pilot, "0.7")
        told = said(pilot)
        # sigmoid(logit 0.9 - 1): what 0.9 is worth by that calibration.
        assert "Expected precision of 1: 76.8%, calibrated from the model's development data." in told
        assert "1 not calibrated: the sources give 99.0% on average" in told
        await at(pilot, "0.8")
        assert "Expected" not in said(pilot), "the model's own 0.9 is not over 0.8 once it is calibrated"


async def test_all_notes_are_accepted_as_one_action(app: ReviewApp, session: ReviewSession, ward: FakeProject) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "A", "tab")
        await at(pilot, "0.7")
        assert "24 of 27 open suggestions in all notes." in said(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert "accepted 24 over 0.70 in all notes" in status_text(app)
        assert statuses(session)["accepted"] == 21
        assert [row.pending for row in session.documents()] == [3, 0, 0, 0, 0]
        assert [row.accepted for row in session.documents()] == [21, 2, 1, 0, 0]
        assert ward.project.verify() == []
        await press(pilot, "u")
        await settled(pilot)
        assert [row.pending for row in session.documents()] == [24, 2, 1, 0, 0]
        assert statuses(session).keys() == {"pending"}
        await press(pilot, "U")
        assert [row.accepted for row in session.documents()] == [21, 2, 1, 0, 0]
        assert "accepted 24 items over 70% in 3 documents" in status_text(app)


async def test_a_filter_holds_for_it_too(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await show_only(pilot, "label:Medication")
        await press(pilot, "A", "tab")
        await at(pilot, "0")
        assert "4 of 4 open suggestions in all notes that label:Medication shows." in said(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert statuses(session)["accepted"] == 4


async def test_it_is_offered_for_all_notes_where_this_one_has_nothing_left(
    app: ReviewApp, session: ReviewSession
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "A")
        await at(pilot, "0")
        await press(pilot, "enter")
        await press(pilot, "A")
        await settled(pilot)
        assert "in all notes" in said(pilot)
        await press(pilot, "escape")


def coughs(fake: FakeProject) -> ReviewSession:
    """A note of seven hundred suggestions."""
    note = fake.note("long", "cough " * 700)
    fake.suggest(note, [("Symptom", Span(6 * place, 6 * place + 5), 0.9) for place in range(700)])
    return ReviewSession(fake.project, "ana")


async def test_many_are_accepted_behind_a_dialog(fake: FakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    session = coughs(fake)
    app = ReviewApp(session)
    seen: list[object] = []
    accept_over = session.accept_over

    def watched(threshold: float, *, everywhere: bool = False) -> int:
        seen.append(app.review.busy)
        return accept_over(threshold, everywhere=everywhere)

    monkeypatch.setattr(session, "accept_over", watched)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "A")
        await settled(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert isinstance(seen[0], BusyDialog)
        assert app.screen is app.review and app.review.busy is None
        assert statuses(session) == {"accepted": 700}
        await press(pilot, "u")
        await settled(pilot)
        assert statuses(session) == {"pending": 700}
        assert focused(session).status == "pending"


@pytest.mark.parametrize("step", ["undo", "redo"])
async def test_who_leaves_in_the_middle_of_it_finds_it_done(
    fake: FakeProject, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    session = coughs(fake)
    app = ReviewApp(session)
    left, over = threading.Event(), threading.Event()
    call = getattr(session, step)

    def held_back() -> object:
        assert left.wait(30)
        try:
            return call()
        finally:
            over.set()

    session.open(1)
    assert session.accept_over(0.5) == 700
    if step == "redo":
        session.undo()
    monkeypatch.setattr(session, step, held_back)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "u" if step == "undo" else "U")
        assert isinstance(app.screen, BusyDialog)
        await pilot.press("a", "x", "escape")
        assert isinstance(app.screen, BusyDialog), "no other key does anything"
        await pilot.press("ctrl+c")
        left.set()
    assert over.wait(30)
    again = ReviewSession(fake.project, "ana")
    again.open(1)
    assert statuses(again) == {"pending" if step == "undo" else "accepted": 700}
    assert fake.project.verify() == []
