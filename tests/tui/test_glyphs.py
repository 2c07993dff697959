from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant.tui.glyphs import glyph, shortened, visible


@pytest.mark.parametrize(
    ("char", "shown"),
    [("\x1b", "‹ESC›"), ("\x00", "‹NUL›"), ("\x7f", "‹DEL›"), ("\x9b", "‹9B›"), ("\u202e", "‹RLO›"),
     ("\u2066", "‹LRI›"), ("\u200f", "‹RLM›"), ("\u200d", "‹ZWJ›"), ("\ufeff", "‹BOM›"), ("\u2028", "‹LS›"),
     ("\xad", "‹SHY›"),
     ("\U000e0041", "‹E0041›"), ("\U000e0100", "‹VS-E0100›"), ("\ue000", "‹E000›"), ("\t", "→   "), ("\xa0", " "),
     ("é", "é"), ("日", "日"), ("[", "[")],
)  # fmt: skip
def test_what_a_terminal_would_obey_or_hide_is_named(char: str, shown: str) -> None:
    assert glyph(char) == (shown, cell_len(shown))


def test_combining_marks_take_no_cell() -> None:
    assert glyph("\u0301") == ("\u0301", 0)


@given(st.characters(exclude_categories=["Cs"]))
def test_the_width_is_what_textual_will_count(char: str) -> None:
    shown, width = glyph(char)
    assert width == cell_len(shown)
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") for one in shown)


def test_visible_is_one_line_and_cut_with_a_sign() -> None:
    assert visible("a\r\nb\nc\x1b[0m") == "a↵b↵c‹ESC›[0m"
    assert visible("abcdef", 4) == "abc…"
    assert visible("\u0301") == "\u25cc\u0301"


def test_a_path_keeps_its_end() -> None:
    assert shortened("radiology/2025/ct_chest", 9) == "…ct_chest"
    assert cell_len(shortened("日本語の診療記録", 7)) <= 7
    assert shortened("short", 10) == "short"
