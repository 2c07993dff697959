"""The grammars for `bench`'s rivals accept a program's legal outputs and nothing else; llama.cpp is the judge."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.bench.grammar import completion, literal
from bioassist.schema import EntityType
from bioassist.tasks.ner import Ner, inline, paper, typed
from bioassist.tasks.program import Choice, Program, Text
from bioassist.tasks.qa import Writing
from bioassist.words import words

TYPES = tuple(EntityType(name) for name in ("Test", "Test_result", "Drug"))
TASKS = {"typed": typed(TYPES), "inline": inline(TYPES), "paper": paper(EntityType("Drug"))}
NOTE = 'Pt said "no pain"; C:\\notes, Übelkeit 😀 [x] 5mg.'


class Judge:
    """llama.cpp's own grammar sampler over a tiny model's vocabulary."""

    def __init__(self, path: Path) -> None:
        self._llama = llama_cpp.Llama(str(path), vocab_only=True, verbose=False)
        self._vocab = self._llama._model.vocab

    def accepts(self, grammar: str, text: str) -> bool:
        """Whether `text`, and then the end, are what `grammar` allows. Raises ValueError for what is no grammar."""
        sampler = llama_cpp.llama_sampler_init_grammar(self._vocab, grammar.encode(), b"root")
        if not sampler:
            raise ValueError("no grammar")
        try:
            for token in self._llama.tokenize(text.encode(), add_bos=False, special=False):
                if not self._allowed(sampler, token):
                    return False
                llama_cpp.llama_sampler_accept(sampler, token)
            return self._allowed(sampler, self._llama.token_eos())
        finally:
            llama_cpp.llama_sampler_free(sampler)

    def _allowed(self, sampler: Any, token: int) -> bool:
        one = (llama_cpp.llama_token_data * 1)(llama_cpp.llama_token_data(token, 0.0, 0.0))
        candidates = llama_cpp.llama_token_data_array(one, 1, -1, False)
        llama_cpp.llama_sampler_apply(sampler, ctypes.byref(candidates))
        return bool(one[0].logit > float("-inf"))


@pytest.fixture(scope="module")
def judge(tiny_model: Path) -> Iterator[Judge]:
    yield Judge(tiny_model)


def output(program: Program, answers: Sequence[str]) -> str:
    """What stands behind the prompt with `answers` in it, legal or not."""
    left = iter(answers)
    whole = "".join(piece.text if isinstance(piece, Text) else next(left) for piece in program.pieces)
    return whole.removeprefix(completion(program).prompt)


def over(task: Ner, text: str) -> Program:
    return task.program(text, words(text))


@pytest.mark.parametrize("name", TASKS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_legal_is_accepted_and_nothing_else(judge: Judge, name: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(["He denies chest pain.", NOTE, "a"]))
    program = over(TASKS[name], text)
    # Mostly legal, so that long programs are often legal to their end.
    answers: list[str] = []
    for choice in program.choices:
        legal = choice.legal(answers[-1] if answers else None)
        illegal = [option for option in choice.options if option not in legal]
        odd = illegal and data.draw(st.integers(0, 20)) == 0
        answers.append(data.draw(st.sampled_from(illegal if odd else legal)))
    try:
        program.filled(answers)
        legal_to_the_end = True
    except ValueError:
        legal_to_the_end = False
    assert judge.accepts(completion(program).grammar, output(program, answers)) is legal_to_the_end


@pytest.mark.parametrize("name", TASKS)
def test_words_cannot_be_changed_left_out_or_added(judge: Judge, name: str) -> None:
    program = over(TASKS[name], "He denies chest pain.")
    grammar = completion(program).grammar
    right = output(program, [TASKS[name].outside] * 5)
    assert judge.accepts(grammar, right)
    for wrong in (
        right.replace("chest", "back"),
        right.replace("denies", ""),
        right + "x",
        right[:-1],
        f" {right}",
        "",
    ):
        assert not judge.accepts(grammar, wrong), wrong


def test_the_prompt_is_the_program_up_to_its_output() -> None:
    program = over(typed(TYPES), "He denies pain.")
    made = completion(program)
    assert made.prompt.endswith("### Input:\nHe denies pain .\n\n### Output:\n")
    assert made.prompt + output(program, [" O"] * 4) == program.filled([" O"] * 4)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_literal_is_its_text(judge: Judge, text: str) -> None:
    grammar = f"root ::= {literal(text)}\n"
    assert judge.accepts(grammar, text)
    assert not judge.accepts(grammar, text + "a")


def test_what_is_written_freely_has_no_grammar() -> None:
    with pytest.raises(ValueError, match="freely"):
        completion(Writing(20).program("What is asthma?"))
    with pytest.raises(ValueError, match="no output"):
        completion(Program("t", "t/1", (Text("a"), Choice("c", (" a", " b")))))
