"""What the offsets of a BioC document count, and where they lie in one text.

BioC's own definition has bytes of UTF-8, most who write it count code points, and Java counts units of UTF-16; offsets
begin at the document's start, or at their passage's or sentence's. The quotes of the annotations tell, so each way is
tried against them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bioassist.documents import Span

# A line end for each character between two passages, but not for more than a page of them.
_WIDEST_GAP = 4000


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage or a sentence that has a text, and where the document says that it begins."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way to count. `width` is what a character counts; None is one each."""

    counts: str
    width: Callable[[str], int] | None = None
    relative: bool = False


def _utf8(char: str) -> int:
    return len(char.encode("utf-8", "surrogatepass"))


def _utf16(char: str) -> int:
    return 2 if ord(char) > 0xFFFF else 1


_UNITS = (("code points", None), ("bytes of UTF-8", _utf8), ("units of UTF-16", _utf16))
# The likeliest first.
WAYS = (
    *(Way(f"{units} of the document", width) for units, width in _UNITS),
    *(Way(f"{units} of the passage", width, True) for units, width in _UNITS),
)


class Laid:
    """The passages of a document as one text, by one way to count.

    `text` has line ends between passages, as many as the offsets leave room for; `apart` is False where a passage
    begins before the one before it ends, or far behind: then its place is behind that one, and offsets moved.
    """

    def __init__(self, passages: Sequence[Passage], way: Way) -> None:
        self.apart = True
        self._way = way
        self._passages = sorted(passages, key=lambda passage: passage.offset)
        self._offsets = [passage.offset for passage in self._passages]
        self._starts: list[int] = []
        # Where each character of a passage begins, in the units of the way; none where each counts one.
        self._edges: list[list[int] | None] = []
        parts: list[str] = []
        length = end = 0
        for number, passage in enumerate(self._passages):
            if number:
                gap = passage.offset - end
                self.apart &= 0 <= gap <= _WIDEST_GAP
                between = "\n" * (gap if 0 <= gap <= _WIDEST_GAP else 1)
                parts.append(between)
                length += len(between)
            self._starts.append(length)
            edges = _edges(passage.text, way)
            self._edges.append(edges)
            parts.append(passage.text)
            length += len(passage.text)
            end = passage.offset + (edges[-1] if edges else len(passage.text))
        self.text = "".join(parts)

    def span(self, offset: int, length: int, base: int) -> Span | None:
        """Where the `length` units from `offset` are in `text`; None if they are nowhere, or begin within a character.

        `base` is the offset of the passage or sentence that says so, which is where they are if there are several.
        """
        offset += base if self._way.relative else 0
        here = bisect_right(self._offsets, base) - 1
        behind = bisect_right(self._offsets, offset) - 1
        for number in (here, behind):
            start, end = self._inside(number, offset), self._inside(number, offset + length)
            if start is not None and end is not None:
                return Span(start, end)
        # From one passage to another.
        start, end = self._inside(behind, offset), None
        if start is not None:
            end = self._inside(bisect_left(self._offsets, offset + length) - 1, offset + length)
        return Span(start, end) if start is not None and end is not None and start <= end else None

    def _inside(self, number: int, offset: int) -> int | None:
        """The place of `offset` in passage `number` or in the line ends behind it; None if it is not there."""
        if number < 0 or offset < self._offsets[number]:
            return None
        inside, edges = offset - self._offsets[number], self._edges[number]
        width = edges[-1] if edges else len(self._passages[number].text)
        if edges is not None and inside <= width:
            at = bisect_left(edges, inside)
            return self._starts[number] + at if edges[at] == inside else None
        found = self._starts[number] + len(self._passages[number].text) + inside - width
        last = number + 1 == len(self._starts)
        return found if found <= (len(self.text) if last else self._starts[number + 1]) else None


def _edges(text: str, way: Way) -> list[int] | None:
    if way.width is None or text.isascii():
        return None
    return [0, *accumulate(map(way.width, text))]
