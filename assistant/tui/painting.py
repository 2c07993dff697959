"""One row of a note as styled segments: inner spans over outer ones, the focus over all, then what is selected."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from assistant.project.state import Item
from assistant.tui.atoms import LaidBlock
from assistant.tui.directions import RTL_SIGN, runs_right_to_left
from assistant.tui.hints import Hints, Target, drawn_over
from assistant.tui.layout import NoteLayout
from assistant.tui.links import NO_LINKS, Links
from assistant.tui.marks import CLOSING, OPENING
from assistant.tui.palette import Palette
from assistant.tui.selecting import Selecting
from bioassist.documents import Span
from bioassist.schema import Schema

GUTTER = 2
FOCUS_SIGN = "▸"
BARS = (OPENING, CLOSING)
LINKED = Style(bold=True, underline=True)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on the text: its items (marks name them by number), the focus, the caret, the match that was found,
    letters to choose a span by, and which edge of the focus is held.

    Marks with numbers behind those of the items are near misses.
    """

    items: Sequence[Item]
    focused: Item | None
    selecting: Selecting | None
    found: Span | None
    hints: Hints | None = None
    held: str | None = None
    links: Links = NO_LINKS


def paint_row(layout: NoteLayout, y: int, shown: Shown, schema: Schema, palette: Palette) -> Strip:
    """Row `y` of the note, behind a gutter that points at the row in which the focus starts and joins it to others."""
    block, row = layout.row(y)
    laid = layout.laid(block)
    first, after = laid.rows[row], laid.rows[row + 1]
    glyphs = _with_arrows(laid, first, after, shown)
    styles = _styles(layout, block, first, after, shown, schema, palette)
    segments = _gutter(laid.offsets[first:after] or [layout.blocks.bounds(block)[0]], shown, palette)
    start = 0
    for place in range(1, len(glyphs) + 1):
        if place == len(glyphs) or styles[place] is not styles[start]:
            segments.append(Segment("".join(glyphs[start:place]), styles[start]))
            start = place
    if shown.selecting is not None and row == laid.height - 1 and shown.selecting.at_line_end(block):
        segments.append(Segment(" ", palette.caret))
    elif first < after and runs_right_to_left(layout.text[laid.offsets[first] : laid.offsets[after - 1] + 1]):
        segments.append(Segment(RTL_SIGN, palette.faint))
    strip = Strip(segments)
    if shown.hints is not None:
        strip = drawn_over(strip, _hints_in(laid, row, first, after, shown.hints, palette), layout.width + GUTTER)
    return strip


def _gutter(offsets: list[int], shown: Shown, palette: Palette) -> list[Segment]:
    """The sign of the focus, or of what is said of it and the span that starts in this row; and a piece of bracket."""
    sign, bracket = shown.links.margin(offsets[0], offsets[-1])
    if _starts_here(shown.focused, offsets):
        sign = FOCUS_SIGN
    style = palette.text if sign == " " else palette.odd
    if bracket == " ":
        return [Segment(sign.ljust(GUTTER), style)]
    return [Segment(sign, style), Segment(bracket, palette.odd)]


def _with_arrows(laid: LaidBlock, first: int, after: int, shown: Shown) -> list[str]:
    """The glyphs of a row, with an arrow for the opening bar of each span that the focus is joined to."""
    glyphs = laid.glyphs[first:after]
    if shown.links.ends:
        for place, owner in enumerate(laid.owners[first:after]):
            if owner is not None and owner < len(shown.items) and glyphs[place] == OPENING:
                link = shown.links.ends.get(shown.items[owner].id)
                glyphs[place] = link.arrow if link is not None else OPENING
    return glyphs


def _hints_in(
    laid: LaidBlock, row: int, first: int, after: int, hints: Hints, palette: Palette
) -> Iterator[tuple[int, Strip]]:
    """The letters that stand in a row and the cell that each wants; what was typed of them is faint."""
    for target, name in hints.open():
        atom = _beginning(laid, target)
        # Spans of the blocks before this one have no beginning here.
        if first <= atom < after and laid.offsets[0] <= target.offset:
            done = len(hints.typed)
            letters = [Segment(name[:done], palette.faint), Segment(name[done:], palette.caret)]
            yield GUTTER + laid.column(atom, row), Strip(letters)


def _beginning(laid: LaidBlock, target: Target) -> int:
    """The atom of a span's opening bar; where that is on another row or block, of the first character."""
    place = bisect_left(laid.offsets, target.offset)
    while (
        place < len(laid.offsets)
        and laid.offsets[place] == target.offset
        and laid.owners[place] not in (None, target.number)
    ):
        place += 1
    return place


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
    # While a span is chosen by letters, the others are dim.
    reachable = {target.number for target, _ in shown.hints.open()} if shown.hints is not None else None
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
        if reachable is not None and mark.owner not in reachable and item is not shown.focused:
            continue
        words = palette.span(schema.colour(item.type), item.status, item is shown.focused).words
        if item.id in shown.links.ends:
            words += LINKED
        for atom in range(first, after):
            if mark.start <= offsets[atom] < mark.end:
                styles[atom - first] = words
    for atom in range(first, after):
        owner = owners[atom]
        dimmed = reachable is not None and owner not in reachable
        if owner is not None and (owner >= len(shown.items) or (dimmed and shown.items[owner] is not shown.focused)):
            styles[atom - first] = palette.faint
        elif owner is not None:
            item = shown.items[owner]
            shades = palette.span(schema.colour(item.type), item.status, item is shown.focused)
            styles[atom - first] = shades.bar if laid.glyphs[atom] in BARS else shades.tag
            if item is shown.focused and (laid.glyphs[atom], offsets[atom]) == _held_bar(item, shown.held):
                styles[atom - first] = palette.caret
    _choose(laid, styles, first, after, shown, palette)
    return styles


def _held_bar(item: Item, edge: str | None) -> tuple[str, int] | None:
    """The glyph and the offset of the bar at an edge."""
    if edge is None:
        return None
    return (OPENING, item.start) if edge == "left" else (CLOSING, item.end - 1)


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
