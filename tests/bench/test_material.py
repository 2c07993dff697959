from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bench_setup import NOTE, SCHEMA, material
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.bench.fitting import fitting
from assistant.bench.material import sentence_programs, stretches, up_to, window_programs, words_of
from bioassist.errors import EngineError
from bioassist.words import words


def said(text: str) -> list[str]:
    return [word.of(text) for word in words(text)]


@settings(deadline=None)
@given(st.text("aB.;3 \n/é😀", max_size=200), st.integers(1, 9))
def test_every_word_is_read_once_and_every_sentence_whole(text: str, target: int) -> None:
    found = stretches([text], target, 10_000)
    assert [span.of(one.text) for one in found for span in one.spans()] == said(text)
    assert all(sum(one.sentences) == len(one.words) and min(one.sentences) > 0 for one in found)


def test_notes_are_read_until_there_are_words_enough() -> None:
    def texts():  # type: ignore[no-untyped-def]
        yield NOTE
        pytest.fail("another note was read")

    found = stretches(texts(), 12, 20)
    assert 20 <= words_of(found) <= 20 + 12


def test_what_a_model_cannot_read_at_once_is_halved() -> None:
    found = stretches([NOTE], 12, 10_000, lambda one: len(one.words) <= 5)
    assert [span.of(one.text) for one in found for span in one.spans()] == said(NOTE)
    assert max(len(one.words) for one in found) <= 5
    # A character that fits nowhere is left out, the rest is read.
    assert stretches(["a b"], 12, 10, lambda one: "b" not in one.text) == stretches(["a "], 12, 10)


def test_a_stretch_fits_if_every_rendering_does(tiny_model: Path) -> None:
    run = "é" * 250
    with fitting(tiny_model, SCHEMA.entities, ["ner.inline", "ner.typed"]) as fits:
        found = stretches([f"no rash. {run} " * 8], 60, 10_000, fits)
        assert len(found) > 1 and all(map(fits, found))
        assert not fits(stretches([f"{run} " * 8], 60, 10_000)[0])
        many = [replace(SCHEMA.entities[0], name=f"type {number}") for number in range(900)]
    with fitting(tiny_model, many, ["ner.inline"]) as fits, pytest.raises(EngineError, match="instruction alone"):
        stretches([NOTE], 60, 100, fits)


def test_slow_contenders_read_the_beginning() -> None:
    whole = material()
    few = up_to(whole, 15)
    assert few == list(whole[: len(few)]) and 15 <= words_of(few) <= 15 + 12
    assert up_to(whole, 10_000) == list(whole)


def test_sentences_and_windows_ask_for_the_same_words() -> None:
    given_ = material(40)
    by_window = window_programs(given_, "ner.typed", SCHEMA.entities)
    by_sentence = sentence_programs(given_, "ner.typed", SCHEMA.entities)
    assert len(by_sentence) > len(by_window)
    counts = [sum(len(program.choices) for program in programs) for programs in (by_window, by_sentence)]
    assert counts == [words_of(given_)] * 2
    assert len(window_programs(given_, "ner.paper", SCHEMA.entities)) == 2 * len(by_window)
