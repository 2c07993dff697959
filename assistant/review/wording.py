"""Actions in words for a status line: labels, offsets and numbers, never words of a note."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.project.facts import Fact, facts_of, label_of
from assistant.project.journal.decisions import Decision, decisions_of, spans_from_json
from assistant.project.journal.entries import DISCLOSE, REVEAL, Entry
from bioassist.documents import Span

_PAST = {"accept": "accepted", "reject": "rejected", "delete": "deleted", "edit": "changed to", "add": "added"}


def said(*entries: Entry) -> str:
    """What an entry did, such as "accepted Disease [12, 20)" or "accepted 31 items over 90%"; or several together."""
    if len(entries) > 1 and "threshold" in entries[0].payload:
        count, over = sum(len(entry.payload["ids"]) for entry in entries), entries[0].payload["threshold"]
        return f"accepted {_number(count, 'item')} over {over:.0%} in {len(entries)} documents"
    if len(entries) > 1:
        return f"{_made('same', [one for entry in entries for one in decisions_of(entry)])} in {len(entries)} documents"
    (entry,) = entries
    if entry.action == "done":
        return "marked the document done"
    if entry.action == "skip":
        return "skipped the document"
    if entry.action == "reopen":
        return "reopened the document"
    if entry.action == REVEAL:
        return f"showed the suggestions (first answer: {_number(len(entry.payload['kept']), 'span')})"
    if entry.action == DISCLOSE:
        return _disclosed(entry)
    decided = list(decisions_of(entry))
    if entry.payload.get("source") == "adjudication":
        return _adjudicated(entry, decided)
    if "how" in entry.payload:
        return _made(entry.payload["how"], decided)
    if entry.action == "set" and "format" not in entry.payload:
        return ", ".join(f"{_done(one)} {label_of(one.about)}" for one in facts_of(entry) if one.about is not None)
    if entry.action == "set":
        facts = len(entry.payload["facts"])
        return f"imported {_number(len(decided), 'item')}" + (f" and {_number(facts, 'other')}" if facts else "")
    verb = _PAST.get(entry.action, entry.action)
    if entry.payload.get("bulk"):
        return f"{verb} {_number(len(decided), 'item')} over {entry.payload['threshold']:.0%}"
    return f"{verb} " + ", ".join(f"{one.type} {_where(one.spans)}" for one in decided)


def _disclosed(entry: Entry) -> str:
    """What was planted, and what of it was taken."""
    planted = entry.payload["planted"].values()
    taken = [f"{one['type']} {_where(spans_from_json(one['spans']))}" for one in planted if one["became"] == "accepted"]
    told = f"{_number(len(planted), 'suggestion')} planted here; you took "
    told += f"{len(taken)}, out again: {', '.join(sorted(taken))}" if taken else "none"
    alike = entry.payload.get("alike", 0)
    return f"{told}; {_number(alike, 'span')} repeated from them on the same words stay: look there" if alike else told


def _adjudicated(entry: Entry, decided: Sequence[Decision]) -> str:
    """What gold took over of annotators."""
    facts = [one for one in facts_of(entry) if one.said is not None]
    kept = sorted((one for one in decided if one.kept), key=lambda one: one.spans)
    if entry.payload.get("agreed"):
        held = len(kept) + sum(one.value is not None for one in facts)
        return f"took over {held} agreed, rejected {len(decided) + len(facts) - held}"
    told = [f"{one.type} {_where(one.spans)}" for one in kept]
    told += [label_of(one.said) for one in facts if one.said is not None and one.value is not None]
    return "took " + ", ".join(told) if told else f"took none of {_number(len(decided) + len(facts), 'answer')}"


def _made(how: str, decided: Sequence[Decision]) -> str:
    """What a "set" made of the items that it names."""
    kept = sorted((one for one in decided if one.kept), key=lambda one: one.spans)
    if how in ("merge", "split"):
        verb = {"merge": "merged", "split": "split"}[how]
        return f"{verb}: " + ", ".join(f"{one.type} {_where(one.spans)}" for one in kept)
    label = decided[0].type
    return f"{label} at {_number(len(kept), 'place')}" if kept else f"no {label} at {_number(len(decided), 'place')}"


def _done(fact: Fact) -> str:
    """What became of one fact. Its words are never said: a note of an annotator may quote."""
    if fact.suggestion is not None:
        return "rejected" if fact.value is None else "accepted"
    if fact.value is None:
        return "took out"
    return "added" if fact.was is None else "changed to"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _where(spans: Sequence[Span]) -> str:
    return " ".join(f"[{span.start}, {span.end})" for span in spans)
