"""What training learns from is what the engine would feed, and the loss lies where the engine decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.engine.compile import Compiler, Given
from assistant.engine.decoder import Fed
from assistant.engine.jobs import Job
from assistant.engine.scheduler import Scheduler
from assistant.engine.vocabulary import Vocabulary, vocabulary
from bioassist.documents import Entity, Span
from bioassist.schema import EntityType
from bioassist.tasks.ner import Ner, inline, typed
from bioassist.words import words
from trainer.encode import encode

TYPES = (EntityType("Test"), EntityType("Test_result"), EntityType("Drug", "drugs by any name"))
TEXT = "Aspirin low dose for the CRP test result of 12"
GOLD = (
    Entity("T1", "Drug", (Span(0, 16),)),
    Entity("T2", "Test", (Span(25, 28),)),
    Entity("T3", "Test_result", (Span(29, 46),)),
)


class Follower:
    """A decoder that always likes best what the encoded text goes on with, and notes what it was fed."""

    def __init__(self, ids: tuple[int, ...]) -> None:
        self.ids = ids
        self.fed: dict[int, int] = {}
        self.asked: set[int] = set()
        self.batch: list[Fed] = []

    def decode(self, tokens: list[Fed]) -> None:
        self.batch = list(tokens)
        for one in tokens:
            self.fed[one.position] = one.token

    def logits(self, place: int, of: list[int]) -> list[float]:
        following = self.batch[place].position + 1
        self.asked.add(following)
        return [1.0 if token == self.ids[following] else 0.0 for token in of]

    def share(self, source: int, target: int, length: int) -> None: ...
    def forget(self, sequence: int, start: int = 0) -> None: ...
    def clear(self) -> None: ...


@pytest.mark.parametrize("model", ["tiny_model", "tiny_spm_model"])
@pytest.mark.parametrize("task", [typed(TYPES), inline(TYPES)], ids=["typed", "inline"])
@pytest.mark.parametrize("lookahead", [1, 4])
def test_the_engine_feeds_what_training_saw_and_decides_where_the_loss_is(
    request: pytest.FixtureRequest, model: str, task: Ner, lookahead: int
) -> None:
    spans = words(TEXT)
    program = task.program(TEXT, spans)
    answers, left_out = task.answers(spans, GOLD)
    assert not left_out
    with vocabulary(request.getfixturevalue(model)) as known:
        compiler = Compiler(known.tokenize, known.bos)
        encoded = encode(program, answers, compiler)
        decoder = Follower(encoded.ids)
        scheduler = Scheduler(decoder, compiler, cells=4096, batch=512, slots=1, lookahead=lookahead)
        scheduler.submit(Job(0, compiler.compile(program)))
        done = []
        while not scheduler.idle:
            done += scheduler.step()
    assert [answer.option for answer in done[0].answers] == answers
    last = max(place for place, decision in enumerate(encoded.decisions) if decision)
    assert all(decoder.fed[place] == encoded.ids[place] for place in range(last))
    assert {place for place, decision in enumerate(encoded.decisions) if decision} <= decoder.asked


@pytest.mark.parametrize("task", [typed(TYPES), inline(TYPES)], ids=["typed", "inline"])
def test_the_ids_are_the_text_with_its_answers(tiny_model: Path, task: Ner) -> None:
    spans = words(TEXT)
    answers, _ = task.answers(spans, GOLD)
    with vocabulary(tiny_model) as known:
        encoded = encode(task.program(TEXT, spans), answers, Compiler(known.tokenize, known.bos))
        assert _text(known, encoded.ids) == task.program(TEXT, spans).filled(answers)
        assert len(encoded.decisions) == len(encoded.ids)
        assert sum(encoded.decisions) >= len(spans)


def _text(known: Vocabulary, ids: tuple[int, ...]) -> str:
    return b"".join(known.text(token) for token in ids).decode()


def test_an_illegal_answer_is_refused(tiny_model: Path) -> None:
    task = typed(TYPES)
    with vocabulary(tiny_model) as known, pytest.raises(ValueError, match="not legal"):
        encode(task.program("a b", words("a b")), [" O", " I-Drug"], Compiler(known.tokenize, known.bos))


def test_a_program_compiles_to_runs_and_decisions(tiny_model: Path) -> None:
    with vocabulary(tiny_model) as known:
        compiled = Compiler(known.tokenize, known.bos).compile(inline(TYPES).program("a b", words("a b")))
    assert [isinstance(step, Given) for step in compiled.steps] == [True, True, False, True, False, True]
