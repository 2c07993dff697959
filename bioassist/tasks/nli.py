"""Natural language inference: does a premise support a statement, contradict it, or neither."""

from __future__ import annotations

from collections.abc import Sequence

from bioassist.tasks.program import Choice, Program, Text, fingerprint
from bioassist.tasks.render import FRAME, framed

NEUTRAL = "neutral"
LABELS = ("entailment", NEUTRAL, "contradiction")
_MEANS = {
    "entailment": "the premise shows that the statement is true",
    "neutral": "the premise leaves it open",
    "contradiction": "the premise shows that the statement is false",
}
_GIVEN = "Premise: {premise}\nStatement: {statement}"
_NLI = (
    "Judge the statement by the premise alone.\nAnswers: {options}",
    "What follows from the premise for the statement?\nAnswers: {options}",
    "Take the premise for true and say what that means for the statement.\nAnswers: {options}",
)

FINGERPRINT = fingerprint("nli", 1, *FRAME, _GIVEN, _NLI[0], *_MEANS.values())


class Inference:
    """`nli` with all labels, or those of `options` that a corpus uses."""

    task = "nli"
    fingerprint = FINGERPRINT

    def __init__(self, options: Sequence[str] = LABELS, wording: int = 0) -> None:
        self.options = tuple(option for option in LABELS if option in options)
        listed = "; ".join(f"{option} ({_MEANS[option]})" for option in self.options)
        self.instruction = _NLI[wording].format(options=listed)

    def program(self, premise: str, statement: str) -> Program:
        given = _GIVEN.format(premise=" ".join(premise.split()), statement=" ".join(statement.split()))
        choice = Choice("label", self.options)
        return Program(self.task, self.fingerprint, (*framed(self.instruction, given), choice, Text("\n")))
