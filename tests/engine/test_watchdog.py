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
    return Watchdog(clock, times=10, loads=2)


def pass_by(clock: Clock, dog: Watchdog, seconds: float) -> bool:
    """Let seconds pass as the annotator does, four looks each; whether the worker was overdue at the end."""
    for _ in range(round(seconds * 4)):
        clock.now += 0.25
        dog.overdue()
    return dog.overdue()


def loaded(clock: Clock, dog: Watchdog, seconds: float = 1, batch: float = 0.1) -> None:
    """A worker that took so long to load and reckons with such batches; it has something to read."""
    dog.load()
    assert not pass_by(clock, dog, seconds)
    dog.ready(batch)
    dog.heard(True)


def test_a_model_may_take_as_long_to_load_as_it_takes(clock: Clock, dog: Watchdog) -> None:
    dog.load()
    assert not pass_by(clock, dog, 3600)


def test_the_next_time_it_may_take_a_multiple_of_that(clock: Clock, dog: Watchdog) -> None:
    loaded(clock, dog, 5)
    dog.ended()
    dog.load()
    assert not pass_by(clock, dog, 49) and pass_by(clock, dog, 2)


def test_before_the_first_batch_the_worker_says_what_one_takes(clock: Clock, dog: Watchdog) -> None:
    """A large model that lies in memory is there at once, and may read its first batch for minutes."""
    loaded(clock, dog, 0.25, batch=120)
    assert not pass_by(clock, dog, 1199) and pass_by(clock, dog, 2)


def test_a_model_that_took_long_to_load_does_not_hang_for_long(clock: Clock, dog: Watchdog) -> None:
    """It may be read from the disk again in the middle of a batch, and that is all."""
    loaded(clock, dog, 60, batch=0.5)
    assert not pass_by(clock, dog, 119) and pass_by(clock, dog, 2)


def test_patience_is_a_multiple_of_the_longest_batch_so_far(clock: Clock, dog: Watchdog) -> None:
    loaded(clock, dog)
    for seconds in (1.0, 0.25, 5.0, 0.25):
        pass_by(clock, dog, seconds)
        dog.heard(True)
    assert not pass_by(clock, dog, 49) and pass_by(clock, dog, 2)


def test_nothing_is_due_from_a_worker_without_work(clock: Clock, dog: Watchdog) -> None:
    loaded(clock, dog)
    pass_by(clock, dog, 1)
    dog.heard(False)
    assert not pass_by(clock, dog, 3600)
    # Idle time is no batch, so patience is what it was.
    dog.expect()
    assert not pass_by(clock, dog, 9) and pass_by(clock, dog, 2)


def test_nothing_is_due_where_there_is_no_worker(clock: Clock, dog: Watchdog) -> None:
    loaded(clock, dog)
    pass_by(clock, dog, 1)
    dog.ended()
    assert not pass_by(clock, dog, 3600)
    loaded(clock, dog)
    # Nor was it a batch in which the last one ended.
    assert pass_by(clock, dog, 3)


def test_a_machine_that_slept_is_no_hanging_worker(clock: Clock, dog: Watchdog) -> None:
    loaded(clock, dog)
    clock.now += 8 * 3600
    assert not dog.overdue()


def test_a_second_worker_has_twice_the_time(clock: Clock, dog: Watchdog) -> None:
    loaded(clock, dog, 0.25)
    pass_by(clock, dog, 1)
    dog.heard(True)
    assert pass_by(clock, dog, 12)
    assert dog.give_up() == pytest.approx(12)
    dog.ended()
    assert not dog.overdue()
    loaded(clock, dog, 0.25)
    assert not pass_by(clock, dog, 19) and pass_by(clock, dog, 2)
