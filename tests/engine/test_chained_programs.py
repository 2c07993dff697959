"""Programs that run one after the other in one sequence: the same answers as by themselves, for fewer tokens."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_setup import engine

from assistant.engine.compile import chained
from assistant.engine.jobs import Done, Job
from assistant.engine.reference import Reference
from bioassist.documents import Entity, Span
from bioassist.schema import AttributeType, RelationType
from bioassist.tasks.assertion import Assertion
from bioassist.tasks.nli import Inference
from bioassist.tasks.program import Program
from bioassist.tasks.qa import Writing
from bioassist.tasks.relations import Pairs
from bioassist.words import words

TEXT = "Aspirin and ibuprofen caused bleeding and rash; no rash on aspirin, which was stopped for the bleeding."


def mention(text: str, type_: str, nth: int = 1) -> Entity:
    start = -1
    for _ in range(nth):
        start = TEXT.index(text, start + 1)
    return Entity(f"{text}{nth}", type_, (Span(start, start + len(text)),))


DRUGS = [mention("Aspirin", "Drug"), mention("ibuprofen", "Drug"), mention("aspirin", "Drug")]
PROBLEMS = [mention("bleeding", "Problem"), mention("rash", "Problem"), mention("rash", "Problem", 2)]


def of_pairs() -> list[Program]:
    task = Pairs([RelationType("Causes", ("Drug",), ("Problem",)), RelationType("Treats", ("Drug",), ("Problem",))])
    pairs = list(task.pairs([*DRUGS, *PROBLEMS]))
    assert len(pairs) == 9
    return [task.program(TEXT, words(TEXT), pairs[start : start + 4]) for start in range(0, 9, 4)]


def of_mentions() -> list[Program]:
    task = Assertion(AttributeType("Assertion", ("Problem",), ("negated", "possible"), "present"))
    return [task.program(TEXT, words(TEXT), [one]) for one in PROBLEMS]


def of_statements() -> list[Program]:
    task = Inference()
    premises = ("He bled on aspirin.", "No rash.")
    return [task.program(one, said) for one in premises for said in ("He bled.", "He has a rash.", "He bled.")]


@pytest.mark.parametrize("vocabulary", ["tiny_model", "tiny_spm_model"])
@pytest.mark.parametrize("make", [of_pairs, of_mentions, of_statements])
@pytest.mark.parametrize("lookahead", [1, 4])
def test_the_same_answers_as_by_themselves(
    request: pytest.FixtureRequest, vocabulary: str, make: object, lookahead: int
) -> None:
    path: Path = request.getfixturevalue(vocabulary)
    programs: list[Program] = make()  # type: ignore[operator]
    reference = Reference(path, exact=True, threads=1)
    try:
        expected = [answer for program in programs for answer in reference.run(program)[0]]
    finally:
        reference.close()
    with engine(path, exact=True, lookahead=lookahead) as running:
        compiled = [running.compiler.compile(program) for program in programs]
        running.scheduler.submit(Job(0, chained(compiled)))
        running.scheduler.submit(Job(1, chained(compiled[::-1])))
        done = {}
        while not running.scheduler.idle:
            for one in running.scheduler.step():
                assert isinstance(one, Done)
                done[one.name] = one
        alone = sum(one.tokens for one in running.run(programs))
    assert [answer.option for answer in done[0].answers] == expected
    assert sorted(answer.option for answer in done[1].answers) == sorted(expected)
    shared = len(compiled[0].shared)
    given = [len(one.steps[0].ids) for one in compiled]  # type: ignore[union-attr]
    # The text is evaluated once; a token before each further program is evaluated again, for what is behind it.
    if make is not of_statements and lookahead == 1:
        assert done[0].tokens == alone - (len(programs) - 1) * (given[0] - 1)
    assert done[0].tokens < alone and shared > 0


def test_programs_of_different_instructions_are_not_chained(tiny_model: Path) -> None:
    with engine(tiny_model) as running, pytest.raises(ValueError, match="different instructions"):
        chained([running.compiler.compile(one) for one in (of_pairs()[0], of_mentions()[0])])


def test_written_answers_are_chained_too(tiny_model: Path) -> None:
    programs = [Writing(limit=5).program(question, TEXT) for question in ("Why?", "What is it?")]
    with engine(tiny_model) as running:
        by_themselves = [done.answers[0].option for done in running.run(programs)]
        running.scheduler.submit(Job(0, chained([running.compiler.compile(program) for program in programs])))
        found = []
        while not running.scheduler.idle:
            found += running.scheduler.step()
    (done,) = found
    assert isinstance(done, Done)
    assert [answer.option for answer in done.answers] == by_themselves
