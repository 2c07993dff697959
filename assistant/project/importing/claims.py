"""Which item or fact of the project an annotation of a file is: one that was sent, that says the same, or a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

from assistant.project.facts import CLASSES, Value, kind_of, value_to_json
from assistant.project.importing.matching import entity_content
from assistant.project.importing.present import Present
from assistant.project.journal.decisions import spans_to_json
from assistant.project.journal.entries import canonical
from bioassist.documents import Entity, Equivalence

_RANKS = ("accepted", "edited", "added", "pending", "rejected")


class Claims:
    """`known` are items and facts by the ids that they have in the file, `all` also those that have none there. Each is
    claimed by one annotation alone."""

    def __init__(self, there: Present) -> None:
        self.known: dict[str, str] = {}
        self.all: set[str] = set()
        self._sha = there.row.text_sha
        self._items: dict[object, list[str]] = {}
        for item in sorted(there.items.values(), key=lambda item: _RANKS.index(item.status)):
            self._items.setdefault((item.type, tuple(sorted(item.spans))), []).append(item.id)
        self._facts: dict[object, list[str]] = {}
        for fact_id, value in there.facts.items():
            for said in {content(value), content(there.shown[fact_id])}:
                self._facts.setdefault(said, []).append(fact_id)

    def claim(self, item_id: str, found: str | None = None) -> None:
        """Claim an item or fact for the annotation that has the id `found`; equivalences and classes have none."""
        self.all.add(item_id)
        if found is not None:
            self.known[found] = item_id

    def item(self, entity: Entity) -> str | None:
        """An item of this type and extent that nothing claims."""
        return self._unclaimed(self._items.get(entity_content(entity), ()), self.new_item(entity))

    def new_item(self, entity: Entity) -> str:
        return self.new("a", [entity.type, spans_to_json(entity.spans)])

    def fact(self, value: Value) -> str | None:
        """A fact that says this and that nothing claims."""
        return self._unclaimed(self._facts.get(content(value), ()), self.new_fact(value))

    def new_fact(self, value: Value) -> str:
        return self.new("f", [kind_of(value), value_to_json(value)])

    def new(self, letter: str, said: list[object]) -> str:
        """An id for what is new: the same each time that the same comes."""
        number = 0
        while True:
            data = canonical([self._sha, number, said])
            item_id = f"{letter}-{hashlib.sha256(data.encode()).hexdigest()[:12]}"
            if item_id not in self.all:
                return item_id
            number += 1

    def _unclaimed(self, twins: Collection[str], likely: str) -> str | None:
        """One of `twins`: that which the same file made before, if there is one."""
        left = [one for one in twins if one not in self.all]
        return likely if likely in left else left[0] if left else None


def content(value: Value) -> object:
    """What a fact says, whatever its own id."""
    if isinstance(value, str):
        return (CLASSES, value)
    if isinstance(value, Equivalence):
        return (value.type, frozenset(value.members))
    return replace(value, id="")
