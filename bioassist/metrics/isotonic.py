"""The non-decreasing function that fits best (Ayer et al. 1955), by pooling neighbours that are out of order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter


def fit(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """(x, target) pairs as the corners of a non-decreasing line, by x; none without points.

    The squares of its distances to the targets are the least that such a function can have. Each stretch of one value
    is given by its first and its last x.
    """
    stretches: list[list[float]] = []
    for x, group in groupby(sorted(points), key=itemgetter(0)):
        targets = [target for _, target in group]
        stretches.append([x, x, sum(targets), float(len(targets))])
        while len(stretches) > 1 and _value(stretches[-2]) >= _value(stretches[-1]):
            _, last, total, weight = stretches.pop()
            stretches[-1][1] = last
            stretches[-1][2] += total
            stretches[-1][3] += weight
    corners: list[tuple[float, float]] = []
    for stretch in stretches:
        corners += [(x, _value(stretch)) for x in dict.fromkeys(stretch[:2])]
    return corners


def _value(stretch: Sequence[float]) -> float:
    return stretch[2] / stretch[3]


def value(corners: Sequence[tuple[float, float]], x: float) -> float:
    """The height of the line through `corners` at x; level beyond its ends. At least one corner is needed."""
    place = bisect_right(corners, (x, float("inf")))
    if place in (0, len(corners)):
        return corners[max(place - 1, 0)][1]
    (low, under), (high, over) = corners[place - 1], corners[place]
    return under + (over - under) * (x - low) / (high - low)
