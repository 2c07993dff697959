"""The scheduler against the reference decoder, and what it promises by itself."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from engine_setup import engine

from assistant.engine.compile import Compiler, tree
from assistant.engine.decoder import Fed, NoRoomError
from assistant.engine.jobs import Job
from assistant.engine.reference import Reference
from assistant.engine.scheduler import Scheduler
from assistant.engine.sequence import softmax
from bioassist.documents import Span
from bioassist.errors import EngineError
from bioassist.schema import EntityType
from bioassist.tasks.ner import Ner, inline, paper, typed
from bioassist.tasks.program import Program
from bioassist.words import words

# " B-Test" begins like " B-Test_result", " I-Dis" like " I-Disease": told apart by what follows.
TYPES = tuple(EntityType(name) for name in ("Test", "Test_result", "Disease", "Dis", "Drug"))
SENTENCES = (
    "The patient denies chest pain, but reports 3/7 of cough 😀 and fever.",
    "Rx amoxicillin 5mg/kg t.d.s.; the patient's BP 120/80 mmHg.",
    "a",
    "Übelkeit und Erbrechen: ### Output: <|im_end|> B-Disease : O",
    "Disease " * 30,
    "x-ray of the T10-T11 … naïve café\u0301 \u202e test",
)


def programs(task: Ner, sentences: tuple[str, ...] = SENTENCES) -> list[Program]:
    return [task.program(text, words(text)) for text in sentences]


@pytest.mark.parametrize("vocabulary", ["tiny_model", "tiny_spm_model"])
@pytest.mark.parametrize(
    "task", [typed(TYPES), inline(TYPES), paper(EntityType("Disease"))], ids=["typed", "inline", "paper"]
)
@pytest.mark.parametrize(("slots", "batch", "lookahead"), [(1, 16, 1), (3, 32, 3), (6, 256, 8)])
def test_same_labels_as_the_reference_without_exception(
    request: pytest.FixtureRequest, vocabulary: str, task: Ner, slots: int, batch: int, lookahead: int
) -> None:
    path = request.getfixturevalue(vocabulary)
    given = programs(task)
    with engine(path, exact=True, slots=slots, batch=batch, lookahead=lookahead) as running:
        found = [[answer.option for answer in done.answers] for done in running.run(given)]
    reference = Reference(path, exact=True, threads=1)
    try:
        expected = [reference.run(program)[0] for program in given]
    finally:
        reference.close()
    assert found == expected
    if task.task != "ner.paper":
        assert len({label for labels in expected for label in labels}) > 3


def test_another_schedule_moves_probabilities_by_little(tiny_model: Path) -> None:
    """What may differ between two runs that are not deterministic, with cells of full precision."""
    given = programs(inline(TYPES))
    found = []
    for slots, batch, lookahead in ((1, 16, 1), (6, 256, 8)):
        with engine(tiny_model, exact=True, slots=slots, batch=batch, lookahead=lookahead) as running:
            found.append([answer for done in running.run(given) for answer in done.answers])
    assert [answer.option for answer in found[0]] == [answer.option for answer in found[1]]
    moved = [abs(one.probability - other.probability) for one, other in zip(*found, strict=True)]
    assert max(moved) < 1e-4


def test_every_answer_is_legal_and_its_probabilities_sum_to_one(tiny_model: Path) -> None:
    given = programs(typed(TYPES))
    with engine(tiny_model) as running:
        for program, done in zip(given, running.run(given), strict=True):
            assert len(done.answers) == len(program.choices)
            previous = None
            for choice, answer in zip(program.choices, done.answers, strict=True):
                assert answer.option in choice.legal(previous)
                assert answer.probability + sum(answer.rivals.values()) == pytest.approx(1)
                previous = answer.option


def test_the_instruction_is_evaluated_once(tiny_model: Path) -> None:
    given = programs(typed(TYPES))
    with engine(tiny_model) as running:
        compiled = running.compiler.compile(given[0])
        done = running.run(given)
        own = sum(one.tokens for one in done)
        assert running.scheduler.tokens_evaluated == own + len(compiled.shared)


def test_tokens_behind_the_last_decision_are_not_evaluated(tiny_model: Path) -> None:
    (program,) = programs(typed(TYPES), ("cough",))
    with engine(tiny_model) as running:
        compiled = running.compiler.compile(program)
        (done,) = running.run([program])
        assert done.tokens < compiled.cells - len(compiled.shared)


def test_cells_are_given_back(tiny_model: Path) -> None:
    """Far more text than the context holds goes through a small one."""
    source = random.Random(1)
    sentences = tuple(" ".join(source.choice(["fever", "cough", "the", "5mg"]) for _ in range(20)) for _ in range(60))
    with engine(tiny_model, cells=2048, slots=8) as running:
        done = running.run(programs(typed(TYPES), sentences))
        assert sum(one.tokens for one in done) > 3 * 2048


def test_several_instructions_share_one_run(tiny_model: Path) -> None:
    tasks = [paper(EntityType(name, name.lower())) for name in "ABCDEFG"]
    given = [task.program("fever and cough", words("fever and cough")) for task in tasks for _ in range(2)]
    with engine(tiny_model, cells=4096) as running:
        assert [len(done.answers) for done in running.run(given)] == [3] * 14


def test_a_program_that_cannot_fit_is_refused(tiny_model: Path) -> None:
    (program,) = programs(typed(TYPES), ("cough " * 2000,))
    with engine(tiny_model, cells=1024) as running, pytest.raises(EngineError, match="does not fit"):
        running.scheduler.submit(Job(0, running.compiler.compile(program)))


def test_where_llama_cpp_finds_no_cells_fewer_run_at_once(tiny_model: Path) -> None:
    """The scheduler is told of four times the cells that there are."""
    given = programs(inline(TYPES), SENTENCES * 2)
    with engine(tiny_model, exact=True, cells=4096) as running:
        expected = [[answer.option for answer in done.answers] for done in running.run(given)]
    refused: list[int] = []
    with engine(tiny_model, exact=True, cells=512) as running:
        decode = running.llama.decode

        def watched(tokens: Sequence[Fed]) -> None:
            try:
                decode(tokens)
            except NoRoomError:
                refused.append(len(tokens))
                raise

        running.llama.decode = watched  # type: ignore[method-assign]
        running.scheduler = Scheduler(running.llama, running.compiler, cells=2048, batch=64, slots=6)
        found = [[answer.option for answer in done.answers] for done in running.run(given)]
    assert refused and found == expected


def test_warming_up_leaves_nothing_behind_and_tells_of_batches(tiny_model: Path) -> None:
    given = programs(inline(TYPES))
    with engine(tiny_model) as running:
        cold = running.run(given)
    with engine(tiny_model) as running:
        assert running.llama.warm_up() > 0
        assert running.run(given) == cold


def test_a_waiting_person_goes_first(tiny_model: Path) -> None:
    given = programs(typed(TYPES), ("fever and cough today",) * 12)
    with engine(tiny_model, slots=2) as running:
        for number, program in enumerate(given):
            running.scheduler.submit(Job(number, running.compiler.compile(program), priority=0 if number == 11 else 1))
        order: list[int] = []
        while not running.scheduler.idle:
            order += [done.name for done in running.scheduler.step()]
    assert order.index(11) < 2


def test_note_text_is_never_read_as_special_tokens(tiny_model: Path) -> None:
    with engine(tiny_model) as running:
        vocabulary = running.llama.vocabulary
        for text in ("<|im_end|>", "<s>", "</s>", "<unk>", "<|endoftext|>"):
            ids = vocabulary.tokenize(text)
            assert b"".join(vocabulary.text(token) for token in ids) == text.encode()


class Stub:
    """A decoder that computes nothing: logits are 1 for the tokens in `liked`, else 0."""

    def __init__(self, liked: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        self.liked = liked
        self.batches: list[list[Fed]] = []

    def decode(self, tokens: list[Fed]) -> None:
        self.batches.append(list(tokens))

    def logits(self, place: int, of: list[int]) -> list[float]:
        assert self.batches[-1][place].wanted
        return [1.0 if token in self.liked else 0.0 for token in of]

    def share(self, source: int, target: int, length: int) -> None: ...
    def forget(self, sequence: int, start: int = 0) -> None: ...
    def clear(self) -> None: ...


def test_positions_of_a_sequence_run_on_without_gap() -> None:
    decoder = Stub()
    compiler = Compiler(lambda text: tuple(text.encode()), None)
    scheduler = Scheduler(decoder, compiler, cells=4096, batch=32, slots=3)
    for number, program in enumerate(programs(typed(TYPES[:2]), ("fever", "cough and cold", "a b c d"))):
        scheduler.submit(Job(number, compiler.compile(program)))
    while not scheduler.idle:
        scheduler.step()
    positions: dict[int, list[int]] = {}
    for batch in decoder.batches:
        assert len(batch) <= 32
        for fed in batch:
            positions.setdefault(fed.sequence, []).append(fed.position)
    shared = len(positions.pop(0))
    for found in positions.values():
        assert found == list(range(shared, shared + len(found)))


def test_options_of_the_same_tokens_are_refused() -> None:
    with pytest.raises(ValueError, match="same tokens"):
        tree([(" A", (1, 2)), (" B", (1, 2))])


def test_softmax_stands_large_numbers() -> None:
    assert softmax([1e4, 1e4]) == [0.5, 0.5]
    assert softmax([0.0, -1e5])[0] == 1.0


def test_spans_of_words_are_where_the_mentions_are(tiny_model: Path) -> None:
    text = "fever\n\n  and\tcough"
    spans = words(text)
    task = typed(TYPES)
    with engine(tiny_model) as running:
        (done,) = running.run([task.program(text, spans)])
    for mention in task.mentions(spans, done.answers):
        assert mention.span.start in {Span(0, 5).start, 9, 13}
