"""The note's text with its spans, drawn row by row: what is not on the screen is neither laid out nor styled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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
from assistant.tui.hints import Hints, Target
from assistant.tui.keymap import SELECTING, bindings
from assistant.tui.layout import NoteLayout
from assistant.tui.links import NO_LINKS, Links
from assistant.tui.marks import Marking, abbreviations, near_marks
from assistant.tui.painting import GUTTER, Shown, paint_row
from assistant.tui.palette import Palette
from assistant.tui.selecting import Selecting
from assistant.tui.themes import contrast_of
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

    @dataclass
    class HintsChanged(Message):
        """Letters came up, were typed or went away, `left` without an answer; `hints` of the view are what there is."""

        left: bool = False

    @dataclass
    class Nudged(Message):
        """The edge that is held ("left" or "right") is to move by one character, to the left (-1) or the right (1)."""

        edge: str
        by: int

    class SelectingChanged(Message):
        """Selecting began, moved or ended; `selecting` of the view says where it is."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(id="note")
        self.schema = schema
        self._marking = Marking(abbreviations(entity.name for entity in schema.entities))
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
        self.hints: Hints | None = None
        self.held: str | None = None
        self._links = NO_LINKS

    # what is shown

    @property
    def text(self) -> str:
        return self._layout.text

    @property
    def note_layout(self) -> NoteLayout:
        return self._layout

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
            self._layout = NoteLayout(text, self._text_width, self._marks())
            self._measure_soon()
            self.scroll_to(0, 0, animate=False)
        elif not marked:
            self._change_marks()
        if focus_moved and self._focused is not None:
            self.reveal(self._focused.start, self._focused.end)
        self._redraw()

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

    # choosing a span by letters

    def ask_hint(self, candidates: Collection[str], chosen: Callable[[str], None]) -> int:
        """Draw letters over those of the items with ids `candidates` that are in view; call `chosen` with the id of the
        one whose letters are typed. Escape leaves without a call. Returns how many are in view: none, nothing is asked.
        """
        targets = [target for target in self._in_view() if target.item_id in candidates]
        if targets:
            self.focus()
            self.hints = Hints(targets, chosen)
            self._hints_changed()
        return len(targets)

    def _in_view(self) -> list[Target]:
        """The items that can be seen, by where they begin on the screen."""
        top, height = round(self.scroll_y), self.scrollable_content_region.height or self.size.height
        first = self._layout.hit(top, 0).offset
        last = self._layout.hit(top + max(height, 1) - 1, 10**6).offset
        found = []
        for number, item in enumerate(self._items):
            seen = [span for span in item.spans if span.start <= last and span.end > first]
            if seen and (self.show_rejected or item.status != "rejected"):
                found.append(Target(item.id, number, max(first, min(span.start for span in seen))))
        return sorted(found, key=lambda target: (target.offset, target.number))

    def on_key(self, event: events.Key) -> None:
        """While letters are asked for, no key does anything else; but escape leaves."""
        if self.hints is None:
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.hints = None
            self._hints_changed(left=True)
            return
        if event.key == "backspace":
            self.hints.typed = self.hints.typed[:-1]
        elif event.character and event.character.isprintable():
            item_id = self.hints.type(event.character)
            if item_id is not None:
                chosen, self.hints = self.hints.chosen, None
                chosen(item_id)
        self._hints_changed()

    def _hints_changed(self, *, left: bool = False) -> None:
        self._redraw()
        self.post_message(self.HintsChanged(left))

    # selecting words for a new span

    def start_selecting(self) -> None:
        """Put a caret on the match that was found, on the focused span, or at the top of the view."""
        if self._found is not None:
            self.selecting = Selecting(self._layout, self._found.end - 1, self._found.start)
        elif self._focused is not None:
            self.selecting = Selecting(self._layout, self._focused.start)
        else:
            self.selecting = Selecting(self._layout, self._layout.hit(round(self.scroll_y), 0).offset)
        self._found = self.held = None
        self._follow_caret()

    def hold(self, edge: str) -> None:
        """Take hold of the "left" or "right" edge of the focus: the arrows move it, until the focus goes elsewhere."""
        self.held = edge
        self.focus()
        self._redraw()

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
        elif self.held is not None and step in ("left", "right"):
            self.post_message(self.Nudged(self.held, -1 if step == "left" else 1))
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
        self.held = None
        self.stop_selecting()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "leave":
            return self.selecting is not None or self.held is not None
        return self.selecting is not None if action == "anchor" else True

    def _follow_caret(self) -> None:
        self._redraw()
        if self.selecting is not None:
            self.reveal(self.selecting.caret, self.selecting.caret + 1)
        self.post_message(self.SelectingChanged())

    # mouse: a click points at a span, a drag or a double click selects words

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
        marks = self._marking.of(self._items, rejected=self.show_rejected)
        return marks + near_marks(self.near, len(self._items))

    def _redraw(self) -> None:
        """Draw the rows in view anew; only those that come out otherwise are sent to the terminal."""
        before, self._strips = self._strips, {}
        top = round(self.scroll_y)
        for y in range(top, top + self.size.height):
            strip = self._draw(y)
            if strip == before.get(y):
                self._strips[y] = before[y]
            else:
                self._strips[y] = strip
                self.refresh_line(y)

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
            ratio = contrast_of(self.app.theme)
            self._palette = Palette(text, ground, accent, ratio=ratio, colourless=colourless)
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
        state = Shown(self._items, self._focused, self.selecting, self._found, self.hints, self.held, self._links)
        return paint_row(self._layout, y, state, self.schema, self.palette)
