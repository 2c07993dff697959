"""What a scripted annotator spent, and how far it was at each key."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from typing import NamedTuple

Extent = tuple[str, int, int]  # label, start, end


class Standing(NamedTuple):
    """After so many `keys`: how many gold mentions stand right, and of what stands or still waits how many are gold."""

    keys: int
    right: int
    found: int
    shown: int


@dataclass(slots=True)
class Effort:
    """Keys pressed, by the label that they were pressed for and by what for; `screens` counts what there was to look
    at: documents opened, dialogs, and views of a document that was scrolled."""

    labels: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    screens: int = 0
    course: list[Standing] = field(default_factory=list)
    gold: int = 0
    _documents: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)

    @property
    def keys(self) -> int:
        return self.kinds.total()

    def press(self, kind: str, label: str, *, screen: bool) -> None:
        self.kinds[kind] += 1
        self.labels[label] += 1
        self.screens += screen

    def stands(self, document: int, gold: Set[Extent], kept: Set[Extent], waiting: Set[Extent]) -> None:
        """Take note of what a document has now."""
        self._documents[document] = (len(gold), len(kept & gold), len((kept | waiting) & gold), len(kept | waiting))
        self.gold, right, found, shown = map(sum, zip(*self._documents.values(), strict=True))
        if self.course and self.course[-1].keys == self.keys:
            self.course.pop()
        self.course.append(Standing(self.keys, right, found, shown))

    def after(self, share: float) -> tuple[float, float]:
        """After this share of all keys: of the gold mentions the share that stands right, and the F1 of what stands
        together with what still waits."""
        place = bisect_right(self.course, share * self.keys, key=lambda one: one.keys) - 1
        one = self.course[max(place, 0)]
        return one.right / max(self.gold, 1), 2 * one.found / max(self.gold + one.shown, 1)
