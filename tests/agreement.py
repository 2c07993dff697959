"""Compares scheduler and reference decoder under the same history, with the noise of batch shapes beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import llama_cpp
from engine_setup import engine
from reference import Reference, Say

from bioassist.tasks.program import Program


@dataclass(frozen=True)
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


def compare(path: Path, programs: Sequence[Program]) -> Agreement:
    with engine(path, slots=16, batch=512, cells=8192, threads=2, lookahead=4) as running:
        answered = [[answer.option for answer in done.answers] for done in running.run(programs)]
    reference = Reference(path, threads=2)
    gaps: list[float] = []
    moved: list[float] = []
    decisions = 0
    try:
        for program, answers in zip(programs, answered, strict=True):
            _, says, ids = reference.run(program, forced=answers)
            decisions += len(says)
            gaps += [say.gap for say in says if say.wanted != say.taken]
            moved += [abs(one - say.gap) for one, say in zip(_in_one_batch(reference, ids, says), says, strict=True)]
    finally:
        reference.close()
    return Agreement(len(programs), decisions, tuple(gaps), max(moved), sum(moved) / len(moved))


def _in_one_batch(reference: Reference, ids: list[int], says: Sequence[Say]) -> list[float]:
    """The same gaps, from one evaluation of the whole sequence with logits at every decision."""
    llama = reference.llama
    memory = llama_cpp.llama_get_memory(llama.ctx)
    llama_cpp.llama_memory_clear(memory, True)
    llama.reset()
    reference._prefix = []
    wanted = {say.position for say in says}
    gaps: list[float] = []
    batch = llama_cpp.llama_batch_init(512, 0, 1)
    by_position = {say.position: say for say in says}
    for start in range(0, len(ids), 512):
        part = ids[start : start + 512]
        batch.n_tokens = len(part)
        for place, token in enumerate(part):
            batch.token[place] = token
            batch.pos[place] = start + place
            batch.n_seq_id[place] = 1
            batch.seq_id[place][0] = 0
            batch.logits[place] = start + place in wanted
        assert llama_cpp.llama_decode(llama.ctx, batch) == 0
        for place in range(len(part)):
            if start + place in wanted:
                row = llama_cpp.llama_get_logits_ith(llama.ctx, place)
                ranked = sorted((row[token] for token in by_position[start + place].tokens), reverse=True)
                gaps.append(ranked[0] - ranked[1])
    llama_cpp.llama_batch_free(batch)
    llama_cpp.llama_memory_clear(memory, True)
    return gaps
