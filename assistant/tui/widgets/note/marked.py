"""What lies on the page: the spans of a document, the focus, a search match, near misses; and how a row is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from assistant.project.state import Item
from assistant.tui.atoms import Mark
from assistant.tui.hints import Hints
from assistant.tui.layout import NoteLayout
from assistant.tui.links import NO_LINKS, Links
from assistant.tui.marks import Marking, abbreviations, near_marks
from assistant.tui.painting import GUTTER, Shown, paint_row
from assistant.tui.selecting import Selecting
from assistant.tui.widgets.note.page import Page
from bioassist.documents import Span
from bioassist.schema import Schema


class MarkedPage(Page):
    """A document, as the review screen tells it. `selecting`, `hints` and `held` are what a person does with it."""

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self.schema = schema
        self._marking = Marking(abbreviations(entity.name for entity in schema.entities))
        self._key: tuple[int, str] | None = None
        self._items: tuple[Item, ...] = ()
        self._focus: str | None = None
        self._focused: Item | None = None
        self._found: Span | None = None
        self._links = NO_LINKS
        self.show_rejected = True
        self.near: tuple[Span, ...] = ()
        self.selecting: Selecting | None = None
        self.hints: Hints | None = None
        self.held: str | None = None

    def show(
        self,
        key: tuple[int, str],
        text: str,
        items: Sequence[Item],
        focus: str | None,
        near: Sequence[Span] = (),
        links: Links = NO_LINKS,
    ) -> None:
        """Show a document. `key` tells documents apart: with the same key the scroll position stays.

        `near` are the near misses to show, `links` what joins the focus to other items.
        """
        self._links = links
        same = key == self._key
        focus_moved = not same or focus != self._focus
        self.held = None if focus_moved else self.held
        marked = same and items is self._items and tuple(near) == self.near
        self._items, self.near = tuple(items), tuple(near)
        self._focus = focus
        self._focused = next((item for item in items if item.id == focus), None)
        if not same:
            self._key, self.selecting, self._found, self.hints = key, None, None, None
            self.lay_out(NoteLayout(text, self.text_width, self._marks()))
        elif not marked:
            self._change_marks()
        if focus_moved:
            self.settle()
        self.redraw()

    def settle(self) -> None:
        if self._focused is not None:
            self.reveal(self._focused.start, self._focused.end)

    def set_rejected(self, shown: bool) -> None:
        self.show_rejected = shown
        self._change_marks()
        self.redraw()

    def set_found(self, span: Span | None) -> None:
        """Mark a search match and bring it into view."""
        self._found = span
        self.redraw()
        if span is not None:
            self.reveal(span.start, span.end)

    def _change_marks(self) -> None:
        """Lay out the blocks whose marks changed."""
        self.keeping_place(lambda: self._layout.set_marks(self._marks()))

    def _marks(self) -> list[Mark]:
        marks = self._marking.of(self._items, rejected=self.show_rejected)
        return marks + near_marks(self.near, len(self._items))

    def draw(self, y: int) -> Strip:
        if y >= self._layout.height:
            return Strip([Segment(" " * GUTTER, self.palette.text)], GUTTER)
        state = Shown(self._items, self._focused, self.selecting, self._found, self.hints, self.held, self._links)
        return paint_row(self._layout, y, state, self.schema, self.palette)
