from __future__ import annotations

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bioassist.words import LONGEST_RUN, sentences, words

# Long enough to meet every path: symbols in runs, marks, astral letters, every kind of white space.
anything = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(list(" \t\r\n\x0b\x1c\x85\xa0\u2028\u2029\u200b\u202eaZ0.,:;-/%µ😀\u0301אا")),
    ),
    max_size=400,
)


def shown(text: str) -> list[str]:
    return [span.of(text) for span in words(text)]


def test_clinical_shorthand_is_cut_where_annotators_cut() -> None:
    assert shown("5mg/kg q.d.") == ["5", "mg", "/", "kg", "q.d."]
    assert shown("T10-T11 s/p CABG") == ["T10", "-", "T11", "s/p", "CABG"]
    assert shown("BP 120/80mmHg.") == ["BP", "120", "/", "80", "mmHg", "."]
    assert shown("amox 500mg tds 5/7") == ["amox", "500", "mg", "tds", "5", "/", "7"]
    assert shown("post-op x-ray") == ["post", "-", "op", "x", "-", "ray"]


def test_sentences_end_where_a_reader_would_stop() -> None:
    text = "Dr. Smith saw pt. today. He is ok.\nA line that\ngoes on. PLAN:\n1. Rest.\n2. Fluids\n\nEnd"
    assert [span.of(text).strip() for span in sentences(text)] == [
        "Dr. Smith saw pt. today.",
        "He is ok.",
        "A line that\ngoes on.",
        "PLAN:",
        "1. Rest.",
        "2. Fluids",
        "End",
    ]


@settings(max_examples=300, deadline=None)
@given(anything)
def test_words_hold_every_character_but_white_space_once(text: str) -> None:
    covered = [offset for span in words(text) for offset in range(span.start, span.end)]
    assert covered == [offset for offset, char in enumerate(text) if not char.isspace()]


@settings(max_examples=200, deadline=None)
@given(anything)
def test_sentences_tile_the_text_and_cut_no_word(text: str) -> None:
    spans = sentences(text)
    assert "".join(span.of(text) for span in spans) == text
    starts = {span.start for span in spans}
    assert all(not any(word.start < start < word.end for start in starts) for word in words(text))


@given(st.integers(LONGEST_RUN - 2, LONGEST_RUN + 3), st.sampled_from("ax9é😀-\u0301"))
@settings(deadline=None)
def test_long_runs_stay_covered_around_the_limit(length: int, char: str) -> None:
    text = "fever " + char * length + " cough"
    covered = sum(len(span) for span in words(text))
    assert covered == len(text) - 2


def test_runs_of_symbols_take_linear_time() -> None:
    source = random.Random(0)
    text = "".join(source.choice("😀😃🤒🩺💊") for _ in range(200_000))
    # spaCy alone would take over an hour, and meet the limit that all tests have.
    found = words(text)
    assert len(found) == 200_000 and len(sentences(text, found)) == 1


def test_vocabulary_does_not_grow_with_the_text() -> None:
    from bioassist.words import _pipeline

    words("the patient was seen in clinic")
    before = len(_pipeline().vocab.strings)
    for number in range(200):
        words(" ".join(f"drug{number}x{part}" for part in range(50)))
    assert len(_pipeline().vocab.strings) - before < 100


def test_real_notes_are_covered(corpora: Path) -> None:
    for path in sorted((corpora / "notes" / "mtsamples").glob("*.txt"))[:40]:
        text = path.read_text("utf-8")
        covered = sum(len(span) for span in words(text))
        assert covered == sum(1 for char in text if not char.isspace())


def test_threads_cut_their_texts_as_if_each_were_alone() -> None:
    # The screen, suggesters and the engine's application cut texts at the same time.
    texts = [f"Pt {n} c/o chest-pain{n}, took {n}mg aspirin{n} p.o. b.i.d. w/o relief{n}. " * 20 for n in range(16)]
    alone = [words(text) for text in texts]
    switching = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        with ThreadPoolExecutor(3) as pool:
            together = [list(pool.map(words, texts)) for _ in range(4)]
    finally:
        sys.setswitchinterval(switching)
    assert together == [alone] * 4
