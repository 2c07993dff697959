"""Questions on spans, which annotators ask the team, and the answers: notes of two types of their own, of everybody.

An answer is a note on the question. A question with an answer is closed, also with one that says nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from assistant.project.facts import value_from_json
from assistant.project.file.database import Database
from assistant.project.remembered import Remembered
from bioassist.documents import Note

QUESTION, ANSWER = "Question", "Answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an annotator answered; "" where they closed the question."""

    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What `actor` asks about the item `target`. It is a fact under its id."""

    id: str
    target: str
    text: str
    actor: str
    answers: tuple[Answer, ...]

    @property
    def open(self) -> bool:
        return not self.answers


class QuestionTable:
    """What stands of everybody's questions, whoever looks at the project."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found = Remembered(database, self._load)

    def all(self) -> dict[int, tuple[Question, ...]]:
        """By document id, in the order they were asked in; a document without questions may be missing."""
        return self._found.all()

    def of(self, document_id: int) -> tuple[Question, ...]:
        return self.all().get(document_id, ())

    def decided(self, document_id: int) -> None:
        """Something was decided or taken back on a document: read its questions anew."""
        self._found.touch(document_id)

    def _load(self, wanted: set[int] | None) -> dict[int, tuple[Question, ...]]:
        notes: dict[int, list[tuple[Note, str]]] = {}
        for document_id, item_id, actor, value in self._rows(wanted):
            note = value_from_json(item_id, "notes", json.loads(value))
            if isinstance(note, Note):
                notes.setdefault(document_id, []).append((note, actor))
        return {document_id: _questions(found) for document_id, found in notes.items()}

    def _rows(self, wanted: set[int] | None) -> list[tuple[Any, ...]]:
        sql = """SELECT document_id, item_id, actor, value FROM facts
            WHERE latest = 1 AND kind = 'notes' AND json_extract(value, '$.type') IN (?, ?)"""
        if wanted is None:
            return self._database.rows(f"{sql} ORDER BY seq", (QUESTION, ANSWER))
        return self._database.rows_in(f"{sql} AND document_id IN", sorted(wanted), (QUESTION, ANSWER))


def _questions(notes: list[tuple[Note, str]]) -> tuple[Question, ...]:
    answers: dict[str, list[Answer]] = {}
    for note, actor in notes:
        if note.type == ANSWER:
            answers.setdefault(note.target, []).append(Answer(actor, note.text))
    return tuple(
        Question(note.id, note.target, note.text, actor, tuple(answers.get(note.id, ())))
        for note, actor in notes
        if note.type == QUESTION
    )
