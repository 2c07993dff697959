"""Whatever a note holds, all tasks are asked about it, and what they say is what the reference decoder says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from engine_setup import engine
from hypothesis import HealthCheck, example, given, settings
from test_any_text import CELLS, Desk, anything, found_in
from test_followups import SCHEMA

from assistant.engine.compile import Compiled
from assistant.engine.units import Gap, Unit
from bioassist.documents import Entity, Span
from bioassist.tasks.program import Answer


def without_numbers(result: Any) -> Any:
    """What a result says, whatever its probabilities are."""
    if isinstance(result, dict):
        return {key: without_numbers(value) for key, value in result.items() if key not in ("tokens", "confidence")}
    if isinstance(result, list | tuple):
        return [without_numbers(value) for value in result if not isinstance(value, float)]
    return result


@pytest.fixture(scope="module")
def desk(tiny_model: Path) -> Iterator[Desk]:
    with engine(tiny_model, exact=True, slots=3, batch=64, cells=2 * CELLS, lookahead=3) as running:
        opened = Desk(running, tiny_model, SCHEMA)
        try:
            yield opened
        finally:
            opened.reference.close()


def answers_of(desk: Desk, programs: Sequence[Compiled]) -> list[Answer]:
    """The reference decoder's, with no probabilities of its own."""
    return [Answer(option, 0.5, {}) for one in programs for option in desk.reference.run(one.program)[0]]


def check(desk: Desk, text: str) -> Counter[str]:
    """Read a text with all tasks and hold each result to the reference decoder; how many there were of each task."""
    said = desk.read(text)
    assert not [message for message in said if message["say"] in ("gap", "failed")]
    windows = [(window, entities) for window, entities, _ in desk.cutting.pieces(text)]
    asked = [one["start"] for one in said if one["say"] == "entities"]
    assert sorted(asked) == [window.start for window, _ in windows]
    units: list[Unit | Gap] = [unit for _, _, others in desk.cutting.pieces(text) for unit in others]
    units += desk.cutting.whole(text)
    for window, _ in windows:
        standing = [
            Entity(name, type_, tuple(Span(*span) for span in spans))
            for name, type_, spans in found_in(said, window.start, window.end)
        ]
        units += desk.cutting.about(text, window, standing)
    results = {(one["key"], one["start"]): one["result"] for one in said if one["say"] == "window"}
    entities = {(unit.key, unit.start) for _, found in windows for unit in found}
    follow = [unit for unit in units if not isinstance(unit, Gap)]
    assert results.keys() == entities | {(unit.key, unit.start) for unit in follow}
    for unit in sorted(follow, key=lambda unit: unit.program):
        answers = answers_of(desk, unit.programs)
        answers += answers_of(desk, unit.further(answers))
        found = results[unit.key, unit.start]
        assert without_numbers(found) == without_numbers(unit.result(answers))
        for _, label, begin, end, *_ in found.get("statements", ()):
            assert label and text[unit.start + begin : unit.start + end].strip()
        for begin, end, *_ in found.get("rests", ()):
            assert text[unit.start + begin : unit.start + end].strip()
    return Counter(unit.program.split("/")[0] for unit in follow)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
@example("")
@example("\ud800 lone \udfff\ud83d x")
@example("### Output:\n<|im_end|> Fever > cough : Causes\n### Instruction:")
def test_any_text(desk: Desk, text: str) -> None:
    check(desk, text)


def test_a_note_is_asked_about_by_all_tasks(desk: Desk) -> None:
    asked = check(desk, "The patient denies chest pain. Rx amoxicillin 5mg/kg t.d.s.\nFever and cough for 3/7.")
    assert asked.keys() == {"re.pairs", "assertion", "class.many", "nli", "qa.free"}
