"""Sections of a note by its headings."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioassist.sections import Section, sections, title
from bioassist.words import words

NOTE = (
    "Ward 3, seen with his daughter.\n\n"
    "HISTORY OF PRESENT ILLNESS:  A 71-year-old man. Seen today\nAt 1:30 he was well.\n"
    "Past medical history: asthma (since 1998: inhalers), gout.\r\n"
    "  PHYSICAL EXAM:\n  BP:120/80, no oedema\n\n"
    "Plan: review in 3/7\n"
)


def titled(text: str) -> list[tuple[str, str]]:
    """The title of each section that has words, and the section."""
    found = []
    for section in sections(text):
        inside = [word for word in words(text) if section.start <= word.start < section.end]
        if inside:
            found.append((title(text, section, inside).of(text), text[section.start : section.end]))
    return found


def test_a_note_is_cut_at_its_headings() -> None:
    assert titled(NOTE) == [
        ("Ward 3, seen with his daughter.", "Ward 3, seen with his daughter.\n\n"),
        (
            "HISTORY OF PRESENT ILLNESS",
            "HISTORY OF PRESENT ILLNESS:  A 71-year-old man. Seen today\nAt 1:30 he was well.\n",
        ),
        ("Past medical history", "Past medical history: asthma (since 1998: inhalers), gout.\r\n  "),
        ("PHYSICAL EXAM", "PHYSICAL EXAM:\n  BP:120/80, no oedema\n\n"),
        ("Plan", "Plan: review in 3/7\n"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("She is well. No fever.\nReview on Monday.", "She is well."),
        ("She is well and has\nno fever. Review on Monday.", "She is well and has"),
        ("\n\n  seen at home\nno fever", "seen at home"),
        ("fever", "fever"),
    ],
)
def test_what_has_no_heading_is_told_by_its_first_line(text: str, said: str) -> None:
    assert [shown for shown, _ in titled(text)] == [said]


def test_headings_that_follow_each_other_are_sections_of_their_own() -> None:
    assert titled("EXAM:\nLungs: clear\n") == [("EXAM", "EXAM:\n"), ("Lungs", "Lungs: clear\n")]
    assert titled("  \n") == []


lines = st.lists(
    st.one_of(
        st.sampled_from(["Plan:", "PMH: gout", "no fever", "at 1:30", "Temp:37", "  Exam :", "", "Seen 😀. Well."]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(lines, st.sampled_from(["\n", "\r\n", "\r"]))
def test_sections_tile_any_text_and_titles_lie_on_words(parts: list[str], newline: str) -> None:
    text = newline.join(parts)
    found = list(sections(text))
    assert "".join(text[section.start : section.end] for section in found) == text
    for before, after in pairwise(found):
        assert before.end == after.start and after.heading is not None and after.heading.start == after.start
    spans = words(text)
    for section in found:
        inside = [word for word in spans if section.start <= word.start < section.end]
        if inside:
            shown = title(text, section, inside)
            assert section.start <= shown.start < shown.end <= section.end
            assert shown.of(text) == shown.of(text).strip() and not set("\r\n") & set(shown.of(text))


def test_sections_of_real_notes_begin_with_their_headings(corpora: Path) -> None:
    text = (corpora / "notes" / "mtsamples" / "mtsamples-type-98-sample-1251.txt").read_bytes().decode("utf-8")
    headings = [section.heading.of(text) for section in sections(text) if section.heading is not None]
    assert headings[3:8] == [
        "HISTORY",
        "PAST MEDICATION HISTORY",
        "CURRENT MEDICATIONS",
        "TETANUS STATUS",
        "SOCIAL HISTORY",
    ]


@pytest.mark.parametrize("text", ["A" * 200_000, "A:" * 100_000, "\n" * 200_000, " \n" * 100_000, "Aa\n" * 70_000])
def test_any_note_is_cut_in_linear_time(text: str) -> None:
    # In quadratic time this would meet the limit that all tests have.
    found: list[Section] = list(sections(text))
    assert found[0].start == 0 and found[-1].end == len(text)
