"""Moving in a document: from item to item, from word to word, and to what is searched."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.project.state import Item
from assistant.review.order.filtering import Filtering
from bioassist.documents import Span


class Moving(Filtering):
    """Focus methods return the item that is in focus now, or None (and stay) if there is none that way.

    A filter that names states of its own goes before `pending_only`: what it shows is what is looked for.
    """

    def focus_next(self, pending_only: bool = False) -> Item | None:
        found = self._open.next(self._wanted(pending_only)) if self._open is not None else None
        return self.focus(found.id) if found is not None else None

    def focus_previous(self, pending_only: bool = False) -> Item | None:
        found = self._open.previous(self._wanted(pending_only)) if self._open is not None else None
        return self.focus(found.id) if found is not None else None

    def focus_at(self, offset: int) -> Item | None:
        """Focus the shortest item over `offset`; asked again at the same place, the next longer, then round again."""
        if self._open is None:
            return None
        over = [item.id for item in self._open.over(offset)]
        if not over:
            return None
        following = over.index(self._open.focus) + 1 if self._open.focus in over else 0
        return self.focus(over[following % len(over)])

    def find(self, query: str, start: int = 0) -> Span | None:
        """The next place of `query` at or after `start`, whatever its case; round to the beginning at the end."""
        if self._open is None or not query:
            return None
        pattern = re.compile(re.escape(query), re.IGNORECASE)
        found = pattern.search(self._open.text, max(start, 0)) or pattern.search(self._open.text)
        return Span(*found.span()) if found else None

    def word_at(self, offset: int) -> Span | None:
        """The word over `offset`, else the next one, else the last."""
        return self._edges.at(offset) if self._edges is not None else None

    def next_word(self, offset: int) -> Span | None:
        """The first word that starts after `offset`."""
        return self._edges.after(offset) if self._edges is not None else None

    def previous_word(self, offset: int) -> Span | None:
        """The last word that starts before `offset`."""
        return self._edges.before(offset) if self._edges is not None else None

    def _go_on(self) -> None:
        """Focus what is to be decided next: the next pending item, round from the end to the beginning."""
        if self.focus_next(pending_only=True) is None and self._open is not None:
            wanted = self._wanted(pending_only=True)
            first = next((item for item in self._open.items() if item.status == "pending" and wanted(item)), None)
            if first is not None:
                self.focus(first.id)

    def _wanted(self, pending_only: bool) -> Callable[[Item], bool]:
        any_state = not pending_only or (self.filter is not None and bool(self.filter.statuses))
        return lambda item: (any_state or item.status == "pending") and self.shows(item)
