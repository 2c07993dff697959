"""The progress bar of `annotate`: documents, words a second, time left, and the line that is being read."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from bioassist.cli.diagnostics import say, visible

if TYPE_CHECKING:
    from assistant.engine.events import Event

LOADING = "loading the model"


class Display:
    """A context manager that shows events of the annotator on stderr; plain lines where that is not a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

        self._console = Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("notes"),
            TextColumn("{task.fields[rate]}", markup=False),
            TextColumn("{task.fields[left]}", markup=False),
            TextColumn("{task.description}", style="dim", markup=False),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task(LOADING, total=None, rate="", left="")
        # Something can be shown: the model can read, or a note is ready.
        self.can_show = False

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def take(self, event: Event) -> None:
        """Called on the annotator's thread."""
        from assistant.engine import events

        match event:
            case events.EngineReady(facts):
                told = ", ".join(f"{name} {value}" for name, value in facts.items())
                self._say(f"bioassist: the model is loaded ({told}).")
                self.can_show = True
            case events.DocumentDone():
                self.can_show = True
            case events.DocumentFailed(_, reason):
                self._say(f"bioassist: a note failed: {reason}")
            case events.SuggesterFailed(_, suggester, reason):
                self._say(f"bioassist: {suggester} could not do all on a note: {reason}")
            case events.WindowFailed(_, name, told):
                self._say(f"bioassist: {name}: {told}; the rest is read.")
            case events.WorkerLost(reason, will_retry):
                self._say(f"bioassist: {reason}; " + ("a fresh one takes over." if will_retry else "giving up."))
            case events.Progress():
                left = "" if event.seconds_left is None else f"{_clock(event.seconds_left)} left"
                width = max(self._console.width - 70, 10)
                self._bar.update(
                    self._task,
                    total=event.documents_all,
                    completed=event.documents_done,
                    description=LOADING if event.loading else visible(event.reading)[:width],
                    rate=f"{event.words_per_s:.0f} words/s" if event.words_per_s else "",
                    left=left,
                )

    def _say(self, line: str) -> None:
        if self._console.is_terminal:
            self._console.print(visible(line), markup=False, highlight=False, soft_wrap=True)
        else:
            say(line)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
