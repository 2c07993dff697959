"""What a process and its children take of the memory: PSS where the system tells it, else RSS."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import psutil

# Asking for PSS walks all pages and holds the process up, so it is not done often.
_EVERY = 1.0


def used(pid: int) -> int:
    """Bytes of a process and its children; 0 for one that has ended."""
    try:
        return sum(own(process.pid) for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)])
    except psutil.Error:
        return 0


def own(pid: int) -> int:
    """Bytes of a process alone; 0 for one that has ended."""
    try:
        told = psutil.Process(pid).memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(told, "pss", 0) or told.rss)


class Peak:
    """A context manager that looks at a process now and then; `bytes` is the most it was seen with."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)
        self.bytes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            self.bytes = max(self.bytes, used(self._pid))
