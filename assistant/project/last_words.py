"""Tables that are derived from the journal: what its entries say about items or facts, the last word on each marked.

Each has document_id, item_id and seq, `effective` (0 for what was taken back) and `latest`. Rows are written in the
entry's own transaction and can be derived again from the entries at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.project.database import Database


class LastWords:
    """The table `table`, with the columns `columns` besides those that all have but for item_id and seq."""

    def __init__(self, database: Database, table: str, columns: str) -> None:
        self._database = database
        self._table = table
        self._columns = columns
        self._item = columns.split(", ").index("item_id")

    def add(self, document_id: int, said: Sequence[tuple[Any, ...]]) -> None:
        """Take in what an entry says, each a row of the columns: from now on that is the last word."""
        self._database.execute_many(
            f"UPDATE {self._table} SET latest = 0 WHERE document_id = ? AND item_id = ? AND latest = 1",
            ((document_id, row[self._item]) for row in said),
        )
        marks = ", ".join("?" * (len(self._columns.split(", ")) + 1))
        self._database.execute_many(
            f"INSERT INTO {self._table} (document_id, {self._columns}) VALUES ({marks})",
            ((document_id, *row) for row in said),
        )

    def take_back(self, document_id: int, seq: int, *, again: bool) -> None:
        """What entry `seq` said does not count any more, or counts `again`."""
        self._database.execute(f"UPDATE {self._table} SET latest = 0, effective = ? WHERE seq = ?", (again, seq))
        self._database.execute(
            f"""UPDATE {self._table} SET latest = effective AND seq = (
                SELECT max(other.seq) FROM {self._table} other WHERE other.document_id = {self._table}.document_id
                AND other.item_id = {self._table}.item_id AND other.effective
            ) WHERE document_id = ? AND item_id IN (SELECT item_id FROM {self._table} WHERE seq = ?)""",
            (document_id, seq),
        )

    def latest(self, document_id: int, of: int | None = None) -> list[tuple[Any, ...]]:
        """The last words on a document, or on what entry number `of` names alone; oldest first."""
        named = "" if of is None else f" AND item_id IN (SELECT item_id FROM {self._table} WHERE seq = ?)"
        return self._database.rows(
            f"SELECT {self._columns} FROM {self._table} WHERE document_id = ? AND latest = 1{named} ORDER BY seq",
            [document_id] if of is None else [document_id, of],
        )

    def said_by(self, actor: str, document_id: int, after: int) -> list[tuple[Any, ...]]:
        """What an actor said in entries after number `after` and did not take back, be it the last word or not."""
        return self._database.rows(
            f"SELECT {self._columns} FROM {self._table}"
            " WHERE document_id = ? AND actor = ? AND seq > ? AND effective ORDER BY seq",
            (document_id, actor, after),
        )
