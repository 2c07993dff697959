"""Keys on the text itself: a caret that selects words for a new span, and the edge of a span that is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from assistant.tui.keymap import SELECTING, bindings
from assistant.tui.selecting import Selecting
from assistant.tui.widgets.note.marked import MarkedPage
from bioassist.documents import Span


class Caret(MarkedPage):
    """Without a caret and without an edge the arrows scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SELECTING)]

    @dataclass
    class Nudged(Message):
        """The edge that is held ("left" or "right") is to move by one character, to the left (-1) or the right (1)."""

        edge: str
        by: int

    class SelectingChanged(Message):
        """Selecting began, moved or ended; `selecting` of the view says where it is."""

    def start_selecting(self) -> None:
        """Put a caret on the match that was found, on the focused span, or at the top of the view."""
        if self._found is not None:
            self.selecting = Selecting(self._layout, self._found.end - 1, self._found.start)
        elif self._focused is not None:
            self.selecting = Selecting(self._layout, self._focused.start)
        else:
            self.selecting = Selecting(self._layout, self._layout.hit(self.top, 0).offset)
        self._found = self.held = None
        self._follow_caret()

    def select(self, span: Span) -> None:
        """Select the words of `span`."""
        self.selecting = Selecting(self._layout, span.end - 1, span.start)
        self._follow_caret()

    def stop_selecting(self) -> None:
        self.selecting = None
        self.redraw()
        self.post_message(self.SelectingChanged())

    def hold(self, edge: str) -> None:
        """Take hold of the "left" or "right" edge of the focus: the arrows move it, until the focus goes elsewhere."""
        self.held = edge
        self.focus()
        self.redraw()

    def action_caret(self, step: str, extend: bool) -> None:
        """Move the caret; without one, up, down, home and end scroll."""
        if self.selecting is not None:
            self.selecting.move(step, extend)
            self._follow_caret()
        elif self.held is not None and step in ("left", "right"):
            self.post_message(self.Nudged(self.held, -1 if step == "left" else 1))
        elif step in ("up", "down"):
            self.scroll_relative(y=-1 if step == "up" else 1, animate=False)
        elif step in ("home", "end"):
            self.scroll_to(y=0 if step == "home" else self.max_scroll_y, animate=False)

    def action_anchor(self) -> None:
        if self.selecting is not None:
            self.selecting.drop_anchor()
            self._follow_caret()

    def action_leave(self) -> None:
        self.held = None
        self.stop_selecting()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "leave":
            return self.selecting is not None or self.held is not None or self.hints is not None
        return self.selecting is not None if action == "anchor" else True

    def _follow_caret(self) -> None:
        self.redraw()
        if self.selecting is not None:
            self.reveal(self.selecting.caret, self.selecting.caret + 1)
        self.post_message(self.SelectingChanged())
