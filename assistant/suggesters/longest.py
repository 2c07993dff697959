"""Of spans that overlap, the longest."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from bioassist.documents import Span


def longest(spans: Iterable[Span]) -> list[Span]:
    """The longest of `spans`, then the longest of those that do not overlap it, and so on; of equally long ones the
    first. In order of their starts."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (-len(one), one.start)):
        place = bisect_left(kept, span)
        if not any(span.overlaps(other) for other in kept[max(place - 1, 0) : place + 1]):
            insort(kept, span)
    return kept
