"""Three calm themes. Contrast of text on every ground is at least 4.5 to 1, in the third 7 to 1; tests measure it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from textual.color import Color
from textual.theme import Theme

from assistant.tui.palette import CONTRAST, contrast

DARK = Theme(
    name="bioassist-dark",
    dark=True,
    primary="#7aa2f7",
    secondary="#9d9fb8",
    accent="#7dcfff",
    foreground="#d5d8e0",
    background="#14161b",
    surface="#1b1e25",
    panel="#242832",
    success="#8fc48a",
    warning="#e0af68",
    error="#f0788c",
)

LIGHT = Theme(
    name="bioassist-light",
    dark=False,
    primary="#2f5fb3",
    secondary="#5b6070",
    accent="#1a6490",
    foreground="#24272e",
    background="#fdfcf9",
    surface="#f4f2ed",
    panel="#e6e3dc",
    success="#2f6f33",
    warning="#8a5200",
    error="#b3263e",
)

HIGH_CONTRAST = Theme(
    name="bioassist-high-contrast",
    dark=True,
    primary="#9ecbff",
    secondary="#dddddd",
    accent="#8fe3ff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    success="#8ff09a",
    warning="#ffd75f",
    error="#ffb0b8",
)

SHIPPED = (DARK, LIGHT, HIGH_CONTRAST)
ENHANCED = 7.0  # WCAG 2.2 level AAA for text
TEXTS = ("foreground", "primary", "secondary", "accent", "success", "warning", "error")
GROUNDS = ("background", "surface", "panel")


def contrast_of(theme_name: str) -> float:
    """The least contrast that text has in a theme."""
    return ENHANCED if theme_name == HIGH_CONTRAST.name else CONTRAST


def contrasts(theme: Theme) -> Iterator[tuple[float, str, str]]:
    """How far each colour of text stands out from each ground: the ratio, the text's name, the ground's."""
    for text, ground in product(TEXTS, GROUNDS):
        ink, paper = getattr(theme, text), getattr(theme, ground)
        if ink is not None and paper is not None:
            yield contrast(Color.parse(ink), Color.parse(paper)), text, ground
