"""Texts as tokens, and entities where tokens are."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from document_strategies import any_entities, texts
from hypothesis import given
from hypothesis import strategies as st

from bioassist.documents import Document, Entity, Span
from converters.placing import Placing, place
from converters.tokens import longest_first, tokens


def words(text: str) -> list[Span]:
    return [Span(*match.span()) for match in re.finditer(r"\w+|[^\w\s]", text)]


def placed(text: str, *marked: str | tuple[str, ...], misaligned: str = "snap") -> Placing:
    """`text` with an entity on each of `marked`, the words of a discontinuous one in a tuple."""
    entities = []
    for number, mark in enumerate(marked, 1):
        parts = (mark,) if isinstance(mark, str) else mark
        spans = tuple(Span(text.index(part), text.index(part) + len(part)) for part in parts)
        entities.append(Entity(f"T{number}", "X", spans))
    return place(Document("a", text, tuple(entities)), words, misaligned)


def shown(placing: Placing, which: str, text: str) -> list[str]:
    return [one.extent.of(text) for one in getattr(placing, which)]


@given(texts, st.lists(st.integers(0, 60)))
def test_tokens_join_to_the_text(text: str, cuts: list[int]) -> None:
    made = tokens(text, words(text), cuts)
    joined = "".join(token + " " * space for token, space in zip(made.texts, made.spaces, strict=True))
    assert joined == text
    assert all(made.texts)
    assert all(text.startswith(token, start) for token, start in zip(made.texts, made.starts, strict=True))
    for at in range(len(text)):
        token = made.at(at)
        assert made.starts[token] <= at <= made.starts[token] + len(made.texts[token])
    edges = {*made.starts, *(start + len(token) for start, token in zip(made.starts, made.texts, strict=True))}
    assert {word.start for word in words(text)} | {word.end for word in words(text)} <= edges
    assert {cut for cut in cuts if 0 < cut < len(text) and not text[cut - 1].isspace()} <= edges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no pain", ["no·", "pain"]),
        ("no  pain ", ["no·", " ", "pain·"]),
        (" \tno\n\npain", [" \t", "no", "\n\n", "pain"]),
        ("5mg", ["5mg"]),
        ("a\xa0b", ["a", "\xa0", "b"]),
        ("   ", ["   "]),
        ("", []),
    ],
)
def test_white_space_is_tokens_but_for_one_space(text: str, expected: list[str]) -> None:
    made = tokens(text, words(text))
    assert [token + "·" * space for token, space in zip(made.texts, made.spaces, strict=True)] == expected


def test_what_words_leave_out_is_tokens_too() -> None:
    assert tokens("a-- b", [Span(0, 1)]).texts == ["a", "--", "b"]


class TestMisaligned:
    text = "nonsmoker on 75mg"

    def test_an_entity_grows_to_whole_tokens(self) -> None:
        placing = placed(self.text, "non", "75mg")
        assert shown(placing, "ents", self.text) == ["nonsmoker", "75mg"]
        assert [(one.code, one.kind, one.offset) for one in placing.findings] == [("snapped", "change", 0)]
        assert "grew by 6 characters" in placing.findings[0].message

    def test_the_token_is_cut(self) -> None:
        placing = placed(self.text, "non", misaligned="split")
        assert shown(placing, "ents", self.text) == ["non"]
        assert placing.tokens.texts == ["non", "smoker", "on", "75mg"]
        assert [one.code for one in placing.findings] == ["split token"]

    def test_it_is_left_out(self) -> None:
        placing = placed(self.text, "non", "75mg", misaligned="leave out")
        assert shown(placing, "ents", self.text) == ["75mg"]
        assert [(one.code, one.kind) for one in placing.findings] == [("left out", "loss")]

    def test_a_piece_of_a_very_long_token_is_left_out(self) -> None:
        placing = placed("x" * 500 + "pain" + "y" * 500, "pain")
        assert (placing.spans, [one.code for one in placing.findings]) == ([], ["left out"])


class TestOverlap:
    text = "left lower lobe pneumonia"

    def test_the_longest_is_an_entity_all_are_spans(self) -> None:
        placing = placed(self.text, "lower lobe", self.text, "pneumonia")
        assert shown(placing, "ents", self.text) == [self.text]
        assert shown(placing, "spans", self.text) == ["lower lobe", self.text, "pneumonia"]
        assert [(one.code, one.message[:2]) for one in placing.findings] == [("overlap", "T1"), ("overlap", "T3")]

    def test_of_two_on_one_extent_the_first_is_an_entity(self) -> None:
        assert [one.entity.id for one in placed(self.text, "lobe", "lobe").ents] == ["T1"]

    @given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)).map(lambda pair: (pair[0], sum(pair)))))
    def test_none_overlap_and_none_could_be_added(self, spans: list[tuple[int, int]]) -> None:
        kept = [spans[place] for place in longest_first(spans)]
        ordered = sorted(kept)
        assert all(one[1] < other[0] for one, other in pairwise(ordered))
        for start, end in spans:
            blocking = [one for one in kept if one[0] <= end and start <= one[1]]
            assert any(one[1] - one[0] >= end - start for one in blocking)


class TestFragments:
    def test_a_discontinuous_entity_is_one_span_apart(self) -> None:
        text = "abdomen soft and tender"
        placing = placed(text, ("abdomen", "tender"), "soft")
        assert shown(placing, "discontinuous", text) == [text]
        assert shown(placing, "ents", text) == shown(placing, "spans", text) == ["soft"]
        assert [one.code for one in placing.findings] == ["discontinuous"]

    @pytest.mark.parametrize("order", [1, -1])
    def test_fragments_around_white_space_are_one(self, order: int) -> None:
        text = "chest\n\tpain"
        placing = placed(text, ("chest", "pain")[::order])
        assert shown(placing, "ents", text) == [text]
        assert [(one.code, one.kind) for one in placing.findings] == [("joined", "remark")]


def test_white_space_at_the_edges_goes() -> None:
    placing = placed("no \xa0pain\n now", " \xa0pain\n", "\n ")
    assert [one.extent for one in placing.ents] == [Span(4, 8)]
    assert [(one.code, one.kind) for one in placing.findings] == [("trimmed", "change"), ("no text", "loss")]


@given(texts, st.sampled_from(["snap", "leave out", "split"]), st.data())
def test_every_entity_is_where_it_was_or_has_a_finding(text: str, misaligned: str, data: st.DataObject) -> None:
    entities = data.draw(any_entities(text))
    placing = place(Document("a", text, entities), words, misaligned)
    exact = {one.entity.id for one in placing.ents if one.entity.spans == (one.extent,)}
    told = {finding.message.split(" ", 1)[0] for finding in placing.findings}
    assert {entity.id for entity in entities} == exact | told
    for one in (*placing.spans, *placing.discontinuous):
        assert not placing.tokens.texts[one.first].isspace()
        assert not placing.tokens.texts[one.last].isspace()
        assert set(text[one.entity.start : one.entity.end].split()) == set() or one.extent.overlaps(
            Span(one.entity.start, one.entity.end)
        )
    if misaligned == "split":
        assert not {"snapped", "left out"} & {finding.code for finding in placing.findings}
