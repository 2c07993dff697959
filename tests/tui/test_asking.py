"""Skipping a note, asking the team, and the guideline, by keys."""

from __future__ import annotations

from textual.widgets import Input, Static

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.screens.dialogs import LabelDialog
from assistant.tui.screens.guideline_dialog import GuidelineDialog
from assistant.tui.screens.reason_dialog import ReasonDialog

from .conftest import FakeProject
from .test_review_keys import focused, open_name, press, status_text, until, words

SIZE = (120, 36)


def list_line(app: ReviewApp, place: int) -> str:
    return app.review.documents.render_line(place).text


class TestSkipping:
    async def test_a_note_is_skipped_with_a_reason_and_the_next_one_opens(
        self, app: ReviewApp, session: ReviewSession
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "z")
            assert isinstance(app.screen, ReasonDialog)
            await press(pilot, "enter")
            assert isinstance(app.screen, ReasonDialog), "a reason must be given"
            await press(pilot, *"template", "enter")
            assert open_name(session) == "radiology/ct_chest_2025"
            assert "skipped the document" in status_text(app)
            assert list_line(app, 0).split()[0] == "–" and "skipped" in list_line(app, 0)
            await press(pilot, "P")
            assert "– skipped: template" in str(app.review.title_line.render())
            await press(pilot, "z")
            assert session.current is not None and session.current.row.skipped is None
            assert "reopened" in status_text(app) and "skipped" not in list_line(app, 0)
            await press(pilot, "u")
            assert session.current.row.skipped == "template"

    async def test_done_goes_on_past_it_and_the_next_note_is_it(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "N", "z", *"template", "enter", "P", "P", "D")
            assert open_name(session) == "gp_shorthand"
            await press(pilot, "P")
            assert open_name(session) == "radiology/ct_chest_2025"

    async def test_leaving_the_dialog_skips_nothing(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "z", "x", "escape")
            assert session.current is not None and session.current.row.skipped is None

    async def test_the_screen_opens_on_what_is_not_skipped(self, ward: FakeProject) -> None:
        before = ReviewSession(ward.project, "ana")
        before.open(1)
        before.skip("in Welsh")
        session = ReviewSession(ward.project, "ana")
        app = ReviewApp(session)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            assert open_name(session) == "radiology/ct_chest_2025"


class TestQuestions:
    async def test_a_question_is_asked_shown_and_answered(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "Q", *"finding", "enter")
            assert "added Question" in status_text(app)
            shown = str(app.review.inspector.render())
            assert "Q open question, ana: “finding”" in shown and shown.count("finding") == 1
            assert " Q1 0/" in list_line(app, 0)
            await press(pilot, "n")
            assert "finding" not in str(app.review.inspector.render())
            await press(pilot, "p", "Q")
            assert "ana asks: finding" in str(app.screen.query_one(".dialog--body", Static).render())
            await press(pilot, *"yes", "enter")
            shown = str(app.review.inspector.render())
            assert "Q question, ana: “finding”" in shown and "ana: “yes”" in shown
            assert "Q1" not in list_line(app, 0)
            await press(pilot, "u", "u")
            assert "finding" not in str(app.review.inspector.render())

    async def test_a_colleagues_question_is_closed_by_saying_nothing(self, ward: FakeProject) -> None:
        bob = ReviewSession(ward.project, "bob")
        bob.open(1)
        bob.ask("really \x1b[31mthis?")
        session = ReviewSession(ward.project, "ana")
        app = ReviewApp(session)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            assert words(session) == "shortness of breath" and "Q1" in list_line(app, 0)
            assert "\x1b" not in str(app.review.inspector.render())
            await press(pilot, "Q", "enter")
            assert "ana: closed" in str(app.review.inspector.render()) and "Q1" not in list_line(app, 0)

    async def test_without_words_nothing_is_asked(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "Q", "space", "enter")
            assert isinstance(app.screen, ReasonDialog)
            await press(pilot, "escape")
            assert session.open_questions() == 0


class TestGuideline:
    async def test_of_the_label_in_focus(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "a", "G")
            await until(pilot, lambda: isinstance(app.screen, GuidelineDialog))
            said = str(app.screen.query_one(".dialog--body", Static).render())
            assert "signs, symptoms and findings" in said
            assert "1 × …" in said and "3 days of worsening shortness of breath, productive" in said
            await press(pilot, "escape")
            assert app.screen is app.review

    async def test_in_the_list_of_labels(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "l", "down", "question_mark")
            await until(pilot, lambda: isinstance(app.screen, GuidelineDialog))
            said = str(app.screen.query_one(".dialog--body", Static).render())
            assert "drugs and other substances" in said and "nothing yet" in said
            await press(pilot, "question_mark")
            assert isinstance(app.screen, LabelDialog)
            await press(pilot, "enter")
            assert focused(session).type == "Medication"


async def test_without_a_note_or_a_focus_nothing_happens(fake: FakeProject) -> None:
    fake.note("empty", "nothing here")
    session = ReviewSession(fake.project, "ana")
    app = ReviewApp(session)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "Q")
        assert "nothing in focus" in status_text(app) and not app.screen.query(Input).filter(".dialog Input")
        await press(pilot, "G")
        assert app.screen is app.review
