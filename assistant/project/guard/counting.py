"""Counts of the documents in which something is planted, as the annotator who does not know it sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from assistant.project.records import Tally
from assistant.project.state import Item


class PlantedCounts:
    """A document is counted again when what counts in it (`assistant.project.suggestions.entities`) was."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, dict[str, Tally]]] = {}

    def of(
        self, document_id: int, counts: Mapping[str, Tally] | None, items: Callable[[int], Iterable[Item]]
    ) -> dict[str, Tally]:
        """The `items` of a document by label; `counts` are those without what is planted, the same object until there
        are others."""
        known = self._known.get(document_id)
        if known is None or known[0] is not counts:
            known = self._known[document_id] = (counts, _tallied(items(document_id)))
        return known[1]


def _tallied(items: Iterable[Item]) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for item in items:
        one = Tally(**{item.status: 1}, suggested=int(item.suggestion is not None))
        found[item.type] = found.get(item.type, Tally()).plus(one)
    return found
