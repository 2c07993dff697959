"""The ids of exported annotations: given once, so that an export can be compared with the last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from assistant.project.file.database import Database
from bioassist.documents import Annotation, Attribute, Entity, Event, Normalization, Note, Relation

# What the ids of each kind begin with, as in brat.
_LETTERS: Mapping[type, str] = MappingProxyType(
    {Entity: "T", Relation: "R", Event: "E", Attribute: "A", Normalization: "N", Note: "#"}
)
_NUMBERED = re.compile(r"(\D*)([0-9]{1,18})")


class ExportIds:
    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, document_id: int) -> dict[str, str]:
        """The ids that items and facts of a document have, also those that are gone."""
        return dict(self._database.rows("SELECT item_id, id FROM exported_ids WHERE document_id = ?", (document_id,)))

    def of(self, document_id: int, annotations: Sequence[Annotation]) -> tuple[dict[str, str], int]:
        """The exported ids by the own ids of `annotations`; new ones count on, in the order given.

        Returns also how many of them could not be kept, because the project is open for reading only.
        """
        known = self.known(document_id)
        highest = _highest(known.values())
        given: dict[str, str] = {}
        for annotation in annotations:
            if annotation.id not in known:
                letter = _LETTERS[type(annotation)]
                highest[letter] = highest.get(letter, 0) + 1
                given[annotation.id] = f"{letter}{highest[letter]}"
        if given and not self._database.read_only:
            self.keep(document_id, given)
            return known | given, 0
        return known | given, len(given)

    def keep(self, document_id: int, ids: Mapping[str, str]) -> None:
        """Give items and facts the ids that they came with, where those were never given to another."""
        self._database.execute_many(
            "INSERT OR IGNORE INTO exported_ids VALUES (?, ?, ?)",
            ((document_id, item_id, given) for item_id, given in ids.items()),
        )

    def carry(self, from_document: int, to_document: int, items: Mapping[str, str]) -> None:
        """Give items of a new version the ids of those they were carried from; `items` maps old items to new ones.

        Ids that were not carried are never used for the new version: they are kept under their old items.
        """
        self.keep(to_document, {items.get(one, one): given for one, given in self.known(from_document).items()})


def sort_key(exported: str) -> tuple[str, int, str]:
    """Orders exported ids as they count: T9 before T10."""
    match = _NUMBERED.match(exported)
    return (match[1], int(match[2]), exported) if match else (exported, 0, exported)


def _highest(given: Iterable[str]) -> dict[str, int]:
    highest: dict[str, int] = {}
    for letter, number, _ in map(sort_key, given):
        highest[letter] = max(highest.get(letter, 0), number)
    return highest
