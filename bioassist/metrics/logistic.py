"""Logistic regression with a ridge, by Newton's method, for a handful of weights."""

from __future__ import annotations

import math
from collections.abc import Sequence

ROUNDS = 50
_SMALL = 1e-9


def logit(probability: float, least: float = 1e-6) -> float:
    """The log odds of a probability, kept at `least` from 0 and 1."""
    inside = min(max(probability, least), 1 - least)
    return math.log(inside / (1 - inside))


def sigmoid(value: float) -> float:
    """The probability with these log odds."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    power = math.exp(value)
    return power / (1 + power)


def fit(
    rows: Sequence[Sequence[float]],
    right: Sequence[float],
    ridge: Sequence[float],
    known: Sequence[float] | None = None,
) -> list[float]:
    """The weights w that minimise the log loss of sigmoid(known + row . w) plus half of ridge . w squared.

    `right` holds a target from 0 to 1 for each row, `known` log odds that are given for it (None: 0). A ridge over
    zero for every weight keeps the loss strictly convex, so there is one minimum, and classes that can be parted do
    not send it to infinity.
    """
    given = known if known is not None else [0.0] * len(rows)
    size = len(ridge)
    weights = [0.0] * size
    loss = _loss(rows, right, ridge, given, weights)
    for _ in range(ROUNDS):
        slope = [ridge[one] * weights[one] for one in range(size)]
        bend = [[ridge[one] if one == other else 0.0 for other in range(size)] for one in range(size)]
        for row, wanted, start in zip(rows, right, given, strict=True):
            guess = sigmoid(start + _dot(weights, row))
            error, sway = guess - wanted, guess * (1 - guess)
            for one in range(size):
                slope[one] += error * row[one]
                for other in range(one + 1):
                    bend[one][other] += sway * row[one] * row[other]
        step = _solved(bend, slope)
        # Far from the minimum a whole step may lead away from it.
        share = 1.0
        while share > _SMALL:
            tried = [weight - share * by for weight, by in zip(weights, step, strict=True)]
            after = _loss(rows, right, ridge, given, tried)
            if after <= loss:
                break
            share /= 2
        else:
            break
        settled = loss - after < _SMALL * (1 + abs(loss))
        weights, loss = tried, after
        if settled:
            break
    return weights


def _dot(weights: Sequence[float], row: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, row, strict=True))


def _loss(
    rows: Sequence[Sequence[float]],
    right: Sequence[float],
    ridge: Sequence[float],
    known: Sequence[float],
    weights: Sequence[float],
) -> float:
    total = sum(one * weight * weight for one, weight in zip(ridge, weights, strict=True)) / 2
    for row, wanted, start in zip(rows, right, known, strict=True):
        value = start + _dot(weights, row)
        # log(1 + e^v) - wanted * v, without overflow.
        total += max(value, 0.0) + math.log1p(math.exp(-abs(value))) - wanted * value
    return total


def _solved(lower: list[list[float]], wanted: list[float]) -> list[float]:
    """x of A x = wanted for a positive definite A, of which the lower half is given, by Cholesky's way."""
    size = len(wanted)
    factor = [[0.0] * size for _ in range(size)]
    for row in range(size):
        for column in range(row + 1):
            rest = lower[row][column] - sum(factor[row][k] * factor[column][k] for k in range(column))
            factor[row][column] = math.sqrt(rest) if row == column else rest / factor[column][column]
    forward: list[float] = []
    for row in range(size):
        done = sum(factor[row][k] * forward[k] for k in range(row))
        forward.append((wanted[row] - done) / factor[row][row])
    found = [0.0] * size
    for row in reversed(range(size)):
        done = sum(factor[k][row] * found[k] for k in range(row + 1, size))
        found[row] = (forward[row] - done) / factor[row][row]
    return found
