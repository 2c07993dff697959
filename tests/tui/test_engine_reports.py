"""Pre-annotation goes on while the person reviews."""

from __future__ import annotations

import time

import pytest

from assistant.engine.events import (
    DocumentDone,
    DocumentFailed,
    DocumentStarted,
    EngineFailed,
    EngineReady,
    Finished,
    Progress,
    WindowDone,
    WorkerLost,
)
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from bioassist.documents import Span

from .conftest import FakeAnnotator, FakeProject
from .test_review_keys import SIZE, focused, press, status_text, statuses, until, words

LINE = "Patient reports chest pain and dyspnoea on exertion.\n"


def pains(lines: range) -> list[tuple[str, Span, float]]:
    start = LINE.index("chest")
    return [("Symptom", Span(line * len(LINE) + start, line * len(LINE) + start + 10), 0.8) for line in lines]


@pytest.fixture
def long_note(fake: FakeProject) -> int:
    note = fake.note("long", LINE * 200, state="reading")
    fake.suggest(note, pains(range(100, 110)))
    return note


async def test_suggestions_that_arrive_keep_focus_and_place(fake: FakeProject, long_note: int) -> None:
    session = ReviewSession(fake.project)
    app = ReviewApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "n", "n", "n")
        before = focused(session).id
        note = app.review.note

        def row_on_screen() -> int:
            return note.note_layout.locate(focused(session).start).row - round(note.scroll_y)

        place = row_on_screen()
        fake.suggest(long_note, pains(range(0, 60)))
        app.report(WindowDone(long_note, 500, 1, 4))
        await pilot.pause()
        assert session.current is not None and len(session.current.items) == 70
        assert focused(session).id == before
        assert row_on_screen() == place


async def test_a_thread_reports_while_keys_are_pressed(
    fake: FakeProject, long_note: int, annotator: FakeAnnotator
) -> None:
    session = ReviewSession(fake.project)
    app = ReviewApp(session, annotator)

    def work() -> None:
        for line in range(60):
            fake.suggest(long_note, pains(range(line, line + 1)))
            app.report(WindowDone(long_note, 8, line + 1, 60))
            app.report(Progress(0, 1, line * 8, 70.0, 60.0 - line, LINE.strip()))
            time.sleep(0.002)
        fake.project.set_state(long_note, "ready")
        app.report(DocumentDone(long_note))
        app.report(Finished())

    async with app.run_test(size=SIZE) as pilot:
        annotator.start(work)
        for _ in range(20):
            await press(pilot, "a")
        annotator.stop()
        await until(pilot, lambda: app.review.documents.rows[0].state == "ready")
        assert session.current is not None and len(session.current.items) == 70
        assert statuses(session)["accepted"] == 20
        assert "all notes read" in status_text(app)
    assert fake.project.counts()["Symptom"].accepted == 20


async def test_a_lost_worker_is_a_banner_until_reading_goes_on(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        banner = app.review.banner
        app.report(WorkerLost("GGML_ASSERT failed", True))
        await press(pilot, "a")
        assert banner.display and "GGML_ASSERT failed. It is started again." in str(banner.render())
        assert statuses(session)["accepted"] == 1, "review goes on"
        app.report(WindowDone(session.documents()[2].id, 10, 1, None))
        await pilot.pause()
        assert not banner.display
        app.report(WorkerLost("killed", False))
        await pilot.pause()
        assert "review goes on" in str(banner.render())
        app.report(EngineFailed("the model does not load."))
        await pilot.pause()
        assert "the model does not load." in str(banner.render())


async def test_progress_shows_speed_time_left_and_the_notice(app: ReviewApp) -> None:
    async with app.run_test(size=(160, 36)) as pilot:
        app.report(Progress(3, 12, 5000, 74.2, 130.0, "c/o cough\x1b[31m"))
        await pilot.pause()
        shown = status_text(app)
        for part in (
            "3/12 read",
            "74 words/s",
            "2 min left",
            "reading c/o cough‹ESC›",
            "suggestions are untrained",
        ):
            assert part in shown


async def test_a_long_notice_is_read_in_full_before_the_first_decision(session: ReviewSession) -> None:
    said = "this model was not trained for Dosage and Anatomy: suggestions for them are untrained guesses."
    app = ReviewApp(session, None, said)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.review.banner.display and said in str(app.review.banner.render())
        app.report(WindowDone(session.documents()[2].id, 10, 1, None))
        await pilot.pause()
        assert app.review.banner.display
        await press(pilot, "a")
        assert not app.review.banner.display
        assert "this model was not trained" in status_text(app)


async def test_the_first_note_opens_when_it_is_there(fake: FakeProject) -> None:
    session = ReviewSession(fake.project)
    app = ReviewApp(session)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert session.current is None
        note = fake.note("first", "<Symptom 0.9>cough</Symptom>")
        app.report(EngineReady({"threads": "2"}))
        app.report(DocumentStarted(note, "first"))
        await pilot.pause()
        assert words(session) == "cough"


async def test_a_note_that_fails_is_shown_so(app: ReviewApp, session: ReviewSession, ward: FakeProject) -> None:
    async with app.run_test(size=SIZE) as pilot:
        row = session.documents()[2]
        ward.project.set_state(row.id, "failed", "a window does not fit the context")
        app.report(DocumentFailed(row.id, "a window does not fit the context"))
        await until(pilot, lambda: app.review.documents.rows[2].state == "failed")


async def test_events_before_and_after_the_screen_do_no_harm(app: ReviewApp) -> None:
    app.report(Finished())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
    app.report(Finished(stopped=True))


async def test_a_stretch_that_could_not_be_read_is_told_over_its_note(
    app: ReviewApp, session: ReviewSession, ward: FakeProject
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        banner = app.review.banner
        row, other = session.documents()[0], session.documents()[1]
        reason = "ner.inline could not read characters 120 to 480: the model gives no finite numbers."
        ward.project.set_state(row.id, "ready", reason)
        app.review.open(row.id)
        await pilot.pause()
        assert banner.display and "characters 120 to 480" in str(banner.render())
        app.report(WindowDone(session.documents()[2].id, 10, 1, None))
        await pilot.pause()
        assert banner.display, "it holds while others are read"
        app.review.open(other.id)
        await pilot.pause()
        assert not banner.display
