"""Question answering: `qa.choice` decides among given answers, `qa.free` writes one, which no other task does."""

from __future__ import annotations

from collections.abc import Sequence

from bioassist.tasks.program import Choice, Free, Program, Text, fingerprint
from bioassist.tasks.render import FRAME, framed

_GIVEN = "Question: {question}\nText: {context}"
_QUESTION = "Question: {question}"
_CHOICE = (
    "Answer the question by the text.\nAnswers: {options}",
    "Read the text and choose the answer to the question.\nAnswers: {options}",
    "Which answer does the text give to the question?\nAnswers: {options}",
)
_FREE = (
    "Answer the question.",
    "Answer this question as a clinician would, in plain words.",
    "Give a helpful answer to the question.",
)
# Long enough for the answers of the corpora, short enough for a small model to keep its thread.
LIMIT = 256
# How many words of a note a question is asked of at once; a whole note does not fit every context.
CONTEXT = 300
# Whether an answer rests on a sentence.
SUPPORT = ("yes", "no")

CHOICE_FINGERPRINT = fingerprint("qa.choice", 1, *FRAME, _GIVEN, _QUESTION, _CHOICE[0])
FREE_FINGERPRINT = fingerprint("qa.free", 1, *FRAME, _GIVEN, _QUESTION, _FREE[0])


def _given(question: str, context: str) -> str:
    question, context = " ".join(question.split()), " ".join(context.split())
    return (_GIVEN if context else _QUESTION).format(question=question, context=context)


def support(question: str, answer: str) -> str:
    """What `qa.choice` is asked of each sentence of a text, with the answers `SUPPORT`, once `qa.free` has answered."""
    return f"Does the text support this answer? {question} {answer}"


class Choosing:
    """`qa.choice`: one of `options`."""

    task = "qa.choice"
    fingerprint = CHOICE_FINGERPRINT

    def __init__(self, options: Sequence[str], wording: int = 0) -> None:
        self.options = tuple(options)
        self.instruction = _CHOICE[wording].format(options=", ".join(options))

    def program(self, question: str, context: str = "") -> Program:
        choice = Choice("answer", self.options)
        pieces = (*framed(self.instruction, _given(question, context)), choice, Text("\n"))
        return Program(self.task, self.fingerprint, pieces)


class Writing:
    """`qa.free`: an answer in one paragraph, of at most `limit` tokens. `instruction` in place of our own, if given."""

    task = "qa.free"
    fingerprint = FREE_FINGERPRINT

    def __init__(self, limit: int = LIMIT, wording: int = 0, instruction: str = "") -> None:
        self.limit = limit
        self.instruction = instruction or _FREE[wording]

    def program(self, question: str, context: str = "") -> Program:
        free = Free("answer", self.limit)
        return Program(self.task, self.fingerprint, (*framed(self.instruction, _given(question, context)), free))

    def answer(self, answer: str) -> str:
        """A gold answer as the program writes it: one paragraph, ended by the stop."""
        return " ".join(answer.split())
