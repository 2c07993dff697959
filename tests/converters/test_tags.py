"""Mentions from tags, in every scheme, as seqeval counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from converters.tags import Mention, Scheme, mentions, parsed, scheme

iob = st.lists(st.sampled_from(["O", "B-Drug", "I-Drug", "B-Problem", "I-Problem", "B-Body-part"]), max_size=12)
sound = st.lists(
    st.sampled_from([["O"], ["B-Drug"], ["B-Drug", "I-Drug"], ["B-Problem", "I-Problem", "I-Problem"]]), max_size=6
)


@given(iob)
def test_any_sequence_of_iob_is_counted_as_seqeval_does(tags: list[str]) -> None:
    found, _ = mentions(tags)
    assert [(one.type, one.first, one.last) for one in found] == get_entities(tags)


@given(sound)
def test_the_same_mentions_in_every_scheme(parts: list[list[str]]) -> None:
    tags = [tag for part in parts for tag in part]
    found, broken = mentions(tags)
    assert not broken
    bioes, bilou = list(tags), list(tags)
    for one in found:
        bioes[one.last] = ("S-" if one.first == one.last else "E-") + one.type
        bilou[one.last] = ("U-" if one.first == one.last else "L-") + one.type
    for other in (bioes, bilou):
        assert mentions(other, scheme([other])) == (found, [])
    # IOB1: a mention begins with I, unless it follows another of its type.
    iob1 = list(tags)
    for one in found:
        follows = any(before.last == one.first - 1 and before.type == one.type for before in found)
        iob1[one.first] = ("B-" if follows else "I-") + one.type
    assert mentions(iob1, scheme([iob1])) == (found, [])


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ("O I-Drug", "IOB1"),
        ("I-Drug I-Drug B-Drug", "IOB1"),
        ("I-Drug I-Drug O B-Drug", "IOB2"),
        ("B-Drug I-Drug", "IOB2"),
        ("O O", "IOB2"),
        ("O S-Drug", "BIOES"),
        ("B-Drug L-Drug", "BIOES"),
        ("I I B I O", "IOB1"),
    ],
)
def test_tags_tell_their_scheme(tags: str, said: Scheme) -> None:
    assert scheme([tags.split()]) == said


@pytest.mark.parametrize(
    ("tags", "in_scheme", "at", "what"),
    [
        ("O I-Drug", "IOB2", 1, "I-Drug after O"),
        ("I-Drug", "IOB2", 0, "I-Drug after nothing"),
        ("B-Drug I-Problem", "IOB2", 1, "I-Problem after B-Drug"),
        ("B-Drug O", "BIOES", 0, "ends with B-Drug"),
        ("B-Drug I-Drug", "BIOES", 1, "ends with I-Drug"),
        ("O E-Drug", "BIOES", 1, "E-Drug after O"),
    ],
)
def test_a_broken_sequence_is_told_where_it_breaks(tags: str, in_scheme: Scheme, at: int, what: str) -> None:
    _, broken = mentions(tags.split(), in_scheme)
    assert [one.place for one in broken] == [at]
    assert what in broken[0].message


def test_bare_tags_have_no_type() -> None:
    assert mentions(["B", "I", "O", "B"]) == ([Mention("", 0, 1), Mention("", 3, 3)], [])


def test_hyphens_belong_to_the_type() -> None:
    assert parsed("B-Sign-or-symptom") == ("B", "Sign-or-symptom")


@pytest.mark.parametrize("word", ["", "Benzodiazepine", "o", "X-Drug", "BI-Drug", "0"])
def test_a_word_is_no_tag(word: str) -> None:
    assert parsed(word) is None
