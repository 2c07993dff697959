"""The styles of the inspector, and the small pieces that both its forms are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual.color import Color

from assistant.project.state import Item
from assistant.tui.marks import SIGNS, WORDS, state_of
from assistant.tui.palette import SHAPE_CONTRAST, legible
from bioassist.schema import Schema

FULL, EMPTY = "█", "░"

Part = str | tuple[str, Style]


@dataclass(frozen=True)
class Ink:
    """Styles for one drawing on `ground`; `colourless` leaves the labels' colours out.

    `short` gives the three characters of each label that stand behind spans in the text.
    """

    schema: Schema
    short: Mapping[str, str]
    faint: Style
    strong: Style
    warning: Style
    filled: Style
    ground: Color
    colourless: bool

    def of(self, label: str) -> Style:
        """The colour of a label, legible on the ground."""
        if self.colourless:
            return Style()
        return Style(color=legible(Color.parse(self.schema.colour(label)), self.ground, SHAPE_CONTRAST).rich_color)

    def label(self, name: str) -> list[Part]:
        return [("▌", self.of(name)), (name, self.strong)]

    def state(self, item: Item) -> Part:
        """The sign and the words of what a person decided: `✓ accepted`."""
        return (f"{SIGNS[state_of(item)]} {WORDS[state_of(item)]}", self.strong)

    def bar(self, confidence: float, cells: int) -> list[Part]:
        full = round(confidence * cells)
        return [(FULL * full, self.filled), (EMPTY * (cells - full), self.faint), f" {confidence:.2f}"]


def line(*parts: Part) -> Text:
    """One line, cut with an ellipsis where it does not fit."""
    return Text.assemble(*parts, no_wrap=True, overflow="ellipsis")
