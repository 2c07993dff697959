"""Samples to packs, packs to optimizer steps: which rows are learned together, decided before training starts.

A pack is several samples one behind the other with no padding. Each starts at position 0 again, by which attention
knows that they have nothing to do with each other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch

from bioassist.errors import InputError

Pack = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer step: row numbers by pack. `epoch` counts from 0; `tokens` are those of all its samples."""

    epoch: int
    packs: tuple[Pack, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps in order, and how many rows are longer than a pack and so never learned from."""

    steps: tuple[Step, ...]
    too_long: int

    @property
    def tokens(self) -> int:
        return sum(step.tokens for step in self.steps)


def plan(
    lengths: Sequence[int], *, pack_tokens: int, step_tokens: int, epochs: float, budget_tokens: int = 0, seed: int = 0
) -> Plan:
    """The steps of `epochs` passes over rows of `lengths`, each in an order of its own drawn from `seed`.

    A last epoch may be a part of one; `budget_tokens` cuts the whole, 0 for not. Raises InputError if nothing is left.
    """
    fitting = [row for row, length in enumerate(lengths) if 0 < length <= pack_tokens]
    if not fitting:
        raise InputError(
            f"none of the {len(lengths)} samples fits into a pack of {pack_tokens} tokens.",
            next_step="Raise batch.pack_tokens, or prepare the data with shorter windows.",
        )
    every = sum(lengths[row] for row in fitting)
    left = round(every * epochs)
    if budget_tokens:
        left = min(left, budget_tokens)
    steps: list[Step] = []
    epoch = 0
    while left > 0:
        order = list(fitting)
        random.Random(f"{seed}:{epoch}").shuffle(order)
        chosen: list[int] = []
        tokens = 0
        for row in order:
            if tokens >= min(step_tokens, left):
                steps.append(Step(epoch, packed(chosen, lengths, pack_tokens), tokens))
                left -= tokens
                chosen, tokens = [], 0
                if left <= 0:
                    break
            chosen.append(row)
            tokens += lengths[row]
        if chosen and left > 0:
            steps.append(Step(epoch, packed(chosen, lengths, pack_tokens), tokens))
            left -= tokens
        epoch += 1
    return Plan(tuple(steps), len(lengths) - len(fitting))


def packed(rows: Sequence[int], lengths: Sequence[int], limit: int) -> tuple[Pack, ...]:
    """`rows` in as few packs of at most `limit` tokens as first fit, longest first, needs."""
    packs: list[list[int]] = []
    room: list[int] = []
    for row in sorted(rows, key=lambda one: (-lengths[one], one)):
        place = next((number for number, free in enumerate(room) if free >= lengths[row]), None)
        if place is None:
            packs.append([row])
            room.append(limit - lengths[row])
        else:
            packs[place].append(row)
            room[place] -= lengths[row]
    return tuple(tuple(pack) for pack in packs)


@dataclass(frozen=True, slots=True)
class Rows:
    """A pack as tensors. `ids` and `positions` [1, tokens]; `ends` where samples end, in tokens, ascending.

    `keep` [decisions] are the places whose logits decide, each the one before the decided token; `labels` [decisions]
    are the tokens decided there.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    ends: tuple[int, ...]
    keep: torch.Tensor
    labels: torch.Tensor


def rows(samples: Sequence[tuple[Sequence[int], Sequence[bool]]], device: torch.device | str = "cpu") -> Rows:
    """`samples` are (ids, decisions) of a pack. A decision on a sample's first token is none: nothing precedes it."""
    ids: list[int] = []
    positions: list[int] = []
    keep: list[int] = []
    for sample_ids, decisions in samples:
        start = len(ids)
        keep += [start + place - 1 for place, decided in enumerate(decisions) if decided and place]
        ids += sample_ids
        positions += range(len(sample_ids))
    kept = torch.tensor(keep, dtype=torch.long, device=device)
    every = torch.tensor(ids, dtype=torch.long, device=device)
    return Rows(
        ids=every[None],
        positions=torch.tensor(positions, dtype=torch.long, device=device)[None],
        ends=tuple(accumulate(len(sample_ids) for sample_ids, _ in samples)),
        keep=kept,
        labels=every[kept + 1],
    )
