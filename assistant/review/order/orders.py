"""In which order suggestions of a project are looked at: functions of their columns alone.

An order makes entries that sort into it. Ties fall to the order of documents, then of reading.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from assistant.project.listing import Listed


class Entry(NamedTuple):
    """An item in its place: the smallest `value` first, then by the document's `place` in the list, then by start, the
    longer first (`shortness` is the end, negative)."""

    value: float
    place: int
    start: int
    shortness: int
    item: str
    document: int


Order = Callable[[Iterable[Listed]], list[Entry]]
Places = Mapping[int, int]


def uncertainty(confidence: float | None) -> float:
    """1 at a probability of one half, 0 where it is 0 or 1: u = 1 - |2p - 1|. What has no probability is certain."""
    # Rounded, so that 0.45 and 0.55 are as uncertain as each other.
    return round(1 - abs(2 * confidence - 1), 9) if confidence is not None else 0.0


def file_order(places: Places) -> Order:
    """Document by document, in the order of reading."""
    return lambda items: sorted(_entry(0.0, one, places) for one in items)


def least_certain(places: Places) -> Order:
    """The most uncertain first."""
    return lambda items: sorted(_entry(-uncertainty(one.confidence), one, places) for one in items)


def surest(places: Places) -> Order:
    """The most probable first."""
    return lambda items: sorted(_entry(-(one.confidence or 0.0), one, places) for one in items)


def as_listed(turns: Mapping[tuple[int, str], int], places: Places) -> Order:
    """In a given order of documents and ids."""
    return lambda items: sorted(_entry(float(turns[one.document, one.id]), one, places) for one in items)


def most_informative(places: Places, labels: Counter[str], documents: Counter[int]) -> Order:
    """Uncertainty spread over labels and documents, greedily: next comes what has the most of u / ((1 + l) (1 + d)).

    l and d are how many of its label and of its document come before it; `labels` and `documents` are where they start,
    what has been decided for instance, and are counted on. Dividing so gives every label and document its turns in
    proportion to its uncertainty (the method of D'Hondt, 1882).
    """

    def ordered(items: Iterable[Listed]) -> list[Entry]:
        groups: dict[tuple[str, int], list[tuple[float, Entry]]] = {}
        for one in items:
            sure = uncertainty(one.confidence)
            groups.setdefault((one.type, one.document), []).append((-sure, _entry(0.0, one, places)))
        # Within a label and document all are divided alike, so its most uncertain is its only candidate.
        heaps: dict[str, list[tuple[float, Entry]]] = {}
        for (label, document), group in groups.items():
            group.sort(reverse=True)
            heaps.setdefault(label, []).append((group[-1][0] / (1 + documents[document]), group[-1][1]))
        for heap in heaps.values():
            heapq.heapify(heap)
        found = []
        while heaps:
            label = min(heaps, key=lambda label: _turn(heaps[label], label, groups, labels, documents))
            heap = heaps[label]
            document = heap[0][1].document
            group = groups[label, document]
            value = heap[0][0] / (1 + labels[label])
            found.append(group.pop()[1]._replace(value=value))
            labels[label] += 1
            documents[document] += 1
            if group:
                heapq.heapreplace(heap, (group[-1][0] / (1 + documents[document]), group[-1][1]))
            else:
                heapq.heappop(heap)
                if not heap:
                    del heaps[label]
        return found

    return ordered


def _turn(
    heap: list[tuple[float, Entry]],
    label: str,
    groups: Mapping[tuple[str, int], list[tuple[float, Entry]]],
    labels: Counter[str],
    documents: Counter[int],
) -> tuple[float, Entry]:
    """What a label has to offer. Values only sink: one that is out of date is put where it belongs when it surfaces."""
    while True:
        value, entry = heap[0]
        now = groups[label, entry.document][-1][0] / (1 + documents[entry.document])
        if value == now:
            return (value / (1 + labels[label]), entry)
        heapq.heapreplace(heap, (now, entry))


def _entry(value: float, one: Listed, places: Places) -> Entry:
    start, end = _hull(one.where)
    return Entry(value, places.get(one.document, len(places)), start, -end, one.id, one.document)


def _hull(where: str) -> tuple[int, int]:
    start, _, end = where.partition("-")
    if end.isdecimal():
        return int(start), int(end)
    numbers = [int(number) for pair in where.split(" ") for number in pair.split("-")]
    return min(numbers), max(numbers)
