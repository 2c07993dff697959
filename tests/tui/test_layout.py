"""The map between code points and cells, for any text."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant.tui.atoms import Mark
from assistant.tui.blocks import LONGEST, Blocks
from assistant.tui.layout import NARROWEST, NoteLayout

AWKWARD = (
    "a \t\n\r\u00e9\u0301\u0308\u200b\u200d\u202e\ufe0f\u2028\x1b\x00\u65e5\U0001f600\U0001f3fd\u1100\u1161\ufeff\ud55c"
)
texts = st.text(alphabet=st.one_of(st.sampled_from(AWKWARD), st.characters(exclude_categories=["Cs"])), max_size=300)
widths = st.integers(NARROWEST, 60)


@st.composite
def layouts(draw: st.DrawFn) -> NoteLayout:
    text = draw(texts)
    edges = st.integers(0, len(text))
    extents = draw(st.lists(st.tuples(edges, edges), max_size=6))
    marks = [
        Mark(owner, min(extent), max(extent), "▌", "▕", "Sym?")
        for owner, extent in enumerate(extents)
        if extent[0] != extent[1]
    ]
    return NoteLayout(text, draw(widths), marks)


def rows_of(layout: NoteLayout) -> list[tuple[int, list[int]]]:
    """Block and atoms of every row."""
    rows = []
    for y in range(layout.height):
        block, row = layout.row(y)
        laid = layout.laid(block)
        rows.append((block, list(range(laid.rows[row], laid.rows[row + 1]))))
    return rows


def drawn(layout: NoteLayout, y: int) -> str:
    block, row = layout.row(y)
    laid = layout.laid(block)
    return "".join(laid.glyphs[laid.rows[row] : laid.rows[row + 1]])


@given(layouts())
def test_every_cell_is_a_place_in_the_text(layout: NoteLayout) -> None:
    layout.refine(10)
    for y in range(layout.height):
        for x in range(layout.width + 2):
            assert 0 <= layout.hit(y, x).offset <= len(layout.text)


@given(layouts())
def test_every_offset_has_a_cell_that_leads_back_to_it(layout: NoteLayout) -> None:
    layout.refine(10)
    for offset in range(len(layout.text) + 1):
        place = layout.locate(offset)
        assert 0 <= place.row < layout.height
        assert 0 <= place.column <= layout.width
        block = layout.blocks.at(offset)
        if offset >= layout.blocks.content_end(block):
            continue  # a line end has no glyph; the caret stands behind its line
        hit = layout.hit(place.row, place.column)
        laid = layout.laid(block)
        shared = [at for at, width, owner in zip(laid.offsets, laid.widths, laid.owners, strict=True) if owner is None
                  and hit.offset <= at <= offset and (width == 0 or at == hit.offset)]  # fmt: skip
        assert hit.offset <= offset, "a cell belongs to its first code point"
        assert shared[0] == hit.offset and shared[-1] == offset, "and to the marks on it"
        assert hit.owner is None, "a code point is found on its own cell, not on a span's mark"


@given(layouts())
def test_rows_fit_and_hold_each_code_point_once_in_order(layout: NoteLayout) -> None:
    layout.refine(10)
    seen = []
    for y, (block, atoms) in enumerate(rows_of(layout)):
        laid = layout.laid(block)
        assert cell_len(drawn(layout, y)) == sum(laid.widths[atom] for atom in atoms) <= layout.width
        seen += [laid.offsets[atom] for atom in atoms if laid.owners[atom] is None]
    ends = {at for block in range(len(layout.blocks)) for at in range(layout.blocks.content_end(block),
            layout.blocks.bounds(block)[1])}  # fmt: skip
    assert seen == [offset for offset in range(len(layout.text)) if offset not in ends]
    assert all(layout.text[at] in "\r\n" for at in ends)


@given(layouts())
def test_nothing_reaches_the_terminal_that_it_would_obey(layout: NoteLayout) -> None:
    forbidden = {
        *map(chr, range(32)),
        "\x7f",
        *map(chr, range(0x80, 0xA0)),
        *"\u200b\u200c\u200d\u200e\u200f\ufeff\ufe0f",
    }
    forbidden |= {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x2028, 0x2029, 0x61C)}
    for y in range(layout.height):
        assert not forbidden & set(drawn(layout, y))


@given(layouts(), widths)
def test_estimated_heights_become_what_a_full_measure_gives(layout: NoteLayout, width: int) -> None:
    layout.resize(width)
    while layout.refine(0):
        pass
    whole = NoteLayout(layout.text, width, layout.marks)
    assert layout.height == sum(whole.laid(block).height for block in range(len(whole.blocks)))


@given(layouts(), st.data())
def test_changing_marks_gives_what_a_fresh_layout_gives(layout: NoteLayout, data: st.DataObject) -> None:
    layout.refine(10)
    kept = [mark for mark in layout.marks if data.draw(st.booleans())]
    layout.set_marks(kept)
    fresh = NoteLayout(layout.text, layout.width, kept)
    fresh.refine(10)
    assert [drawn(layout, y) for y in range(layout.height)] == [drawn(fresh, y) for y in range(fresh.height)]


@given(layouts(), st.data())
def test_marks_that_change_their_numbers_alone_keep_their_cells(layout: NoteLayout, data: st.DataObject) -> None:
    layout.refine(10)
    rows = [drawn(layout, y) for y in range(layout.height)]
    shift = data.draw(st.integers(1, 3))
    layout.set_marks([replace(mark, owner=mark.owner + shift) for mark in layout.marks])
    fresh = NoteLayout(layout.text, layout.width, layout.marks)
    assert [drawn(layout, y) for y in range(layout.height)] == rows
    blocks = range(len(layout.blocks))
    assert [layout.laid(block).owners for block in blocks] == [fresh.laid(block).owners for block in blocks]


def marked(text: str, *extents: tuple[int, int], width: int = 40) -> list[str]:
    layout = NoteLayout(text, width, [Mark(n, a, b, "[", "]", str(n)) for n, (a, b) in enumerate(extents)])
    return [drawn(layout, y) for y in range(layout.height)]


def test_nested_and_crossing_spans_keep_their_order() -> None:
    assert marked("acute kidney injury", (0, 19), (6, 12)) == ["[acute [kidney]1 injury]0"]
    assert marked("acute kidney injury", (0, 12), (6, 19)) == ["[acute [kidney]0 injury]1"]
    assert marked("kidney", (0, 6), (0, 6)) == ["[[kidney]1]0"]
    assert marked("dose5mg", (0, 4), (4, 7)) == ["[dose]0[5mg]1"]


def test_a_span_over_a_line_end_opens_and_closes_on_its_lines() -> None:
    assert marked("right\nlobe.", (0, 10)) == ["[right", "lobe]0."]
    assert marked("right\r\nlobe", (0, 7)) == ["[right]0", "lobe"]


def test_words_wrap_at_spaces_and_long_ones_where_the_row_is_full() -> None:
    assert marked("the right lower lobe", width=16) == ["the right lower ", "lobe"]
    assert marked("x" * 20, width=16) == ["x" * 16, "x" * 4]


def test_a_combining_mark_on_a_span_edge_gets_something_to_sit_on() -> None:
    assert marked("e\u0301", (1, 2)) == ["e[\u25cc\u0301]0"]


def test_a_lone_carriage_return_is_shown_and_crlf_is_not() -> None:
    assert marked("one\rtwo\r\nthree") == ["one‹CR›", "two", "three"]


def test_blocks_tile_the_text_and_are_bounded() -> None:
    text = "word " * 5000 + "\n" + "x" * 10_000 + "\n\ntail"
    blocks = Blocks(text)
    bounds = [blocks.bounds(block) for block in range(len(blocks))]
    assert [start for start, _ in bounds[1:]] == [end for _, end in bounds[:-1]]
    assert (bounds[0][0], bounds[-1][1]) == (0, len(text))
    assert max(end - start for start, end in bounds) <= LONGEST


@pytest.mark.parametrize("text", ["Seen today.\n" * 850_000, "x" * 200_000, "\U0001f600" * 200_000, "\u0301" * 200_000])
def test_the_first_screen_of_a_huge_note_needs_only_its_first_rows(text: str) -> None:
    layout = NoteLayout(text, 80)
    rows = [layout.row(y) for y in range(24)]
    assert len(layout._cache) <= 24
    assert rows[0] == (0, 0)
    before = time.perf_counter()
    layout.refine(0.01)
    # A bound far above the budget: it shows that measuring stops, not how fast this machine is.
    assert time.perf_counter() - before < 5
