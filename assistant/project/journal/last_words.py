"""Tables that are derived from the journal: what its entries say about items or facts, each annotator's last words
marked.

Each has document_id, item_id, actor and seq, `effective` (0 for what was taken back) and `latest`. `actor` is whose
word it is. Rows are written in the entry's own transaction and can be derived again from the entries at any time.

What counts of an annotator is what `assistant.project.journal.entries.of_annotator` has last: their own word before
what others carried over for them, whatever came first into this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.project.file.database import Database


class LastWords:
    """The table `table`, with the columns `columns` besides those that all have but for item_id, actor and seq.

    `latest` is the rank of a last word: 1, or more for what does not count (`rank` is SQL for it). 0 is no last word.
    """

    def __init__(self, database: Database, table: str, columns: str, rank: str = "1") -> None:
        self._database = database
        self._table = table
        self._columns = columns
        self._rank = rank
        self._named = {name: place for place, name in enumerate(columns.split(", "))}

    def add(self, document_id: int, by: str, said: Sequence[tuple[Any, ...]]) -> None:
        """Take in what an entry of `by` says, each a row of the columns: from now on that is the annotator's last word,
        unless it was carried over for somebody who said something since."""
        item, actor, seq = (self._named[name] for name in ("item_id", "actor", "seq"))
        self._database.execute_many(
            f"UPDATE {self._table} SET latest = 0 WHERE document_id = ? AND item_id = ? AND +actor = ? AND latest > 0",
            ((document_id, row[item], row[actor]) for row in said),
        )
        marks = ", ".join("?" * (len(self._named) + 1))
        self._database.execute_many(
            f"INSERT INTO {self._table} (document_id, {self._columns}) VALUES ({marks})",
            ((document_id, *row) for row in said),
        )
        if self._rank != "1":
            # Those of this very entry, by the index on seq.
            self._database.execute_many(
                f"UPDATE {self._table} SET latest = {self._rank} WHERE seq = ? AND latest <> {self._rank}",
                ((number,) for number in {row[seq] for row in said}),
            )
        for number in {row[seq] for row in said if row[actor] != by}:
            self._settle(document_id, number)

    def take_back(self, document_id: int, seq: int, *, again: bool) -> None:
        """What entry `seq` said does not count any more, or counts `again`."""
        self._database.execute(f"UPDATE {self._table} SET effective = ? WHERE seq = ?", (again, seq))
        self._settle(document_id, seq)

    def _settle(self, document_id: int, seq: int) -> None:
        """Find the last words on what entry `seq` names anew."""
        self._database.execute(
            f"""UPDATE {self._table} SET latest = (effective AND seq = ({last_word(self._table)})) * ({self._rank})
            WHERE document_id = ?1 AND item_id IN (SELECT item_id FROM {self._table} WHERE seq = ?2)
            AND +actor IN (SELECT actor FROM {self._table} WHERE seq = ?2)""",
            (document_id, seq),
        )

    def latest(self, document_id: int, actor: str, of: int | None = None, *, up_to: int = 1) -> list[tuple[Any, ...]]:
        """An annotator's last words on a document, or on what entry number `of` names alone; oldest first. Those that
        count, or of any rank `up_to` one."""
        named = "" if of is None else f" AND item_id IN (SELECT item_id FROM {self._table} WHERE seq = ?)"
        return self._database.rows(
            f"SELECT {self._columns} FROM {self._table}"
            f" WHERE document_id = ? AND actor = ? AND latest BETWEEN 1 AND ?{named} ORDER BY seq",
            [document_id, actor, up_to] if of is None else [document_id, actor, up_to, of],
        )

    def said_by(self, actor: str, document_id: int, after: int) -> list[tuple[Any, ...]]:
        """What an actor said that counts in entries after number `after` and did not take back, be it the last word or
        not."""
        return self._database.rows(
            f"SELECT {self._columns} FROM {self._table}"
            f" WHERE document_id = ? AND actor = ? AND seq > ? AND effective AND {self._rank} = 1 ORDER BY seq",
            (document_id, actor, after),
        )

    def annotators(self, document_id: int | None = None) -> list[str]:
        """Whose words stand in the table, or on one document, in the order of names."""
        if document_id is not None:
            rows = self._database.rows(
                f"SELECT DISTINCT actor FROM {self._table} WHERE document_id = ? AND latest = 1 ORDER BY actor",
                (document_id,),
            )
        else:
            # From name to name along the index: the table may have a million rows.
            rows = self._database.rows(
                f"""WITH RECURSIVE names(name) AS (SELECT min(actor) FROM {self._table} UNION ALL
                    SELECT (SELECT min(actor) FROM {self._table} WHERE actor > name) FROM names WHERE name IS NOT NULL)
                SELECT name FROM names WHERE name IS NOT NULL
                AND EXISTS (SELECT 1 FROM {self._table} WHERE actor = name AND latest = 1)"""
            )
        return [str(row[0]) for row in rows]


def last_word(table: str) -> str:
    """SQL for the number of the entry that has the last word of a row's annotator on its item."""
    return f"""SELECT other.seq FROM {table} other JOIN journal chain ON chain.seq = other.seq
        WHERE other.document_id = {table}.document_id AND other.item_id = {table}.item_id
        AND +other.actor = {table}.actor AND other.effective
        ORDER BY chain.actor = other.actor DESC, chain.actor DESC, chain.actor_seq DESC LIMIT 1"""
