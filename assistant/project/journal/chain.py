"""The journal: everything that people decided in a project, in order, never changed, durable when it is said to be.

The tables `decisions` and `facts` hold what the entries say about single items and facts, with each annotator's last
word on each marked (`assistant.project.journal.last_words`), and `done`, `skipped` and `revealed` which documents are
that for whom (`assistant.project.journal.marks`), so that counts and the state of a document need no reading of old
entries. `planted` is what was planted in them (`assistant.project.guard.plants`).
`assistant.project.verification` derives them again, and compares.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assistant.project.facts import FACT_COLUMNS, Fact, fact_from_row, fact_row, facts_of
from assistant.project.file.database import Database
from assistant.project.guard.plants import PlantTable
from assistant.project.journal.decisions import Decision, as_seen, decisions_of, spans_from_text
from assistant.project.journal.entries import (
    ACTIONS,
    CHAIN_START,
    RENAME,
    Action,
    Entry,
    canonical,
    chained_hash,
)
from assistant.project.journal.history import History, Step
from assistant.project.journal.last_words import LastWords
from assistant.project.journal.marks import Marks
from assistant.project.journal.rows import (
    DECISION_COLUMNS,
    ENTRY_COLUMNS,
    PLANTED,
    decision_from_row,
    decision_row,
    entry_from_row,
)
from assistant.project.notes.documents import DocumentTable
from bioassist.documents import Span
from bioassist.errors import ProjectError


class Journal:
    """`decided` is called with the id of each document on which something was decided or taken back, and for whom."""

    def __init__(self, database: Database, documents: DocumentTable, decided: Callable[[int, str], None]) -> None:
        self._database = database
        self._documents = documents
        self._decided = decided
        self._decisions = LastWords(database, "decisions", f"{DECISION_COLUMNS}, extent, planted", "max(1, planted)")
        self._facts = LastWords(database, "facts", FACT_COLUMNS)
        self.plants = PlantTable(database)
        self._marks = Marks(database, documents, self.plants)
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
            actor_seq, previous = self.head(actor)
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
            self.take(entry)
        return entry

    def take(self, entry: Entry) -> None:
        """Save an entry as it is, behind the last of its actor: one that was made here, or by the actor elsewhere.

        `seq` and `document_id` are those of this project. Raises ValueError if it does not follow the actor's last.
        """
        actor_seq, previous = self.head(entry.actor)
        if (entry.actor_seq, entry.previous) != (actor_seq + 1, previous) or entry.hash != chained_hash(entry):
            raise ValueError(f"entry {entry.actor_seq} of {entry.actor!r} does not follow their last.")
        with self._database.transaction():
            history = self._history(entry.actor)
            self._insert(entry)
            if entry.target is not None:
                self._take_back(entry)
            else:
                decided = [decision_row(entry, one) for one in decisions_of(entry)]
                self._decisions.add(entry.document_id, entry.actor, decided)
                facts = [fact_row(fact, entry.text_sha) for fact in facts_of(entry)]
                self._facts.add(entry.document_id, entry.actor, facts)
            self.plants.take(entry)
            self._marks.take(entry)
            group, bound = entry.payload.get("group"), entry.payload.get("how") == RENAME
            history.take(Step(entry.actor_seq, entry.action, entry.document_id, group, bound), entry.target)
        self._decided(entry.document_id, entry.owner)

    def append_together(self, actor: str, actions: Sequence[tuple[int, Action, Mapping[str, Any]]]) -> list[Entry]:
        """Save actions on several documents, (document id, action, payload), that are undone as one; all or none."""
        with self._database.transaction():
            group = self.head(actor)[0] + 1
            return [
                self.append(actor, document_id, action, {**payload, "group": group})
                for document_id, action, payload in actions
            ]

    def undo(self, actor: str) -> list[tuple[Entry, Entry]] | None:
        """Take back the actor's last action that stands: (the undo, what it took back), or None if there is none.

        Of actions that were made together all are taken back. Actions on superseded versions of a note and decisions
        that were carried over to a new one are left alone. Raises ProjectError at a change of the schema's labels.
        """
        return self._step_back(actor, "undo")

    def redo(self, actor: str) -> list[tuple[Entry, Entry]] | None:
        """Make again what was last taken back, until a new action closes that way: (the redo, what it made again)."""
        return self._step_back(actor, "redo")

    def next_size(self, actor: str, action: Action) -> int:
        """How many decisions on items the next undo or redo takes back or makes again."""
        with self._database.lock:
            history = self._history(actor)
            first = (history.next_undo if action == "undo" else history.next_redo)(self._reachable)
            steps = history.together(first, self._reachable) if first is not None else []
            counts = self._database.rows_in(
                "SELECT count(*) FROM decisions d JOIN journal j ON j.seq = d.seq WHERE j.actor = ? AND j.actor_seq IN",
                [step.actor_seq for step in steps],
                (actor,),
            )
        return sum(int(row[0]) for row in counts)

    def length(self) -> int:
        """How many entries there are; also the number of the last."""
        found = self._database.row("SELECT max(seq) FROM journal")
        return int(found[0] or 0) if found is not None else 0

    def entries(self, document_id: int | None = None, actor: str | None = None) -> list[Entry]:
        """Entries in journal order, of one document or one actor where that is given."""
        chosen = {"document_id": document_id, "actor": actor}
        chosen = {column: value for column, value in chosen.items() if value is not None}
        where = " AND ".join(f"{column} = ?" for column in chosen) or "TRUE"
        rows = self._database.rows(
            f"SELECT {ENTRY_COLUMNS} FROM journal WHERE {where} ORDER BY seq", list(chosen.values())
        )
        return [entry_from_row(row) for row in rows]

    def decisions(self, document_id: int, actor: str, of: Entry | None = None) -> dict[str, Decision]:
        """An annotator's last word, as it counts, on each item of a document, or on those alone that entry `of`
        names."""
        rows = self._decisions.latest(document_id, actor, None if of is None else of.seq)
        return {str(row[0]): decision_from_row(row) for row in rows}

    def decisions_as_seen(self, document_id: int, actor: str, of: Entry | None = None) -> dict[str, Decision]:
        """The same as the annotator made them: as long as they do not know what is planted, with what they said of
        that."""
        plants = self.plants.of(document_id, actor).suggestions
        if not plants:
            return self.decisions(document_id, actor, of)
        rows = self._decisions.latest(document_id, actor, None if of is None else of.seq, up_to=PLANTED)
        return {str(row[0]): as_seen(decision_from_row(row), plants[row[0]] if row[-1] else None) for row in rows}

    def facts(self, document_id: int, actor: str) -> dict[str, Fact]:
        """An annotator's last word on each fact of a document, removed ones too."""
        return {str(row[0]): fact_from_row(row) for row in self._facts.latest(document_id, actor)}

    def annotators(self, document_id: int | None = None) -> list[str]:
        """Whose decisions stand in the project, or on one document, or who marked one done or skipped one; in the order
        of names."""
        named = "" if document_id is None else " WHERE document_id = ?1"
        marked = self._database.rows(
            f"SELECT actor FROM done{named} UNION SELECT actor FROM skipped{named}",
            [] if document_id is None else [document_id],
        )
        words = (self._decisions, self._facts)
        return sorted({str(row[0]) for row in marked}.union(*(one.annotators(document_id) for one in words)))

    def latest_kept(self, actor: str, label: str, limit: int) -> list[tuple[int, tuple[Span, ...]]]:
        """Document ids and spans of what an annotator kept last under a label, of present documents, latest first."""
        rows = self._database.rows(
            "SELECT w.document_id, w.spans FROM decisions w JOIN documents d ON d.id = w.document_id"
            " WHERE w.actor = ? AND w.latest = 1 AND w.status <> 'rejected' AND w.type = ?"
            " AND NOT d.superseded AND d.text_sha IS NOT NULL ORDER BY w.seq DESC LIMIT ?",
            (actor, label, limit),
        )
        return [(int(document_id), spans_from_text(spans)) for document_id, spans in rows]

    def said_by(self, actor: str, document_id: int, after: int) -> tuple[list[Decision], list[Fact]]:
        """What an actor decided in entries after number `after` and did not take back, overruled since or not."""
        decisions = self._decisions.said_by(actor, document_id, after)
        facts = self._facts.said_by(actor, document_id, after)
        return [decision_from_row(row) for row in decisions], [fact_from_row(row) for row in facts]

    def _step_back(self, actor: str, action: Action) -> list[tuple[Entry, Entry]] | None:
        with self._database.transaction():
            history = self._history(actor)
            first = (history.next_undo if action == "undo" else history.next_redo)(self._reachable)
            if first is None:
                return None
            if first.bound:
                raise ProjectError(
                    "labels of the schema were renamed after that; what came before cannot be taken back alone.",
                    where=str(self._database.path.parent),
                    next_step="`bioassist project schema` shows the change, its --undo takes it back.",
                )
            steps = history.together(first, self._reachable)
            return [self._step(actor, step, action) for step in steps]

    def take_back(self, actor: str, group: int) -> int:
        """Take back what stands of the actor's actions that were made together, whatever came after; how many entries.

        What was decided since on the same items stays the last word on them.
        """
        with self._database.transaction():
            steps = self._history(actor).group(group)
            return len([self._step(actor, step, "undo") for step in steps])

    def _step(self, actor: str, step: Step, action: Action) -> tuple[Entry, Entry]:
        row = self._database.row(
            f"SELECT {ENTRY_COLUMNS} FROM journal WHERE actor = ? AND actor_seq = ?", (actor, step.actor_seq)
        )
        if row is None:
            raise ProjectError(f"entry {step.actor_seq} of {actor} is missing.", where=str(self._database.path))
        return self.append(actor, step.document_id, action, {"target": step.actor_seq}), entry_from_row(row)

    def _reachable(self, document_id: int) -> bool:
        return not self._documents.get(document_id).superseded

    def head(self, actor: str) -> tuple[int, str]:
        """The number and hash of an actor's last entry."""
        found = self._database.row("SELECT actor_seq, hash FROM heads WHERE actor = ?", (actor,))
        return (int(found[0]), str(found[1])) if found is not None else (0, CHAIN_START)

    def has(self, actor: str, actor_seq: int, digest: str) -> bool:
        """Whether an actor's entry of that number has that hash: then all before it are the same too."""
        found = self._database.row("SELECT hash FROM journal WHERE actor = ? AND actor_seq = ?", (actor, actor_seq))
        return found is not None and found[0] == digest

    def heads(self) -> dict[str, tuple[int, str]]:
        """The number and hash of the last entry of every actor, in the order of names."""
        rows = self._database.rows("SELECT actor, actor_seq, hash FROM heads ORDER BY actor")
        return {str(actor): (int(last), str(digest)) for actor, last, digest in rows}

    def _history(self, actor: str) -> History:
        if actor not in self._histories:
            history = History()
            for actor_seq, action, document_id, target, group, how in self._database.rows(
                "SELECT actor_seq, action, document_id, target,"
                " CASE WHEN action IN ('set', 'accept') THEN json_extract(payload, '$.group') END,"
                " CASE action WHEN 'set' THEN json_extract(payload, '$.how') END"
                " FROM journal WHERE actor = ? ORDER BY seq",
                (actor,),
            ):
                history.take(Step(actor_seq, action, document_id, group, how == RENAME), target)
            self._histories[actor] = history
        return self._histories[actor]

    def _insert(self, entry: Entry) -> None:
        self._database.execute(
            f"INSERT INTO journal ({ENTRY_COLUMNS}, target) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
