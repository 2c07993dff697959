"""One line at the bottom: what was saved when, and how far the reading is."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from assistant.engine.events import Progress
from assistant.tui.clock import duration, time_of_day
from assistant.tui.glyphs import visible

NOTICE = 30  # cells of a notice; a longer one is shown in full above the text when the screen opens
GREETING = "each decision is saved at once"
LEFT_SHARE = 0.3  # of the line, which the left part gets before the right one


class StatusLine(Widget):
    """Left what the person did, right what the engine does; what does not fit gives way from the right's details on."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"status--saved", "status--faint", "status--warning"}

    def __init__(self, notice: str | None) -> None:
        super().__init__(id="status")
        self._notice = visible(notice, NOTICE) if notice else ""
        self._saved_at: str | None = None
        self._just_saved = False
        self._said = GREETING
        self._progress: Progress | None = None
        self._ended: str | None = None
        self._pace = ""

    def saved(self, at: str, text: str) -> None:
        """A decision is on the disk since `at` (ISO 8601)."""
        self._saved_at, self._said, self._just_saved = at, text, True
        self.refresh()

    def say(self, text: str) -> None:
        """Something that was not a decision."""
        self._said, self._just_saved = text, False
        self.refresh()

    def progress(self, progress: Progress) -> None:
        self._progress, self._ended = progress, None
        self.refresh()

    def pace(self, told: str) -> None:
        """How fast the person works; nothing while that is not known."""
        if told != self._pace:
            self._pace = told
            self.refresh()

    def finished(self, stopped: bool) -> None:
        self._ended = "reading stopped" if stopped else "all notes read"
        self.refresh()

    def render(self) -> RenderResult:
        saved, faint, warning = (self._style(name) for name in ("saved", "faint", "warning"))
        left = Text(no_wrap=True, overflow="ellipsis", end="")
        at = f"saved {time_of_day(self._saved_at)}" if self._saved_at is not None else ""
        if self._just_saved:
            left.append(f"✓ {at}  ", saved)
            left.append(visible(self._said))
        else:
            left.append(visible(self._said))
            left.append(f"  {at}", faint)
        width = self.size.width
        least = min(cell_len(left.plain), int(width * LEFT_SHARE))
        for right in self._right_forms():
            room = width - cell_len(right.plain) - 2
            # What is asked of a person, or told, is read whole: the notice gives way, and is there again afterwards.
            whole = right.plain == f"! {self._notice}" and not self._just_saved and self._said != GREETING
            if room >= (cell_len(visible(self._said)) if whole else least):
                break
        else:
            return left
        left.truncate(max(0, room), overflow="ellipsis", pad=True)
        gap = Text("  ", end="")
        right.stylize(faint)
        if self._notice and (place := right.plain.find(self._notice)) >= 0:
            right.stylize(warning, place, place + len(self._notice))
        return Text.assemble(left, gap, right, no_wrap=True)

    def _right_forms(self) -> list[Text]:
        """From the longest to the shortest."""
        notice = f"! {self._notice}" if self._notice else ""
        forms = [[self._pace, reading, notice] for reading in self._reading()]
        forms += [[self._pace, notice], [notice], [""]]
        return [Text("  ".join(part for part in parts if part), end="") for parts in forms]

    def _reading(self) -> list[str]:
        """How the engine is doing, in fewer and fewer words."""
        progress = self._progress
        if self._ended is not None:
            return [self._ended]
        if progress is None:
            return [""]
        count = f"{progress.documents_done}/{progress.documents_all}"
        if progress.loading:
            return [f"{count} read · loading the model", "loading the model", "loading"]
        if not progress.words_per_s:
            return [f"{count} read"]
        speed = f"{progress.words_per_s:.0f}"
        left = duration(progress.seconds_left) if progress.seconds_left is not None else ""
        whole = [f"{count} read", f"{speed} words/s", f"{left} left" if left else ""]
        name = [f"reading {visible(progress.reading, 24)}"] if progress.reading else []
        forms = [name + whole, whole, [count, f"{speed} w/s", left], [count, f"{speed} w/s"], [f"{count} read"]]
        return [" · ".join(part for part in parts if part) for parts in forms]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"status--{name}", partial=True)
