"""What a person sees while a model is fetched and prepared, and the question before it."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from bioassist.cli.diagnostics import say, visible

if TYPE_CHECKING:
    from assistant.models import Entry


def offer(entry: Entry) -> bool:
    """Ask whether to fetch a model now; no where nobody can answer."""
    if not sys.stdin.isatty():
        return False
    size = f"{entry.base.size / 1e6:,.0f} MB"
    question = f"The model {entry.name} ({size}, {entry.licence}) is not on this machine. Fetch it now?"
    return click.confirm(question, default=True, err=True)


class FetchDisplay:
    """A context manager that draws progress on stderr; one line a step where that is not a terminal.

    It is an `assistant.models.Progress`.
    """

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

        self._console = Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, visible=False)
        self._total: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, what: str, total: int | None = None) -> None:
        # Not before there is something to show: until then there may be a question on the screen.
        self._total = total
        self._bar.start()
        if not self._console.is_terminal:
            say(f"bioassist: {what}")
        self._bar.reset(self._task, total=total, description=visible(what), visible=True)

    def at(self, done: int) -> None:
        # An installer's temporary files can be larger than what comes out of them.
        self._bar.update(self._task, completed=done if self._total is None else min(done, self._total))

    def note(self, line: str) -> None:
        self._console.print(visible(line), markup=False, highlight=False, soft_wrap=True)
