"""Fits a calibration: curves on log odds by label, each drawn towards that of all labels as its decisions are few.

Everything is judged by cross-validation over groups (documents): mentions of one document resemble each other, so what
was fitted on some of them would look better on the others than it is.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bioassist.metrics import isotonic, logistic
from bioassist.metrics.calibration import LEAST, Curve, Measured, auroc, ece, reliability
from bioassist.metrics.logistic import logit

FOLDS = 5
# Ridges: how hard a label is drawn to the curve of all labels, and decisions of a project to what was known before. The
# mentions of one document are right or wrong together, so they say less than their number, and a label's say least.
RIDGE = 40.0
LABEL_RIDGE = 120.0
# Only so much that labels which are always right have a curve.
LOOSE = 0.01
# However decisions fall out, what the model is surer of stays in front.
FLATTEST = 0.05
# From so many decisions on so many documents on a project's own calibration is better than the model's where its notes
# are of another kind, and as good where they are not (docs/experiments.md has the simulation).
ENOUGH = 300
ENOUGH_DOCUMENTS = 10


@dataclass(frozen=True, slots=True)
class Decided:
    """A mention that was found under `label` with `probability` in a document of `group`, and whether it is right."""

    label: str
    group: str
    probability: float
    right: bool


def documents_of(decided: Sequence[Decided]) -> int:
    """On how many documents there are decisions."""
    return len({one.group for one in decided})


def enough(decided: Sequence[Decided]) -> bool:
    """Whether these decisions of a project make a calibration of its own."""
    return len(decided) >= ENOUGH and documents_of(decided) >= ENOUGH_DOCUMENTS


@dataclass(frozen=True, slots=True)
class Curves:
    """A curve for each label that has decisions, and one for all others."""

    pooled: Curve
    labels: Mapping[str, Curve]

    def curve(self, label: str) -> Curve:
        return self.labels.get(label, self.pooled)

    def of(self, label: str, probability: float) -> float:
        return self.curve(label).of(probability)


Fitted = Callable[[str, float], float]
Method = Callable[[Sequence[Decided]], Fitted]


def curves(decided: Sequence[Decided]) -> Curves:
    """One curve for all labels, and from there one for each label."""
    pooled = _moved(Curve(), decided, LOOSE)
    return _by_label(Curves(pooled, {}), decided, RIDGE)


def moved(known: Curves, decided: Sequence[Decided]) -> Curves:
    """The curves `known` from elsewhere, moved by a project's decisions: all together, then each label by its own.

    Few decisions move them little.
    """
    shift = _shift([known.curve(one.label).log_odds(one.probability) for one in decided], decided)
    pooled = _shifted(known.pooled, shift, len(decided))
    labels = {label: _shifted(curve, shift, 0) for label, curve in known.labels.items()}
    return _by_label(Curves(pooled, labels), decided, LABEL_RIDGE)


def _shift(known: Sequence[float], decided: Sequence[Decided]) -> tuple[float, float]:
    """What is added to known log odds: a constant, and a multiple of them."""
    rights = [float(one.right) for one in decided]
    offset, slope = logistic.fit([(1.0, odds) for odds in known], rights, (RIDGE, RIDGE), known)
    return offset, slope


def _shifted(curve: Curve, shift: tuple[float, float], decisions: int) -> Curve:
    offset, slope = shift
    factor = max(1 + slope, FLATTEST)
    return Curve(curve.slope * factor, offset + curve.offset * factor, decisions)


def _by_label(start: Curves, decided: Sequence[Decided], ridge: float) -> Curves:
    by_label: dict[str, list[Decided]] = defaultdict(list)
    for one in decided:
        by_label[one.label].append(one)
    own = {label: _moved(start.curve(label), mine, ridge) for label, mine in sorted(by_label.items())}
    return Curves(start.pooled, {**start.labels, **own})


def _moved(curve: Curve, decided: Sequence[Decided], ridge: float) -> Curve:
    """The curve moved towards these decisions, against a ridge."""
    rows = [(1.0, logit(one.probability, LEAST)) for one in decided]
    known = [curve.log_odds(one.probability) for one in decided]
    offset, slope = logistic.fit(rows, [float(one.right) for one in decided], (ridge, ridge), known)
    return Curve(max(curve.slope + slope, FLATTEST), curve.offset + offset, len(decided))


# What `curves` is compared with.


def as_given(decided: Sequence[Decided]) -> Fitted:
    """The model's own probabilities."""
    return lambda label, probability: probability


def temperature(decided: Sequence[Decided]) -> Fitted:
    """One factor on the log odds of all labels (Guo et al. 2017)."""
    rows = [(logit(one.probability, LEAST),) for one in decided]
    (slope,) = logistic.fit(rows, [float(one.right) for one in decided], (LOOSE,))
    curve = Curve(slope, 0.0, len(decided))
    return lambda label, probability: curve.of(probability)


def platt(decided: Sequence[Decided]) -> Fitted:
    """A factor and an offset on the log odds, for all labels (Platt 1999)."""
    curve = _moved(Curve(), decided, LOOSE)
    return lambda label, probability: curve.of(probability)


def steps(decided: Sequence[Decided]) -> Fitted:
    """Any non-decreasing function, for all labels (Zadrozny and Elkan 2002)."""
    line = isotonic.fit([(one.probability, float(one.right)) for one in decided])
    return lambda label, probability: isotonic.value(line, probability) if line else probability


def by_label(decided: Sequence[Decided]) -> Fitted:
    """A factor and an offset by label, drawn to those of all labels: what is kept."""
    return curves(decided).of


METHODS: Mapping[str, Method] = {
    "as given": as_given,
    "temperature": temperature,
    "Platt": platt,
    "isotonic": steps,
    "Platt by label": by_label,
}


def cross_validated(
    decided: Sequence[Decided], method: Method = by_label, folds: int = FOLDS
) -> list[tuple[float, bool]]:
    """(probability, right) of each, by a fit on the documents of the other folds, in their order."""
    fold = [_fold(one.group, folds) for one in decided]
    found: list[tuple[float, bool]] = [(0.0, False)] * len(decided)
    for number in set(fold):
        fitted = method([one for one, mine in zip(decided, fold, strict=True) if mine != number])
        for place, one in enumerate(decided):
            if fold[place] == number:
                found[place] = (fitted(one.label, one.probability), one.right)
    return found


def measured(
    decided: Sequence[Decided], method: Method = by_label, folds: int = FOLDS, before: Fitted | None = None
) -> Measured:
    """How good the probabilities are by `before` (None: as they were given), and by `method`."""
    as_was = before if before is not None else as_given(decided)
    without = [(as_was(one.label, one.probability), one.right) for one in decided]
    after = cross_validated(decided, method, folds)
    return Measured(
        folds,
        ece(without),
        ece(after),
        auroc(without),
        auroc(after),
        tuple(reliability(without)),
        tuple(reliability(after)),
    )


def _fold(group: str, folds: int) -> int:
    """The same for a document wherever it comes."""
    return int.from_bytes(hashlib.sha256(group.encode("utf-8", "surrogatepass")).digest()[:4]) % folds
