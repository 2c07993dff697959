"""What an actor said of a document as a whole: the last of done, skip and reopen, whether it was revealed, and whether
what is planted in it was disclosed."""

from __future__ import annotations

from assistant.project.file.database import Database
from assistant.project.guard.plants import PlantTable
from assistant.project.journal.entries import DISCLOSE, MARKS, PLANT, REVEAL, Entry
from assistant.project.notes.documents import DocumentTable


class Marks:
    def __init__(self, database: Database, documents: DocumentTable, plants: PlantTable) -> None:
        self._database = database
        self._documents = documents
        self._plants = plants

    def take(self, entry: Entry) -> None:
        """Take in a mark, or that one was taken back or made again."""
        if entry.target is None and entry.action not in (*MARKS, REVEAL, PLANT, DISCLOSE):
            return
        # Those that stand, in order.
        marks = self._database.rows(
            """SELECT action, CASE action WHEN 'skip' THEN json_extract(payload, '$.reason') END FROM journal mark
            WHERE document_id = ? AND actor = ? AND action IN ('done', 'skip', 'reopen', 'reveal', 'disclose')
            AND coalesce((
                SELECT action FROM journal back WHERE back.actor = mark.actor AND back.target = mark.actor_seq
                ORDER BY back.seq DESC LIMIT 1
            ), 'redo') = 'redo' ORDER BY seq""",
            (entry.document_id, entry.actor),
        )
        revealed = any(action == REVEAL for action, _ in marks)
        last, reason = next((mark for mark in reversed(marks) if mark[0] in MARKS), (None, None))
        disclosed = any(action == DISCLOSE for action, _ in marks)
        self._plants.settle(entry.document_id, entry.actor, waits=not disclosed and last != "done")
        self._documents.set_mark(entry.document_id, entry.actor, last == "done", reason, revealed)
