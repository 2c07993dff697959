"""The facts of the open document: what is said of an item, and what a suggester says of it and nobody has decided."""

from __future__ import annotations

from assistant.project.fact_suggestions import FactItem
from assistant.project.facts import aims
from assistant.project.state import Fold
from assistant.project.store import Project


class OpenFacts:
    """Follows the project: `refresh` takes in what was stored or decided since the last time."""

    def __init__(self, project: Project, document_id: int) -> None:
        self._project = project
        self._document_id = document_id
        self._changes = project.fact_changes(document_id)
        self._items: list[FactItem] | None = None

    def refresh(self) -> bool:
        """Whether there may be others now."""
        before, self._changes = self._changes, self._project.fact_changes(self._document_id)
        if self._changes != before:
            self._items = None
        return self._changes != before

    def about(self, item_id: str, fold: Fold) -> tuple[FactItem, ...]:
        """What is said of an item, in the order of `all`."""
        return tuple(one for one in self.all(fold) if item_id in aims(one.value))

    def all(self, fold: Fold) -> list[FactItem]:
        """Everything, document classes too, in the order in which it came; what waits behind what was decided."""
        if self._items is None:
            rejected = {item.id for item in fold.items() if item.status == "rejected"}
            self._items = self._project.fact_items(self._document_id, fold.hidden(), rejected)
        return self._items
