from __future__ import annotations

import pytest

from assistant.engine.watchdog import Watchdog


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dog(clock: Clock) -> Watchdog:
    return Watchdog(clock, times=10)


def pass_by(clock: Clock, dog: Watchdog, seconds: float) -> bool:
    """Let seconds pass as the annotator does, four looks each; whether the worker was overdue at the end."""
    for _ in range(round(seconds * 4)):
        clock.now += 0.25
        dog.overdue()
    return dog.overdue()


def test_a_model_may_take_as_long_to_load_as_it_takes(clock: Clock, dog: Watchdog) -> None:
    dog.expect()
    assert not pass_by(clock, dog, 3600)


def test_patience_is_a_multiple_of_the_longest_silence_so_far(clock: Clock, dog: Watchdog) -> None:
    dog.expect()
    pass_by(clock, dog, 2)
    dog.heard(True)
    assert not pass_by(clock, dog, 19) and pass_by(clock, dog, 2)


def test_it_grows_with_slow_batches_and_not_with_quick_ones(clock: Clock, dog: Watchdog) -> None:
    dog.expect()
    for seconds in (1.0, 0.25, 5.0, 0.25):
        pass_by(clock, dog, seconds)
        dog.heard(True)
    assert not pass_by(clock, dog, 49) and pass_by(clock, dog, 2)


def test_nothing_is_due_from_a_worker_without_work(clock: Clock, dog: Watchdog) -> None:
    dog.expect()
    pass_by(clock, dog, 1)
    dog.heard(False)
    assert not pass_by(clock, dog, 3600)
    # Idle time is no silence, so patience is what it was.
    dog.expect()
    assert not pass_by(clock, dog, 9) and pass_by(clock, dog, 2)


def test_a_machine_that_slept_is_no_hanging_worker(clock: Clock, dog: Watchdog) -> None:
    dog.expect()
    pass_by(clock, dog, 1)
    dog.heard(True)
    clock.now += 8 * 3600
    assert not dog.overdue()


def test_a_second_worker_has_twice_the_time(clock: Clock, dog: Watchdog) -> None:
    dog.expect()
    pass_by(clock, dog, 1)
    dog.heard(True)
    assert pass_by(clock, dog, 12)
    assert dog.give_up() == pytest.approx(12)
    assert not dog.overdue()
    dog.expect()
    assert not pass_by(clock, dog, 19) and pass_by(clock, dog, 2)
