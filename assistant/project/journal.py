"""The journal: everything that people decided in a project, in order, never changed, durable when it is said to be.

The tables `decisions` and `facts` hold what the entries say about single items and facts, with the last word on each
marked (`assistant.project.last_words`), so that counts and the state of a document need no reading of old entries.
`assistant.project.verification` derives them again, and compares.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from assistant.project.database import Database
from assistant.project.decisions import (
    Decision,
    DecisionStatus,
    decisions_of,
    spans_from_text,
    spans_to_text,
    suggestion_from_json,
    suggestion_to_json,
)
from assistant.project.documents import DocumentTable
from assistant.project.entries import ACTIONS, CHAIN_START, Action, Entry, canonical, chained_hash
from assistant.project.facts import FACT_COLUMNS, Fact, fact_from_row, fact_row, facts_of
from assistant.project.history import History, Step
from assistant.project.last_words import LastWords
from assistant.project.records import suggestion_id
from bioassist.errors import ProjectError

_ENTRY = "seq, actor, actor_seq, at, document_id, document, text_sha, action, payload, previous, hash"
_DECISION = "item_id, status, type, spans, suggestion, actor, seq, source"


class Journal:
    """`decided` is called with the id of each document on which something was decided or taken back."""

    def __init__(self, database: Database, documents: DocumentTable, decided: Callable[[int], None]) -> None:
        self._database = database
        self._documents = documents
        self._decided = decided
        self._decisions = LastWords(database, "decisions", f"{_DECISION}, extent")
        self._facts = LastWords(database, "facts", FACT_COLUMNS)
        self._histories: dict[str, History] = {}
        database.on_rollback(self._histories.clear)

    def append(self, actor: str, document_id: int, action: Action, payload: Mapping[str, Any]) -> Entry:
        """Save one action; it is on the disk when this returns. Raises ProjectError if it cannot be saved."""
        if action not in ACTIONS:
            raise ValueError(f"not an action: {action!r}")
        document = self._documents.get(document_id)
        if not document.has_text:
            raise ProjectError(f"{document.name} has no text to decide on.", where=document.path)
        with self._database.transaction():
            history = self._history(actor)
            actor_seq, previous = self._head(actor)
            entry = Entry(
                seq=self.length() + 1,
                actor=actor,
                actor_seq=actor_seq + 1,
                at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                document_id=document_id,
                document=document.name,
                text_sha=document.text_sha,
                action=action,
                payload=json.loads(canonical(dict(payload))),
                previous=previous,
                hash="",
            )
            entry = replace(entry, hash=chained_hash(entry))
            self._insert(entry)
            if entry.target is not None:
                self._take_back(entry)
            else:
                self._decisions.add(document_id, [_values(entry, one) for one in decisions_of(entry)])
                self._facts.add(document_id, [fact_row(fact, entry.text_sha) for fact in facts_of(entry)])
            self._mark(entry)
            history.take(Step(entry.actor_seq, action, document_id), entry.target)
        self._decided(document_id)
        return entry

    def undo(self, actor: str) -> tuple[Entry, Entry] | None:
        """Take back the actor's last action that stands: (the undo, what it took back), or None if there is none.

        Actions on superseded versions of a note and decisions that were carried over to a new one are left alone.
        """
        return self._step_back(actor, "undo")

    def redo(self, actor: str) -> tuple[Entry, Entry] | None:
        """Make again what was last taken back, until a new action closes that way: (the redo, what it made again)."""
        return self._step_back(actor, "redo")

    def length(self) -> int:
        """How many entries there are; also the number of the last."""
        found = self._database.row("SELECT max(seq) FROM journal")
        return int(found[0] or 0) if found is not None else 0

    def entries(self, document_id: int | None = None, actor: str | None = None) -> list[Entry]:
        """Entries in journal order, of one document or one actor where that is given."""
        chosen = {"document_id": document_id, "actor": actor}
        chosen = {column: value for column, value in chosen.items() if value is not None}
        where = " AND ".join(f"{column} = ?" for column in chosen) or "TRUE"
        rows = self._database.rows(f"SELECT {_ENTRY} FROM journal WHERE {where} ORDER BY seq", list(chosen.values()))
        return [_entry(row) for row in rows]

    def decisions(self, document_id: int, of: Entry | None = None) -> dict[str, Decision]:
        """The last word on each decided item of a document, or on those alone that entry `of` names."""
        rows = self._decisions.latest(document_id, None if of is None else of.seq)
        return {str(row[0]): _decision(row) for row in rows}

    def facts(self, document_id: int) -> dict[str, Fact]:
        """The last word on each fact of a document, removed ones too."""
        return {str(row[0]): fact_from_row(row) for row in self._facts.latest(document_id)}

    def said_by(self, actor: str, document_id: int, after: int) -> tuple[list[Decision], list[Fact]]:
        """What an actor decided in entries after number `after` and did not take back, overruled since or not."""
        decisions = self._decisions.said_by(actor, document_id, after)
        facts = self._facts.said_by(actor, document_id, after)
        return [_decision(row) for row in decisions], [fact_from_row(row) for row in facts]

    def _step_back(self, actor: str, action: Action) -> tuple[Entry, Entry] | None:
        with self._database.transaction():
            history = self._history(actor)
            step = (history.next_undo if action == "undo" else history.next_redo)(self._reachable)
            if step is None:
                return None
            row = self._database.row(
                f"SELECT {_ENTRY} FROM journal WHERE actor = ? AND actor_seq = ?", (actor, step.actor_seq)
            )
            if row is None:
                raise ProjectError(f"entry {step.actor_seq} of {actor} is missing.", where=str(self._database.path))
            return self.append(actor, step.document_id, action, {"target": step.actor_seq}), _entry(row)

    def _reachable(self, document_id: int) -> bool:
        return not self._documents.get(document_id).superseded

    def _head(self, actor: str) -> tuple[int, str]:
        found = self._database.row("SELECT actor_seq, hash FROM heads WHERE actor = ?", (actor,))
        return (int(found[0]), str(found[1])) if found is not None else (0, CHAIN_START)

    def _history(self, actor: str) -> History:
        if actor not in self._histories:
            history = History()
            for actor_seq, action, document_id, target in self._database.rows(
                "SELECT actor_seq, action, document_id, target FROM journal WHERE actor = ? ORDER BY seq", (actor,)
            ):
                history.take(Step(actor_seq, action, document_id), target)
            self._histories[actor] = history
        return self._histories[actor]

    def _insert(self, entry: Entry) -> None:
        self._database.execute(
            f"INSERT INTO journal ({_ENTRY}, target) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.seq,
                entry.actor,
                entry.actor_seq,
                entry.at,
                entry.document_id,
                entry.document,
                entry.text_sha,
                entry.action,
                canonical(entry.payload),
                entry.previous,
                entry.hash,
                entry.target,
            ),
        )
        self._database.execute(
            "INSERT OR REPLACE INTO heads VALUES (?, ?, ?)", (entry.actor, entry.actor_seq, entry.hash)
        )

    def _take_back(self, entry: Entry) -> None:
        found = self._database.rows(
            "SELECT seq FROM journal WHERE actor = ? AND actor_seq = ?", (entry.actor, entry.target)
        )
        for words in (self._decisions, self._facts):
            words.take_back(entry.document_id, found[0][0], again=entry.action == "redo")

    def _mark(self, entry: Entry) -> None:
        if entry.target is None and entry.action not in ("done", "reopen"):
            return
        last = self._database.row(
            """SELECT action FROM journal mark WHERE document_id = ? AND action IN ('done', 'reopen') AND coalesce((
                SELECT action FROM journal back WHERE back.actor = mark.actor AND back.target = mark.actor_seq
                ORDER BY back.seq DESC LIMIT 1
            ), 'redo') = 'redo' ORDER BY seq DESC LIMIT 1""",
            (entry.document_id,),
        )
        self._documents.set_done(entry.document_id, last is not None and last[0] == "done")


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(
        seq=row[0],
        actor=row[1],
        actor_seq=row[2],
        at=row[3],
        document_id=row[4],
        document=row[5],
        text_sha=row[6],
        action=cast(Action, row[7]),
        payload=json.loads(row[8]),
        previous=row[9],
        hash=row[10],
    )


def _decision(row: tuple[Any, ...]) -> Decision:
    item_id = str(row[0])
    return Decision(
        item_id=item_id,
        status=cast(DecisionStatus, row[1]),
        type=row[2],
        spans=spans_from_text(row[3]),
        suggestion=suggestion_from_json(item_id, json.loads(row[4])) if row[4] is not None else None,
        actor=row[5],
        seq=row[6],
        source=row[7],
    )


def _values(entry: Entry, decision: Decision) -> tuple[Any, ...]:
    suggestion = decision.suggestion
    # What was accepted as it is has its own id for an extent.
    accepted = suggestion is not None and decision.extent == (suggestion.type, suggestion.spans)
    return (
        decision.item_id,
        decision.status,
        decision.type,
        spans_to_text(decision.spans),
        canonical(suggestion_to_json(suggestion)) if suggestion is not None else None,
        decision.actor,
        decision.seq,
        decision.source,
        decision.item_id if accepted else suggestion_id(entry.text_sha, decision.type, decision.spans),
    )
