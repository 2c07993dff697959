"""What was done when, as the tables' columns tell it: for rates and counts, without reading what entries hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from assistant.project.file.database import Database
from assistant.project.journal.entries import Action
from assistant.project.journal.rows import PLANTED


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the journal, with the time at which it was made.

    `decided` counts the items that it decided on, by label and status, `facts` what it said of them and of the
    document. `bulk` is one over a threshold, or on all the same words; `imported` came with a file. `standing` is False
    once it was taken back.
    """

    seq: int
    at: datetime
    document: int
    action: Action
    decided: Mapping[tuple[str, str], int]
    facts: int = 0
    bulk: bool = False
    imported: bool = False
    standing: bool = True

    @property
    def decisions(self) -> int:
        return sum(self.decided.values()) + self.facts


class DeedTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def reshaped(self, after: int) -> set[int]:
        """Documents in which entries after number `after` may have put entities that did not stand before: added or
        changed ones, ones that were rejected before, and by undo, redo or reopening whatever came back."""
        rows = self._database.rows(
            """SELECT DISTINCT document_id FROM decisions d WHERE seq > ?1 AND latest = 1 AND (
                status IN ('added', 'edited') OR status = 'accepted' AND EXISTS (
                    SELECT 1 FROM decisions before WHERE before.document_id = d.document_id
                    AND before.item_id = d.item_id AND before.seq < d.seq AND before.status = 'rejected'))
            UNION SELECT document_id FROM journal made WHERE seq > ?1 AND (
                action = 'reopen' OR action IN ('undo', 'redo') AND EXISTS (
                    SELECT 1 FROM journal back JOIN decisions d ON d.seq = back.seq
                    WHERE back.actor = made.actor AND back.actor_seq = made.target AND d.status <> 'accepted'))""",
            (after,),
        )
        return {int(document_id) for (document_id,) in rows}

    def of(self, actor: str, after: int = 0, since: datetime | None = None) -> list[Deed]:
        """What an actor did in entries after number `after`, and not before `since`, in order: undo and redo too, but
        not what was planted, carried over to a new version of a note, or renamed with the schema. Decisions on planted
        suggestions are not counted."""
        first = datetime.min if since is None else since.astimezone(UTC)
        rows = self._database.rows(
            """SELECT seq, at, document_id, action,
                CASE WHEN action IN ('set', 'accept') THEN json_extract(payload, '$.bulk') END,
                CASE action WHEN 'set' THEN json_extract(payload, '$.format') END,
                coalesce((
                    SELECT action FROM journal back WHERE back.actor = made.actor AND back.target = made.actor_seq
                    ORDER BY back.seq DESC LIMIT 1
                ), 'redo') = 'redo'
            FROM journal made WHERE actor = ? AND seq > ? AND at >= ? AND action NOT IN ('carry', 'plant')
                AND CASE action WHEN 'set' THEN json_extract(payload, '$.how') END IS NOT 'rename' ORDER BY seq""",
            (actor, after, first.isoformat(timespec="milliseconds")),
        )
        if not rows:
            return []
        decided: dict[int, dict[tuple[str, str], int]] = {}
        for seq, label, status, count in self._database.rows(
            "SELECT seq, type, status, count(*) FROM decisions WHERE seq >= ? AND actor = ? AND planted < ?"
            " GROUP BY seq, type, status",
            (rows[0][0], actor, PLANTED),
        ):
            decided.setdefault(seq, {})[label, status] = count
        facts = dict(
            self._database.rows(
                "SELECT seq, count(*) FROM facts WHERE seq >= ? AND actor = ? GROUP BY seq", (rows[0][0], actor)
            )
        )
        return [
            Deed(
                seq,
                datetime.fromisoformat(at),
                document,
                cast(Action, action),
                decided.get(seq, {}),
                facts=int(facts.get(seq, 0)),
                bulk=bool(bulk),
                imported=format_ is not None,
                standing=bool(standing),
            )
            for seq, at, document, action, bulk, format_, standing in rows
        ]
