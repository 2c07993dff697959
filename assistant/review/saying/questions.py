"""Questions to the team on the focused item, and answers to them, whoever asked."""

from __future__ import annotations

from assistant.project.team.questions import ANSWER, QUESTION, Question
from assistant.review.saying.facts import Change, Facts
from assistant.review.view import Saved
from bioassist.documents import Note
from bioassist.errors import UsageError


class Questions(Facts):
    """What is asked is seen by all annotators of the project; each word in it is of the one who said it."""

    def open_question(self) -> Question | None:
        """The first question on the focused item that nobody has answered."""
        view = self.current
        return next((one for one in view.questions if one.open), None) if view is not None else None

    def open_questions(self) -> int:
        """How many there are on the open document."""
        document = self._open
        return sum(one.open for one in self.project.questions.of(document.row.id)) if document is not None else 0

    def ask(self, text: str) -> Saved | None:
        """Ask something about the focused item. Raises UsageError without words or a focus, and for a rejected item."""
        item = self._subject()
        if not text.strip():
            raise UsageError("a question has words.")
        return self._change([Change(None, Note("", QUESTION, item.id, text.strip()))])

    def answer(self, question_id: str, text: str) -> Saved | None:
        """Answer a question on the open document, or close it with no words. Raises UsageError if there is none."""
        if all(one.id != question_id for one in self.project.questions.of(self._document().row.id)):
            raise UsageError("there is no such question on this document.")
        return self._change([Change(None, Note("", ANSWER, question_id, text.strip()))])
