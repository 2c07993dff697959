"""The percentile bootstrap by document (Efron and Tibshirani 1993): how sure a score is.

Documents are drawn with replacement, as many as there are; sentences of one document are no independent draws.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

RESAMPLES = 1000
# A 95% interval leaves this share of resamples on either side.
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the middle 95% of resamples lie."""

    low: float
    high: float


def draws(documents: int, resamples: int = RESAMPLES, seed: int = 0) -> Iterator[list[int]]:
    """For each resample, how often each of `documents` was drawn. The same for the same seed, everywhere."""
    chance = random.Random(seed)
    for _ in range(resamples):
        times = [0] * documents
        for document in chance.choices(range(documents), k=documents):
            times[document] += 1
        yield times


def interval(values: Sequence[float]) -> Interval:
    """The 2.5 and 97.5 percentiles of `values` (at least one), linear between neighbours as numpy has it."""
    ordered = sorted(values)
    return Interval(_quantile(ordered, _TAIL), _quantile(ordered, 1 - _TAIL))


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
