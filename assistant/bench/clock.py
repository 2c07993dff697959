"""The clock that every contender is timed with."""

from __future__ import annotations

import os
import time
from typing import Any

from assistant.bench.memory import used
from assistant.bench.trial import Outcome


class Clock:
    """Started before the model is loaded. `read` says that reading begins, `found` that labels are there."""

    def __init__(self) -> None:
        self._began = self._reading = time.perf_counter()
        self._first: float | None = None

    def read(self) -> None:
        self._reading = time.perf_counter()

    def found(self) -> None:
        if self._first is None:
            self._first = time.perf_counter() - self._began

    def stop(self, words: int, tokens: int, **more: Any) -> Outcome:
        """The outcome, with the memory that is in use now; to be asked for before the model is closed."""
        seconds = time.perf_counter() - self._reading
        return Outcome(words, tokens, seconds, self._first, memory=used(os.getpid()), **more)
