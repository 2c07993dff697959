"""A queue: what waits in a project in some order, and how far a person is in it."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.project.listing import Listed
from assistant.review.order.orders import Entry, Order


@dataclass(frozen=True, slots=True)
class QueueView:
    """`place` counts from 1, 0 before the first; `total` are all entries, decided ones too; `left` those that wait."""

    kind: str
    name: str
    place: int
    total: int
    left: int


class Queue:
    """Entries stay when they have been decided, so that a place is the same place an hour later.

    What comes later joins where it belongs, but always ahead of the person. With `near` entries are near misses, which
    have their place for an id. `closed` lets nothing join, as a sample must not.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        order: Order,
        listed: Mapping[int, Iterable[Listed]],
        *,
        near: bool = False,
        closed: bool = False,
    ) -> None:
        self.kind, self.name, self.near = kind, name, near
        self._order, self._closed = order, closed
        self._waiting: dict[int, set[str]] = {}
        self._left = 0
        self._place = -1
        self._entries = order(one for items in listed.values() for one in items)
        self._known = {(one.document, one.item) for one in self._entries}
        for document, items in listed.items():
            self._wait(document, _waiting(items))

    @property
    def view(self) -> QueueView:
        return QueueView(self.kind, self.name, self._place + 1, len(self._entries), self._left)

    @property
    def current(self) -> Entry | None:
        return self._entries[self._place] if self._place >= 0 else None

    def waits(self, document: int, item: str) -> bool:
        return item in self._waiting.get(document, ())

    def update(self, document: int, items: Iterable[Listed]) -> None:
        """Take in what there is in a document now."""
        listed = list(items)
        if not self._closed:
            for entry in self._order(one for one in listed if (document, one.id) not in self._known):
                insort(self._entries, entry, lo=self._place + 1)
                self._known.add((document, entry.item))
        self._wait(document, {one for one in _waiting(listed) if (document, one) in self._known})

    def settle(self, document: int, pending: set[str]) -> None:
        """What of the entries of a document still waits is among these; nothing joins."""
        self._wait(document, {item for item in pending if (document, item) in self._known})

    def next(self) -> Entry | None:
        """Go to the next entry that waits; None, and stay, if there is none ahead."""
        return self._go(range(self._place + 1, len(self._entries)))

    def previous(self) -> Entry | None:
        return self._go(range(self._place - 1, -1, -1))

    def begin_again(self) -> None:
        """Go before the first, to pass by what was passed over."""
        self._entries.sort()
        self._place = -1

    def go_to(self, document: int, item: str) -> bool:
        """Go to an entry, be it decided or not; whether it is in the queue."""
        if (document, item) not in self._known:
            return False
        self._place = next(
            place for place, one in enumerate(self._entries) if one.item == item and one.document == document
        )
        return True

    def _go(self, places: range) -> Entry | None:
        for place in places:
            entry = self._entries[place]
            if self.waits(entry.document, entry.item):
                self._place = place
                return entry
        return None

    def _wait(self, document: int, items: set[str]) -> None:
        self._left += len(items) - len(self._waiting.get(document, ()))
        self._waiting[document] = items


def _waiting(items: Iterable[Listed]) -> set[str]:
    return {one.id for one in items if one.status == "pending"}
