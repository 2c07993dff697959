"""Krippendorff's alpha where annotators both find units in a text and label them.

It is the coefficient for textual continua (Krippendorff, Mathet, Bouvry and Widlöcher 2016, Quality and Quantity 50):
agreement is counted by length, so that a boundary that is off by a character costs little and one that is off by a
sentence much, and what chance would give follows from the lengths of units and of what is left blank between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

# A unit: start, end (half-open), label.
Unit = tuple[int, int, str]
# The labels of a stretch, in order; none for a blank.
_Value = tuple[str, ...]


@dataclass
class Continuum:
    """What alpha is computed of, added up over texts: lengths in characters.

    `agreeing` is the length that pairs of annotators gave the same value, `by_value` the length of each value over all
    annotators, `alone` what a stretch cannot be paired with because it is the stretch itself.
    """

    agreeing: float = 0.0
    by_value: Counter[_Value] = field(default_factory=Counter)
    alone: Counter[_Value] = field(default_factory=Counter)

    def add(self, other: Continuum, times: int = 1) -> None:
        self.agreeing += other.agreeing * times
        for value, length in other.by_value.items():
            self.by_value[value] += length * times
        for value, length in other.alone.items():
            self.alone[value] += length * times

    @property
    def alpha(self) -> float | None:
        """At most 1; None where there is nothing to disagree on."""
        whole = self.by_value.total()
        chances = whole * whole - self.alone.total()
        if not chances:
            return None
        same = sum(length * length - self.alone[value] for value, length in self.by_value.items())
        expected = whole - whole * same / chances
        return 1 - (whole - self.agreeing) / expected if expected > 0 else None


def continuum(annotators: Sequence[Iterable[Unit]], length: int) -> Continuum:
    """One text of `length` characters as two or more annotators cut it into units.

    Where an annotator's units overlap, a stretch has all their labels for its value.
    """
    found = Continuum()
    cut = [_stretches(units, length) for units in annotators]
    for stretches in cut:
        for start, end, value in stretches:
            found.by_value[value] += end - start
            # A unit is one whole; a blank is so many characters.
            found.alone[value] += (end - start) ** 2 if value else end - start
    for one, other in combinations(cut, 2):
        found.agreeing += 2 * _same(one, other) / (len(cut) - 1)
    return found


def _stretches(units: Iterable[Unit], length: int) -> list[tuple[int, int, _Value]]:
    """The text from end to end in stretches that begin and end where a unit does, each with its labels."""
    ordered = sorted({unit for unit in units if unit[0] < unit[1]})
    edges = sorted({0, length, *(unit[0] for unit in ordered), *(unit[1] for unit in ordered)})
    found = []
    waiting = 0
    open_units: list[Unit] = []
    for start, end in pairwise(edges):
        open_units = [unit for unit in open_units if unit[1] > start]
        while waiting < len(ordered) and ordered[waiting][0] == start:
            open_units.append(ordered[waiting])
            waiting += 1
        found.append((start, end, tuple(sorted({unit[2] for unit in open_units}))))
    return found


def _same(one: Sequence[tuple[int, int, _Value]], other: Sequence[tuple[int, int, _Value]]) -> int:
    """The length over which two cuttings of a text have the same values."""
    same = i = j = 0
    while i < len(one) and j < len(other):
        shared = min(one[i][1], other[j][1]) - max(one[i][0], other[j][0])
        if one[i][2] == other[j][2]:
            same += max(0, shared)
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return same
