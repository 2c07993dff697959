r"""Texts with LF and the way back, spans as fragments, and text on one line."""

from __future__ import annotations

import json

import pytest
from document_strategies import BREAKS, any_entities, lines, texts
from hypothesis import given
from hypothesis import strategies as st

from bioassist.documents import Span
from converters.brat.text import OffsetMap, brat_text, escaped, fragments, unescaped


@given(texts)
def test_only_line_ends_and_byte_order_marks_change_and_all_come_back(text: str) -> None:
    changed, offsets = brat_text(text)
    assert "\r" not in changed
    assert not changed.startswith("\ufeff")
    assert offsets.restore(changed) == text
    assert offsets.changes == (changed != text)
    assert OffsetMap.loads(offsets.dumps(changed), changed) == offsets


@given(texts)
def test_an_offset_leads_to_the_same_character_and_back(text: str) -> None:
    changed, offsets = brat_text(text)
    for at, char in enumerate(changed):
        there = offsets.to_document(at)
        assert text[there] in (char, "\r" if char == "\n" else char)
        assert offsets.to_brat(there) == at
    assert offsets.to_brat(len(text)) == len(changed)
    assert offsets.to_document(len(changed)) == len(text)


def test_offsets_of_a_crlf_text() -> None:
    changed, offsets = brat_text("ab\r\ncd\re\r\nf")
    assert changed == "ab\ncd\ne\nf"
    assert (offsets.crlf, offsets.cr) == ((2, 7), (5,))
    assert [offsets.to_document(at) for at in (0, 2, 3, 5, 6, 8)] == [0, 2, 4, 6, 7, 10]
    assert [offsets.to_brat(at) for at in (0, 2, 3, 4, 7, 8, 10)] == [0, 2, 2, 3, 6, 7, 8]


@pytest.mark.parametrize(
    "change",
    [
        {"bioassist_offsets": 2},
        {"text_sha256": "0" * 64},
        {"marks": -1},
        {"marks": None},
        {"crlf": [1]},
        {"crlf": [2, 2]},
        {"crlf": [5, 2]},
        {"crlf": "2"},
        {"cr": [2]},
        {"crlf": [2, 99]},
    ],
    ids=str,
)
def test_an_offset_map_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    text, offsets = brat_text("ab\r\ncd\r\ne")
    content = json.dumps(json.loads(offsets.dumps(text)) | change)
    with pytest.raises(ValueError):
        OffsetMap.loads(content, text)


def test_an_offset_map_that_is_no_json_is_refused() -> None:
    for content in ("", "[]", "{"):
        with pytest.raises(ValueError):
            OffsetMap.loads(content, "a")


@given(st.data(), texts)
def test_fragments_hold_what_the_spans_hold_but_for_white_space(data: st.DataObject, text: str) -> None:
    for entity in data.draw(any_entities(text)):
        pieces = fragments(text, entity.spans)
        covered = {at for span in entity.spans for at in range(span.start, span.end)}
        kept = {at for span in pieces for at in range(span.start, span.end)}
        assert kept <= covered
        assert all(text[at].isspace() for at in covered - kept)
        for piece in pieces:
            assert piece.of(text) == piece.of(text).strip() != ""
            assert not BREAKS & set(piece.of(text))
        for place, later in enumerate(pieces):
            for earlier in pieces[:place]:
                assert not (later.end >= earlier.start and later.start < earlier.end), "brat calls this an overlap"


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(0, 5)], [(0, 5)]),
        ([(4, 10)], [(4, 5), (6, 10)]),
        ([(5, 6)], []),
        ([(6, 8), (0, 2)], [(6, 8), (0, 2)]),
        ([(0, 2), (2, 4)], [(0, 2), (2, 4)]),
        ([(2, 4), (0, 2)], [(0, 2), (2, 4)]),
        ([(0, 4), (2, 5)], [(0, 5)]),
        ([(0, 5), (0, 5)], [(0, 5)]),
    ],
)
def test_fragments(spans: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    found = fragments("chest\npain", tuple(Span(*span) for span in spans))
    assert [(span.start, span.end) for span in found] == expected


@given(lines, st.booleans())
def test_escaped_text_is_on_one_line_and_comes_back(text: str, tabs: bool) -> None:
    line = escaped(text, tabs=tabs)
    assert line.splitlines() in ([line], [])
    assert not (tabs and "\t" in line)
    assert unescaped(line, tabs=tabs) == text


@given(st.lists(st.sampled_from(["\\", "n", "r", "t", "u2028", "u000b", "a", " "])).map("".join))
def test_escaping_undoes_unescaping(line: str) -> None:
    assert escaped(unescaped(line, tabs=True), tabs=True) == line


def test_a_backslash_that_escapes_nothing_is_left_alone() -> None:
    assert escaped(r"a\b c:\x") == unescaped(r"a\b c:\x") == r"a\b c:\x"
