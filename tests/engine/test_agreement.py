"""The engine and the default model against the reference decoder, on real sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from agreement import compare
from engine_setup import engine

from assistant.engine.agreement import agreement
from assistant.engine.reference import Reference
from bioassist.documents import Entity, Span
from bioassist.schema import built_in
from bioassist.tasks.assertion import Assertion
from bioassist.tasks.classification import Classification
from bioassist.tasks.ner import inline
from bioassist.tasks.nli import Inference
from bioassist.tasks.program import Program
from bioassist.tasks.qa import SUPPORT, Choosing, Writing, support
from bioassist.tasks.relations import Pairs
from bioassist.words import sentences, words

TEXT = "Aspirin caused a rash; the rash went, and no bleeding was seen."
DRUG = Entity("T1", "Medication", (Span(0, 7),))
PROBLEMS = [Entity(f"T{start}", "Symptom", (Span(start, start + 4),)) for start in (17, 27)]


def of_each_task() -> list[Program]:
    schema, cut = built_in(), words(TEXT)
    pairs = Pairs(schema.relations)
    question = "Did he bleed?"
    return [
        pairs.program(TEXT, cut, list(pairs.pairs([DRUG, *PROBLEMS]))),
        *(Assertion(one).program(TEXT, cut, PROBLEMS) for one in schema.attributes),
        *(Classification(schema.classes, many=many).program(TEXT, cut) for many in (False, True)),
        Inference().program(TEXT, "He bled."),
        Choosing(SUPPORT).program(support(question, "no"), TEXT),
        Writing(limit=12).program(question, TEXT),
    ]


@pytest.mark.parametrize("vocabulary", ["tiny_model", "tiny_spm_model"])
def test_every_task_is_decided_as_the_reference_decides_it(request: pytest.FixtureRequest, vocabulary: str) -> None:
    path: Path = request.getfixturevalue(vocabulary)
    programs = of_each_task()
    with engine(path, exact=True, slots=3, lookahead=3) as running:
        answered = [done.answers for done in running.run(programs)]
    reference = Reference(path, exact=True)
    try:
        said = [[answer.option for answer in answers] for answers in answered]
        assert [reference.run(program)[0] for program in programs] == said
        taken = [[answer.tokens or answer.option for answer in answers] for answers in answered]
        held = agreement(reference, programs, taken)
    finally:
        reference.close()
    assert held.gaps == () and held.decisions > 20
    assert held.noise_largest < 0.01, "F32 cells"


def test_a_written_answer_that_leaves_the_other_is_told(tiny_model: Path) -> None:
    program = Writing(limit=12).program("Did he bleed?", TEXT)
    reference = Reference(tiny_model, exact=True)
    try:
        _, says, _ = reference.run(program)
        own = tuple(say.taken for say in says)
        _, same, _ = reference.run(program, forced=[own])
        other = (*own[:2], (own[2] + 1) % 200, *own[3:5])
        _, held, _ = reference.run(program, forced=[other])
    finally:
        reference.close()
    assert len(own) > 4 and all(say.wanted == say.taken for say in says) and same == says
    # It goes on with what the other side took, and tells that this one would not have ended there.
    assert [say.taken for say in held[:5]] == list(other) and len(held) == 6
    assert [say.wanted == say.taken for say in held[:3]] == [True, True, False]
    assert held[2].gap > 0 and held[5].wanted != held[5].taken


@pytest.mark.model
def test_disagreements_lie_within_the_noise_of_batch_shapes(default_model: Path, examples: Path) -> None:
    task = inline(built_in().entities)
    text = (examples / "notes" / "discharge-summary.txt").read_text("utf-8")
    found = [span.of(text) for span in sentences(text)]
    found = [sentence for sentence in found if 5 <= len(words(sentence)) <= 25][:16]
    assert len(found) == 16
    outcome = compare(default_model, [task.program(sentence, words(sentence)) for sentence in found])
    assert outcome.decisions > 150
    assert max(outcome.gaps, default=0.0) <= outcome.noise_largest, str(outcome)
    assert len(outcome.gaps) <= outcome.decisions * 0.1, str(outcome)
