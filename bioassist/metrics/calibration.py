"""How far probabilities can be trusted: expected calibration error, reliability, and AUROC of correctness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """`count` predictions with probabilities from `low` to `high`: their mean probability, and the share right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(predicted: Sequence[tuple[float, bool]], bins: int = BINS) -> list[Bin]:
    """(probability, right) pairs in `bins` bins of equal width; empty bins are left out."""
    found = []
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [(p, right) for p, right in predicted if low < p <= high or (number == 0 and p == 0)]
        if inside:
            confidence = sum(p for p, _ in inside) / len(inside)
            accuracy = sum(right for _, right in inside) / len(inside)
            found.append(Bin(low, high, len(inside), confidence, accuracy))
    return found


def ece(predicted: Sequence[tuple[float, bool]], bins: int = BINS) -> float:
    """Expected calibration error (Naeini et al. 2015): the mean gap between probability and share right, 0 to 1."""
    total = len(predicted)
    return sum(one.count * abs(one.confidence - one.accuracy) for one in reliability(predicted, bins)) / max(total, 1)


def auroc(predicted: Sequence[tuple[float, bool]]) -> float | None:
    """The chance that a right prediction has a higher probability than a wrong one, ties half; None without both."""
    right = sum(1 for _, one in predicted if one)
    wrong = len(predicted) - right
    if not right or not wrong:
        return None
    # Mann-Whitney: ranks of the right ones, ties sharing their mean.
    ordered = sorted(predicted, key=lambda pair: pair[0])
    ranks, place = 0.0, 0
    while place < len(ordered):
        # At least one, since a NaN is not even equal to itself.
        end = place + 1
        while end < len(ordered) and ordered[end][0] == ordered[place][0]:
            end += 1
        ranks += (place + end + 1) / 2 * sum(1 for _, one in ordered[place:end] if one)
        place = end
    return (ranks - right * (right + 1) / 2) / (right * wrong)
