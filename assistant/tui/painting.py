"""One row of a note as styled segments: inner spans over outer ones, the focus over all, then what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from assistant.project.state import Item
from assistant.tui.atoms import LaidBlock
from assistant.tui.layout import NoteLayout
from assistant.tui.marks import CLOSING, OPENING
from assistant.tui.palette import Palette
from assistant.tui.selecting import Selecting
from bioassist.documents import Span
from bioassist.schema import Schema

GUTTER = 2
FOCUS_SIGN = "▸"
BARS = (OPENING, CLOSING)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on the text: its items (marks name them by number), the focus, the caret, the match that was found.

    Marks with numbers behind those of the items are near misses.
    """

    items: Sequence[Item]
    focused: Item | None
    selecting: Selecting | None
    found: Span | None


def paint_row(layout: NoteLayout, y: int, shown: Shown, schema: Schema, palette: Palette) -> Strip:
    """Row `y` of the note, behind a gutter that points at the row in which the focus starts."""
    block, row = layout.row(y)
    laid = layout.laid(block)
    first, after = laid.rows[row], laid.rows[row + 1]
    glyphs = laid.glyphs[first:after]
    styles = _styles(layout, block, first, after, shown, schema, palette)
    sign = FOCUS_SIGN if _starts_here(shown.focused, laid.offsets[first:after]) else " "
    segments = [Segment(sign.ljust(GUTTER), palette.text if sign == " " else palette.odd)]
    start = 0
    for place in range(1, len(glyphs) + 1):
        if place == len(glyphs) or styles[place] is not styles[start]:
            segments.append(Segment("".join(glyphs[start:place]), styles[start]))
            start = place
    if shown.selecting is not None and row == laid.height - 1 and shown.selecting.at_line_end(block):
        segments.append(Segment(" ", palette.caret))
    return Strip(segments)


def _starts_here(item: Item | None, offsets: list[int]) -> bool:
    return item is not None and bool(offsets) and offsets[0] <= item.start <= offsets[-1]


def _styles(
    layout: NoteLayout, block: int, first: int, after: int, shown: Shown, schema: Schema, palette: Palette
) -> list[Style]:
    """A style for each atom of a row."""
    laid = layout.laid(block)
    offsets, owners = laid.offsets, laid.owners
    styles = [palette.text] * (after - first)
    if not styles:
        return styles
    for atom in range(first, after):
        drawn = laid.glyphs[atom]
        if owners[atom] is None and drawn != layout.text[offsets[atom]] and drawn.strip():
            styles[atom - first] = palette.odd  # a name stands for it
    low, high = offsets[first], offsets[after - 1]
    touching = [
        mark
        for mark in layout.marks_touching(block)
        if mark.start <= high and mark.end > low and mark.owner < len(shown.items)
    ]
    touching.sort(key=lambda mark: (shown.items[mark.owner] is shown.focused, mark.start - mark.end))
    for mark in touching:
        item = shown.items[mark.owner]
        if item.status == "rejected" and item is not shown.focused:
            continue
        words = palette.span(schema.colour(item.type), item.status, item is shown.focused).words
        for atom in range(first, after):
            if mark.start <= offsets[atom] < mark.end:
                styles[atom - first] = words
    for atom in range(first, after):
        owner = owners[atom]
        if owner is not None and owner >= len(shown.items):
            styles[atom - first] = palette.faint
        elif owner is not None:
            item = shown.items[owner]
            shades = palette.span(schema.colour(item.type), item.status, item is shown.focused)
            styles[atom - first] = shades.bar if laid.glyphs[atom] in BARS else shades.tag
    _choose(laid, styles, first, after, shown, palette)
    return styles


def _choose(laid: LaidBlock, styles: list[Style], first: int, after: int, shown: Shown, palette: Palette) -> None:
    """Lay the search match, the selection and the caret over the rest; tags at a selection's edge are not in it."""
    offsets, owners = laid.offsets, laid.owners
    chosen = shown.selecting.span if shown.selecting is not None else None
    for span, style in ((shown.found, palette.found), (chosen, palette.chosen)):
        if span is not None:
            for atom in range(first, after):
                inside = span.start < offsets[atom] < span.end - 1
                if inside or (owners[atom] is None and span.start <= offsets[atom] < span.end):
                    styles[atom - first] = style
    if shown.selecting is not None:
        for atom in range(first, after):
            if offsets[atom] == shown.selecting.caret and owners[atom] is None:
                styles[atom - first] = palette.caret
