"""How fetching and preparing say what they are doing; the command line draws it, tests and screens may ignore it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    def begin(self, what: str, total: int | None = None) -> None:
        """A step begins; `total` is its size in bytes or in pieces, None where it is not known."""

    def at(self, done: int) -> None:
        """So much of the step's total is done."""

    def note(self, line: str) -> None:
        """Something worth keeping on the screen."""


class Quiet:
    def begin(self, what: str, total: int | None = None) -> None:
        pass

    def at(self, done: int) -> None:
        pass

    def note(self, line: str) -> None:
        pass
