"""A text cut into blocks that are laid out one at a time: its lines, the long ones in pieces.

A note may be 10 MB, or one line of 200,000 characters. Bounding what is laid out at once bounds the time to draw any
screenful of it. The price is that a line over 4,096 code points may have a short row where two pieces meet.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from itertools import accumulate

from assistant.tui.glyphs import glyph

LONGEST = 4096
GROUP = 512

_LINE_END = re.compile(r"\r\n|\n|\r")


class Blocks:
    """Where each block of `text` starts. The last one may be empty: the end of the text is a place too."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = array("q")
        line = 0
        for match in _LINE_END.finditer(text):
            self._cut(line, match.end())
            line = match.end()
        self._cut(line, len(text))

    def __len__(self) -> int:
        return len(self.starts)

    def bounds(self, block: int) -> tuple[int, int]:
        """Start and end offset of a block, its line end included."""
        after = self.starts[block + 1] if block + 1 < len(self.starts) else len(self.text)
        return self.starts[block], after

    def content_end(self, block: int) -> int:
        """Where the drawn part ends. A lone carriage return is drawn: it is no line end that people expect."""
        start, end = self.bounds(block)
        if end > start and self.text[end - 1] == "\n":
            end -= 2 if end - 1 > start and self.text[end - 2] == "\r" else 1
        return end

    def at(self, offset: int) -> int:
        """The block that holds `offset`."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def _cut(self, start: int, end: int) -> None:
        self.starts.append(start)
        while end - start > LONGEST:
            start = self._piece_end(start)
            self.starts.append(start)

    def _piece_end(self, start: int) -> int:
        end = start + LONGEST
        space = self.text.rfind(" ", end - LONGEST // 8, end)
        if space > 0:
            return space + 1
        for place in range(end, end - 64, -1):
            if glyph(self.text[place])[1]:
                return place
        return end


class RowIndex:
    """How many screen rows each block takes, with quick sums: changing one height costs one group's sum."""

    def __init__(self, heights: list[int]) -> None:
        self.heights = heights
        self._sums = [sum(heights[first : first + GROUP]) for first in range(0, len(heights), GROUP)]
        self._tops: list[int] | None = None

    @property
    def total(self) -> int:
        return self._group_tops()[-1]

    def change(self, block: int, height: int) -> None:
        if self.heights[block] != height:
            self._sums[block // GROUP] += height - self.heights[block]
            self.heights[block] = height
            self._tops = None

    def top(self, block: int) -> int:
        """The first row of a block."""
        group = block // GROUP
        return self._group_tops()[group] + sum(self.heights[group * GROUP : block])

    def find(self, row: int) -> tuple[int, int]:
        """The block that `row` lies in, and which of its rows that is. Rows past the end are in the last block."""
        row = max(0, min(row, self.total - 1))
        group = bisect_right(self._group_tops(), row) - 1
        rest = row - self._group_tops()[group]
        block = group * GROUP
        while rest >= self.heights[block]:
            rest -= self.heights[block]
            block += 1
        return block, rest

    def _group_tops(self) -> list[int]:
        if self._tops is None:
            self._tops = list(accumulate(self._sums, initial=0))
        return self._tops
