"""The journal's entries: what an action is, how an entry is hashed, which ones were taken back.

Entries of one actor form a chain: each holds the hash of the one before. The hash covers what an entry means wherever
it lies (document name and text hash, the actor's own numbering); `seq` and `document_id` belong to one project file,
so that journals of several people can be brought together with their chains whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

Action = Literal["accept", "reject", "edit", "add", "delete", "set", "done", "reopen", "carry", "undo", "redo"]

ACTIONS: tuple[str, ...] = get_args(Action)
UNDOABLE = frozenset(ACTIONS) - {"undo", "redo", "carry"}
CHAIN_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a person did.

    `seq` counts all entries of the project from 1, `actor_seq` those of the actor. `at` is ISO 8601 in UTC.
    `document` is the document's name and `text_sha` its text. Payloads, by action:

        accept  {ids, on, bulk, threshold}     reject, delete  {ids, on}
        edit    {id, type, spans, on}          add             {id, type, spans, near}
        set     {items: {id: {type, spans, status, on}}, facts: {id: {kind, value, on}}, source, format, named}
        done, reopen  {}                       undo, redo      {target: the actor_seq of the entry taken back}
        carry   {from_document, from_id, by, source} with {id, type, spans, status, on} or {facts}

    `on` maps each id to what was decided on, see `assistant.project.decisions.evidence`; in "set" it is that of its
    item. `near` is there where a person added what the model had nearly found: its probability, type, model and run.
    "set" is many decisions made together, undone as one: what came back in a document that was imported, from
    files of `format`, with `named` True if the person vouched for the whole document. `facts` are annotations other
    than entities, see `assistant.project.facts`; their value is None where they were removed, and their `on` the
    suggestion that was decided on, if there was one. `source` is "person" unless it is said.
    """

    seq: int
    actor: str
    actor_seq: int
    at: str
    document_id: int
    document: str
    text_sha: str
    action: Action
    payload: dict[str, Any]
    previous: str
    hash: str

    @property
    def target(self) -> int | None:
        target = self.payload.get("target")
        return target if isinstance(target, int) else None


def canonical(value: Any) -> str:
    """JSON with one way to write each value. Raises ValueError for what JSON cannot hold."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(letter: str, said: Any) -> str:
    """An id for what is said, the same each time that the same is: the letter and twelve hex digits."""
    return f"{letter}-{hashlib.sha256(canonical(said).encode()).hexdigest()[:12]}"


def chained_hash(entry: Entry) -> str:
    """Hex SHA-256 over the previous hash and everything else that the entry says, but `seq` and `document_id`."""
    rest = canonical(
        {
            "action": entry.action,
            "actor": entry.actor,
            "actor_seq": entry.actor_seq,
            "at": entry.at,
            "document": entry.document,
            "payload": entry.payload,
            "text_sha": entry.text_sha,
        }
    )
    return hashlib.sha256((entry.previous + rest).encode()).hexdigest()


def undone_entries(entries: Iterable[Entry]) -> set[tuple[str, int]]:
    """(actor, actor_seq) of every entry that was taken back and not made again."""
    undone: set[tuple[str, int]] = set()
    for entry in entries:
        if entry.target is None:
            continue
        if entry.action == "undo":
            undone.add((entry.actor, entry.target))
        elif entry.action == "redo":
            undone.discard((entry.actor, entry.target))
    return undone
