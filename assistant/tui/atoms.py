"""Atoms of one stretch of text: what is drawn cell by cell, and which offset each cell stands for.

A span is drawn in the line, as bars with a tag at its end: `▌chest pain▕Sym?`. The choice against lanes below the
text: a lane doubles the height of nearly every row of a note with 500 spans, while a tag adds a tenth to its length;
bars stay readable at any depth of nesting, tell crossing spans apart by their tags, need no colour, never occur in a
note as brackets do, and a screen reader gets them in reading order. Tags keep their width in every status, so that a
decision never moves the text.

An atom is one glyph: a code point, or a mark. Atoms lie in order of their offsets; a mark's atom carries the offset
of the character it hugs. A code point without width shares the cell of the atom before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from assistant.tui.glyphs import DOTTED_CIRCLE, glyph

MARKS_ON_A_CELL = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """One fragment `[start, end)` of span number `owner`, with bars around it and a tag after it (one cell a char)."""

    owner: int
    start: int
    end: int
    opening: str
    closing: str
    tag: str


@dataclass(slots=True)
class LaidBlock:
    """The atoms of one block in parallel lists, and where its rows begin.

    `offsets` are those of the text; `owners` is None for a code point. `ends` are running cell counts. Row number n
    is atoms `rows[n]` to `rows[n + 1]`.
    """

    glyphs: list[str]
    widths: list[int]
    offsets: list[int]
    owners: list[int | None]
    ends: list[int]
    rows: list[int]

    @property
    def height(self) -> int:
        return len(self.rows) - 1

    def row_of_atom(self, atom: int) -> int:
        return min(bisect_right(self.rows, atom) - 1, self.height - 1)

    def column(self, atom: int, row: int) -> int:
        """Cells between the start of the row and the start of the atom."""
        before = self.ends[self.rows[row] - 1] if self.rows[row] else 0
        return (self.ends[atom - 1] if atom else 0) - before


@dataclass(slots=True)
class _Atoms:
    """Parallel lists, as in LaidBlock."""

    glyphs: list[str]
    widths: list[int]
    offsets: list[int]
    owners: list[int | None]

    def append(self, drawn: str, offset: int, owner: int) -> None:
        self.glyphs.append(drawn)
        self.widths.append(len(drawn))
        self.offsets.append(offset)
        self.owners.append(owner)

    def take(self, other: _Atoms, first: int, after: int) -> None:
        self.glyphs += other.glyphs[first:after]
        self.widths += other.widths[first:after]
        self.offsets += other.offsets[first:after]
        self.owners += other.owners[first:after]


def lay(piece: str, start: int, after: int, marks: Sequence[Mark], width: int) -> LaidBlock:
    """Lay out `piece`, which is the text from `start` on without its line end; the next block starts at `after`."""
    plain = is_plain(piece)
    if plain:
        glyphs, widths = list(piece), [1] * len(piece)
    else:
        drawn = [glyph(char) for char in piece]
        glyphs, widths = [text for text, _ in drawn], [cells for _, cells in drawn]
    atoms = _Atoms(glyphs, widths, list(range(start, start + len(piece))), [None] * len(piece))
    if marks:
        atoms = _with_marks(atoms, start, after, marks)
    if not plain:
        _ground(atoms)
    ends = list(accumulate(atoms.widths))
    rows = _wrap(atoms, ends, width)
    return LaidBlock(atoms.glyphs, atoms.widths, atoms.offsets, atoms.owners, ends, rows)


def is_plain(piece: str) -> bool:
    """Whether every code point draws itself in one cell. No combining mark or wide character lies below U+0300."""
    return piece.isprintable() and (piece.isascii() or max(piece) < "\u0300")


def _with_marks(atoms: _Atoms, start: int, after: int, marks: Sequence[Mark]) -> _Atoms:
    end = start + len(atoms.glyphs)
    # Closing before opening; inner spans close first and open last.
    places: list[tuple[int, int, int, int, Mark]] = []
    for mark in marks:
        if start <= mark.start < after:
            places.append((min(mark.start, end), 1, -mark.end, mark.owner, mark))
        if start < mark.end <= after:
            places.append((min(mark.end, end), 0, -mark.start, -mark.owner, mark))
    places.sort(key=lambda place: place[:4])
    marked = _Atoms([], [], [], [])
    done = 0
    for offset, opens, _, _, mark in places:
        if offset - start > done:
            marked.take(atoms, done, offset - start)
            done = offset - start
        # The bar and the tag are atoms of their own: they are styled apart.
        for drawn in (mark.opening,) if opens else (mark.closing, mark.tag):
            marked.append(drawn, offset if opens else max(offset - 1, start), mark.owner)
    marked.take(atoms, done, len(atoms.glyphs))
    return marked


def _ground(atoms: _Atoms) -> None:
    """Give combining marks something to sit on where nothing is: at a start, on a span's mark, on a heap of marks."""
    heap = MARKS_ON_A_CELL
    for atom, width in enumerate(atoms.widths):
        if width:
            heap = 0 if atoms.owners[atom] is None else MARKS_ON_A_CELL
        elif heap >= MARKS_ON_A_CELL:
            atoms.glyphs[atom] = DOTTED_CIRCLE + atoms.glyphs[atom]
            atoms.widths[atom] = 1
            heap = 1
        else:
            heap += 1


def _wrap(atoms: _Atoms, ends: list[int], width: int) -> list[int]:
    """Atom numbers at which rows begin, and the end: after the last space that fits, else wherever the row is full."""
    total = len(ends)
    rows = [0]
    if total and ends[-1] > width:
        spaces = (atom for atom, drawn in enumerate(atoms.glyphs) if drawn == " ")
        breaks = [atom + 1 for atom in spaces if atom + 1 < total and atoms.widths[atom + 1]]
        while True:
            first = rows[-1]
            before = ends[first - 1] if first else 0
            if ends[-1] - before <= width:
                break
            fits = bisect_right(ends, before + width, first)
            usable = bisect_right(breaks, fits) - 1
            rows.append(breaks[usable] if usable >= 0 and breaks[usable] > first else max(fits, first + 1))
    rows.append(total)
    return rows
