"""Styles of the note's text: tints from the schema's colours that keep the words legible on any theme.

Without colour (NO_COLOR, or a terminal that has none) the attributes alone carry the states: underlined is undecided,
bold is decided, reversed is in focus.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style
from textual.color import Color

from assistant.tui.marks import DECIDED

CONTRAST = 4.5  # WCAG 2.2 level AA for text
SHAPE_CONTRAST = 3.0  # and for graphics


def contrast(one: Color, other: Color) -> float:
    """The WCAG contrast ratio of two opaque colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(background: Color) -> Color:
    """Black or white, whichever is further from `background`; at the worst 4.58 to 1."""
    return max(Color(0, 0, 0), Color(255, 255, 255), key=lambda ink: contrast(ink, background))


def legible(colour: Color, background: Color, ratio: float = CONTRAST) -> Color:
    """`colour`, taken towards black or white until text in it can be read on `background`."""
    end = ink_on(background)
    for step in range(11):
        shade = colour.blend(end, step / 10)
        if contrast(shade, background) >= ratio:
            return shade
    return end


@dataclass(frozen=True, slots=True)
class Shades:
    """The styles of one type in one status: the words, the bars around them, and the tag after them."""

    words: Style
    bar: Style
    tag: Style


class Palette:
    """Styles on a background. Text has at least `ratio` to 1 on its ground. `colourless` gives attributes only."""

    def __init__(
        self, text: Color, background: Color, accent: Color, *, ratio: float = CONTRAST, colourless: bool = False
    ) -> None:
        self.background = background
        self._ratio = ratio
        self._text = text
        self._colourless = colourless
        self._shades: dict[tuple[str, str, bool], Shades] = {}
        if colourless:
            self.text, self.faint = Style(), Style(dim=True)
            self.chosen, self.caret = Style(reverse=True, underline=True), Style(reverse=True, bold=True)
            self.found = Style(reverse=True, italic=True)
            self.odd = Style(bold=True)
            return
        self.text = self._style(text, background)
        self.faint = self._style(self._legible(background.blend(text, 0.55), background), background)
        chosen = self._ground(background.blend(accent, 0.45))
        self.chosen = self._style(self._legible(text, chosen), chosen, underline=True)
        self.caret = self._style(background, text, bold=True)
        self.found = self._style(self._legible(text, chosen), chosen, bold=True, underline=True)
        self.odd = self._style(self._legible(Color.parse("#d55e00"), background), background)

    def span(self, colour: str, status: str, focused: bool) -> Shades:
        """The shades of a span of a type with schema colour `colour`."""
        key = (colour, status, focused)
        if key not in self._shades:
            self._shades[key] = self._make(Color.parse(colour), status, focused)
        return self._shades[key]

    def _make(self, colour: Color, status: str, focused: bool) -> Shades:
        strike = status == "rejected"
        if self._colourless:
            words = Style(
                reverse=focused,
                underline=status == "pending",
                bold=focused or status in DECIDED,
                dim=strike and not focused,
            )
            return Shades(
                words, Style(reverse=focused, dim=strike), Style(reverse=focused, bold=not strike, strike=strike)
            )
        if focused:
            ink = ink_on(colour)
            ground = self._ground(colour)
            words = self._style(ink, ground, bold=True)
            return Shades(words, self._style(ink, ground), self._style(ink, ground, bold=True, strike=strike))
        if strike:
            # The note's own words stay as they are: struck text would read as if the note said so.
            faint = self._style(self._legible(self.background.blend(self._text, 0.5), self.background), self.background)
            return Shades(self.text, faint, faint + Style(strike=True))
        tint = self.background.blend(colour, 0.18 if status == "pending" else 0.34)
        label = self._legible(colour, tint)
        words = self._style(self._legible(self._text, tint), tint)
        bar = legible(colour, tint, SHAPE_CONTRAST)
        return Shades(words, self._style(bar, tint), self._style(label, tint, bold=True))

    def _legible(self, colour: Color, ground: Color) -> Color:
        return legible(colour, ground, self._ratio)

    def _ground(self, colour: Color) -> Color:
        """`colour` as a ground: taken away from its ink where black or white on it would not stand out enough."""
        return legible(colour, ink_on(colour), self._ratio)

    @staticmethod
    def _style(
        ink: Color, ground: Color, *, bold: bool = False, underline: bool = False, strike: bool = False
    ) -> Style:
        return Style(
            color=ink.rich_color, bgcolor=ground.rich_color, bold=bold or None, underline=underline or None,
            strike=strike or None,
        )  # fmt: skip


def _luminance(colour: Color) -> float:
    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)
