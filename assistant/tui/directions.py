"""Which rows hold text that is written from right to left.

It is shown in logical order, the first letter leftmost: offsets, selections and marks are then where they seem to be,
also between words of both directions. The row says so, because some terminals turn such words round themselves.
"""

from __future__ import annotations

import unicodedata

RTL_SIGN = "←"
_RIGHT_TO_LEFT = ("R", "AL", "AN")


def runs_right_to_left(text: str) -> bool:
    """Whether a letter or number of a right-to-left script is in it."""
    return not text.isascii() and any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)
