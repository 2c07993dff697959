"""The first note on the screen while the model reads it: what comes can be decided on, and moves nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from assistant.engine.events import DocumentDone, DocumentStarted, Finished, Progress, WindowDone
from assistant.project.facts import SuggestedFact, fact_id, with_id
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.screens.not_whole_dialog import BLIND, TO_COME, NotWholeDialog
from bioassist.documents import Attribute, Span
from bioassist.schema import Guard

from .conftest import MODEL, NOTICE, FakeAnnotator, FakeProject
from .test_review_keys import SIZE, focused, press, status_text, statuses, words
from .test_snapshots import NARROW, WIDE, Compare

CLERKING = """\
ED clerking, 03:10. 67F, brought in by daughter.
PC: central chest pain since midnight, radiating to jaw.
Denies fever or cough. No prior stroke.
DH: aspirin 75mg od, bisoprolol 2.5mg od. NKDA.
"""
# Long enough that its end is out of view.
OBS = "".join(f"{hour:02}:00 obs stable, pain score {hour % 4}, no nausea.\n" for hour in range(24))


def said(text: str, *found: tuple[str, str, float]) -> list[tuple[str, Span, float]]:
    return [
        (label, Span(text.index(mention), text.index(mention) + len(mention)), sure) for label, mention, sure in found
    ]


CHEST_PAIN = ("Symptom", "chest pain", 0.93)
FEVER = ("Symptom", "fever", 0.88)
ASPIRIN = ("Medication", "aspirin", 0.97)


@pytest.fixture
def note(fake: FakeProject) -> int:
    """Nothing of it is read; behind it waits another."""
    number = fake.note("clerking_0310", CLERKING + OBS, state="pending")
    fake.note("clerking_0420", "PC: cough 2/7.\n", state="pending")
    return number


@pytest.fixture
def session(fake: FakeProject, note: int) -> ReviewSession:
    return ReviewSession(fake.project)


def title(app: ReviewApp) -> str:
    return app.review.title_line.render_line(0).text


class Reading:
    """The engine, window by window: what it stores, and what it tells."""

    def __init__(self, fake: FakeProject, app: ReviewApp, note: int, pilot: Pilot[None]) -> None:
        self.fake, self.app, self.note, self.pilot = fake, app, note, pilot
        self.done = 0

    async def begins(self) -> None:
        self.fake.project.set_state(self.note, "reading")
        self.app.report(DocumentStarted(self.note, "clerking_0310"))
        await self.pilot.pause()

    async def window(self, *found: tuple[str, str, float], of: int | None = 3) -> None:
        self.fake.suggest(self.note, said(CLERKING + OBS, *found))
        self.done += 1
        self.app.report(WindowDone(self.note, 20, self.done, of))
        await self.pilot.pause()

    async def fact(self, mention: tuple[str, str, float], value: str) -> None:
        """What is asked of a span comes when the window is read."""
        project, session = self.fake.project, self.app.review.session
        assert session.current is not None
        ((_, span, _),) = said(CLERKING, mention)
        item = next(one for one in session.current.items if one.start == span.start)
        attribute = Attribute("", "Assertion", item.id, value)
        name = fact_id(project.document(self.note).text_sha, attribute)
        found = SuggestedFact(name, with_id(attribute, name), 0.9, "model", MODEL, "assertion/1", True)
        project.add_suggested_facts(self.note, self.fake.run, [found])
        self.app.report(WindowDone(self.note, 0, self.done, 3))
        await self.pilot.pause()

    async def ends(self) -> None:
        self.fake.project.set_state(self.note, "ready", words=60)
        self.app.report(DocumentDone(self.note))
        await self.pilot.pause()


async def test_the_text_is_there_and_its_suggestions_come_window_by_window(
    fake: FakeProject, session: ReviewSession, note: int, annotator: FakeAnnotator
) -> None:
    app = ReviewApp(session, annotator)
    async with app.run_test(size=WIDE) as pilot:
        reading = Reading(fake, app, note, pilot)
        assert "· not read yet" in title(app) and "central chest pain" in app.review.note.text
        assert annotator.wanted == [note], "it is the one that the engine reads first"
        await press(pilot, "a")
        assert "nothing in focus to decide on" in status_text(app)
        await reading.begins()
        assert "◐ being read" in title(app)
        await reading.window(CHEST_PAIN, of=None)
        assert "◐ 1/… read" in title(app) and words(session) == "chest pain"
        await reading.window(ASPIRIN)
        assert "◐ 2/3 read" in title(app) and words(session) == "chest pain", "the focus stays"
        await press(pilot, "x")
        assert words(session) == "aspirin"
        await press(pilot, "a", "tab")
        assert "more may come, it is being read" in status_text(app)
        await reading.window(FEVER)
        assert "◐ 3/3 read, details come" in title(app)
        assert [(one.status, one.type) for one in session.current.items] == [  # type: ignore[union-attr]
            ("rejected", "Symptom"),
            ("pending", "Symptom"),
            ("accepted", "Medication"),
        ]
        await press(pilot, "tab")
        assert "1 before it" in status_text(app), "it came above the focus"
        await press(pilot, "shift+tab")
        assert words(session) == "fever"
        await reading.ends()
        assert "◐" not in title(app) and "read to its end" in status_text(app)
        assert statuses(session) == {"rejected": 1, "pending": 1, "accepted": 1}
    assert fake.project.verify() == []


async def test_who_reads_elsewhere_is_left_there(
    fake: FakeProject, session: ReviewSession, note: int, annotator: FakeAnnotator
) -> None:
    app = ReviewApp(session, annotator)
    async with app.run_test(size=(80, 24)) as pilot:
        reading, text = Reading(fake, app, note, pilot), app.review.note
        await reading.begins()
        await press(pilot, "pagedown")
        place = text.note_layout.hit(text.top, 0).offset
        assert text.top > 0
        await reading.window(CHEST_PAIN, FEVER)
        assert text.note_layout.hit(text.top, 0).offset == place
        assert session.current is not None and session.current.focus is None, "nothing out of view is under the keys"
        await press(pilot, "a")
        assert statuses(session) == {"pending": 2}
        await reading.window(ASPIRIN)
        assert text.note_layout.hit(text.top, 0).offset == place
        await press(pilot, "n")
        assert words(session) == "chest pain" and text.in_view(focused(session).start)


async def test_words_are_selected_while_windows_come(
    fake: FakeProject, session: ReviewSession, note: int, annotator: FakeAnnotator
) -> None:
    app = ReviewApp(session, annotator)
    async with app.run_test(size=SIZE) as pilot:
        reading = Reading(fake, app, note, pilot)
        await reading.begins()
        await reading.window(FEVER)
        await press(pilot, "v", "W")
        chosen = app.review.note.selecting
        assert chosen is not None
        before = chosen.span
        await reading.window(CHEST_PAIN, ASPIRIN)
        assert app.review.note.selecting is chosen and chosen.span == before
        await press(pilot, "1")
        assert statuses(session) == {"pending": 3, "added": 1}


async def test_done_asks_while_more_is_to_come(
    fake: FakeProject, session: ReviewSession, note: int, annotator: FakeAnnotator
) -> None:
    app = ReviewApp(session, annotator)
    async with app.run_test(size=SIZE) as pilot:
        reading = Reading(fake, app, note, pilot)
        await reading.begins()
        await reading.window(CHEST_PAIN)
        await press(pilot, "a", "D", "D")
        assert isinstance(app.screen, NotWholeDialog) and TO_COME in str(app.screen.query_one(".dialog--body").render())
        await press(pilot, "escape")
        assert session.current is not None and not session.current.row.done
        await press(pilot, "D", "enter")
        assert fake.project.document(note).done and session.current.row.name == "clerking_0420"
        await reading.window(FEVER)
        await reading.ends()
        app.review.open(note)
        await pilot.pause()
        assert "✓ done" in title(app) and statuses(session) == {"accepted": 1, "pending": 1}, "nothing is lost"


async def test_done_is_not_taken_for_granted_of_what_came_meanwhile(
    fake: FakeProject, session: ReviewSession, note: int, annotator: FakeAnnotator
) -> None:
    app = ReviewApp(session, annotator)
    async with app.run_test(size=SIZE) as pilot:
        reading = Reading(fake, app, note, pilot)
        await reading.begins()
        await press(pilot, "D")
        await reading.window(CHEST_PAIN)
        await reading.ends()
        await press(pilot, "enter")
        assert not fake.project.document(note).done and "meanwhile" in status_text(app)
        await press(pilot, "D")
        assert fake.project.document(note).done


async def test_done_does_not_ask_where_nothing_is_to_come(
    fake: FakeProject, session: ReviewSession, note: int, annotator: FakeAnnotator
) -> None:
    """The run is over, or there is none, and the note was left for a later one."""
    annotator.over = True
    app = ReviewApp(session, annotator)
    async with app.run_test(size=SIZE) as pilot:
        app.report(Finished())
        await press(pilot, "D")
        assert fake.project.document(note).done


async def test_a_blind_note_is_not_shown_by_half(fake: FakeProject, annotator: FakeAnnotator) -> None:
    fake.project.set_schema(replace(fake.project.schema, guard=Guard(blind=1.0)))
    note = fake.note("clerking_0310", CLERKING, state="reading")
    session = ReviewSession(fake.project)
    app = ReviewApp(session, annotator)
    async with app.run_test(size=SIZE) as pilot:
        await Reading(fake, app, note, pilot).window(CHEST_PAIN)
        await press(pilot, "D")
        assert isinstance(app.screen, NotWholeDialog) and BLIND in str(app.screen.query_one(".dialog--body").render())
        await press(pilot, "escape")
        assert session.current is not None and session.current.row.blind and not session.current.items


async def test_what_is_said_late_of_a_span_that_was_kept_is_pointed_out(
    fake: FakeProject, session: ReviewSession, note: int, annotator: FakeAnnotator
) -> None:
    app = ReviewApp(session, annotator)
    async with app.run_test(size=SIZE) as pilot:
        reading = Reading(fake, app, note, pilot)
        await reading.begins()
        await reading.window(FEVER, ASPIRIN)
        await press(pilot, "a", "a")
        await reading.fact(FEVER, "negated")
        await reading.ends()
        assert statuses(session) == {"accepted": 2}
        assert "something waits on a span that you kept" in status_text(app)
        await press(pilot, "p", "+")
        assert [fact.status for fact in session.facts()] == ["accepted"]


async def test_a_long_notice_stays_while_the_first_windows_come(
    fake: FakeProject, session: ReviewSession, note: int, annotator: FakeAnnotator
) -> None:
    told = "this model was not trained for Dosage and Anatomy: suggestions for them are untrained guesses."
    app = ReviewApp(session, annotator, told)
    async with app.run_test(size=SIZE) as pilot:
        reading = Reading(fake, app, note, pilot)
        await reading.begins()
        await reading.window(CHEST_PAIN)
        assert app.review.banner.display and told in str(app.review.banner.render())
        await press(pilot, "a")
        assert not app.review.banner.display


async def test_the_status_line_tells_of_the_loading(session: ReviewSession, annotator: FakeAnnotator) -> None:
    app = ReviewApp(session, annotator)
    async with app.run_test(size=SIZE) as pilot:
        app.report(Progress(0, 2, 0, 0.0, None, "", loading=True))
        await pilot.pause()
        assert "0/2 read · loading the model" in status_text(app)
        app.report(Progress(0, 2, 0, 0.0, None, ""))
        await pilot.pause()
        assert "0/2 read" in status_text(app) and "loading" not in status_text(app)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x36"])
@pytest.mark.parametrize("windows", [0, 2], ids=["not_begun", "two_windows"])
def test_picture(
    snap_compare: Compare,
    fake: FakeProject,
    session: ReviewSession,
    note: int,
    annotator: FakeAnnotator,
    windows: int,
    size: tuple[int, int],
) -> None:
    app = ReviewApp(session, annotator, NOTICE)

    async def run(pilot: Pilot[None]) -> None:
        reading = Reading(fake, app, note, pilot)
        app.report(Progress(0, 2, 0, 0.0, None, ""))
        await reading.begins()
        for found in (CHEST_PAIN, FEVER)[:windows]:
            await reading.window(found)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run)


def test_picture_of_the_question(
    snap_compare: Compare, fake: FakeProject, session: ReviewSession, note: int, annotator: FakeAnnotator
) -> None:
    app = ReviewApp(session, annotator)

    async def run(pilot: Pilot[None]) -> None:
        reading = Reading(fake, app, note, pilot)
        await reading.begins()
        await reading.window(CHEST_PAIN)
        await press(pilot, "D")

    assert snap_compare(app, terminal_size=NARROW, run_before=run)
