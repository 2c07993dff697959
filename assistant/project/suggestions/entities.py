"""Suggestions of a project, a row a source; those of the model's current run and of the present suggesters are in view.

Rows of one id, which are of one type and extent, are merged when they are read
(`assistant.project.suggestions.agreeing`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.project.file.database import Database
from assistant.project.journal.decisions import references_from_json, references_to_json, spans_from_text, spans_to_text
from assistant.project.journal.entries import canonical
from assistant.project.records import Suggestion, Tally
from assistant.project.remembered import Blind, RememberedByActor

COLUMNS = "id, type, spans, confidence, source, model, program, trained, run_id, reference"
_STORED = COLUMNS.replace("run_id, ", "")
LabelTallies = dict[str, Tally]


class SuggestionTable:
    """`blind` says which documents, of all or among some, an annotator is to work on without suggestions."""

    def __init__(self, database: Database, blind: Blind) -> None:
        self._database = database
        self._blind = blind
        self._tallies: RememberedByActor[LabelTallies] = RememberedByActor(database, self._load_tallies)
        self._withdrawals: dict[int, int] = {}

    def add(self, document_id: int, run_id: int | None, suggestions: Iterable[Suggestion]) -> None:
        """Those of a run of the language model, or of another suggester, which has no runs."""
        self._database.execute_many(
            f"INSERT INTO suggestions (document_id, run_id, {_STORED})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                (
                    document_id,
                    run_id,
                    one.id,
                    one.type,
                    spans_to_text(one.spans),
                    one.confidence,
                    one.source,
                    one.model,
                    one.program,
                    one.trained,
                    canonical(references_to_json(one.references)) if one.references else None,
                )
                for one in suggestions
            ),
        )
        self._tallies.touch(document_id)

    def supersede(self, document_id: int, keep_run: int) -> None:
        with self._database.transaction():
            self._database.execute(
                "UPDATE suggestions SET current = 0 WHERE document_id = ? AND run_id <> ? AND current",
                (document_id, keep_run),
            )
            self._changed(document_id)

    def show(self, document_id: int, program: str, current: bool) -> None:
        """Bring back into view, or take out of it, what a suggester other than the language model said."""
        with self._database.transaction():
            self._database.execute(
                "UPDATE suggestions SET current = ? WHERE document_id = ? AND program = ? AND run_id IS NULL",
                (current, document_id, program),
            )
            self._changed(document_id)

    def copy(self, from_document: int, to_document: int, program: str) -> None:
        """What a suggester said of a document, for another of the same text: ids go by text."""
        self._database.execute(
            f"INSERT INTO suggestions (document_id, {_STORED}) SELECT ?, {_STORED} FROM suggestions"
            " WHERE document_id = ? AND program = ? AND run_id IS NULL ORDER BY number ON CONFLICT DO NOTHING",
            (to_document, from_document, program),
        )
        self._tallies.touch(to_document)

    def forget(self, document_id: int, program: str) -> None:
        """Take out what a suggester said of a document, which it is about to say anew."""
        with self._database.transaction():
            self._database.execute(
                "DELETE FROM suggestions WHERE document_id = ? AND program = ? AND run_id IS NULL",
                (document_id, program),
            )
            self._changed(document_id)

    def rename(self, old: str, new: str) -> tuple[list[int], list[int]]:
        """Give what is in view under the type `old` the type `new`, under its id; the numbers of those rows.

        What an annotator has under an id of its own goes out of view, as it was hidden from them; those numbers too.
        """
        with self._database.transaction():
            rows = self._database.rows(
                """SELECT number, document_id, EXISTS (
                    SELECT 1 FROM decisions d WHERE d.document_id = s.document_id AND d.extent = s.id
                    AND d.item_id <> s.id AND d.latest = 1 AND d.status <> 'rejected'
                ) FROM suggestions s WHERE current AND type = ? ORDER BY number""",
                (old,),
            )
            renamed = [number for number, _, hidden in rows if not hidden]
            withdrawn = [number for number, _, hidden in rows if hidden]
            self._database.execute_many(
                "UPDATE suggestions SET type = ? WHERE number = ?", [(new, number) for number in renamed]
            )
            self._database.execute_many(
                "UPDATE suggestions SET current = 0 WHERE number = ?", [(number,) for number in withdrawn]
            )
            for document_id in {document_id for _, document_id, _ in rows}:
                self._changed(document_id)
        return renamed, withdrawn

    def restore(self, old: str, renamed: Sequence[int], withdrawn: Sequence[int]) -> None:
        """Take back what `rename` did to the rows of these numbers."""
        with self._database.transaction():
            self._database.execute_many(
                "UPDATE suggestions SET type = ? WHERE number = ?", [(old, number) for number in renamed]
            )
            self._database.execute_many(
                "UPDATE suggestions SET current = 1 WHERE number = ?", [(number,) for number in withdrawn]
            )
            touched = self._database.rows_in(
                "SELECT DISTINCT document_id FROM suggestions WHERE number IN", [*renamed, *withdrawn]
            )
            for (document_id,) in set(touched):
                self._changed(document_id)

    def _changed(self, document_id: int) -> None:
        """Something went out of view, or came back."""
        self._withdrawals[document_id] = self._withdrawals.get(document_id, 0) + 1
        self._tallies.touch(document_id)

    def of(self, document_id: int, *, all_runs: bool = False, after: int = 0) -> tuple[list[Suggestion], int]:
        """Suggestions stored after number `after`, oldest first, one a source; and the number of the last of them."""
        rows = self._database.rows(
            f"SELECT {COLUMNS}, number FROM suggestions WHERE document_id = ? AND number > ?"
            + ("" if all_runs else " AND current")
            + " ORDER BY number",
            (document_id, after),
        )
        return [suggestion_from_row(row) for row in rows], int(rows[-1][-1]) if rows else after

    def withdrawals(self, document_id: int) -> int:
        """How often suggestions of this document went out of view, or came back, since the project was opened."""
        with self._database.lock:
            return self._withdrawals.get(document_id, 0)

    def tallies(self, actor: str) -> dict[int, LabelTallies]:
        """Counts of items by document and label, as an annotator has them; a document without items may be missing."""
        return self._tallies.of(actor).all()

    def decided(self, document_id: int, actor: str) -> None:
        """An annotator decided something on a document, or took it back: the counts are to be read anew."""
        self._tallies.touch(document_id, actor)

    def recount(self) -> None:
        """Count everything anew: the schema changed, and with it who sees what."""
        self._tallies.forget()

    def _load_tallies(self, actor: str, wanted: set[int] | None) -> dict[int, LabelTallies]:
        found: dict[int, LabelTallies] = {document_id: {} for document_id in wanted or ()}
        blind = self._blind(actor, wanted)
        pending = [row for row in self._counts(_PENDING, "s", actor, wanted) if row[0] not in blind]
        for document_id, label, status, number, suggested in pending + self._counts(_DECIDED, "d", actor, wanted):
            labels = found.setdefault(document_id, {})
            tally = Tally(**{status: number}, suggested=suggested)
            known = labels.get(label)
            labels[label] = tally if known is None else known.plus(tally)
        return found

    def _counts(self, sql: str, table: str, actor: str, wanted: set[int] | None) -> list[tuple[Any, ...]]:
        if wanted is None:
            return self._database.rows(sql.format(which=""), (actor,))
        return [
            row
            for document_id in sorted(wanted)
            for row in self._database.rows(sql.format(which=f"AND {table}.document_id = ?2"), (actor, document_id))
        ]


# For an annotator, ?1, a suggestion `s` waits unless it was decided, or an item with its type and extent was kept
# (under another id). A plus keeps SQLite from looking by the annotator where looking by the item is quick.
WAITS = """s.current AND NOT EXISTS (
        SELECT 1 FROM decisions d
        WHERE d.document_id = s.document_id AND d.item_id = s.id AND +d.actor = ?1 AND d.latest = 1
    ) AND NOT EXISTS (
        SELECT 1 FROM decisions d WHERE d.document_id = s.document_id AND d.extent = s.id AND d.actor = ?1
        AND d.latest = 1 AND d.status <> 'rejected'
    )"""
_PENDING = f"""
    SELECT s.document_id, s.type, 'pending', count(DISTINCT s.id), count(DISTINCT s.id) FROM suggestions s
    WHERE {WAITS} {{which}} GROUP BY s.document_id, s.type"""
_DECIDED = """
    SELECT d.document_id, d.type, d.status, count(*), count(d.suggestion) FROM decisions d
    WHERE d.actor = ?1 AND d.latest = 1 {which} GROUP BY d.document_id, d.type, d.status"""


def suggestion_from_row(row: tuple[Any, ...]) -> Suggestion:
    """Of the columns `COLUMNS`, and any behind them."""
    return Suggestion(
        id=row[0],
        type=row[1],
        spans=spans_from_text(row[2]),
        confidence=row[3],
        source=row[4],
        model=row[5],
        program=row[6],
        trained=bool(row[7]),
        run=row[8],
        references=references_from_json(json.loads(row[9])) if row[9] else (),
    )
