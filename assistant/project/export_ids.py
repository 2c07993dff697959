"""The numbers of exported annotations: given once, so that an export can be compared with the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.project.database import Database


class ExportNumbers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, document_id: int, item_ids: Sequence[str]) -> tuple[dict[str, int], int]:
        """The number of each item, counting from 1 in the order given where it has none yet.

        Returns also how many of them could not be kept, because the project is open for reading only.
        """
        known: dict[str, int] = dict(
            self._database.rows("SELECT item_id, number FROM export_ids WHERE document_id = ?", (document_id,))
        )
        new = [item_id for item_id in item_ids if item_id not in known]
        first = max(known.values(), default=0) + 1
        given = dict(zip(new, range(first, first + len(new)), strict=True))
        if given and not self._database.read_only:
            self._database.execute_many(
                "INSERT INTO export_ids VALUES (?, ?, ?)",
                ((document_id, item_id, number) for item_id, number in given.items()),
            )
            return known | given, 0
        return known | given, len(given)

    def carry(self, from_document: int, to_document: int, ids: Mapping[str, str]) -> None:
        """Give items of a new version the numbers of those they were carried from; `ids` maps old ids to new ones.

        Numbers that were not carried are never used for the new version: they are kept under their old ids.
        """
        known: dict[str, int] = dict(
            self._database.rows("SELECT item_id, number FROM export_ids WHERE document_id = ?", (from_document,))
        )
        self._database.execute_many(
            "INSERT OR IGNORE INTO export_ids VALUES (?, ?, ?)",
            ((to_document, ids.get(item_id, item_id), number) for item_id, number in known.items()),
        )
