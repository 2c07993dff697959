"""The list of documents with their counts, made anew only where something changed."""

from __future__ import annotations

from dataclasses import fields

from assistant.project.records import DocumentRow, Tally
from assistant.project.store import Project
from assistant.review.view import DocumentSummary


class Summaries:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._made: dict[int, tuple[DocumentRow, dict[str, Tally] | None, DocumentSummary]] = {}

    def all(self) -> list[DocumentSummary]:
        tallies = self._project.tallies()
        return [self._summary(row, tallies.get(row.id)) for row in self._project.documents()]

    def _summary(self, row: DocumentRow, labels: dict[str, Tally] | None) -> DocumentSummary:
        made = self._made.get(row.id)
        # The project hands out the same row and the same counts until one of them changes.
        if made is None or made[0] is not row or made[1] is not labels:
            made = (row, labels, _summary(row, labels or {}))
            self._made[row.id] = made
        return made[2]


def _summary(row: DocumentRow, labels: dict[str, Tally]) -> DocumentSummary:
    total = Tally()
    for tally in labels.values():
        total = total.plus(tally)
    return DocumentSummary(
        **{field.name: getattr(row, field.name) for field in fields(DocumentRow)},
        suggestions=total.suggested,
        pending=total.pending,
        accepted=total.accepted + total.edited,
        edited=total.edited,
        rejected=total.rejected,
        added=total.added,
    )
