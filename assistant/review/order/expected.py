"""What it comes to if everything over a threshold is accepted: how much, of what, and how much of it is right."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from assistant.project.listing import Listed


@dataclass(frozen=True, slots=True)
class Group:
    """`count` items of a label whose confidence has one `origin` (None: not calibrated), and their mean confidence."""

    label: str
    origin: str | None
    count: int
    mean: float


@dataclass(frozen=True, slots=True)
class Expected:
    """`groups` by label; those that are empty are left out."""

    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def calibrated(self) -> int:
        """How many of them have a confidence that is calibrated."""
        return sum(group.count for group in self.groups if group.origin is not None)

    @property
    def precision(self) -> float | None:
        """The share of the calibrated ones that is right as it is, by the mean of their confidences; None without."""
        return _mean(group for group in self.groups if group.origin is not None)

    @property
    def given(self) -> float | None:
        """The mean of what is not calibrated, which promises nothing."""
        return _mean(group for group in self.groups if group.origin is None)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the calibrations come from."""
        return tuple(dict.fromkeys(group.origin for group in self.groups if group.origin is not None))

    def labels(self) -> dict[str, tuple[int, float]]:
        """How many of each label, and the mean of their confidences; the most first."""
        found: dict[str, list[Group]] = {}
        for group in self.groups:
            found.setdefault(group.label, []).append(group)
        counts = {label: (sum(one.count for one in groups), _mean(groups) or 0.0) for label, groups in found.items()}
        return dict(sorted(counts.items(), key=lambda one: (-one[1][0], one[0])))


class Estimates:
    """Made once from what waits; then asked for one threshold after the other."""

    def __init__(self, items: Iterable[Listed]) -> None:
        by_kind: dict[tuple[str, str | None], list[float]] = {}
        for one in items:
            if one.confidence is not None:
                by_kind.setdefault((one.type, one.origin), []).append(one.confidence)
        self._sure = {kind: sorted(found) for kind, found in sorted(by_kind.items(), key=str)}
        self._sums = {kind: [0.0, *accumulate(reversed(found))] for kind, found in self._sure.items()}
        self.total = sum(map(len, self._sure.values()))

    def over(self, threshold: float) -> Expected:
        """What has at least this confidence."""
        groups = []
        for (label, origin), found in self._sure.items():
            count = len(found) - bisect_left(found, threshold)
            if count:
                groups.append(Group(label, origin, count, self._sums[label, origin][count] / count))
        return Expected(tuple(groups))


def _mean(groups: Iterable[Group]) -> float | None:
    listed = list(groups)
    count = sum(group.count for group in listed)
    return sum(group.mean * group.count for group in listed) / count if count else None
