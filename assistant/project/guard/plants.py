"""The table of planted suggestions: derived from the journal, those that wait for their disclosure marked.

Each is one annotator's. It is in none of the tables that others read: `assistant.project.view` puts it in where that
annotator looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.project.file.database import Database
from assistant.project.journal.decisions import spans_from_text, spans_to_text, suggestion_from_json
from assistant.project.journal.entries import PLANT, Entry
from assistant.project.records import Suggestion, suggestion_id

_COLUMNS = "item_id, type, spans, confidence, source, model, program, trained, run, hides, extent"


@dataclass(frozen=True, slots=True)
class Plants:
    """What is planted in a document for an annotator who does not know yet, by id. `hidden` are the ids of suggestions
    in whose place they are."""

    suggestions: Mapping[str, Suggestion] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()


class PlantTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, entry: Entry) -> None:
        """Take in what an entry plants."""
        if entry.action != PLANT:
            return
        for item_id, record in entry.payload["items"].items():
            one = suggestion_from_json(item_id, record)
            assert one is not None
            self._database.execute(
                f"INSERT INTO planted (actor, document_id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    entry.actor,
                    entry.document_id,
                    item_id,
                    one.type,
                    spans_to_text(one.spans),
                    one.confidence,
                    one.source,
                    one.model,
                    one.program,
                    one.trained,
                    one.run,
                    record["hides"],
                    # What a suggester comes to say as well is hidden too.
                    suggestion_id(entry.text_sha, one.type, one.spans),
                ),
            )

    def settle(self, document_id: int, actor: str, waits: bool) -> None:
        """Whether what is planted in a document waits for its disclosure."""
        self._database.execute(
            "UPDATE planted SET waits = ? WHERE actor = ? AND document_id = ?", (waits, actor, document_id)
        )

    def of(self, document_id: int, actor: str) -> Plants:
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM planted WHERE actor = ? AND document_id = ? AND waits ORDER BY item_id",
            (actor, document_id),
        )
        if not rows:
            return Plants()
        found = {
            row[0]: Suggestion(
                id=row[0],
                type=row[1],
                spans=spans_from_text(row[2]),
                confidence=row[3],
                source=row[4],
                model=row[5],
                program=row[6],
                trained=bool(row[7]),
                run=row[8],
                planted=True,
            )
            for row in rows
        }
        return Plants(found, frozenset(one for row in rows for one in row[9:] if one is not None))

    def repeated(self, actor: str, item_id: str) -> int:
        """How many spans an annotator has for no other reason than that one was like them, that one aside."""
        ((count,),) = self._database.rows(_REPEATED, (actor, item_id))
        return int(count)

    def documents(self, actor: str) -> set[int]:
        """Documents with planted suggestions of which an annotator does not know."""
        rows = self._database.rows("SELECT DISTINCT document_id FROM planted WHERE actor = ? AND waits", (actor,))
        return {int(number) for (number,) in rows}

    def untouched(self, actor: str, among: set[int]) -> set[int]:
        """Those of the documents on which nothing was said by an annotator, or carried over for them, nor planted."""
        said = "SELECT document_id FROM {} WHERE actor = ? AND document_id IN"
        for table in ("journal", "decisions", "facts"):
            among = among - {
                int(number) for (number,) in self._database.rows_in(said.format(table), sorted(among), (actor,))
            }
        return among


# An entry may hold thousands of decisions: each is looked into once.
_REPEATED = """
    WITH alike AS MATERIALIZED (
        SELECT seq FROM journal WHERE actor = ?1 AND action = 'set' AND json_extract(payload, '$.like') = ?2
    )
    SELECT count(*) FROM decisions
    WHERE actor = ?1 AND latest = 1 AND status <> 'rejected' AND item_id <> ?2 AND seq IN alike"""
