"""Asking for a filter, in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from assistant.review.order.filters import CONDITIONS
from assistant.tui.glyphs import visible
from bioassist.errors import UsageError


class FilterDialog(ModalScreen[str | None]):
    """`check` raises UsageError for a line that is no filter; an empty line shows everything again."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, present: str, check: Callable[[str], object]) -> None:
        super().__init__()
        self._present, self._check = present, check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "Show only"
            box.border_subtitle = "enter shows · empty shows all · esc cancels"
            yield Input(self._present, placeholder='label:Disease sure:<0.7 "chest pain"', compact=True)
            yield Static("", id="refused")
            told = Table.grid(padding=(0, 2, 0, 0))
            for key, what in CONDITIONS.items():
                told.add_row(Text(f"{key}:", "bold"), what)
            words = "in the mention; all conditions hold, values by commas are alternatives"
            told.add_row(Text("words", "bold"), words)
            yield Static(told, classes="dialog--body")

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#refused", Static).update("")

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        try:
            self._check(event.value)
        except UsageError as error:
            self.query_one("#refused", Static).update(Text(visible(f"{error.what} {error.next_step or ''}")))
        else:
            self.dismiss(event.value)

    def action_cancel(self) -> None:
        self.dismiss(None)
