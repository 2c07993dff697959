"""Actions in words for a status line: labels, offsets and numbers, never words of a note."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.project.decisions import decisions_of
from assistant.project.entries import Entry
from assistant.project.facts import facts_of, label_of
from bioassist.documents import Span

_PAST = {"accept": "accepted", "reject": "rejected", "delete": "deleted", "edit": "changed to", "add": "added"}


def said(entry: Entry) -> str:
    """What an entry did, such as "accepted Disease [12, 20)" or "accepted 31 items over 90%"."""
    if entry.action == "done":
        return "marked the document done"
    if entry.action == "reopen":
        return "reopened the document"
    decided = list(decisions_of(entry))
    if entry.action == "set" and "format" not in entry.payload:
        verbs = {True: "accepted", False: "rejected"}
        return ", ".join(f"{verbs[one.value is not None]} {label_of(one.said)}" for one in facts_of(entry) if one.said)
    if entry.action == "set":
        facts = len(entry.payload["facts"])
        return f"imported {_number(len(decided), 'item')}" + (f" and {_number(facts, 'other')}" if facts else "")
    verb = _PAST.get(entry.action, entry.action)
    if entry.payload.get("bulk"):
        return f"{verb} {_number(len(decided), 'item')} over {entry.payload['threshold']:.0%}"
    return f"{verb} " + ", ".join(f"{one.type} {_where(one.spans)}" for one in decided)


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _where(spans: Sequence[Span]) -> str:
    return " ".join(f"[{span.start}, {span.end})" for span in spans)
