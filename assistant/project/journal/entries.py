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
from typing import Any, Final, Literal, get_args

Action = Literal[
    "accept",
    "reject",
    "edit",
    "add",
    "delete",
    "set",
    "done",
    "skip",
    "reopen",
    "reveal",
    "plant",
    "disclose",
    "carry",
    "undo",
    "redo",
]

ACTIONS: tuple[str, ...] = get_args(Action)
UNDOABLE = frozenset(ACTIONS) - {"undo", "redo", "carry", "plant"}
# What is said of a document as a whole; the last of them that stands counts.
MARKS = frozenset(("done", "skip", "reopen"))
# The end of what an annotator does in a document without suggestions.
REVEAL: Final = "reveal"
# Wrong suggestions for an annotator, and the end of what they do not knowing which.
PLANT: Final = "plant"
DISCLOSE: Final = "disclose"
# How a "set" came to be that renames labels of the schema (`assistant.project.schema.renaming`).
RENAME = "rename"
CHAIN_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a person did.

    `seq` counts all entries of the project from 1, `actor_seq` those of the actor. `at` is ISO 8601 in UTC.
    `document` is the document's name and `text_sha` its text. Payloads, by action:

        accept  {ids, on, bulk, threshold}     reject, delete  {ids, on}
        edit    {id, type, spans, on}          add             {id, type, spans, near}
        set     {items: {id: {type, spans, status, on}}, facts: {id: {kind, value, on, was}}, source, format, named,
                 how, bulk, group}
        done, reopen  {}                       skip            {reason}
        reveal  {kept: {id: {type, spans}}, suggested: {id: {type, spans}}}
        plant   {items: {id: {type, spans, ..., hides}}}
        disclose  {planted: {id: {type, spans, became}}, facts}
        undo, redo    {target: the actor_seq of the entry taken back}
        carry   {from_document, from_id, by, source} with {id, type, spans, status, on} or {facts}

    "reveal" is the end of work without suggestions: what the annotator had `kept` by then, and what was `suggested`.
    "plant" is made for the annotator, not by them, and not undone: suggestions that are wrong, each in the place of the
    one whose id it `hides`, if any. "disclose" says what each `became` ("accepted", "corrected", "rejected" or "left"),
    and takes out what was said of those that are gone by that.
    `on` maps each id to what was decided on, see `assistant.project.journal.decisions.evidence`; in "set" it is that of
    its item. `near` is there where a person added what the model nearly found: its probability, type, model and run.
    "set" is many decisions made together, undone as one: what came back in a document that was imported, from
    files of `format`, with `named` True if the person vouched for the whole document. `facts` are annotations other
    than entities, see `assistant.project.facts`; their value is None where they were removed, their `on` the suggestion
    that was decided on, if there was one, and their `was` what a person's own fact was that is removed or changed.
    `source` is "person" unless it is said. A "set" may say `how` it came to be, "merge", "split" or "same" (the same
    words as those of the item `like`), the last with `bulk`, or "rename" of labels, which is taken back with the schema
    alone. With the source
    "adjudication" it is gold's: `adjudicator` made it of what `annotators` had, which was the same (`agreed`) or as
    `said` has it by annotator. Entries with the same `group`, the actor_seq of the first of them, were made together on
    several documents: they are undone and redone as one.
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
    def owner(self) -> str:
        """Whose word it is: the actor's, or in "carry" that of the annotator for whom it was carried over."""
        return str(self.payload.get("by", self.actor))

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


def of_annotator(entries: Iterable[Entry], annotator: str) -> list[Entry]:
    """What one annotator said, as it counts: what others carried over for them, then their own, each chain in order.

    So it is the same in whatever order the chains of several people were brought together.
    """
    own = [entry for entry in entries if entry.owner == annotator]
    return sorted(own, key=lambda entry: (entry.actor == annotator, entry.actor, entry.actor_seq))


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
