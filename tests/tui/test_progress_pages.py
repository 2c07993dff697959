"""The pages on how far the work is: while it goes on, and at the end of a session."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from assistant.project.calibration.samples import Sample, SampleFigures
from assistant.review.order.progress import Done, Kept, Pace
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.screens.progress import ProgressDialog, SittingScreen, in_short, paced, sampled, told

from .conftest import FakeProject
from .test_order import follow, settled
from .test_review_keys import SIZE, press, status_text

NOTHING = Done(0, 0, 0, 0, 0, 0, 0, 0, {})


def page(pilot: Pilot[None]) -> str:
    """What the page on top tells, as one line."""
    screen = pilot.app.screen
    body = screen.query_one("#told" if isinstance(screen, ProgressDialog) else ".dialog--body")
    return " ".join(" ".join(body.render_line(y).text for y in range(body.size.height)).split())


async def test_the_page_tells_what_is_done_today_and_follows_it(
    app: ReviewApp, session: ReviewSession, ward: FakeProject
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "a", "x", "3", "D", "percent_sign")
        await settled(pilot)
        dialog = app.screen
        assert isinstance(dialog, ProgressDialog)
        assert "1 of 5 notes done" in page(pilot) and "3 of 27 suggestions decided" in page(pilot)
        assert "3 decisions: 1 accepted, 1 edited, 1 rejected" in page(pilot)
        assert "Accepted as they were Symptom 50% of 2" in page(pilot)
        assert "an hour" not in page(pilot), "of a few seconds no rate is told"
        session.accept()
        dialog._ask()
        await settled(pilot)
        assert "4 of 27 suggestions decided" in page(pilot)
        await press(pilot, "percent_sign")
        assert app.screen is app.review


async def test_a_sample_is_told_with_its_interval(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "O", "s", *["backspace"] * 3, "4", "enter")
        await settled(pilot)
        await press(pilot, "a", "a", "x", "percent_sign")
        await settled(pilot)
        assert "Sample of 4 from 27 suggestions (seed 1): 66.7% right as they were (95% 20.8% to 93.9%)" in page(pilot)
        assert "2 of 3 decided, 1 left." in page(pilot)


async def test_the_session_ends_with_what_was_done_and_any_key_leaves(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "a", "x", "u", "A", "enter")
        await press(pilot, "q")
        assert isinstance(app.screen, SittingScreen)
        told = page(pilot)
        assert "1 note worked on, 0 marked done" in told
        assert "1 accepted" in told and "accepted in bulk" in told and "without a look" in told
        assert "suggestions, 5 notes not marked done" in told
        await press(pilot, "z")
        assert app.return_code == 0 and not app.is_running


@pytest.mark.parametrize("keys", [[], ["n", "tab", "v", "escape"], ["a", "u"]])
async def test_where_nothing_was_decided_it_ends_at_once(app: ReviewApp, keys: list[str]) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, *keys)
        await press(pilot, "q")
        assert not isinstance(app.screen, SittingScreen)
        assert app.return_code == 0


async def test_it_can_be_switched_off(app: ReviewApp) -> None:
    app.review.summary = False
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "a", "q")
        assert app.return_code == 0


async def test_it_can_open_on_a_queue(app: ReviewApp) -> None:
    app.review.begin_with("label:Medication")
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "Medication  1 of 4" in str(app.review.order_line.render())


async def test_the_status_line_tells_the_pace_once_there_is_one(
    app: ReviewApp, session: ReviewSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "rate", lambda today: (Pace(40, 360), 24))
    async with app.run_test(size=SIZE) as pilot:
        app.review._tell_pace()
        await settled(pilot)
        assert "400/h · 3 min to go" in status_text(app)
        await follow(pilot, "u")
        assert "400/h" in status_text(app)


def test_a_pace_in_words() -> None:
    assert paced(Pace(40, 360), 800) == [
        "400 decisions an hour over 6 min of work; 2 h 00 min for the 800 that are left"
    ]
    assert paced(Pace(40, 360), 0) == ["400 decisions an hour over 6 min of work"]
    assert paced(Pace(3, 20), 800) == []
    assert in_short(Pace(3, 20), 9) == ""


def test_a_day_in_words() -> None:
    assert told(NOTHING) == ["0 notes worked on, 0 marked done"]
    assert told(Done(4, 2, 30, 5, 5, 1, 2, 40, {"Symptom": Kept(30, 5, 5)})) == [
        "4 notes worked on, 2 marked done",
        "83 decisions: 30 accepted, 5 edited, 5 rejected, 1 added, 2 on relations, attributes and the rest, "
        "40 accepted in bulk",
        "53% of what was kept was accepted without a look",
    ]


def test_a_sample_in_words() -> None:
    sample = Sample("ana", 7, 3412, tuple((1, str(number)) for number in range(200)), "label:Disease")
    assert sampled(SampleFigures(sample, 0, 0, 0, 0, 200)) == (
        "Sample of 200 from 3,412 suggestions that label:Disease shows (seed 7): nothing decided yet."
    )
    assert sampled(SampleFigures(sample, 100, 10, 10, 30, 50)) == (
        "Sample of 200 from 3,412 suggestions that label:Disease shows (seed 7): 83.3% right as they were "
        "(95% 75.7% to 88.9%), 100 of 120 decided, 50 left, 30 accepted without a look and not counted."
    )
