"""One decision for all places of the same words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.project.journal.decisions import decisions_of
from assistant.project.journal.entries import Action, Entry
from assistant.project.state import Fold, Item
from assistant.review.text.same_words import SameWords, applied
from assistant.review.view import Saved
from assistant.review.wording import said
from assistant.review.work import Work, saved
from bioassist.errors import UsageError


@dataclass(frozen=True, slots=True)
class Repeated:
    """What came of it: what was saved (None: nothing was to be done), at how many other places; and at how many places
    something else was decided before, which stays."""

    saved: Saved | None
    places: int
    left: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What all words like those of an item of a document are to be: `label`, or nothing under that unless `keep`."""

    document_id: int
    item_id: str
    label: str
    keep: bool
    words: SameWords


@dataclass(frozen=True, slots=True)
class Plan:
    """What that comes to in the project: what a "set" says of the items, by document and id.

    `places` in `notes` documents would change. `left` are places where something else was decided, and `closed` are
    documents that have the words and are done or skipped: both stay as they are.
    """

    wanted: Wanted
    changes: Mapping[int, Mapping[str, Any]]
    left: int
    closed: int

    @property
    def places(self) -> int:
        return sum(map(len, self.changes.values())) - (
            self.wanted.item_id in self.changes.get(self.wanted.document_id, ())
        )

    @property
    def notes(self) -> int:
        return len(self.changes)


class Repeating(Work):
    """What the focus is, wherever its words are.

    In the whole project it takes long: `plan_repeating` may be called in any thread, and so may `write_repeated` and
    `take_repeated` while nothing else is asked of the session. Nothing may be decided from the plan to the end.
    """

    def repeat_in_note(self) -> Repeated | None:
        """Give all the same words of the open document the focus's label, or reject them all if it is rejected.

        A focus that waits is accepted with them. One action, marked as bulk. None without a focus; raises UsageError
        for a discontinuous one.
        """
        wanted = self.repeated()
        if wanted is None:
            return None
        document = self._document()
        places = wanted.words.places(document.text)
        found = applied(wanted.label, keep=wanted.keep, places=places, items=document.items())
        if not found.items:
            return Repeated(None, 0, found.left)
        entry = self._append("set", _said(found.items, wanted))
        return Repeated(saved(entry), len(found.items.keys() - {wanted.item_id}), found.left)

    def repeated(self) -> Wanted | None:
        """What is to be repeated. None without a focus; raises UsageError for a discontinuous one."""
        item = self._focused()
        if item is None:
            return None
        if len(item.spans) > 1:
            raise UsageError("a mention of several fragments has no one string to look for.")
        document = self._document()
        words = SameWords(item.of(document.text))
        return Wanted(document.row.id, item.id, item.type, item.status != "rejected", words)

    def plan_repeating(
        self, wanted: Wanted, go_on: Callable[[int, int], bool] = lambda read, all_: True
    ) -> Plan | None:
        """What it comes to in the whole project. `go_on` is told how many documents of how many were read; None if it
        says no."""
        changes: dict[int, Mapping[str, Any]] = {}
        left = closed = 0
        rows = [row for row in self.project.documents() if row.has_text]
        for read, row in enumerate(rows):
            if not go_on(read, len(rows)):
                return None
            text = self.project.text(row.id)
            places = list(wanted.words.places(text))
            if not places:
                continue
            if (row.done or row.skipped is not None) and not self._is_open(row.id):
                closed += 1
                continue
            found = applied(wanted.label, keep=wanted.keep, places=places, items=self._items_of(row.id))
            left += found.left
            if found.items:
                changes[row.id] = found.items
        return Plan(wanted, changes, left, closed)

    def write_repeated(self, plan: Plan) -> list[Entry]:
        """Save it, as one action; to be handed to `take_repeated`."""
        actions: list[tuple[int, Action, Mapping[str, Any]]] = [
            (document_id, "set", _said(items, plan.wanted)) for document_id, items in plan.changes.items()
        ]
        return self.project.journal.append_together(self.actor, actions)

    def take_repeated(self, entries: list[Entry]) -> Saved:
        """Show in the open document what was saved."""
        for entry in entries:
            if self._is_open(entry.document_id):
                self._document().decide({decision.item_id: decision for decision in decisions_of(entry)})
        return Saved(entries[-1].seq, entries[-1].at, said(*entries))

    def _items_of(self, document_id: int) -> list[Item]:
        decisions = self.project.decisions(document_id).values()
        sure = self.project.calibrations.confidence
        return list(Fold(self.project.suggestions(document_id), decisions, sure=sure).items())


def _said(items: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    return {"items": dict(items), "facts": {}, "how": "same", "like": wanted.item_id, "bulk": True}
