"""Which decisions a person made in bulk, over a threshold, and not on the item itself."""

from __future__ import annotations

from assistant.project.journal.entries import Entry, of_annotator
from assistant.project.records import DocumentRow
from assistant.project.state import latest_decisions
from assistant.project.store import Project


def accepted_in_bulk(project: Project, document: DocumentRow) -> frozenset[str]:
    """Ids of the items of a document whose last word is an acceptance of many at once.

    A decision that was carried over from an older version of the note is what it was there.
    """
    entries = {entry.seq: entry for entry in project.journal.entries(document.id)}
    return frozenset(
        decision.item_id
        for decision in project.decisions(document.id).values()
        if _in_bulk(project, entries[decision.seq])
    )


def _in_bulk(project: Project, entry: Entry) -> bool:
    if entry.action != "carry":
        return bool(entry.payload.get("bulk"))
    old_id = next(
        row.id
        for row in project.documents(include_superseded=True)
        if (row.name, row.text_sha) == (entry.document, entry.payload["from_document"])
    )
    before = of_annotator((one for one in project.journal.entries(old_id) if one.seq < entry.seq), entry.owner)
    origin = latest_decisions(before).get(entry.payload["from_id"])
    if origin is None:
        return False
    return _in_bulk(project, next(one for one in before if one.seq == origin.seq))
