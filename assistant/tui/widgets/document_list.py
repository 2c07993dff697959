"""The project's notes with their state and how far each one is reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from assistant.review.view import DocumentSummary
from assistant.tui.glyphs import shortened, visible

SIGNS = {"pending": "·", "reading": "◐", "ready": "○", "failed": "✗", "done": "✓", "skipped": "–", "blind": "◌"}


def sign_of(row: DocumentSummary) -> str:
    if row.skipped is not None:
        return SIGNS["skipped"]
    if row.blind and row.state != "failed":
        return SIGNS["blind"]
    return SIGNS["done"] if row.done else SIGNS[row.state]


def progress_of(row: DocumentSummary) -> str:
    """Decided of all, what a person added among them, behind the open questions; a word where there is nothing to
    count."""
    if row.state == "failed":
        return "failed"
    if row.skipped is not None:
        return "skipped"
    if row.blind:
        return f"{row.added} blind" if row.added else "blind"
    decided = row.accepted + row.rejected + row.added
    total = decided + row.pending
    if not total:
        return {"pending": "waits", "reading": "reading"}.get(row.state, "none")
    return f"{f'Q{row.questions} ' if row.questions else ''}{decided}/{total}"


class DocumentList(ScrollView, can_focus=True, inherit_bindings=False):
    """One line a note. Only the lines on the screen are drawn, so that 10,000 notes scroll as well as ten."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "list--row",
        "list--open",
        "list--cursor",
        "list--faint",
        "list--failed",
        "list--done",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
        Binding("enter,space", "choose", show=False),
        Binding("escape", "leave", show=False),
    ]

    @dataclass
    class Chosen(Message):
        document_id: int

    class Left(Message):
        """The person wants to go back to the text."""

    def __init__(self) -> None:
        super().__init__(id="documents")
        self._rows: list[DocumentSummary] = []
        self._places: dict[int, int] = {}
        self._done = 0
        self._open: int | None = None
        self._cursor = 0

    @property
    def rows(self) -> Sequence[DocumentSummary]:
        return self._rows

    def row(self, document_id: int) -> DocumentSummary | None:
        place = self._places.get(document_id)
        return self._rows[place] if place is not None else None

    def show(self, rows: Sequence[DocumentSummary], open_id: int | None) -> None:
        moved = open_id != self._open or len(rows) != len(self._rows)
        if rows is not self._rows:
            self._rows = list(rows)
            self._places = {row.id: place for place, row in enumerate(rows)}
            self._done = sum(row.done for row in rows)
        self._open = open_id
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))
        if moved:
            self._cursor = self._place_of_open()
            self._keep_in_view()
        self._count()
        self.refresh()

    def change(self, changed: DocumentSummary) -> None:
        """Take over one row, if it is there."""
        place = self._places.get(changed.id)
        if place is None or self._rows[place] == changed:
            return
        self._done += changed.done - self._rows[place].done
        self._rows[place] = changed
        self._count()
        self.refresh_line(place)

    def action_move(self, by: int) -> None:
        self._cursor = max(0, min(self._cursor + by, len(self._rows) - 1))
        self._keep_in_view()
        self.refresh()

    def action_choose(self) -> None:
        if self._rows:
            self.post_message(self.Chosen(self._rows[self._cursor].id))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        row = round(self.scroll_y) + place.y if place is not None else -1
        if 0 <= row < len(self._rows):
            self._cursor = row
            self.action_choose()

    def on_resize(self) -> None:
        self._keep_in_view()

    def on_focus(self) -> None:
        self._cursor = self._place_of_open()
        self._keep_in_view()
        self.refresh()

    def _place_of_open(self) -> int:
        return self._cursor if self._open is None else self._places.get(self._open, self._cursor)

    def _count(self) -> None:
        self.border_title = f"Notes {self._done}/{len(self._rows)}"

    def _keep_in_view(self) -> None:
        height = self.scrollable_content_region.height
        if height and not round(self.scroll_y) <= self._cursor < round(self.scroll_y) + height:
            self.scroll_to(y=max(0, self._cursor - height // 2), animate=False)

    def render(self) -> str:
        return ""

    def render_line(self, y: int) -> Strip:
        place = y + round(self.scroll_y)
        width = self.scrollable_content_region.width
        plain = self.get_component_rich_style("list--row")
        if place >= len(self._rows):
            return Strip.blank(width, plain)
        row = self._rows[place]
        over = Style()
        at_cursor = self.has_focus and place == self._cursor
        if at_cursor:
            over = self.get_component_rich_style("list--cursor")
        elif row.id == self._open:
            over = self.get_component_rich_style("list--open")
        name_style = plain + over
        faint = plain + self.get_component_rich_style("list--faint", partial=True) + over
        sign_style = faint
        if row.state == "failed":
            sign_style = plain + self.get_component_rich_style("list--failed", partial=True) + over
        elif row.done:
            sign_style = plain + self.get_component_rich_style("list--done", partial=True) + over
        progress = progress_of(row)
        pointer = "▸" if row.id == self._open else "›" if at_cursor else " "
        room = max(4, width - len(progress) - 5)
        name = shortened(visible(row.name), room)
        segments = [
            Segment(pointer, name_style),
            Segment(f"{sign_of(row)} ", sign_style),
            Segment(set_cell_size(name, room), name_style),
            Segment(f" {progress} ", sign_style if row.state == "failed" else faint),
        ]
        return Strip(segments).adjust_cell_length(width, name_style)
