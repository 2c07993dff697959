"""Two calm themes. Contrast of text on every ground is at least 4.5 to 1; a test measures it."""

from __future__ import annotations

from textual.theme import Theme

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
    accent="#1f6f9f",
    foreground="#24272e",
    background="#fdfcf9",
    surface="#f4f2ed",
    panel="#e6e3dc",
    success="#2f6f33",
    warning="#8a5200",
    error="#b3263e",
)
