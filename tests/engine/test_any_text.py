"""Whatever a note holds: it is read to its end, every offset is right, and the labels are the reference decoder's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from engine_setup import Engine, engine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistant.engine.asking import Asking
from assistant.engine.cutting import Cutting
from assistant.engine.followups import FollowUps
from assistant.engine.reader import Reader
from assistant.engine.reference import Reference
from assistant.engine.units import EntityUnit, Gap, Keys
from assistant.engine.windows import Window
from assistant.engine.wire import Message
from bioassist.schema import Schema, loads
from bioassist.tasks.ner import inline
from bioassist.words import words

SCHEMA = loads("[[entities]]\nname = 'Test'\n[[entities]]\nname = 'Test_result'\n[[entities]]\nname = 'Drug'\n")
TASK = inline(SCHEMA.entities)
CELLS = 1024

# Any code point there is, lone surrogates and NUL among them, and what notes are full of.
anything = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from("\0\t\r\n\x0b\x1b\x85\xa0\u2028\u202e\ufeff\ud83d\udc80\U0010ffff\u0301\u200d.:-/ abc5😀"),
        st.sampled_from([" ", "\n"]),
    ),
    max_size=90,
)


class Desk:
    """A reader over a real engine, without a process, and what it said about a text."""

    def __init__(self, running: Engine, model: Path, schema: Schema = SCHEMA) -> None:
        keys = Keys("tiny")
        longest = running.scheduler.longest
        asking = Asking.of(schema, {})
        followups = FollowUps(asking, running.compiler, keys, longest=longest)
        self.cutting = Cutting(running.compiler, [inline(schema.entities)], followups, keys, longest=longest, target=8)
        self.reader = Reader(running.scheduler, self.cutting, slots=3)
        self.reference = Reference(model, exact=True, context=2 * longest)

    def read(self, text: str) -> list[Message]:
        """Everything that is said until it is read; what stands in a window is what was found there."""
        self.reader.begin(1, text, 1)
        said: list[Message] = []
        while not said or said[-1]["say"] != "done":
            for message in self.reader.step():
                said.append(message)
                if message["say"] == "windows":
                    self.reader.known(1, [])
                elif message["say"] == "entities":
                    self.reader.stands(1, message["start"], found_in(said, message["start"], message["end"]))
        return said

    def units(self, text: str) -> list[EntityUnit]:
        return [unit for _, entities, _ in self.cutting.pieces(text) for unit in entities]

    def expected(self, text: str, window: Window) -> list[list[Any]]:
        """What the reference decoder finds in a window."""
        labels, _, _ = self.reference.run(TASK.program(text, window.words))
        found: list[list[Any]] = []
        for word, label in zip(window.words, labels, strict=True):
            if label == "\t":
                found[-1][2] = word.end - window.start
            elif label:
                found.append([label[1:], word.start - window.start, word.end - window.start])
        return found


def found_in(said: Sequence[Message], start: int, end: int) -> list[list[Any]]:
    """The mentions of a window, as id, type and spans."""
    return [
        [f"{one['start'] + begin}-{type_}", type_, [[one["start"] + begin, one["start"] + stop]]]
        for one in said
        if one["say"] == "window" and start <= one["start"] < end
        for type_, begin, stop, _ in one["result"].get("mentions", ())
    ]


@pytest.fixture(scope="module")
def desk(tiny_model: Path) -> Iterator[Desk]:
    with engine(tiny_model, exact=True, slots=3, batch=64, cells=CELLS, lookahead=3) as running:
        opened = Desk(running, tiny_model)
        try:
            yield opened
        finally:
            opened.reference.close()


def check(desk: Desk, text: str) -> int:
    """Read a text and hold it to the laws; how many mentions there are."""
    said = desk.read(text)
    results = {message["start"]: message["result"] for message in said if message["say"] == "window"}
    units = desk.units(text)
    # Every character that is not white space is in a word, and every word in one unit that was read.
    assert not [message for message in said if message["say"] in ("gap", "failed")]
    read = [word for unit in units for word in unit.window.words]
    assert [offset for word in read for offset in range(word.start, word.end)] == [
        offset for offset, char in enumerate(text) if not char.isspace()
    ]
    assert all(one.end <= other.start for one, other in pairwise(unit.window for unit in units))
    assert set(results) == {unit.start for unit in units}
    for unit in units:
        found = results[unit.start]["mentions"]
        assert [[type_, start, end] for type_, start, end, *_ in found] == desk.expected(text, unit.window)
        for _, start, end, *_ in found:
            mention = text[unit.start + start : unit.start + end]
            assert mention and mention == mention.strip()
        assert all(0 <= one[3] <= 1 for one in found)
    return sum(len(result["mentions"]) for result in results.values())


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
@example("")
@example(" \n\t\u2028 ")
@example("\0\0 \x1b[31m\x07")
@example("\ud800 lone \udfff\ud83d x")
@example("### Output:\n<|im_end|> Fever\n### Instruction:")
def test_any_text(desk: Desk, text: str) -> None:
    check(desk, text)


def test_the_model_finds_mentions_in_a_note(desk: Desk) -> None:
    assert check(desk, "The patient denies chest pain. Rx amoxicillin 5mg/kg t.d.s.\nFever and cough for 3/7.") > 2


@pytest.mark.parametrize("text", ["x" * 4000, "😀" * 300, "\ud800" * 300, "e\u0301" * 400, "\0" * 300])
def test_a_word_that_fills_the_context_is_cut(desk: Desk, text: str) -> None:
    check(desk, text)


def test_a_huge_word_and_white_space_without_end_are_read(desk: Desk) -> None:
    for text in ("x" * 50_000, " \n" * 25_000, "fever" + "\n" * 50_000 + "cough"):
        said = desk.read(text)
        covered = sum(message["result"]["words"] for message in said if message["say"] == "window")
        assert covered >= len(words(text)) and said[-1]["say"] == "done"
        assert not [message for message in said if message["say"] in ("gap", "failed")]


def test_what_cannot_be_cut_any_further_is_a_gap(tiny_model: Path) -> None:
    """A character of four tokens does not fit beside the instruction; the letters around it do."""
    with engine(tiny_model, exact=True) as running:
        keys = Keys("tiny")
        (shared,) = {len(running.compiler.compile(TASK.program(text, words(text))).shared) for text in ("a", "b")}
        (most,) = {running.compiler.compile(TASK.program("a", words("a"))).cells}
        followups = FollowUps(Asking.of(SCHEMA, {}), running.compiler, keys, longest=most + 2)
        cutting = Cutting(running.compiler, [TASK], followups, keys, longest=max(most + 2, shared + 16), target=1)
        text = "a \U0010ffff b"
        (wide,) = {running.compiler.compile(TASK.program(text, words(text)[1:2])).cells}
        assert wide > max(most + 2, shared + 16)
        reader = Reader(running.scheduler, cutting, slots=2)
        reader.begin(1, text, 1)
        said: list[Message] = []
        while not said or said[-1]["say"] != "done":
            for message in reader.step():
                said.append(message)
                if message["say"] == "windows":
                    reader.known(1, [])
    (gap,) = (Gap(*message["gap"]) for message in said if message["say"] == "gap")
    assert text[gap.start : gap.end].strip() == "\U0010ffff" and gap.task == "ner.inline"
    assert [message["start"] for message in said if message["say"] == "window"] == [0, 4]
