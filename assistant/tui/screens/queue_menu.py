"""Choosing a queue, and the size of a sample."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.review.order.ordering import LABEL, NAMES, SAMPLE_SIZE
from assistant.tui.glyphs import visible

NONE = "none"
# What is pressed for each in the list, and what it is good for.
CHOICES = {
    NONE: ("0", "note by note", "tab stays in the open note"),
    "file": ("f", NAMES["file"], "all notes, in the order of the list"),
    "uncertain": ("u", NAMES["uncertain"], "where the model could as well have said no"),
    "informative": ("i", NAMES["informative"], "uncertain, and spread over labels and notes"),
    "near-misses": ("m", NAMES["near-misses"], "what the model nearly found; a label makes it a span"),
    "disagreements": ("d", NAMES["disagreements"], "where two sources say otherwise"),
    "sample": ("s", NAMES["sample"], "to measure how many suggestions are right"),
}


class QueueDialog(ModalScreen[str | None]):
    """All queues, and one for each label; `followed` is that of now."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,O", "cancel", "Cancel")]

    def __init__(self, labels: list[str], followed: str | None) -> None:
        super().__init__()
        self._labels, self._followed = labels, followed or NONE

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "In which order"
            box.border_subtitle = "enter chooses · esc cancels"
            yield OptionList()

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        rows = [(kind, key, name, what) for kind, (key, name, what) in CHOICES.items()]
        rows += [
            (LABEL + label, str(number) if number < 10 else " ", f"only {visible(label)}", "")
            for number, label in enumerate(self._labels, 1)
        ]
        for kind, key, name, what in rows:
            told = Text.assemble(f"{key}  ", (name, Style(bold=True)), f"  {what}", no_wrap=True, overflow="ellipsis")
            options.add_option(Option(told, id=kind))
        kinds = [kind for kind, *_ in rows]
        options.highlighted = kinds.index(self._followed) if self._followed in kinds else 0

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def on_key(self, event: events.Key) -> None:
        keys = {key: kind for kind, (key, _, _) in CHOICES.items()}
        keys |= {str(number): LABEL + label for number, label in enumerate(self._labels[:9], 1)}
        if event.character in keys:
            event.stop()
            self.dismiss(keys[event.character])

    def action_cancel(self) -> None:
        self.dismiss(None)


class SampleDialog(ModalScreen[int | None]):
    """Asks how many suggestions are to be drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = "A random sample"
            box.border_subtitle = "enter draws · esc cancels"
            yield Input(str(SAMPLE_SIZE), placeholder="how many", max_length=6, compact=True, type="integer")
            yield Static(
                "Drawn from all suggestions that wait, and kept with the project: % tells how many were right.",
                classes="dialog--body",
            )

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        if event.value.isdecimal() and int(event.value):
            self.dismiss(int(event.value))

    def action_cancel(self) -> None:
        self.dismiss(None)
