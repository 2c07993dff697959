"""Whether the engine decides as the reference decoder does, with the noise of batch shapes beside it.

Two evaluations of the same text in batches of different shapes differ a little. So the reference is held to the
engine's answers, that both decide with the same history, and where it would have decided otherwise, the gap between
its two best tokens is told beside how much such gaps move with the shape of the batch alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.engine.reference import Forced, Reference
from bioassist.tasks.program import Program


@dataclass(frozen=True, slots=True)
class Agreement:
    """`decisions` made; `gaps` of the reference where it would have decided otherwise; the noise of batch shapes."""

    sequences: int
    decisions: int
    gaps: tuple[float, ...]
    noise_largest: float
    noise_mean: float

    def __str__(self) -> str:
        worst = max(self.gaps, default=0.0)
        return (
            f"{self.sequences} sequences, {self.decisions} decisions, {len(self.gaps)} disagreements with the same "
            f"history (largest gap {worst:.3f}); the gap moves with the batch's shape by {self.noise_mean:.3f} on "
            f"average, {self.noise_largest:.3f} at most"
        )


def agreement(reference: Reference, programs: Sequence[Program], answered: Sequence[Sequence[Forced]]) -> Agreement:
    """Hold `reference` to the answers that the engine gave to `programs`."""
    gaps: list[float] = []
    moved: list[float] = []
    decisions = 0
    for program, answers in zip(programs, answered, strict=True):
        _, says, ids = reference.run(program, forced=answers)
        decisions += len(says)
        gaps += [say.gap for say in says if say.wanted != say.taken]
        at_once = reference.in_one_batch(ids, says)
        moved += [abs(one - say.gap) for one, say in zip(at_once, says, strict=True)]
    return Agreement(
        len(programs), decisions, tuple(gaps), max(moved, default=0.0), sum(moved) / len(moved) if moved else 0.0
    )
