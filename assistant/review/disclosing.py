"""The end of a person's work not knowing what is planted in a document, and who plants it."""

from __future__ import annotations

from typing import Any

from assistant.project.facts import Value, aims, facts_to_json, kind_of
from assistant.project.guard.first_answers import extents_to_json
from assistant.project.guard.taken import Became
from assistant.project.journal.entries import DISCLOSE
from assistant.project.state import Item
from assistant.project.team.annotators import GOLD
from assistant.review.view import Saved
from assistant.review.work import Work, saved


class Disclosing(Work):
    """What is planted comes before the person: a note that they opened in this session is left as they saw it."""

    _ready = 0

    @property
    def planting(self) -> bool:
        """Whether suggestions in some notes are planted for the person, whichever those are."""
        if self.actor == GOLD:
            return False
        return bool(self.project.schema.guard.planted or self.project.journal.plants.documents(self.actor))

    def _plant(self) -> None:
        """Plant in the notes that were drawn for the person, and were read since it was done last."""
        if self.project.read_only or not self.project.schema.guard.planted:
            return
        ready = sum(row.state == "ready" for row in self.project.documents())
        if ready != self._ready:
            self._ready = ready
            self.project.plant(besides=self._opened)

    def _disclose(self) -> Saved:
        """Tell what was planted in the open document, and take it out: what the person accepted of it, and all that
        they said of it. What they corrected is theirs, and so is what they repeated on the same words elsewhere."""
        document = self._document()
        planted = self.project.journal.plants.of(document.row.id, self.actor).suggestions
        became = {one: _became(document.fold.item(one)) for one in planted}
        gone = {one for one, what in became.items() if what != "corrected"}
        extents = extents_to_json((one.id, one.type, one.spans) for one in planted.values())
        said: dict[str, Any] = {one: extents[one] | {"became": what} for one, what in became.items()}
        alike = sum(self.project.journal.plants.repeated(self.actor, one) for one in gone)
        entry = self._append(DISCLOSE, {"planted": said, "facts": self._taken_out(gone), "alike": alike})
        waiting = next((item for item in document.items() if item.status == "pending"), None)
        if waiting is not None:
            document.set_focus(waiting.id)
        return saved(entry)

    def _taken_out(self, gone: set[str]) -> dict[str, Any]:
        """What a person said of items that are gone, and of what was said of those, as an entry takes it out."""
        said = self.project.facts(self._document().row.id).values()
        out: dict[str, Value] = {}
        while fresh := {
            one.item_id: one.value
            for one in said
            if one.value is not None and one.item_id not in out and not {*gone, *out}.isdisjoint(aims(one.value))
        }:
            out |= fresh
        on = {one.item_id: one.suggestion for one in said if one.item_id in out and one.suggestion is not None}
        was = {item_id: value for item_id, value in out.items() if item_id not in on}
        return facts_to_json({item_id: (kind_of(value), None) for item_id, value in out.items()}, on, was)


def _became(item: Item | None) -> Became:
    if item is None or item.status == "pending":
        return "left"
    if item.status == "rejected":
        return "rejected"
    return "accepted" if item.status == "accepted" else "corrected"
