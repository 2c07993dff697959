from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engine import windows as module
from assistant.engine.windows import Window, halves, windows
from bioassist.documents import Span
from bioassist.words import sentences

anything = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(list(" \t\r\n\x85\xa0\u2028a.:-😀\u0301"))),
    max_size=300,
)


def assert_tiles(text: str, found: list[Window]) -> None:
    assert "".join(text[window.start : window.end] for window in found) == text
    for before, after in pairwise(found):
        assert before.end == after.start
    covered = [offset for window in found for word in window.words for offset in range(word.start, word.end)]
    assert covered == [offset for offset, char in enumerate(text) if not char.isspace()]
    assert all(window.start <= word.start and word.end <= window.end for window in found for word in window.words)


@settings(max_examples=200, deadline=None)
@given(anything, st.integers(1, 30), st.sampled_from([20, 60, 20_000]))
def test_windows_tile_any_text(text: str, target: int, block: int) -> None:
    before, module.BLOCK = module.BLOCK, block
    try:
        found = list(windows(text, target))
    finally:
        module.BLOCK = before
    assert_tiles(text, found)
    assert all(len(window.words) <= target for window in found)


def test_real_notes_are_tiled(corpora: Path) -> None:
    for path in sorted((corpora / "notes" / "mtsamples").glob("*.txt")):
        text = path.read_bytes().decode("utf-8")
        found = list(windows(text, 40))
        assert_tiles(text, found)


def test_windows_end_between_sentences_where_they_can() -> None:
    text = "One two three. Four five six. Seven eight."
    assert [text[w.start : w.end] for w in windows(text, 9)] == ["One two three. Four five six. "[:30], "Seven eight."]
    assert [text[w.start : w.end] for w in windows(text, 4)] == ["One two three. ", "Four five six. ", "Seven eight."]


def test_a_long_sentence_is_cut_at_words() -> None:
    text = " ".join(f"w{number}" for number in range(25))
    assert [len(window.words) for window in windows(text, 10)] == [10, 10, 5]


@pytest.mark.parametrize(
    "sentence",
    [
        "He takes aspirin 75 mg daily, |bisoprolol 2.5 mg and simvastatin 40 mg",
        "She denies fever, cough, |chest pain or shortness of breath at rest; and has no rash",
        "Known asthma; gout; reflux; |now chest pain radiating to the left arm since noon today",
        "on aspirin\nand bisoprolol with good effect on the\n|blood pressure and the heart rate now",
        "seen by the oncologist for adenocarcinoma |(stage II of the left upper lobe) with his wife",
        # In the first half nothing counts.
        "Asthma, now worse and with fever for the last |two days despite amoxicillin 500 mg three times daily",
    ],
)
def test_a_long_sentence_is_cut_where_a_mention_rarely_goes_on(sentence: str) -> None:
    first, *_ = windows(sentence.replace("|", ""), 10)
    assert first.end == sentence.index("|")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["fever", "cough", ",", ";", "\n", "(", ")", "no"]), max_size=80), st.integers(1, 20))
def test_a_window_ends_in_the_second_half_of_a_long_sentence(parts: list[str], target: int) -> None:
    text = " ".join(parts)
    found = list(windows(text, target))
    assert_tiles(text, found)
    for before, after in pairwise(found):
        assert len(before.words) <= target
        # Shorter than half, only what ends with a sentence is.
        assert len(before.words) > target // 2 or after.start in {sentence.start for sentence in sentences(text)}


@pytest.mark.parametrize("text", ["😀" * 200_000, "x" * 200_000, "ab-" * 70_000, "word " * 40_000])
def test_pathological_notes_tile_in_linear_time(text: str) -> None:
    # In quadratic time this would meet the limit that all tests have.
    assert_tiles(text, list(windows(text, 40)))


def test_halves_cut_between_words_then_inside_the_last_one() -> None:
    text = "fever cough"
    whole = Window(0, 11, (Span(0, 5), Span(6, 11)))
    left, right = halves(text, whole)
    assert (left, right) == (Window(0, 6, (Span(0, 5),)), Window(6, 11, (Span(6, 11),)))
    assert halves(text, left) == (Window(0, 2, (Span(0, 2),)), Window(2, 6, (Span(2, 5),)))
    with pytest.raises(ValueError, match="single character"):
        halves("a", Window(0, 1, (Span(0, 1),)))
