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
from assistant.tui.marks import DECIDED, SIGNS
from assistant.tui.widgets.inspecting.telling import classes_of

REASON = 30  # code points of why a note is skipped

NAME = 12  # cells that the end of a name has at least


class TitleLine(Widget):
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"title--faint", "title--done"}

    def __init__(self) -> None:
        super().__init__(id="title")
        self._view: DocumentView | None = None
        self._far: dict[int, str] = {}

    def read(self, document_id: int, done: int, windows: int | None) -> None:
        """So many windows of a note are read, of how many if that is known."""
        far = f"{done}/{windows if windows is not None else '…'} read"
        # What is asked of the spans and of the whole note is read after the windows.
        details = "details come" if windows == 0 else f"{far}, details come"
        self._far[document_id] = details if done == windows else far
        self.refresh()

    def begun(self, document_id: int) -> None:
        """A note is read from its beginning, perhaps once more."""
        self._far.pop(document_id, None)
        self.refresh()

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
        far = self._far.get(view.row.id, "being read")
        state = {"reading": f"◐ {far}", "pending": "· not read yet"}.get(view.row.state, "")
        mark = state
        if view.row.done:
            mark = f"✓ done, {state}" if view.row.state == "reading" else "✓ done"
        elif view.row.skipped is not None:
            mark = f"– skipped: {visible(view.row.skipped, REASON)}"
        elif view.row.blind:
            mark = "◌ blind until D"
        room = self.size.width - cell_len(counts) - cell_len(mark) - 4
        classes = _fitting(view, room - NAME)
        name = shortened(visible(view.row.name), max(NAME, room - cell_len(classes)))
        return Text.assemble(
            (name, "bold"),
            "  ",
            (mark, self.get_component_rich_style("title--done", partial=True) if view.row.done else faint),
            "  " if mark else "",
            (counts, faint),
            classes,
            no_wrap=True,
            overflow="ellipsis",
        )


def _fitting(view: DocumentView, room: int) -> str:
    """As many of the note's classes as fit; the panel beside the text has all of them."""
    shown = ""
    for one in classes_of(view):
        if not one.startswith(SIGNS["rejected"]) and cell_len(shown) + cell_len(one) + 2 <= room:
            shown += f"  {one}"
    return shown
