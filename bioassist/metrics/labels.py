"""Accuracy and F1 of single decisions, with bootstrap intervals: relations, assertion, inference, classes, answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

from bioassist.metrics.bootstrap import RESAMPLES, Interval, draws, interval
from bioassist.metrics.spans import Counts

# How often each pair of a gold label and a predicted one came.
_Pairs = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class LabelScores:
    """`micro` and `macro` are F1 over the labels that count: all but those that stand for nothing ("none", "no").

    Where every label counts, micro F1 is the accuracy. `gold` counts decisions by gold label. Intervals are 95%, None
    where all decisions are of one group.
    """

    decisions: int
    accuracy: float
    micro: float
    macro: float
    by_label: Mapping[str, Counts]
    gold: Mapping[str, int]
    accuracy_interval: Interval | None = None
    micro_interval: Interval | None = None
    macro_interval: Interval | None = None


def score(
    decided: Sequence[tuple[str, str]],
    *,
    nothing: Collection[str] = (),
    groups: Sequence[Hashable] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> LabelScores:
    """Scores of (gold, predicted) labels. `nothing` are labels that stand for the absence of one.

    `groups` names what each decision belongs to (a document, a sentence), which the bootstrap draws as a whole.
    """
    by_group: dict[Hashable, Counter[tuple[str, str]]] = defaultdict(Counter)
    for place, pair in enumerate(decided):
        by_group[groups[place] if groups is not None else place][pair] += 1
    rows = list(by_group.values())
    whole = _together(rows, [1] * len(rows))
    accuracy, micro, macro = _figures(whole, nothing)
    intervals: list[Interval | None] = [None, None, None]
    if len(rows) > 1 and resamples:
        drawn = [_figures(_together(rows, times), nothing) for times in draws(len(rows), resamples, seed)]
        intervals = [interval([figures[place] for figures in drawn]) for place in range(3)]
    gold: Counter[str] = Counter()
    for (wanted, _), count in whole.items():
        gold[wanted] += count
    return LabelScores(len(decided), accuracy, micro, macro, _by_label(whole, nothing), dict(gold), *intervals)


def _together(rows: Sequence[_Pairs], times: Sequence[int]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for row, number in zip(rows, times, strict=True):
        if number:
            for pair, count in row.items():
                found[pair] += count * number
    return found


def _by_label(pairs: _Pairs, nothing: Collection[str]) -> dict[str, Counts]:
    hits: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    for (wanted, found), count in pairs.items():
        gold[wanted] += count
        predicted[found] += count
        hits[wanted] += count if wanted == found else 0
    names = sorted({*gold, *predicted} - set(nothing))
    return {name: Counts(hits[name], predicted[name], gold[name]) for name in names}


def _figures(pairs: _Pairs, nothing: Collection[str]) -> tuple[float, float, float]:
    total = sum(pairs.values())
    right = sum(count for (wanted, found), count in pairs.items() if wanted == found)
    counts = _by_label(pairs, nothing)
    micro = sum(counts.values(), Counts()).f1
    macro = sum(one.f1 for one in counts.values()) / len(counts) if counts else 0.0
    return (right / total if total else 0.0), micro, macro
