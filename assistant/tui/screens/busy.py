"""A dialog over what takes long and must not be disturbed by other keys: the screen lives, and says what it does."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.tui.glyphs import visible


class BusyDialog(ModalScreen[None]):
    """Goes away when it is dismissed by whoever put it up."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self._said = said

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(visible(self._said)), classes="dialog--body")
