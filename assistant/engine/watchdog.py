"""Tells a worker that hangs from one that is slow, by what this machine took before."""

from __future__ import annotations

import time
from collections.abc import Callable

# Two spinning threads beside a busy program took forty times as long as on a quiet machine.
_TIMES = 60.0
# What passes between two looks counts up to here: a machine that slept, or a stopped job, is no hanging worker.
_LONGEST_STEP = 1.0


class Watchdog:
    """Waits for signs of a worker: its start, then one after every batch.

    `times` the longest silence that came to an end is too long. Before the first one there is nothing to go by, so a
    model may take as long to load as it takes. `clock` gives seconds; `longest_step` caps what passes between looks.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        times: float = _TIMES,
        longest_step: float = _LONGEST_STEP,
    ) -> None:
        self._clock = clock
        self._times = times
        self._longest_step = longest_step
        self._looked = clock()
        self._longest = 0.0
        # Seconds since the last sign; None where none is due.
        self._silent: float | None = None

    def expect(self) -> None:
        """From now on a sign is due, if none was."""
        self._look()
        if self._silent is None:
            self._silent = 0.0

    def heard(self, more: bool) -> None:
        """A sign came; whether another one is due."""
        self._look()
        if self._silent is not None:
            self._longest = max(self._longest, self._silent)
        self._silent = 0.0 if more else None

    def overdue(self) -> bool:
        self._look()
        return self._silent is not None and 0.0 < self._times * self._longest < self._silent

    def give_up(self) -> float:
        """The worker was ended: the next one has twice the time. Returns for how many seconds this one was silent."""
        self._times *= 2
        silent, self._silent = self._silent or 0.0, None
        return silent

    def _look(self) -> None:
        now = self._clock()
        if self._silent is not None:
            self._silent += min(now - self._looked, self._longest_step)
        self._looked = now
