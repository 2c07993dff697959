"""What is said while the terminal is too small to work in."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = Size(40, 12)
WHOLE = Size(80, 24)


def too_small(size: Size) -> bool:
    return size.width < LEAST.width or size.height < LEAST.height


class TooSmallScreen(ModalScreen[None]):
    """Lies over everything until there is room again: no key decides on what cannot be seen."""

    def __init__(self) -> None:
        super().__init__()
        self._over = False

    def compose(self) -> ComposeResult:
        yield Static(id="too-small")

    def on_resize(self, event: events.Resize) -> None:
        if self._over:
            return
        if not too_small(event.size):
            self._over = True
            self.dismiss()
            return
        self.query_one("#too-small", Static).update(
            f"Too small: {event.size.width}×{event.size.height}. Needed: {LEAST.width}×{LEAST.height}, "
            f"better {WHOLE.width}×{WHOLE.height}. Make the window larger or its letters smaller. Nothing is lost."
        )
