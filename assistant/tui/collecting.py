"""Garbage is collected while nobody waits for a key.

A full pass of Python's collector goes over everything that lives: a fifth of a second where a long note is open,
whenever it pleases. So what is there when the screen stands is left out of all passes, and a full one is made in a
pause, or after two minutes without one.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

# Seconds between looks, and without a key before a pass; looks that find no pause before one is made all the same.
EVERY, PAUSE, PATIENCE = 1.0, 0.7, 120
# Passes over the middle generation before a full one is worth it, and what stands for never.
WORTH, NEVER = 10, 1_000_000


class Collecting:
    """`touched` at each key; `look` every `EVERY` seconds, between `begin` and `end`. `now` gives seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._key = now()
        self._looks = 0
        self._settled = False
        self._thresholds = gc.get_threshold()

    def begin(self) -> None:
        first, second, _ = self._thresholds = gc.get_threshold()
        gc.set_threshold(first, second, NEVER)

    def touched(self) -> None:
        self._key = self._now()

    def look(self) -> None:
        """Collect, if there is a pause and it is worth it."""
        self._looks += 1
        if self._now() - self._key < PAUSE and self._looks < PATIENCE:
            return
        if not self._settled:
            gc.freeze()
            self._settled, self._looks = True, 0
        elif gc.get_count()[2] >= WORTH:
            gc.collect()
            self._looks = 0

    def end(self) -> None:
        gc.set_threshold(*self._thresholds)
        if self._settled:
            gc.unfreeze()
