"""The note's text with its spans, drawn row by row: what is not on the screen is neither laid out nor styled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from assistant.project.state import Item
from assistant.tui.atoms import Mark
from assistant.tui.keymap import SELECTING, bindings
from assistant.tui.layout import NoteLayout
from assistant.tui.marks import abbreviations, marks_of, near_marks
from assistant.tui.painting import GUTTER, Shown, paint_row
from assistant.tui.palette import Palette
from assistant.tui.selecting import Selecting
from bioassist.documents import Span
from bioassist.schema import Schema

MARGIN = 1
MEASURE = 100  # cells; longer rows are hard to read
FIRST_SLICE, SLICE, PAUSE = 0.015, 0.008, 0.02  # seconds for measuring rows: at once, then bit by bit


class NoteView(ScrollView, can_focus=True, inherit_bindings=False):
    """A scrolling, read-only text. The review screen tells it what to show and listens to its messages."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(SELECTING),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"note--accent"}

    @dataclass
    class Clicked(Message):
        """A click at `offset`, on the mark of item `item_id` if that is not None."""

        offset: int
        item_id: str | None

    class SelectingChanged(Message):
        """Selecting began, moved or ended; `selecting` of the view says where it is."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(id="note")
        self.schema = schema
        self._short = abbreviations(entity.name for entity in schema.entities)
        self._key: tuple[int, str] | None = None
        self._layout = NoteLayout("", 80)
        self._items: tuple[Item, ...] = ()
        self._focus: str | None = None
        self._focused: Item | None = None
        self._found: Span | None = None
        self._palette: Palette | None = None
        self._pressed: int | None = None
        self._moved = False
        self._strips: dict[int, Strip] = {}
        self.show_rejected = True
        self.near: tuple[Span, ...] = ()
        self.selecting: Selecting | None = None

    # what is shown

    @property
    def text(self) -> str:
        return self._layout.text

    @property
    def note_layout(self) -> NoteLayout:
        return self._layout

    def show(
        self, key: tuple[int, str], text: str, items: Sequence[Item], focus: str | None, near: Sequence[Span] = ()
    ) -> None:
        """Show a document. `key` tells documents apart: with the same key the scroll position stays.

        `near` are the near misses to show.
        """
        same = key == self._key
        self.near = tuple(near)
        focus_moved = not same or focus != self._focus
        self._items = tuple(items)
        self._focus = focus
        self._focused = next((item for item in items if item.id == focus), None)
        if same:
            self._change_marks()
        else:
            self._key, self.selecting, self._found = key, None, None
            self._layout = NoteLayout(text, self._text_width, self._marks())
            self._measure_soon()
            self.scroll_to(0, 0, animate=False)
        self._redraw()
        if focus_moved and self._focused is not None:
            self.reveal(self._focused.start, self._focused.end)

    def set_rejected(self, shown: bool) -> None:
        self.show_rejected = shown
        self._change_marks()
        self._redraw()

    def set_found(self, span: Span | None) -> None:
        """Mark a search match and bring it into view."""
        self._found = span
        self._redraw()
        if span is not None:
            self.reveal(span.start, span.end)

    def reveal(self, start: int, end: int) -> None:
        """Scroll so that `[start, end)` is in view with some lines around it; not at all if it is."""
        top = self._layout.locate(start).row
        bottom = self._layout.locate(max(start, end - 1)).row
        self._adopt_height()
        height = self.scrollable_content_region.height or self.size.height
        if not height:
            return
        margin = min(3, max(0, (height - (bottom - top + 1)) // 2))
        first = round(self.scroll_y)
        if top - margin < first:
            self.scroll_to(y=max(0, top - margin), animate=False)
        elif bottom + margin >= first + height:
            self.scroll_to(y=min(bottom + margin - height + 1, max(0, top - margin)), animate=False)

    # selecting words for a new span

    def start_selecting(self) -> None:
        """Put a caret on the match that was found, on the focused span, or at the top of the view."""
        if self._found is not None:
            self.selecting = Selecting(self._layout, self._found.end - 1, self._found.start)
        elif self._focused is not None:
            self.selecting = Selecting(self._layout, self._focused.start)
        else:
            self.selecting = Selecting(self._layout, self._layout.hit(round(self.scroll_y), 0).offset)
        self._found = None
        self._follow_caret()

    def select(self, span: Span) -> None:
        """Select the words of `span`."""
        self.selecting = Selecting(self._layout, span.end - 1, span.start)
        self._follow_caret()

    def stop_selecting(self) -> None:
        self.selecting = None
        self._redraw()
        self.post_message(self.SelectingChanged())

    def action_caret(self, step: str, extend: bool) -> None:
        """Move the caret; without one, up, down, home and end scroll."""
        if self.selecting is not None:
            self.selecting.move(step, extend)
            self._follow_caret()
        elif step in ("up", "down"):
            self.scroll_relative(y=-1 if step == "up" else 1, animate=False)
        elif step in ("home", "end"):
            self.scroll_to(y=0 if step == "home" else self.max_scroll_y, animate=False)

    def action_page_up(self) -> None:
        self.scroll_relative(y=1 - self.size.height, animate=False)

    def action_page_down(self) -> None:
        self.scroll_relative(y=self.size.height - 1, animate=False)

    def action_anchor(self) -> None:
        if self.selecting is not None:
            self.selecting.drop_anchor()
            self._follow_caret()

    def action_leave(self) -> None:
        self.stop_selecting()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.selecting is not None if action in ("anchor", "leave") else True

    def _follow_caret(self) -> None:
        self._redraw()
        if self.selecting is not None:
            self.reveal(self.selecting.caret, self.selecting.caret + 1)
        self.post_message(self.SelectingChanged())

    # mouse: a click points at a span, a drag or a double click selects words

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1 and (offset := self._offset_at(event)) is not None:
            self._pressed, self._moved = offset, False
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._pressed is None:
            return
        offset = self._offset_at(event)
        if offset is not None and (offset != self._pressed or self._moved):
            self._moved = True
            self.selecting = Selecting(self._layout, offset, self._pressed)
            self._redraw()

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
            self._redraw()
            self.post_message(self.SelectingChanged())
            return
        place = event.get_content_offset(self)
        owner = None
        if place is not None:
            owner = self._layout.hit(place.y + round(self.scroll_y), place.x - GUTTER).owner
        if owner is not None and owner >= len(self._items):
            self.select(self.near[owner - len(self._items)])
            return
        self.post_message(self.Clicked(offset, self._items[owner].id if owner is not None else None))

    def _offset_at(self, event: events.MouseEvent) -> int | None:
        x = event.x - self.gutter.left - GUTTER
        y = event.y - self.gutter.top
        if not 0 <= y < self.size.height:
            return None
        return self._layout.hit(y + round(self.scroll_y), max(0, x)).offset

    # geometry

    @property
    def _text_width(self) -> int:
        return max(1, min(self.scrollable_content_region.width - GUTTER - MARGIN, MEASURE))

    def on_resize(self, event: events.Resize) -> None:
        if self._text_width != self._layout.width:
            with_place = self._layout.hit(round(self.scroll_y), 0).offset
            self._layout.resize(self._text_width)
            self._measure_soon()
            self.scroll_to(y=self._layout.locate(with_place).row, animate=False)
            if self._focused is not None:
                self.call_after_refresh(self.reveal, self._focused.start, self._focused.end)
        self._adopt_height()
        self._redraw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        self._layout.measure_rows(round(new_value), self.size.height)
        super().watch_scroll_y(old_value, new_value)

    def _change_marks(self) -> None:
        """Lay out the blocks whose marks changed, and keep the row at the top where it was."""
        top = round(self.scroll_y)
        anchor = self._layout.hit(top, 0).offset if top else 0
        before = self._layout.locate(anchor).row
        self._layout.set_marks(self._marks())
        after = self._layout.locate(anchor).row
        self._adopt_height()
        if top and after != before:
            self.scroll_to(y=top + after - before, animate=False)

    def _measure_soon(self) -> None:
        layout = self._layout
        if layout.refine(FIRST_SLICE):
            self.set_timer(PAUSE, lambda: self._measure_more(layout))
        self._adopt_height()

    def _measure_more(self, layout: NoteLayout) -> None:
        if layout is not self._layout:
            return
        top = round(self.scroll_y)
        anchor = layout.hit(top, 0).offset
        before = layout.locate(anchor).row
        more = layout.refine(SLICE)
        after = layout.locate(anchor).row
        self._adopt_height()
        if after != before:
            self.scroll_to(y=top + after - before, animate=False)
            self._redraw()
        if more:
            self.set_timer(PAUSE, lambda: self._measure_more(layout))

    def _adopt_height(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self._layout.height)

    # drawing

    def _marks(self) -> list[Mark]:
        marks = marks_of(self._items, self._short, rejected=self.show_rejected)
        return marks + near_marks(self.near, len(self._items))

    def _redraw(self) -> None:
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        self._palette = None
        self._strips.clear()
        super().notify_style_update()

    @property
    def palette(self) -> Palette:
        if self._palette is None:
            _, ground = self.background_colors
            text = ground + self.styles.color if self.styles.color.a < 1 else self.styles.color
            accent = self.get_component_styles("note--accent").color
            colourless = self.app.no_color or self.app.console.color_system is None
            self._palette = Palette(text, ground, accent, colourless=colourless)
        return self._palette

    def render(self) -> str:
        return ""

    def render_line(self, y: int) -> Strip:
        y += round(self.scroll_y)
        width = self.scrollable_content_region.width
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._draw(y)
        return strip.adjust_cell_length(width, self.palette.text)

    def _draw(self, y: int) -> Strip:
        if y >= self._layout.height:
            return Strip([Segment(" " * GUTTER, self.palette.text)], GUTTER)
        state = Shown(self._items, self._focused, self.selecting, self._found)
        return paint_row(self._layout, y, state, self.schema, self.palette)
