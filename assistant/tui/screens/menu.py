"""A short list to choose from by one letter each; what is chosen is done at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.project.suggestions.facts import FactItem
from assistant.tui.glyphs import visible
from assistant.tui.hints import LETTERS
from assistant.tui.marks import SIGNS


@dataclass(frozen=True, slots=True)
class Entry:
    """A line: its name, the sign of what holds or waits, and a word on it. `key` is the letter that it would like."""

    name: str
    sign: str = " "
    said: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The place of the entry in the list, and whether its letter was typed as a capital."""

    place: int
    capital: bool


class Menu(ModalScreen[Chosen | None]):
    """`hint` says what choosing does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, entries: Sequence[Entry], hint: str) -> None:
        super().__init__()
        self._title, self._entries, self._hint = title, entries, hint
        self.letters = letters_of(entries)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = visible(self._title, 56)
            box.border_subtitle = f"{self._hint} · esc leaves"
            yield OptionList()

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        longest = max(len(entry.name) for entry in self._entries)
        for letter, entry in zip(self.letters, self._entries, strict=True):
            parts = (f"{letter}  ", f"{entry.sign} ", (entry.name.ljust(longest), Style(bold=True)), f"  {entry.said}")
            options.add_option(Option(Text.assemble(*parts, no_wrap=True, overflow="ellipsis")))
        options.highlighted = 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Chosen(event.option_index, False))

    def on_key(self, event: events.Key) -> None:
        letter = event.character or ""
        if letter.strip() and letter.lower() in self.letters:
            event.stop()
            self.dismiss(Chosen(self.letters.index(letter.lower()), letter != letter.lower()))

    def action_cancel(self) -> None:
        self.dismiss(None)


def letters_of(entries: Sequence[Entry]) -> list[str]:
    """A letter each: the one that an entry would like, else the first free one of its name, else any, while they last;
    " " for the rest."""
    given: dict[int, str] = {}
    for place, entry in enumerate(entries):
        if entry.key and entry.key.lower() not in given.values():
            given[place] = entry.key.lower()
    for place, entry in enumerate(entries):
        if place not in given:
            wanted = (*(char for char in entry.name.lower() if char in LETTERS), *LETTERS, *"0123456789")
            given[place] = next((letter for letter in wanted if letter not in given.values()), " ")
    return [given[place] for place in range(len(entries))]


def sign_of(fact: FactItem | None) -> str:
    """The sign of what holds or waits."""
    return " " if fact is None else SIGNS[fact.status]


def sure_of(fact: FactItem | None) -> str:
    """How sure a suggestion that waits is."""
    return "" if fact is None or fact.confidence is None else f"{fact.confidence:.2f}"
