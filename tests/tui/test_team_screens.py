"""Agreement and adjudication on the screen, by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.keymap import ADJUDICATING, TAKING
from assistant.tui.screens.adjudication import AdjudicationScreen
from assistant.tui.screens.agreement import AgreementScreen
from assistant.tui.screens.dialogs import LabelDialog, MessageDialog

from .conftest import FakeProject
from .test_review_keys import SIZE, press, status_text

Compare = Callable[..., bool]


def review(ward: FakeProject, annotator: str, document: int, *acts: str) -> None:
    session = ReviewSession(ward.project, annotator)
    session.open(document)
    for act in acts:
        getattr(session, act)()


@pytest.fixture
def team(ward: FakeProject) -> FakeProject:
    """Ben and Cara are through with two notes and differ in places; Ana, who sits here, has done nothing."""
    first, second = ward.project.documents()[:2]
    review(ward, "ben", first.id, "accept", "accept", "reject", "accept", "grow_right", "mark_done")
    review(ward, "cara", first.id, "accept", "reject", "accept", "accept", "mark_done")
    for annotator in ("ben", "cara"):
        review(ward, annotator, second.id, "accept", "reject", "mark_done")
    return ward


def gold_screen(app: ReviewApp) -> AdjudicationScreen:
    assert isinstance(app.screen, AdjudicationScreen), app.screen
    return app.screen


def said(app: ReviewApp) -> str:
    return str(gold_screen(app).status.render())


def kept(app: ReviewApp) -> list[str]:
    view = gold_screen(app).session.current
    assert view is not None
    return [f"{item.type}: {item.of(view.text)}" for item in view.items if item.kept]


async def compared(pilot: Pilot[None]) -> AgreementScreen:
    await press(pilot, "K")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    assert isinstance(pilot.app.screen, AgreementScreen)
    return pilot.app.screen


async def test_gold_is_made_question_by_question(app: ReviewApp, team: FakeProject) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "J")
        screen = gold_screen(app)
        questions = screen.session.answers().questions
        assert (len(questions), screen.place) == (3, 0)
        await press(pilot, "D")
        assert "not done yet: 3 questions are open" in said(app)
        await press(pilot, "a")
        assert "took over 2 agreed" in said(app)
        assert kept(app) == ["Symptom: shortness of breath", "Symptom: chest pain"]
        await press(pilot, "1")
        assert screen.place == 1 and "Symptom: productive cough" in kept(app)
        await press(pilot, "0", "1")
        assert kept(app)[-1].endswith("COPD and") and all(one.settled for one in screen.session.answers().questions)
        await press(pilot, "D")
        view = screen.session.current
        assert view is not None and view.row.name == "radiology/ct_chest_2025", "the next note that waits"
        await press(pilot, "a", "D")
        assert "no other waits" in said(app)
        await press(pilot, "escape")
        assert app.screen is app.review
    assert team.project.annotators() == ["ben", "cara", "gold"]
    assert [row.done for row in team.project.seen_by("gold").documents()[:2]] == [True, True]
    assert {entry.payload.get("adjudicator") for entry in team.project.journal.entries(actor="gold")} == {"ana"}
    assert team.project.verify() == []


async def test_both_another_answer_and_a_third(app: ReviewApp, team: FakeProject) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "J", "l")
        assert "take an answer first" in said(app)
        await press(pilot, "b", "p")
        screen = gold_screen(app)
        assert screen.place == 0 and kept(app) == ["Symptom: productive cough"]
        await press(pilot, "right_square_bracket", "l")
        assert isinstance(app.screen, LabelDialog)
        await press(pilot, "1")
        assert kept(app) == ["Disease: productive cough and"]
        await press(pilot, "2")
        assert kept(app) == [], "cara has nothing there"
        await press(pilot, "u", "u", "u", "u", "u")
        assert "nothing to undo" in said(app) and kept(app) == []
        await press(pilot, "U")
        assert kept(app) == ["Symptom: productive cough"]
        await press(pilot, "7")
        assert "there is no annotator 7" in said(app)


async def test_agreement_is_compared_behind_the_screen_and_leads_to_places(app: ReviewApp, team: FakeProject) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen = await compared(pilot)
        assert len(screen.places) == 3 and screen.query_one(OptionList).option_count == 3
        await press(pilot, "j", "enter")
        view = app.review.session.current
        assert app.screen is app.review and view is not None
        place = screen.places[1].span
        assert view.focused is not None and view.focused.start <= place.start < view.focused.end
        await compared(pilot)
        await press(pilot, "j", "J")
        assert gold_screen(app).question is not None and gold_screen(app).question.span == place  # type: ignore[union-attr]


async def test_where_there_is_nobody_to_compare_or_to_settle(app: ReviewApp, ward: FakeProject) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "J")
        assert "nothing to make gold of" in status_text(app)
        await press(pilot, "K")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, MessageDialog)
    assert ward.project.annotators() == []


def test_no_key_of_adjudication_has_two_meanings() -> None:
    keys = [key for one in (*ADJUDICATING, *TAKING) for key in one.keys.split(",")]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
def test_gold_in_a_picture(snap_compare: Compare, app: ReviewApp, team: FakeProject, size: tuple[int, int]) -> None:
    assert snap_compare(app, press=["J", "a"], terminal_size=size)


def test_agreement_in_a_picture(snap_compare: Compare, app: ReviewApp, team: FakeProject) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await compared(pilot)

    assert snap_compare(app, run_before=before, terminal_size=(120, 36))
