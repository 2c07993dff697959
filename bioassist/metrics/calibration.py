"""How far probabilities can be trusted, and what makes them better.

Measures: expected calibration error, reliability, and AUROC of correctness. A `Calibration` turns the probability that
a model gave into the share that was right where it gave that; `bioassist.metrics.calibrating` fits one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bioassist.metrics.logistic import logit, sigmoid

BINS = 10
FORMAT = 1
# Odds beyond this are the model's boast: they are taken as this before a curve is applied.
LEAST = 1e-3


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


def log_loss(predicted: Sequence[tuple[float, bool]]) -> float:
    """The mean surprise at what was right, in nats; no probability counts as 0 or 1."""
    odds = [logit(probability) if right else -logit(probability) for probability, right in predicted]
    return sum(math.log1p(math.exp(-one)) for one in odds) / max(len(odds), 1)


@dataclass(frozen=True, slots=True)
class Curve:
    """From a probability p to sigmoid(offset + slope * logit p) (Platt 1999, on the log odds): 1 and 0 change nothing.

    `decisions` is how many of the label's own it was fitted on.
    """

    slope: float = 1.0
    offset: float = 0.0
    decisions: int = 0

    def log_odds(self, probability: float) -> float:
        return self.offset + self.slope * logit(probability, LEAST)

    def of(self, probability: float) -> float:
        return sigmoid(self.log_odds(probability))


@dataclass(frozen=True, slots=True)
class Measured:
    """How good probabilities were, by cross-validation over documents: as the model gave them, and calibrated."""

    folds: int
    ece_before: float
    ece_after: float
    auroc_before: float | None
    auroc_after: float | None
    bins_before: tuple[Bin, ...]
    bins_after: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A curve for each of a model's labels, and `pooled` for labels without one of their own.

    `definition` says which confidence it is for (`bioassist.tasks.confidence`), `program` and `model` whose: `model`
    has "name" and sums of what it was made of. `source` says on what it was fitted: `decisions` mentions of `documents`
    documents.
    """

    definition: str
    program: str
    model: Mapping[str, str]
    source: tuple[str, ...]
    decisions: int
    documents: int
    pooled: Curve
    labels: Mapping[str, Curve]
    measured: Measured

    def curve(self, label: str) -> Curve:
        return self.labels.get(label, self.pooled)

    def of(self, label: str, probability: float) -> float:
        """The calibrated probability of a mention that the model found under `label`."""
        return self.curve(label).of(probability)

    @property
    def fingerprint(self) -> str:
        """`calibration/1:12 hex digits` of everything in it."""
        said = json.dumps(self._plain(), sort_keys=True, ensure_ascii=True)
        return f"calibration/{FORMAT}:{hashlib.sha256(said.encode()).hexdigest()[:12]}"

    def to_json(self) -> dict[str, Any]:
        return {"format": FORMAT, "fingerprint": self.fingerprint, **self._plain()}

    @classmethod
    def from_json(cls, plain: object) -> Calibration:
        """Raises ValueError for what is no calibration, of another format, or not as its fingerprint says."""
        if not isinstance(plain, dict) or plain.get("format") != FORMAT:
            raise ValueError("it is no calibration that this version reads")
        try:
            found = cls(
                definition=str(plain["definition"]),
                program=str(plain["program"]),
                model={str(key): str(value) for key, value in plain["model"].items()},
                source=tuple(map(str, plain["source"])),
                decisions=int(plain["decisions"]),
                documents=int(plain["documents"]),
                pooled=_curve(plain["pooled"]),
                labels={str(label): _curve(one) for label, one in plain["labels"].items()},
                measured=_measured(plain["measured"]),
            )
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
            raise ValueError(f"it is no calibration: {error!r}") from error
        if plain.get("fingerprint") != found.fingerprint:
            raise ValueError("it is not as its fingerprint says")
        return found

    def _plain(self) -> dict[str, Any]:
        return {**asdict(replace(self, model=dict(self.model), labels=dict(self.labels))), "source": list(self.source)}


def _curve(plain: Mapping[str, Any]) -> Curve:
    return Curve(float(plain["slope"]), float(plain["offset"]), int(plain["decisions"]))


def _measured(plain: Mapping[str, Any]) -> Measured:
    bins = {key: tuple(Bin(**one) for one in plain[key]) for key in ("bins_before", "bins_after")}
    return Measured(**{**plain, **bins})
