"""Accepting everything over a threshold, in a note or in all of them, with what is to be expected of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assistant.project.journal.decisions import evidence
from assistant.project.journal.entries import Action
from assistant.project.records import DocumentRow
from assistant.review.order.expected import Estimates
from assistant.review.order.filtering import matching
from assistant.review.order.ordering import Ordering
from assistant.review.work import seen


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Hundreds of thousands of small objects are made that all stay; the collector would go over them again and again,
    which takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Accepting(Ordering):
    """Both methods may be called in another thread while nothing else is asked of the session."""

    def estimates(self, *, everywhere: bool = False) -> Estimates:
        """What waits in the open document, or in all of them, of what the filter shows."""
        rows = self._open_notes() if everywhere else [self._document().row]
        found = matching(self.project, self.filter, rows, pending_only=True)
        return Estimates(one for _, items in found for one in items)

    def accept_over(self, threshold: float, *, everywhere: bool = False) -> int:
        """Accept every pending item with at least this confidence that the filter shows, as one action; how many.

        Of the open document, or with `everywhere` of all that are neither done nor skipped.
        """
        with _without_collecting():
            return self._accept_everywhere(threshold) if everywhere else self._accept_here(threshold)

    def _accept_here(self, threshold: float) -> int:
        items = [
            item
            for item in self._document().items()
            if item.status == "pending"
            and item.confidence is not None
            and item.confidence >= threshold
            and self.shows(item)
        ]
        if items:
            ids = [item.id for item in items]
            self._append("accept", {"ids": ids, "on": seen(items), "bulk": True, "threshold": threshold})
        return len(items)

    def _accept_everywhere(self, threshold: float) -> int:
        actions: list[tuple[int, Action, dict[str, Any]]] = []
        count = 0
        for document, items in matching(self.project, self.filter, self._open_notes(), pending_only=True):
            ids = [one.id for one in items if one.confidence is not None and one.confidence >= threshold]
            if not ids:
                continue
            # Of thousands of documents each is read once more: what is decided on goes into the journal whole.
            suggested = {one.id: one for one in self.project.suggestions(document)}
            on = {one: evidence(suggested[one].type, suggested[one].spans, suggested[one]) for one in ids}
            actions.append((document, "accept", {"ids": ids, "on": on, "bulk": True, "threshold": threshold}))
            count += len(ids)
        if actions:
            self.project.journal.append_together(self.actor, actions)
            self._follow_up()
        return count

    def _open_notes(self) -> list[DocumentRow]:
        """Those that the person has neither done nor skipped: what is over is not touched from elsewhere."""
        return [row for row in self.project.documents() if not row.done and row.skipped is None]

    def _follow_up(self) -> None:
        """Take in what was decided on other documents than the open one alone."""
        if self._open is not None:
            self._open.decide(dict(self.project.decisions(self._open.row.id)))
        self.refresh_queue(everything=True)
        self.refresh_filter(everything=True)
