"""One line that must be said: why a note is skipped, what is asked of the team."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from assistant.tui.glyphs import visible


class ReasonDialog(ModalScreen[str | None]):
    """What was said, without the white space around it; None if the person left. `body` stands above the line.

    Nothing is taken for an answer only with `empty`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, keys: str, body: str = "", *, empty: bool = False) -> None:
        super().__init__()
        self._title, self._keys, self._body, self._empty = title, keys, body, empty

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = self._keys
            if self._body:
                yield Static(Text(visible(self._body)), classes="dialog--body")
            yield Input(placeholder="your words", compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        said = event.value.strip()
        if said or self._empty:
            self.dismiss(said)

    def action_cancel(self) -> None:
        self.dismiss(None)
