"""What is known about the suggestion in focus, and the numbers that label it."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from assistant.review.view import DocumentView
from assistant.tui.marks import abbreviations
from assistant.tui.widgets.inspecting.ink import Ink
from assistant.tui.widgets.inspecting.panel import panel, panel_of_choice, panel_of_nothing
from assistant.tui.widgets.inspecting.strip import strip, strip_of_choice, strip_of_nothing
from bioassist.schema import Schema


class Inspector(Widget):
    """Two forms: a panel beside the text, and on a narrow screen a strip of three lines below it."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "inspector--faint",
        "inspector--strong",
        "inspector--warning",
        "inspector--bar",
    }

    def __init__(self, schema: Schema) -> None:
        super().__init__(id="inspector")
        self.schema = schema
        self._short = abbreviations(entity.name for entity in schema.entities)
        self._view: DocumentView | None = None
        self._chosen: str | None = None
        self._calibrated: str | None = None

    def show(self, view: DocumentView | None, chosen: str | None = None, calibrated: str | None = None) -> None:
        """Show the focus of `view`; or `chosen`, words that are being selected. `calibrated` says where the calibration
        of its confidence comes from."""
        self._calibrated = calibrated
        self._view = view
        self._chosen = chosen
        self.refresh()

    @property
    def is_strip(self) -> bool:
        return self.size.height <= 4

    def render(self) -> RenderResult:
        ink, view, room = self._ink(), self._view, self.size.width
        if self._chosen is not None:
            return strip_of_choice(self._chosen, ink, room) if self.is_strip else panel_of_choice(self._chosen, ink)
        if view is None:
            return Text("")
        if view.focused is None:
            return strip_of_nothing(view, ink, room) if self.is_strip else panel_of_nothing(view, ink)
        if self.is_strip:
            return strip(view, view.focused, ink, room)
        return panel(view, view.focused, self._calibrated, ink, room)

    def _ink(self) -> Ink:
        def style(name: str) -> Style:
            return self.get_component_rich_style(f"inspector--{name}", partial=True)

        faint, strong, warning, filled = (style(name) for name in ("faint", "strong", "warning", "bar"))
        ground = self.background_colors[1]
        return Ink(self.schema, self._short, faint, strong, warning, filled, ground, self.app.no_color)
