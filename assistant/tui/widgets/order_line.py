"""One line under the title, while a queue is followed or a filter is on: where in it the person is, what is hidden."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from assistant.review.order.filtering import Shown
from assistant.review.order.queue import QueueView
from assistant.tui.glyphs import visible


class OrderLine(Widget):
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"order--faint"}

    def __init__(self) -> None:
        super().__init__(id="order")
        self._queue: QueueView | None = None
        self._filter = ""
        self._shown: Shown | None = None

    def show(self, queue: QueueView | None, wanted: str, shown: Shown | None) -> None:
        self._queue, self._filter, self._shown = queue, wanted, shown
        self.display = queue is not None or shown is not None
        self.refresh(layout=False)

    def render(self) -> RenderResult:
        faint = self.get_component_rich_style("order--faint", partial=True)
        told = Text(no_wrap=True, overflow="ellipsis")
        if self._queue is not None:
            told.append(f"≡ {visible(self._queue.name)}", "bold")
            told.append(f"  {self._queue.place:,} of {self._queue.total:,} · {self._queue.left:,} left", faint)
        if self._shown is not None:
            told.append("   " if self._queue is not None else "")
            told.append(f"⧩ {visible(self._filter)}", "bold")
            told.append(
                f"  {self._shown.items:,} of {self._shown.of:,} shown, "
                f"{self._shown.notes:,} of {self._shown.of_notes:,} notes",
                faint,
            )
        return told
