"""One line to search the note with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class SearchBar(Horizontal):
    """Enter goes to the next match, escape back to the text with the match marked."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Back to the text")]

    @dataclass
    class Wanted(Message):
        """Find `query`; from behind the last match if `again`."""

        query: str
        again: bool

    class Closed(Message):
        pass

    def compose(self) -> ComposeResult:
        yield Label("/")
        yield Input(placeholder="search in this note", compact=True)
        yield Label("", id="search-said")

    def on_mount(self) -> None:
        # A blinking cursor is a packet every half second over SSH.
        self.query_one(Input).cursor_blink = False

    def open(self) -> None:
        self.display = True
        self.say("")
        self.query_one(Input).focus()

    def say(self, text: str) -> None:
        self.query_one("#search-said", Label).update(text)

    @property
    def query_text(self) -> str:
        return self.query_one(Input).value

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Wanted(event.value, again=False))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Wanted(event.value, again=True))

    def action_close(self) -> None:
        self.display = False
        self.post_message(self.Closed())
