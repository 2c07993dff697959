"""Whether a project is what its people made it: the file, the chains of the journal, and what is derived from it."""

from __future__ import annotations

from assistant.project.facts import latest_facts
from assistant.project.file.database import Database
from assistant.project.journal.chain import Journal
from assistant.project.journal.entries import (
    CHAIN_START,
    DISCLOSE,
    PLANT,
    Entry,
    canonical,
    chained_hash,
    of_annotator,
    undone_entries,
)
from assistant.project.notes.documents import DocumentTable
from assistant.project.state import latest_as_made, latest_decisions, mark_of, revealed


def problems(database: Database, documents: DocumentTable, journal: Journal) -> list[str]:
    """Everything that is not as it was written, one sentence each; nothing if all is sound."""
    found = [f"the file: {problem}" for problem in database.check()]
    if found:
        return found
    try:
        entries = journal.entries()
    except (ValueError, TypeError):
        return ["the journal holds entries that cannot be read"]
    found += _chains(database, entries)
    return found or _derived(documents, journal, entries)


def _chains(database: Database, entries: list[Entry]) -> list[str]:
    found: list[str] = []
    heads: dict[str, tuple[int, str]] = {}
    names = {
        number: (name, sha)
        for number, name, sha in database.rows("SELECT id, name, coalesce(text_sha, awaited) FROM documents")
    }
    stored = database.rows("SELECT payload, target FROM journal ORDER BY seq")
    for place, (entry, (payload, target)) in enumerate(zip(entries, stored, strict=True), 1):
        last, previous = heads.get(entry.actor, (0, CHAIN_START))
        if entry.seq != place:
            found.append(f"entry {place} is missing")
            return found
        if entry.actor_seq != last + 1 or entry.previous != previous:
            found.append(f"entry {entry.seq} does not follow the one before it of {entry.actor}")
        if chained_hash(entry) != entry.hash or canonical(entry.payload) != payload or entry.target != target:
            found.append(f"entry {entry.seq} of {entry.actor} was altered")
        if names.get(entry.document_id) != (entry.document, entry.text_sha):
            found.append(f"entry {entry.seq} is on another document than it says")
        heads[entry.actor] = (entry.actor_seq, entry.hash)
    kept = {actor: (last, digest) for actor, last, digest in database.rows("SELECT actor, actor_seq, hash FROM heads")}
    for actor in sorted(kept.keys() | heads.keys()):
        if kept.get(actor) != heads.get(actor):
            found.append(f"the journal of {actor} does not end where it did")
    return found


def _derived(documents: DocumentTable, journal: Journal, entries: list[Entry]) -> list[str]:
    found: list[str] = []
    by_document: dict[int, list[Entry]] = {}
    for entry in entries:
        by_document.setdefault(entry.document_id, []).append(entry)
    for row in documents.all(include_superseded=True):
        there = by_document.get(row.id, [])
        annotators = {entry.owner for entry in there}.union(journal.annotators(row.id))
        if not all(_as_said(documents, journal, row.id, of_annotator(there, one), one) for one in annotators):
            found.append(f"what is shown of {row.name} is not what its journal says")
    return found


def _as_said(documents: DocumentTable, journal: Journal, document_id: int, said: list[Entry], annotator: str) -> bool:
    row, waiting = documents.get(document_id, annotator), _waiting_plants(said)
    as_seen = latest_as_made(said) if waiting else latest_decisions(said)
    return (
        journal.decisions(document_id, annotator) == latest_decisions(said)
        and journal.decisions_as_seen(document_id, annotator) == as_seen
        and set(journal.plants.of(document_id, annotator).suggestions) == waiting
        and row.planted == bool(waiting)
        and journal.facts(document_id, annotator) == latest_facts(said)
        and (row.done, row.skipped) == mark_of(said)
        and documents.revealed(document_id, annotator) == revealed(said)
    )


def _waiting_plants(listed: list[Entry]) -> set[str]:
    """Ids of what is planted for one annotator who does not know: it was not disclosed, nor is the document done."""
    undone = undone_entries(listed)
    disclosed = any(one.action == DISCLOSE and (one.actor, one.actor_seq) not in undone for one in listed)
    if disclosed or mark_of(listed)[0]:
        return set()
    return {item_id for one in listed if one.action == PLANT for item_id in one.payload["items"]}
