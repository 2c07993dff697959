from __future__ import annotations

import pytest

from assistant.tui.clock import duration, now, time_of_day


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (3599, "59 min"), (3600, "1 h 00 min"), (9000, "2 h 30 min")],
)
def test_lengths_of_time(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_the_journal_s_times_are_shown_to_the_second() -> None:
    shown = time_of_day(now())
    assert [len(part) for part in shown.split(":")] == [2, 2, 2]
