"""The mouse: a click points at a span, a drag or a double click selects words."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message

from assistant.tui.painting import GUTTER
from assistant.tui.selecting import Selecting
from assistant.tui.widgets.note.caret import Caret
from bioassist.schema import Schema


class Pointing(Caret):
    """What is pointed at is a place in the text; a mark there belongs to an item or a near miss."""

    @dataclass
    class Clicked(Message):
        """A click at `offset`, on the mark of item `item_id` if that is not None."""

        offset: int
        item_id: str | None

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._pressed: int | None = None
        self._moved = False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1 and (offset := self._offset_at(event)) is not None:
            self._pressed, self._moved = offset, False
            self.hints = None
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._pressed is None:
            return
        offset = self._offset_at(event)
        if offset is not None and (offset != self._pressed or self._moved):
            self._moved = True
            self.selecting = Selecting(self._layout, offset, self._pressed)
            self.redraw()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._pressed is None:
            return
        self.release_mouse()
        self._pressed = None
        if self._moved:
            self.post_message(self.SelectingChanged())

    def on_click(self, event: events.Click) -> None:
        if self._moved or (offset := self._offset_at(event)) is None:
            return
        if event.chain == 2:
            self.selecting = Selecting(self._layout, offset)
            self.redraw()
            self.post_message(self.SelectingChanged())
            return
        owner = self._owner_at(event)
        if owner is not None and owner >= len(self._items):
            self.select(self.near[owner - len(self._items)])
            return
        self.post_message(self.Clicked(offset, self._items[owner].id if owner is not None else None))

    def _owner_at(self, event: events.MouseEvent) -> int | None:
        """Whose mark is under the mouse: the number of an item, or of a near miss behind those."""
        place = event.get_content_offset(self)
        return None if place is None else self._layout.hit(place.y + self.top, place.x - GUTTER).owner

    def _offset_at(self, event: events.MouseEvent) -> int | None:
        x = event.x - self.gutter.left - GUTTER
        y = event.y - self.gutter.top
        if not 0 <= y < self.size.height:
            return None
        return self._layout.hit(y + self.top, max(0, x)).offset
