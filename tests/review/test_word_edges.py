"""Words near a place, found without splitting the whole text."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from project_setup import plain_words

from assistant.review.text import word_edges
from assistant.review.text.word_edges import WordEdges
from bioassist.documents import Span

texts = st.text(st.sampled_from("ab1 \n.-é👩"), max_size=60)


@given(texts, st.integers(0, 60), st.integers(1, 20))
def test_what_is_found_nearby_is_what_the_whole_text_says(text: str, offset: int, around: int) -> None:
    offset = min(offset, len(text))
    words = plain_words(text)
    after = [word for word in words if word.start > offset]
    before = [word for word in words if word.start < offset]
    with patch.object(word_edges, "_AROUND", around):
        edges = WordEdges(text, plain_words)
        assert edges.after(offset) == (after[0] if after else None)
        assert edges.before(offset) == (before[-1] if before else None)
        assert edges.next_end(offset) == next((word.end for word in words if word.end > offset), None)
        assert edges.previous_end(offset) == next((word.end for word in reversed(words) if word.end < offset), None)


def test_a_word_is_found_over_a_wide_gap() -> None:
    text = "one" + " " * 9000 + "two"
    edges = WordEdges(text, plain_words)
    assert edges.after(0) == Span(9003, 9006)
    assert edges.before(9003) == Span(0, 3)
    assert edges.at(5000) == Span(9003, 9006)


def test_little_of_a_long_text_is_looked_at() -> None:
    looked: list[int] = []

    def words(text: str) -> list[Span]:
        looked.append(len(text))
        return plain_words(text)

    edges = WordEdges("cough and fever " * 100_000, words)
    assert edges.next_end(800_005) == 800_009
    assert edges.after(1_599_997) is None and edges.before(0) is None
    assert sum(looked) < 9000


def test_a_text_without_words() -> None:
    edges = WordEdges("  \n ", plain_words)
    assert edges.at(1) is None and edges.after(0) is None and edges.previous_start(3) is None


def test_a_line_without_a_space_is_walked_through() -> None:
    text = "é" * 5000 + "," + "é" * 5000
    edges = WordEdges(text, plain_words)
    assert edges.next_end(2500) == 5000
    assert edges.previous_start(9000) == 5001
