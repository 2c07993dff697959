"""Text that the model writes: the same as one token at a time, ended where it is to end."""

from __future__ import annotations

from pathlib import Path

import llama_cpp
import pytest
from engine_setup import engine
from hypothesis import given
from hypothesis import strategies as st

from assistant.engine.reference import Reference
from assistant.engine.writing import Best, Written
from bioassist.schema import EntityType
from bioassist.tasks.ner import typed
from bioassist.tasks.program import Choice, Free, Program, Text
from bioassist.tasks.qa import Writing
from bioassist.words import words

QUESTIONS = ("What is asthma?", "Does aspirin thin the blood, and why?", "Übelkeit?")


def written(reference: Reference, program: Program, limit: int) -> str:
    """The greedy text of a program that is a question alone, one token at a time."""
    llama = reference.llama
    reference.forget()
    bos = llama.token_bos() if llama_cpp.llama_vocab_get_add_bos(llama._model.vocab) else None
    done = [] if bos is None else [bos]
    for piece in program.pieces:
        if isinstance(piece, Text):
            done += reference.ids(piece.text)
    text = b""
    for _ in range(limit):
        logits = reference.logits(done)
        token = max(range(len(logits)), key=lambda one: logits[one])
        if llama_cpp.llama_vocab_is_eog(llama._model.vocab, token):
            break
        done.append(token)
        text += llama.detokenize([token], prev_tokens=[done[0]])
        if b"\n" in text:
            break
    return text.split(b"\n")[0].decode("utf-8", "replace").strip()


@pytest.mark.parametrize("slots", [1, 4])
def test_it_is_what_one_token_at_a_time_gives(tiny_model: Path, slots: int) -> None:
    programs = [Writing(limit).program(question) for question in QUESTIONS for limit in (1, 12, 40)]
    with engine(tiny_model, exact=True, slots=slots, lookahead=4) as running:
        found = [done.answers[0] for done in running.run(programs)]
    reference = Reference(tiny_model, exact=True)
    try:
        expected = [written(reference, program, program.pieces[-1].limit) for program in programs]  # type: ignore[union-attr]
    finally:
        reference.close()
    assert [answer.option for answer in found] == expected
    assert len(set(expected)) > 3 and all(0 < answer.probability <= 1 for answer in found)


def test_decisions_and_text_in_one_program(tiny_model: Path) -> None:
    """What is written stands behind decisions that are made, not drafted; what follows the text is decided too."""
    choice = Choice("sure", (" no", " yes"))
    pieces = (
        Text("### Instruction:\nAnswer.\n\n### Output:\n"),
        *(piece for number in range(3) for piece in (Text(f"{number} :"), choice, Text("\n"))),
        Text("because"),
        Free("why", 6),
        Text("sure :"),
        choice,
        Text("\n"),
    )
    program = Program("test", "test/1:0", pieces)
    found = []
    for lookahead in (1, 2, 8):
        with engine(tiny_model, exact=True, slots=2, lookahead=lookahead) as running:
            first, second = running.run([program, program])
        assert len(first.answers) == 5
        assert [answer.option for answer in first.answers] == [answer.option for answer in second.answers]
        found.append([answer.option for answer in first.answers])
    assert found[0] == found[1] == found[2]


def test_writing_and_deciding_go_on_side_by_side(tiny_model: Path) -> None:
    task = typed((EntityType("Drug"), EntityType("Test")))
    deciding = task.program("low dose aspirin daily", words("low dose aspirin daily"))
    writing = Writing(20).program(QUESTIONS[0])
    with engine(tiny_model, exact=True, slots=4, lookahead=3) as running:
        alone = [running.run([one])[0].answers for one in (deciding, writing)]
        both = [done.answers for done in running.run([writing, deciding, writing, deciding])]
    assert [[answer.option for answer in answers] for answers in both] == [
        [answer.option for answer in alone[place]] for place in (1, 0, 1, 0)
    ]


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=20), st.integers(1, 20))
def test_a_text_ends_at_its_stop_or_its_limit(tokens: list[bytes], limit: int) -> None:
    text = Written(Free("answer", limit, stop="\n"))
    taken = 0
    for token in tokens:
        taken += 1
        if not text.add(Best(1, 0.5, token, False)):
            break
    assert taken <= limit and "\n" not in text.answer.option
    whole = b"".join(tokens[:taken]).split(b"\n")[0]
    assert text.answer.option == whole.decode("utf-8", "replace").strip()
    assert text.answer.probability == pytest.approx(0.5)


def test_the_models_own_end_is_no_text() -> None:
    text = Written(Free("answer", 5))
    assert text.add(Best(1, 0.9, b"Yes.", False)) and not text.add(Best(2, 0.9, b"", True))
    assert text.answer.option == "Yes."
