"""What each contender says that it evaluated is what llama.cpp was given, and the labels are those of the program."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import pytest
from bench_setup import SCHEMA, material, setup

from assistant.bench import ours, rivals
from assistant.bench.material import sentence_programs, up_to, window_programs, words_of
from assistant.bench.trial import NotInstalledError, Trial
from assistant.engine.decoder import Fed
from assistant.engine.llama import Llama
from bioassist.errors import EngineError
from bioassist.tasks.program import Program, Text

WORDS = 24


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[list[Fed]]:
    """The batches that our own decoder evaluates."""
    batches: list[list[Fed]] = []
    real = Llama.decode

    def decode(self: Llama, tokens: Sequence[Fed]) -> None:
        batches.append(list(tokens))
        real(self, tokens)

    monkeypatch.setattr(Llama, "decode", decode)
    return batches


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tokens llama-cpp-python's own class evaluates, call by call."""
    calls: list[int] = []
    real = llama_cpp.Llama.eval

    def evaluate(self: Any, tokens: Sequence[int]) -> None:
        calls.append(len(tokens))
        real(self, tokens)

    monkeypatch.setattr(llama_cpp.Llama, "eval", evaluate)
    return calls


def trial(contender: str, model: Path, task: str = "ner.typed", **more: Any) -> Trial:
    return Trial(contender, setup(model, task), tuple(up_to(material(), WORDS)), **more)


def legal(program: Program, answers: Sequence[str]) -> bool:
    options = zip(program.choices, answers, strict=True)
    before = [None, *answers]
    return all(answer in choice.legal(before[place]) for place, (choice, answer) in enumerate(options))


@pytest.mark.parametrize("task", ["ner.typed", "ner.inline", "ner.paper"])
def test_the_engine_counts_what_it_decodes(tiny_model: Path, decoded: list[list[Fed]], task: str) -> None:
    asked = trial("engine", tiny_model, task, batch=64, slots=3)
    found = ours.engine(asked)
    assert found.tokens == sum(map(len, decoded)) > found.words == words_of(asked.stretches)
    assert found.tokens_per_word == found.tokens / found.words
    assert found.seconds_to_first is not None and found.memory > 0
    programs = window_programs(asked.stretches, task, SCHEMA.entities)
    assert all(legal(program, answers) for program, answers in zip(programs, found.answers, strict=True))


def test_the_floor_reads_as_many_tokens_in_full_batches(tiny_model: Path, decoded: list[list[Fed]]) -> None:
    found = ours.floor(trial("floor", tiny_model, batch=64, tokens=200))
    assert [len(batch) for batch in decoded] == [64, 64, 64, 8]
    assert all([fed.position for fed in batch] == list(range(len(batch))) for batch in decoded)
    wanted = sum(fed.wanted for batch in decoded for fed in batch)
    # As many as there are words, and one at the end of each batch.
    assert found.words <= wanted <= found.words + len(decoded)
    assert (found.tokens, found.seconds_to_first) == (200, None)


def test_the_reference_evaluates_one_token_at_a_time(tiny_model: Path, evaluated: list[int]) -> None:
    asked = trial("reference", tiny_model)
    found = ours.reference(asked)
    assert set(evaluated) == {1} and found.agreement is None
    # The first window is read once before, with the instruction, and is not counted then.
    assert 0 < found.tokens < len(evaluated)


def test_the_reference_is_compared_label_by_label(tiny_model: Path) -> None:
    answers = ours.engine(trial("engine", tiny_model)).answers
    agreed = ours.reference(trial("reference", tiny_model, answers=answers)).agreement
    assert agreed is not None
    assert agreed["labels"] == sum(map(len, answers)) and agreed["same"] <= agreed["labels"]
    assert agreed["other_with_the_same_history"] <= agreed["decisions"]
    # Held to other labels, it says so: the first of each window is turned around.
    other = tuple((" B-Drug" if first == " O" else " O", *(" O" for _ in rest)) for first, *rest in answers)
    disagreed = ours.reference(trial("reference", tiny_model, answers=other)).agreement
    assert disagreed is not None and disagreed["same"] <= agreed["labels"] - len(answers)
    assert disagreed["other_with_the_same_history"] >= len(answers) and disagreed["largest_gap"] > 0


@pytest.mark.parametrize("task", ["ner.typed", "ner.inline"])
def test_a_grammar_gives_the_programs_own_lines(
    tiny_model: Path, evaluated: list[int], monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    written: list[str] = []
    real = llama_cpp.Llama.create_completion

    def complete(self: Any, prompt: str, **more: Any) -> Any:
        made = real(self, prompt, **more)
        written.append(prompt + made["choices"][0]["text"])
        return made

    monkeypatch.setattr(llama_cpp.Llama, "create_completion", complete)
    asked = trial("grammar", tiny_model, task)
    found = rivals.grammar(asked)
    programs = sentence_programs(asked.stretches, task, SCHEMA.entities)
    # The first is asked for twice: once before the clock is started.
    assert written[0] == written[1] and len(written) == len(programs) + 1
    assert all(readable(program, text) for program, text in zip(programs, written[1:], strict=True))
    assert found.words < found.tokens < sum(evaluated)
    # The cells of the instruction are kept: only the first prompt is evaluated whole.
    prompts = [count for count in evaluated if count > 1]
    assert max(prompts) == prompts[0] > max(prompts[1:])


def readable(program: Program, text: str) -> bool:
    """Whether `text` is the program with legal answers in it."""
    ways: set[tuple[str, str | None]] = {("", None)}
    for piece in program.pieces:
        ways = {
            (before + said, previous if isinstance(piece, Text) else said)
            for before, previous in ways
            for said in ([piece.text] if isinstance(piece, Text) else piece.legal(previous))  # type: ignore[union-attr]
            if text.startswith(before + said)
        }
    return text in {whole for whole, _ in ways}


def test_the_server_evaluates_what_one_process_does(tiny_model: Path) -> None:
    pytest.importorskip("fastapi")
    alone = rivals.grammar(trial("grammar", tiny_model))
    asked = rivals.server(trial("server", tiny_model))
    assert (asked.words, asked.tokens) == (alone.words, alone.tokens)
    two = rivals.server(trial("server", tiny_model, clients=2))
    assert two.words == alone.words and two.tokens > two.words


def test_a_generation_that_was_cut_off_is_no_figure(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = {"choices": [{"text": " O", "finish_reason": "length"}]}
    monkeypatch.setattr(llama_cpp.Llama, "create_completion", lambda self, prompt, **more: cut)
    with pytest.raises(EngineError, match="did not come to its end"):
        rivals.grammar(trial("grammar", tiny_model))


def test_what_is_not_installed_is_named(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langextract", None)
    with pytest.raises(NotInstalledError, match=r"pip install 'langextract\[openai\]'"):
        rivals.langextract(trial("langextract", tiny_model))


def test_a_trial_is_the_same_on_the_other_side_of_a_pipe(tiny_model: Path) -> None:
    asked = trial("reference", tiny_model, answers=((" O", " B-Drug"), (" O",)))
    assert Trial.from_message(json.loads(json.dumps(asked.to_message()))) == asked
