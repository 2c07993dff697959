"""Tells a worker that hangs from one that is slow, by what this machine took before."""

from __future__ import annotations

import time
from collections.abc import Callable

# Two spinning threads beside a busy program took forty times as long as on a quiet machine.
_TIMES = 60.0
# Where memory is short the weights may be put out of it, and are read from the disk again, as when they were loaded.
_LOADS = 3.0
# What passes between two looks counts up to here: a machine that slept, or a stopped job, is no hanging worker.
_LONGEST_STEP = 1.0


class Watchdog:
    """Waits for signs of a worker: that it is ready, then one after every batch.

    Too long is `times` the longest batch so far, and `loads` times the longest loading at least. When the worker is
    ready it says what it reckons a batch to take, so that there is something to go by before the first. A model may
    take as long to load as it takes, and the next time `times` as long. `clock` gives seconds; `longest_step` caps what
    passes between looks.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        times: float = _TIMES,
        loads: float = _LOADS,
        longest_step: float = _LONGEST_STEP,
    ) -> None:
        self._clock = clock
        self._times = times
        self._loads = loads
        self._longest_step = longest_step
        self._looked = clock()
        self._loading = False
        self._load = self._batch = 0.0
        # Seconds since the last sign; None where none is due.
        self._silent: float | None = None

    def load(self) -> None:
        """A worker was started: it is due to say that it is ready."""
        self._look()
        self._loading, self._silent = True, 0.0

    def ready(self, batch: float) -> None:
        """It is ready, and reckons that a full batch takes so many seconds."""
        self._look()
        self._load = max(self._load, self._silent or 0.0)
        self._batch = max(self._batch, batch)
        self._loading, self._silent = False, None

    def expect(self) -> None:
        """From now on a sign is due, if none was."""
        self._look()
        if self._silent is None:
            self._silent = 0.0

    def heard(self, more: bool) -> None:
        """A sign came; whether another one is due."""
        self._look()
        if not self._loading:
            self._batch = max(self._batch, self._silent or 0.0)
        self._silent = 0.0 if more else None

    def overdue(self) -> bool:
        self._look()
        patience = self._times * (self._load if self._loading else self._batch)
        if not self._loading:
            patience = max(patience, self._loads * self._load)
        return self._silent is not None and 0.0 < patience < self._silent

    def give_up(self) -> float:
        """The worker is ended: the next one has twice the time. Returns for how many seconds this one was silent."""
        self._times *= 2
        self._loads *= 2
        return self._silent or 0.0

    def ended(self) -> None:
        """There is no worker: nothing is due."""
        self._silent = None

    def _look(self) -> None:
        now = self._clock()
        if self._silent is not None:
            self._silent += min(now - self._looked, self._longest_step)
        self._looked = now
