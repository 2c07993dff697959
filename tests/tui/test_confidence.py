"""Near misses and the picture of how far probabilities can be trusted, on the screen."""

from __future__ import annotations

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Static

from assistant.project.calibration.refitting import Standing
from assistant.project.calibration.stored import Applied, Unusable
from assistant.project.records import Suggestion, suggestion_id
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.screens.reliability import ReliabilityDialog, picture, told
from bioassist.documents import Span
from bioassist.metrics.calibration import Bin, Calibration, Curve, Measured
from bioassist.tasks.confidence import IN_USE
from bioassist.tasks.ner import FINGERPRINTS

from .conftest import FakeProject
from .test_review_keys import SIZE, focused, press, status_text

PROGRAM = FINGERPRINTS["ner.inline"]
BINS = (Bin(0.4, 0.5, 40, 0.45, 0.5), Bin(0.9, 1.0, 160, 0.97, 0.9))
BROUGHT = Calibration(
    IN_USE, PROGRAM, {"name": "small"}, ("corpus:x (dev)",), 900, 40, Curve(1.0, -1.0, 900), {},
    Measured(5, 0.11, 0.03, 0.77, 0.77, BINS, BINS),
)  # fmt: skip


@pytest.fixture
def near(ward: FakeProject, session: ReviewSession) -> list[Span]:
    """Two near misses of the note that is opened first."""
    note = session.documents()[0].id
    text = ward.project.text(note)
    spans = [Span(text.index(word), text.index(word) + len(word)) for word in ("worsening", "weeks")]
    ward.project.near_misses.add(note, ward.run, [(spans[0], None, 0.42), (spans[1], "Disease", 0.31)])
    session.open(note)
    assert [one.span for one in session.near_misses()] == spans
    return spans


def rows(app: ReviewApp) -> str:
    view = app.review.note
    return "\n".join(view.render_line(y).text for y in range(view.size.height))


async def scroll_to(pilot: Pilot[None], app: ReviewApp, span: Span) -> None:
    app.review.note.reveal(span.start, span.end)
    await pilot.pause()


async def test_a_key_shows_and_hides_them(app: ReviewApp, session: ReviewSession, near: list[Span]) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await scroll_to(pilot, app, near[0])
        assert "∘" not in rows(app)
        await press(pilot, "m")
        assert session.current is not None
        assert f"┊{near[0].of(session.current.text)}┊∘" in rows(app)
        assert "2 near misses" in status_text(app)
        await press(pilot, "m")
        assert "∘" not in rows(app) and "hidden" in status_text(app)


async def test_the_next_one_is_selected_and_a_digit_makes_it_a_span(
    app: ReviewApp, ward: FakeProject, session: ReviewSession, near: list[Span]
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        session.focus(None)
        await press(pilot, "M")
        assert app.review.note.selecting is not None and app.review.note.selecting.span == near[0]
        assert "0.42" in status_text(app)
        await press(pilot, "M")
        assert app.review.note.selecting.span == near[1] and "as Disease" in status_text(app)
        await press(pilot, "M")
        assert "no near miss after this" in status_text(app)
        await press(pilot, "2")
        item = focused(session)
        assert item.status == "added" and item.spans == (near[1],)
        assert ward.project.journal.entries()[-1].payload["near"]["probability"] == 0.31
        assert [one.span for one in session.near_misses()] == [near[0]]


async def test_words_that_are_selected_by_hand_are_no_near_miss_while_those_are_hidden(
    app: ReviewApp, ward: FakeProject, session: ReviewSession, near: list[Span]
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.review.note.select(near[0])
        await press(pilot, "1")
        assert focused(session).spans == (near[0],)
        assert "near" not in ward.project.journal.entries()[-1].payload


def calibrate(ward: FakeProject) -> None:
    ward.project.calibrations.put("0" * 64, "model", BROUGHT)


async def test_the_screen_says_which_calibration_applies(fake: FakeProject) -> None:
    fake.run = fake.project.begin_run(
        "small", "0" * 64, None, {"ner.inline": PROGRAM}, "f", ["Disease"], {"confidence": IN_USE}
    )
    calibrate(fake)
    note = fake.note("visit", "Known asthma.\n")
    one = fake.project.document(note)
    spans = (Span(6, 12),)
    fake.project.add_suggestions(
        note,
        fake.run,
        [
            Suggestion(
                suggestion_id(one.text_sha, "Disease", spans), "Disease", spans, 0.9, "model", "small", PROGRAM, True
            )
        ],
    )
    app = ReviewApp(ReviewSession(fake.project, "ana"))
    async with app.run_test(size=SIZE) as pilot:
        shown = str(app.review.inspector.render())
        assert "0.77" in shown and "calibrated from the model's development data" in shown
        await press(pilot, "c")
        assert isinstance(app.screen, ReliabilityDialog)
        await press(pilot, "c")
        assert app.screen is app.review


async def test_without_a_model_there_is_no_picture(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "c")
        assert app.screen is app.review and "no model has read" in status_text(app)


def test_the_picture_has_a_row_for_each_bin_the_surest_first() -> None:
    first, second = picture(BINS)
    assert first.startswith("0.9–1.0") and first.endswith("90% of 160")
    assert first.count("█") == 27 and first.count("◆") == 1 and first.count("░") == 2
    assert second.startswith("0.4–0.5") and second.endswith("50% of 40")
    # The diamond stands where the probabilities are; half of 30 cells were right.
    assert second[9:].index("◆") == round(0.45 * 30)


def test_what_the_dialog_says() -> None:
    said = "\n".join(told(Standing(Applied("model", BROUGHT), 12, 3, 300, 10)))
    assert "from the model's development data: 900 suggestions in 40 documents of corpus:x (dev)." in said
    assert "0.030; 0.110 without. On other notes it may be more." in said
    assert "So far 12 of 300 decisions on single suggestions, on 3 of 10 notes" in said
    own = "\n".join(told(Standing(Applied("project", BROUGHT), 900, 40, 300, 10)))
    assert "from 900 of your decisions" in own and "So far" not in own
    assert "No calibration applies" in told(Standing(None, 0, 0, 300, 10))[0]


def test_what_is_not_as_it_should_be_is_said_with_what_helps() -> None:
    other = Unusable("model", "it was fitted at BF16, and at Q4_0 a model differs", "BF16")
    said = "\n".join(told(Standing(None, 12, 3, 300, 10, (other,), model="small")))
    assert "it was fitted at BF16" in said and "`bioassist models pull small --type BF16` prepares that." in said
    damaged = Standing(None, 12, 3, 300, 10, (Unusable("project", "it is damaged"),))
    assert "it is damaged. `bioassist review` makes another, from 300 decisions on 10 notes on." in told(damaged)[2]
    late = told(Standing(Applied("project", BROUGHT), 299, 40, 300, 10))
    assert late[3].startswith("Too few of those decisions stand, 299 on 40 notes")


OTHERS = {
    "assertion": Standing(Applied("project", BROUGHT), 412, 40, 300, 10),
    "re.pairs": Standing(Applied("model", BROUGHT), 7, 2, 300, 10),
    "class.one": Standing(None, 0, 0, 300, 10),
}


async def test_each_task_of_the_model_has_its_picture(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(ReliabilityDialog(Standing(Applied("model", BROUGHT), 12, 3, 300, 10, others=OTHERS)))
        await pilot.pause()
        said = str(app.screen.query_one(Static).render())
        assert [line for line in said.splitlines() if line in ("entities", *OTHERS)] == ["entities", *OTHERS]
        assert said.count("0.9–1.0") == 3 and said.count("So far ") == 3 and "So far 0 of 300" in said
        # It is longer than the screen, and its end is a key away.
        scrolled = app.screen.query_one(VerticalScroll)
        assert scrolled.max_scroll_y > 0
        await press(pilot, "end")
        await pilot.pause()
        assert scrolled.scroll_y == scrolled.max_scroll_y
        await press(pilot, "c")
        assert app.screen is app.review
