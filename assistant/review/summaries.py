"""The list of documents with their counts, made anew only where something changed."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter

from assistant.project.records import DocumentRow, Tally
from assistant.project.store import Project
from assistant.project.team.questions import Question
from assistant.review.view import DocumentSummary

_NAMES = tuple(field.name for field in fields(DocumentRow))
_OF_ROW = attrgetter(*_NAMES)


class Summaries:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._made: dict[int, tuple[DocumentRow, dict[str, Tally] | None, tuple[Question, ...], DocumentSummary]] = {}

    def all(self) -> list[DocumentSummary]:
        tallies = self._project.tallies()
        asked = self._project.questions.all()
        made = self._made
        listed = []
        for row in self._project.documents():
            labels, questions = tallies.get(row.id), asked.get(row.id, ())
            known = made.get(row.id)
            # The project hands out the same row, counts and questions until one of them changes.
            if known is None or known[0] is not row or known[1] is not labels or known[2] is not questions:
                summary = _summary(row, labels or {}, sum(one.open for one in questions))
                known = made[row.id] = (row, labels, questions, summary)
            listed.append(known[3])
        return listed


def _summary(row: DocumentRow, labels: dict[str, Tally], questions: int) -> DocumentSummary:
    # Ten thousand of these are made before the screen opens.
    tallies = labels.values()
    edited = sum(tally.edited for tally in tallies)
    return DocumentSummary(
        **dict(zip(_NAMES, _OF_ROW(row), strict=True)),
        suggestions=sum(tally.suggested for tally in tallies),
        pending=sum(tally.pending for tally in tallies),
        accepted=sum(tally.accepted for tally in tallies) + edited,
        edited=edited,
        rejected=sum(tally.rejected for tally in tallies),
        added=sum(tally.added for tally in tallies),
        questions=questions,
    )
