"""Agreement between annotators beyond chance, over units that all of them were to label.

Every function takes ratings: how often each combination of labels came, one label an annotator in their order. None in
a combination is an annotator who did not rate the unit, which Krippendorff's alpha alone allows. A figure is None where
chance leaves nothing to disagree on: no units, or one label for all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

Ratings = Mapping[tuple[Hashable | None, ...], int]


def cohen_kappa(ratings: Ratings) -> float | None:
    """Cohen's kappa of two annotators (Cohen 1960). Raises ValueError for combinations of another length than two."""
    first: Counter[Hashable | None] = Counter()
    second: Counter[Hashable | None] = Counter()
    agreed = units = 0
    for combination, count in ratings.items():
        one, other = combination
        first[one] += count
        second[other] += count
        agreed += count * (one == other)
        units += count
    by_chance = sum(count * second[label] for label, count in first.items())
    # In whole numbers up to here, so that full agreement by chance is seen as such.
    if by_chance == units * units:
        return None
    return (agreed * units - by_chance) / (units * units - by_chance)


def fleiss_kappa(ratings: Ratings) -> float | None:
    """Fleiss' kappa of two annotators or more who all rated every unit (Fleiss 1971)."""
    labels: Counter[Hashable | None] = Counter()
    agreeing = pairs = rated = 0
    for combination, count in ratings.items():
        size = len(combination)
        for label, times in Counter(combination).items():
            labels[label] += times * count
            agreeing += times * (times - 1) * count
        pairs += size * (size - 1) * count
        rated += size * count
    by_chance = sum(count * count for count in labels.values())
    if by_chance == rated * rated:
        return None
    observed, expected = agreeing / pairs, by_chance / (rated * rated)
    return (observed - expected) / (1 - expected)


def krippendorff_alpha(ratings: Ratings) -> float | None:
    """Krippendorff's alpha for nominal labels (Krippendorff 2004); units that fewer than two rated do not count."""
    labels: Counter[Hashable] = Counter()
    disagreed = 0.0
    for combination, count in ratings.items():
        given = Counter(label for label in combination if label is not None)
        size = given.total()
        if size < 2:
            continue
        for label, times in given.items():
            labels[label] += times * count
            disagreed += times * (size - times) * count / (size - 1)
    rated = labels.total()
    by_chance = sum(count * (rated - count) for count in labels.values())
    return 1 - (rated - 1) * disagreed / by_chance if by_chance else None
