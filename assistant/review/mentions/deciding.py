"""Decisions on items that are there: accept, reject, relabel, move a boundary, many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.project.journal.decisions import spans_to_json
from assistant.project.journal.entries import Action
from assistant.project.state import Item
from assistant.review.order.moving import Moving
from assistant.review.text.word_edges import WordEdges
from assistant.review.view import Saved
from assistant.review.work import saved, seen
from bioassist.documents import Span


class Deciding(Moving):
    """Decisions on the focused item, and on all of the document."""

    def accept(self) -> Saved | None:
        """Accept it, and focus what is to be decided next: of the queue, else of the document, round from its end."""
        return self._settle("accept", lambda item: not item.kept, {"bulk": False, "threshold": None})

    def reject(self) -> Saved | None:
        """Reject it, and focus what is to be decided next, as `accept` does."""
        return self._settle("reject", lambda item: item.status != "rejected", {})

    def delete(self) -> Saved | None:
        """Take it out. It stays listed as rejected, and in focus."""
        item = self._focused()
        if item is None or item.status == "rejected":
            return None
        return saved(self._append("delete", {"ids": [item.id], "on": seen([item])}))

    def relabel(self, label: str) -> Saved | None:
        """Give it another type, which keeps it. Raises UsageError for a type that is not in the schema."""
        self._check_label(label)
        item = self._focused()
        return self._edit(item, label, item.spans) if item is not None else None

    def grow_left(self) -> Saved | None:
        """Move its left boundary out to the start of the word before."""
        return self._move_left(lambda edges, first: edges.previous_start(first.start))

    def shrink_left(self) -> Saved | None:
        """Move its left boundary in to the start of its second word; a last word is never taken."""
        return self._move_left(lambda edges, first: edges.next_start(first.start))

    def grow_right(self) -> Saved | None:
        """Move its right boundary out to the end of the next word."""
        return self._move_right(lambda edges, last: edges.next_end(last.end))

    def shrink_right(self) -> Saved | None:
        """Move its right boundary in to the end of its last word but one; a last word is never taken."""
        return self._move_right(lambda edges, last: edges.previous_end(last.end))

    def _settle(self, action: Action, wanted: Callable[[Item], bool], more: dict[str, Any]) -> Saved | None:
        item = self._focused()
        if item is None:
            return None
        made = None
        if wanted(item):
            made = saved(self._append(action, {"ids": [item.id], "on": seen([item]), **more}))
        self._go_on()
        return made

    def _move_left(self, target: Callable[[WordEdges, Span], int | None]) -> Saved | None:
        item = self._focused()
        if item is None or self._edges is None:
            return None
        first, *others = sorted(item.spans)
        start = target(self._edges, first)
        if start is None or start >= first.end:
            return None
        return self._edit(item, item.type, (Span(start, first.end), *others))

    def _move_right(self, target: Callable[[WordEdges, Span], int | None]) -> Saved | None:
        item = self._focused()
        if item is None or self._edges is None:
            return None
        *others, last = sorted(item.spans)
        end = target(self._edges, last)
        if end is None or end <= last.start:
            return None
        return self._edit(item, item.type, (*others, Span(last.start, end)))

    def _edit(self, item: Item, label: str, spans: tuple[Span, ...]) -> Saved | None:
        if (label, spans) == (item.type, item.spans):
            return None
        payload = {"id": item.id, "type": label, "spans": spans_to_json(spans), "on": seen([item])}
        return saved(self._append("edit", payload))
