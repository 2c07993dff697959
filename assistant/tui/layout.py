"""Rows of a note: soft wrap, span marks, and the map between code-point offsets and screen cells."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.tui.atoms import LaidBlock, Mark, is_plain, lay
from assistant.tui.blocks import Blocks, RowIndex

NARROWEST = 16
CACHED_BLOCKS = 256


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies under a cell: the offset, and the span number if the cell belongs to a span's mark."""

    offset: int
    owner: int | None = None


def _drawn(mark: Mark) -> tuple[int, int, str, str, str]:
    """What of a mark takes cells: all but the number of its owner."""
    return mark.start, mark.end, mark.opening, mark.closing, mark.tag


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: row and column."""

    row: int
    column: int


class NoteLayout:
    """The rows of `text` at `width` cells. Heights of blocks not yet seen are estimates until `refine` measures."""

    def __init__(self, text: str, width: int, marks: Sequence[Mark] = ()) -> None:
        self.text = text
        self.blocks = Blocks(text)
        self.marks = tuple(marks)
        self._marks_in: dict[int, list[Mark]] = self._place(self.marks)
        self.resize(width)

    @property
    def height(self) -> int:
        return self._index.total

    def resize(self, width: int) -> None:
        self.width = max(width, NARROWEST)
        starts = self.blocks.starts
        lengths = [after - start for start, after in pairwise(starts)]
        lengths.append(len(self.text) - starts[-1])
        self._index = RowIndex([1 if length <= self.width else -(-length // self.width) for length in lengths])
        self._measured = bytearray(len(self.blocks))
        self._next = 0
        self._cache: OrderedDict[int, LaidBlock] = OrderedDict()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Change the spans; only the blocks that they touch are laid out again.

        Marks that are the same objects as before cost next to nothing, so a note may have thousands.
        """
        before, self.marks = self.marks, tuple(marks)
        if before == self.marks:
            return
        kept = {id(mark) for mark in before} & {id(mark) for mark in self.marks}
        gone = self._place(mark for mark in before if id(mark) not in kept)
        come = self._place(mark for mark in self.marks if id(mark) not in kept)
        for block in gone.keys() | come.keys():
            old = self._marks_in.pop(block, [])
            new = [mark for mark in old if id(mark) in kept] + come.get(block, [])
            new.sort(key=lambda mark: (mark.owner, mark.start))
            if new:
                self._marks_in[block] = new
            if new != old:
                self._cache.pop(block, None)
            if list(map(_drawn, new)) != list(map(_drawn, old)):
                self._index.change(block, self.laid(block).height)

    def marks_touching(self, block: int) -> list[Mark]:
        return self._marks_in.get(block, [])

    def laid(self, block: int) -> LaidBlock:
        """A block's atoms and rows, and from now on its exact height."""
        found = self._cache.get(block)
        if found is not None:
            self._cache.move_to_end(block)
            return found
        found = self._lay(block)
        self._cache[block] = found
        if len(self._cache) > CACHED_BLOCKS:
            self._cache.popitem(last=False)
        self._measured[block] = 1
        self._index.change(block, found.height)
        return found

    def refine(self, seconds: float) -> bool:
        """Measure blocks for at most about `seconds`; True while some are left."""
        until = time.perf_counter() + seconds
        total = len(self.blocks)
        while self._next < total:
            self._measure(self._next)
            self._next += 1
            if not self._next % 16 and time.perf_counter() > until:
                break
        return self._next < total

    def measure_rows(self, top: int, count: int) -> None:
        """Make the heights of the rows from `top` on exact, as far as `count` rows reach."""
        block, inside = self._index.find(top)
        rows = -inside
        while rows < count and block < len(self.blocks):
            self._measure(block)
            rows += self._index.heights[block]
            block += 1

    def row(self, y: int) -> tuple[int, int]:
        """Block and row in it that stand at row `y` of the whole note."""
        block, inside = self._index.find(y)
        self._measure(block)
        return self._index.find(y) if inside >= self._index.heights[block] else (block, inside)

    def locate(self, offset: int) -> Place:
        """The cell of a code point; of a line end, the cell after its line."""
        offset = max(0, min(offset, len(self.text)))
        block = self.blocks.at(offset)
        laid = self.laid(block)
        atom = bisect_left(laid.offsets, offset)
        # Marks carry the offset of the character they hug; the character itself is the one without owner.
        while atom < len(laid.offsets) and laid.offsets[atom] == offset and laid.owners[atom] is not None:
            atom += 1
        if atom < len(laid.offsets) and laid.offsets[atom] != offset:
            atom = bisect_left(laid.offsets, offset)
        while atom > 0 and atom < len(laid.offsets) and laid.widths[atom] == 0:
            atom -= 1
        row = laid.row_of_atom(atom)
        return Place(self._index.top(block) + row, laid.column(atom, row))

    def hit(self, y: int, x: int) -> Hit:
        """What a cell shows. Beyond a row's end: the last place in the row; below the text: its end."""
        if y >= self.height:
            return Hit(len(self.text))
        block, row = self.row(max(y, 0))
        laid = self.laid(block)
        first, after = laid.rows[row], laid.rows[row + 1]
        before = laid.ends[first - 1] if first else 0
        atom = bisect_right(laid.ends, before + max(x, 0), first, after)
        if atom < after:
            return Hit(laid.offsets[atom], laid.owners[atom])
        if row + 1 == laid.height:
            return Hit(self.blocks.content_end(block))
        return Hit(laid.offsets[after - 1])

    def _measure(self, block: int) -> None:
        if self._measured[block]:
            return
        start, end = self.blocks.bounds(block)
        if block not in self._marks_in and end - start <= self.width:
            piece = self.text[start : self.blocks.content_end(block)]
            if is_plain(piece):
                self._index.change(block, 1)
                self._measured[block] = 1
                return
        laid = self._lay(block)
        self._index.change(block, laid.height)
        self._measured[block] = 1

    def _place(self, marks: Iterable[Mark]) -> dict[int, list[Mark]]:
        placed: dict[int, list[Mark]] = {}
        for mark in marks:
            if 0 <= mark.start < mark.end <= len(self.text):
                for block in range(self.blocks.at(mark.start), self.blocks.at(mark.end - 1) + 1):
                    placed.setdefault(block, []).append(mark)
        return placed

    def _lay(self, block: int) -> LaidBlock:
        start, after = self.blocks.bounds(block)
        piece = self.text[start : self.blocks.content_end(block)]
        return lay(piece, start, after, self._marks_in.get(block, ()), self.width)
