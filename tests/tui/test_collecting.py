"""No full pass of the garbage collector comes between a key and its effect."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.collecting import PATIENCE, PAUSE, Collecting

from .test_review_keys import press


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was asked of a collector that has always something to do."""
    done: list[str] = []
    before = gc.get_threshold()
    monkeypatch.setattr(gc, "collect", lambda: done.append("collect"))
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    monkeypatch.setattr(gc, "unfreeze", lambda: done.append("unfreeze"))
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, 10))
    yield done
    gc.set_threshold(*before)


def test_a_pass_waits_for_a_pause(passes: list[str]) -> None:
    clock = Clock()
    collecting = Collecting(clock)
    collecting.begin()
    clock.now += PAUSE
    collecting.look()
    assert passes == ["freeze"]
    for _ in range(5):
        clock.now += PAUSE / 2
        collecting.touched()
        clock.now += PAUSE / 2
        collecting.look()
    assert passes == ["freeze"], "somebody is at the keys"
    clock.now += PAUSE
    collecting.look()
    assert passes == ["freeze", "collect"]
    collecting.end()
    assert passes[-1] == "unfreeze"


def test_who_never_pauses_does_not_fill_the_memory(passes: list[str]) -> None:
    clock = Clock()
    collecting = Collecting(clock)
    collecting.begin()
    for _ in range(2 * PATIENCE):
        collecting.touched()
        collecting.look()
    assert passes == ["freeze", "collect"]
    collecting.end()


def test_where_there_is_little_to_collect_nothing_is_done(passes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "get_count", lambda: (100, 5, 1))
    clock = Clock()
    collecting = Collecting(clock)
    collecting.begin()
    for _ in range(5):
        clock.now += PAUSE
        collecting.look()
    assert passes == ["freeze"]
    collecting.end()


async def test_the_collector_is_as_it_was_when_the_screen_is_left(session: ReviewSession) -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    app = ReviewApp(session)
    app.collect_in_pauses()
    async with app.run_test() as pilot:
        await press(pilot, "n")
        assert gc.get_threshold()[2] > before[2]
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, frozen)


async def test_other_programs_that_show_the_screen_keep_their_own_collector(app: ReviewApp) -> None:
    before = gc.get_threshold()
    async with app.run_test():
        assert gc.get_threshold() == before
