"""The formats that are registered, for the help texts that name them."""

from __future__ import annotations

from converters.formats import available


def listed() -> str:
    """Their names in a row, "or" before the last."""
    *others, last = available() or ("none",)
    return f"{', '.join(others)} or {last}" if others else last
