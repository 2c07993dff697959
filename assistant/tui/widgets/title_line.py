"""One line above the text: which note, what state it is in, and what is left to decide."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from assistant.review.view import DocumentView
from assistant.tui.glyphs import shortened, visible
from assistant.tui.marks import DECIDED


class TitleLine(Widget):
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--faint", "title--done"}

    def __init__(self) -> None:
        super().__init__(id="title")
        self._view: DocumentView | None = None

    def show(self, view: DocumentView | None) -> None:
        self._view = view
        self.refresh()

    def render(self) -> RenderResult:
        faint = self.get_component_rich_style("title--faint", partial=True)
        view = self._view
        if view is None:
            return Text("no note is ready yet", style=faint)
        count = Counter[str](item.status for item in view.items)
        kept = sum(count[status] for status in DECIDED)
        counts = f"{count['pending']} to decide · {kept} kept · {count['rejected']} rejected"
        mark = (
            "✓ done"
            if view.row.done
            else {"reading": "◐ being read", "pending": "· not read yet"}.get(view.row.state, "")
        )
        name = shortened(visible(view.row.name), max(12, self.size.width - cell_len(counts) - cell_len(mark) - 4))
        return Text.assemble(
            (name, "bold"),
            "  ",
            (mark, self.get_component_rich_style("title--done", partial=True) if view.row.done else faint),
            "  " if mark else "",
            (counts, faint),
            no_wrap=True,
            overflow="ellipsis",
        )
