"""The keys at the bottom: as many as fit, and among them always the one that shows all others."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

STAY = ("help", "leave")  # actions without which a person would not know how to go on


class KeyLine(Footer):
    """Textual's footer, which would cut off what is beyond its end."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)

    def compose(self) -> ComposeResult:
        yield from fitting(list(super().compose()), self.app.size.width)

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.recompose)


def fitting(keys: Sequence[Widget], room: int) -> list[Widget]:
    """Those of `keys` that fit into `room` cells: the first ones, and those that stay."""
    left = room + 1  # the last one needs no space behind it
    left -= sum(_width(key) for key in keys if _stays(key))
    kept, full = [], False
    for key in keys:
        full = full or (not _stays(key) and _width(key) > left)
        if _stays(key):
            kept.append(key)
        elif not full:
            kept.append(key)
            left -= _width(key)
    return kept


def _stays(key: Widget) -> bool:
    return isinstance(key, FooterKey) and key.action.removeprefix("screen.").removeprefix("app.") in STAY


def _width(key: Widget) -> int:
    return cell_len(key.key_display) + cell_len(key.description) + 2 if isinstance(key, FooterKey) else 0
