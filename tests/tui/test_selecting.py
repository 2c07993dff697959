from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tui.layout import NoteLayout
from assistant.tui.selecting import Selecting
from bioassist.documents import Span

TEXT = "No chest pain.\r\nCafe\u0301 \u65e5\u672c today"


def selecting(caret: int, anchor: int | None = None, text: str = TEXT) -> Selecting:
    return Selecting(NoteLayout(text, 40), caret, anchor)


def words(state: Selecting, text: str = TEXT) -> str:
    return state.span.of(text)


def test_without_an_anchor_the_word_under_the_caret_is_chosen() -> None:
    state = selecting(3)
    assert words(state) == "chest"
    state.move("word_right", extend=False)
    assert words(state) == "pain"


def test_extending_by_word_takes_whole_words() -> None:
    state = selecting(3)
    state.move("word_right", extend=True)
    assert words(state) == "chest"
    state.move("word_right", extend=True)
    assert words(state) == "chest pain"
    state.move("word_left", extend=True)
    assert words(state) == "chest"


def test_compounds_and_figures_are_one_word() -> None:
    text = "co-amoxiclav 1.2 g t.d.s. U&E"
    state = selecting(0, text=text)
    found = []
    for _ in range(6):
        found.append(words(state, text))
        state.move("word_right", extend=False)
    assert found == ["co-amoxiclav", "1.2", "g", "t.d.s", ".", "U&E"]


def test_extending_leftwards_takes_whole_words() -> None:
    state = selecting(12)
    state.move("word_left", extend=True)
    assert words(state) == "pain"
    state.move("word_left", extend=True)
    assert words(state) == "chest pain"


def test_a_caret_skips_marks_that_share_a_cell_and_half_line_ends() -> None:
    state = selecting(TEXT.index("e\u0301"))
    state.move("right", extend=False)
    assert TEXT[state.caret] == " "
    state = selecting(TEXT.index("\r"))
    state.move("right", extend=False)
    assert TEXT[state.caret] == "C"


def test_the_anchor_can_be_dropped_and_taken_up() -> None:
    state = selecting(3)
    state.drop_anchor()
    state.move("right", extend=False)
    assert state.span == Span(3, 5)
    state.drop_anchor()
    assert words(state) == "chest"


STEPS = ["left", "right", "up", "down", "word_left", "word_right", "home", "end"]


@given(st.text(max_size=80), st.lists(st.tuples(st.sampled_from(STEPS), st.booleans()), max_size=30), st.data())
def test_the_selection_is_always_inside_the_text(text: str, steps: list[tuple[str, bool]], data: st.DataObject) -> None:
    state = Selecting(NoteLayout(text, 20), data.draw(st.integers(0, len(text))))
    for step, extend in steps:
        state.move(step, extend)
        assert 0 <= state.span.start <= state.span.end <= len(text)
        assert 0 <= state.caret <= max(0, len(text) - 1)


@pytest.mark.parametrize("step", ["right", "down", "word_right", "end"])
def test_moving_on_reaches_the_end_and_stays(step: str) -> None:
    state = selecting(0)
    for _ in range(60):
        state.move(step, extend=False)
    stopped = state.caret
    state.move(step, extend=False)
    assert state.caret == stopped
