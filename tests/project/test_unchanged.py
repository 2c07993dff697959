"""Which parts of a text are the same in its next version."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.project.notes.unchanged import Carrier, regions
from bioassist.documents import Span

lines = st.sampled_from(["", "Normal.", "Chest pain.", "No fever today.", "a", "b b b"])
texts = st.lists(st.tuples(lines, st.sampled_from(["\n", "\r\n", "\r"])), max_size=12).map(
    lambda pairs: "".join(line + end for line, end in pairs)
)


@given(texts | st.text(max_size=40), texts | st.text(max_size=40))
def test_regions_are_the_same_in_both_in_order_and_apart(old: str, new: str) -> None:
    found = regions(old, new)
    for region in found:
        assert region.length > 0
        mine = old[region.old_start : region.old_start + region.length]
        assert mine == new[region.new_start : region.new_start + region.length]
    for one, other in pairwise(found):
        assert one.old_start + one.length <= other.old_start and one.new_start + one.length <= other.new_start


@given(texts | st.text(max_size=40))
def test_all_of_an_unchanged_text_is_unchanged(text: str) -> None:
    assert [(region.old_start, region.new_start, region.length) for region in regions(text, text)] == (
        [(0, 0, len(text))] if text else []
    )


@given(texts, texts, st.sampled_from(["Rash since May.", "x"]))
def test_all_around_a_line_that_was_put_in_is_unchanged(before: str, after: str, line: str) -> None:
    head = before + "HPI:\n"
    carrier = Carrier(head + after, head + line + "\n" + after)
    for start in range(len(head)):
        assert carrier.spans([Span(start, start + 1)]) == (Span(start, start + 1),)
    behind = Span(len(head), len(head) + len(after))
    assert not after or carrier.spans([behind]) == (behind.shifted(len(line) + 1),)


def moved(old: str, new: str, words: str) -> str | None:
    """Where `words` are in the new text, as the new text from there on."""
    start = old.index(words)
    spans = Carrier(old, new).spans([Span(start, start + len(words))])
    return None if spans is None else spans[0].of(new)


@pytest.mark.parametrize(
    ("old", "new", "words", "found"),
    [
        ("Chest pain.\nNo fever.\n", "Seen by GP.\nChest pain.\nNo fever.\n", "fever", "fever"),
        ("Chest pain.\nNo fever.\n", "Chest pain.\nNo high fever.\n", "fever", "fever"),
        ("Chest pain.\nNo fever.\n", "Chest pain.\nNo fevers.\n", "fever", None),
        ("Chest pain and fever", "Chest pain, cough and fever", "fever", "fever"),
        ("Chest pain and fever", "Chest pain, cough and fever", "Chest", "Chest"),
        ("Chest pain", "Chest pains", "pain", None),
        ("Chest pain", "Chest pain today", "pain", "pain"),
        ("Chest pain", "Back pain", "pain", "pain"),
        ("Chest pain", "", "pain", None),
        ("a\r\nChest pain\r\nb\r\n", "a\nChest pain\nb\n", "Chest pain", "Chest pain"),
        ("PMH: asthma, gout.", "PMH: asthma and eczema.", "asthma", "asthma"),
        ("take 5 mg", "take 5.5 mg", "5", None),
        ("take 0.5 mg", "take 1.5 mg", "5", None),
        ("cafe noir", "cafe\u0301 noir", "cafe", None),
        ("Pain.\nPain.\nPain.\n", "Cough.\nPain.\nPain.\nPain.\n", "Pain", "Pain"),
    ],
)
def test_words_are_found_again(old: str, new: str, words: str, found: str | None) -> None:
    assert moved(old, new, words) == found


def test_a_mention_over_a_changed_place_is_not_carried() -> None:
    assert moved("severe chest pain", "severe left chest pain", "severe chest pain") is None
    assert Carrier("left arm, leg", "left arm or leg").spans([Span(0, 4), Span(10, 13)]) == (Span(0, 4), Span(12, 15))


@pytest.mark.parametrize(
    "line",
    ["Blood pressure 120/80, patient number {}.\n", "Normal.\n", "{} chest pain and fever "],
    ids=["lines that differ", "one line again and again", "one long line"],
)
def test_megabytes_take_seconds(line: str) -> None:
    old = "".join(line.format(number) for number in range(3_000_000 // len(line)))
    middle = next(place for place in range(len(old) // 2, len(old)) if old[place].isspace())
    new = "Seen today.\n" + old[:middle] + " not" + old[middle:]
    start = time.perf_counter()
    carrier = Carrier(old, new)
    assert time.perf_counter() - start < 20
    last = Span(len(old) - 8, len(old) - 2)
    assert carrier.spans([last]) == (last.shifted(len(new) - len(old)),)
    if line.startswith("Blood"):
        assert carrier.spans([Span(0, 14)]) == (Span(12, 26),)
