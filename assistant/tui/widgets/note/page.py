"""A long text on the screen: laid out bit by bit, scrolled by rows, drawn where it is in view."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from assistant.tui.layout import NoteLayout
from assistant.tui.painting import GUTTER
from assistant.tui.palette import Palette
from assistant.tui.themes import contrast_of

MARGIN = 1
MEASURE = 100  # cells; longer rows are hard to read
FIRST_SLICE, SLICE, PAUSE = 0.015, 0.008, 0.02  # seconds for measuring rows: at once, then bit by bit

T = TypeVar("T")


class Page(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of a layout. What a row looks like is for `draw` to say."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"note--accent"}

    def __init__(self) -> None:
        super().__init__(id="note")
        self._layout = NoteLayout("", 80)
        self._palette: Palette | None = None
        self._strips: dict[int, Strip] = {}

    @property
    def text(self) -> str:
        return self._layout.text

    @property
    def note_layout(self) -> NoteLayout:
        return self._layout

    @property
    def top(self) -> int:
        """The row at the top of the view."""
        return round(self.scroll_y)

    def lay_out(self, layout: NoteLayout) -> None:
        """Show another text, from its beginning."""
        self._layout = layout
        self._measure_soon()
        self.scroll_to(0, 0, animate=False)

    # scrolling

    def reveal(self, start: int, end: int) -> None:
        """Scroll so that `[start, end)` is in view with some lines around it; not at all if it is."""
        top = self._layout.locate(start).row
        bottom = self._layout.locate(max(start, end - 1)).row
        self._adopt_height()
        height = self.scrollable_content_region.height or self.size.height
        if not height:
            return
        margin = min(3, max(0, (height - (bottom - top + 1)) // 2))
        if top - margin < self.top:
            self.scroll_to(y=max(0, top - margin), animate=False)
        elif bottom + margin >= self.top + height:
            self.scroll_to(y=min(bottom + margin - height + 1, max(0, top - margin)), animate=False)

    def in_view(self, offset: int) -> bool:
        """Whether the row of a code point of the text is on the screen."""
        return self.top <= self._layout.locate(offset).row < self.top + self.size.height

    def action_page_up(self) -> None:
        self.scroll_relative(y=1 - self.size.height, animate=False)

    def action_page_down(self) -> None:
        self.scroll_relative(y=self.size.height - 1, animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        self._layout.measure_rows(round(new_value), self.size.height)
        super().watch_scroll_y(old_value, new_value)

    # geometry

    @property
    def text_width(self) -> int:
        return max(1, min(self.scrollable_content_region.width - GUTTER - MARGIN, MEASURE))

    def on_resize(self, event: events.Resize) -> None:
        if self.text_width != self._layout.width:
            with_place = self._layout.hit(self.top, 0).offset
            self._layout.resize(self.text_width)
            self._measure_soon()
            self.scroll_to(y=self._layout.locate(with_place).row, animate=False)
            self.call_after_refresh(self.settle)
        self._adopt_height()
        self.redraw()

    def settle(self) -> None:
        """The text has another width: bring into view what must be."""

    def keeping_place(self, change: Callable[[], T]) -> tuple[T, bool]:
        """Change the layout and keep the text at the top where it was; what the change gave, and whether rows moved."""
        top = self.top
        anchor = self._layout.hit(top, 0).offset
        before = self._layout.locate(anchor).row
        result = change()
        after = self._layout.locate(anchor).row
        self._adopt_height()
        if after != before:
            self.scroll_to(y=top + after - before, animate=False)
        return result, after != before

    def _measure_soon(self) -> None:
        layout = self._layout
        if layout.refine(FIRST_SLICE):
            self.set_timer(PAUSE, lambda: self._measure_more(layout))
        self._adopt_height()

    def _measure_more(self, layout: NoteLayout) -> None:
        if layout is not self._layout:
            return
        more, moved = self.keeping_place(lambda: layout.refine(SLICE))
        if moved:
            self.redraw()
        if more:
            self.set_timer(PAUSE, lambda: self._measure_more(layout))

    def _adopt_height(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self._layout.height)

    # drawing

    def draw(self, y: int) -> Strip:
        """Row `y` of the text, or an empty one below its end."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw the rows in view anew; only those that come out otherwise are sent to the terminal."""
        before, self._strips = self._strips, {}
        for y in range(self.top, self.top + self.size.height):
            strip = self.draw(y)
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
        y += self.top
        width = self.scrollable_content_region.width
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self.draw(y)
        return strip.adjust_cell_length(width, self.palette.text)
