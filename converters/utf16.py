"""Offsets as JavaScript counts them, in UTF-16 code units: a character beyond U+FFFF counts as two."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")


class Utf16:
    """The UTF-16 offsets of `text`."""

    def __init__(self, text: str) -> None:
        # The code points that take two units, and the units that they begin at.
        self._points = [match.start() for match in _TWO_UNITS.finditer(text)]
        self._units = [point + number for number, point in enumerate(self._points)]

    def __bool__(self) -> bool:
        """Whether they differ from those that count code points."""
        return bool(self._points)

    def units(self, offset: int) -> int:
        """The offset in units of an offset in code points."""
        return offset + bisect_left(self._points, offset)

    def code_points(self, offset: int) -> int:
        """The offset in code points of an offset in units, which may lie past the end of the text by as much.

        Raises ValueError if it lies between the two units of a character.
        """
        before = bisect_right(self._units, offset - 1)
        if before and self._units[before - 1] == offset - 1:
            raise ValueError(f"offset {offset} lies inside a character.")
        return offset - before
