"""The facts of the open document: what is said of an item, and what a suggester says of it and nobody has decided."""

from __future__ import annotations

from assistant.project.facts import aims, is_of_document
from assistant.project.records import Reference
from assistant.project.state import Fold, Item
from assistant.project.store import Project
from assistant.project.suggestions.facts import FactItem
from assistant.project.suggestions.meanings import meaning_of


class OpenFacts:
    """Follows the project: `refresh` takes in what was stored or decided since the last time."""

    def __init__(self, project: Project, document_id: int, text_sha: str) -> None:
        self._project = project
        self._document_id = document_id
        self._text_sha = text_sha
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

    def of_document(self, fold: Fold) -> tuple[FactItem, ...]:
        """What is said of the document itself, in the order of `all`."""
        return tuple(one for one in self.all(fold) if is_of_document(one.value))

    def means(self, item: Item) -> tuple[Reference, ...]:
        """What an item stands for because of the terminology that suggested it: but for what somebody took out."""
        if not item.references or item.status == "rejected":
            return item.references
        said = self._project.facts(self._document_id)
        return tuple(one for one in item.references if meaning_of(self._text_sha, item, one).id not in said)

    def all(self, fold: Fold) -> list[FactItem]:
        """Everything, document classes too, in the order in which it came; what waits behind what was decided."""
        if self._items is None:
            self._items = self._project.fact_items(self._document_id, fold.hidden(), fold.rejected())
        return self._items
