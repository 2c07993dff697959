"""Notes that a person writes: on the focused item, and on the document."""

from __future__ import annotations

from assistant.project.facts import DOCUMENT_NOTES, SPAN_NOTES
from assistant.project.suggestions.facts import FactItem
from assistant.review.saying.facts import Change, Facts
from assistant.review.view import Saved
from bioassist.documents import Note


class Remarks(Facts):
    """One of each: to write another text is to change it, to write nothing takes it away."""

    def span_note(self) -> str:
        """What is noted on the focused item; "" for nothing. Raises UsageError as `note_span` does."""
        return _text(self._noted_on_span(self._subject().id))

    def note_span(self, text: str) -> Saved | None:
        """Note `text` on the focused item; None if that changes nothing. Raises UsageError without a focus, and for a
        rejected item."""
        item = self._subject()
        return self._remark(self._noted_on_span(item.id), Note("", SPAN_NOTES, item.id, text.strip()))

    def document_note(self) -> str:
        """What is noted on the open document; "" for nothing."""
        return _text(self._noted_on_document())

    def note_document(self, text: str) -> Saved | None:
        """Note `text` on the open document; None if that changes nothing. Raises UsageError if no document is open."""
        self._document()
        return self._remark(self._noted_on_document(), Note("", DOCUMENT_NOTES, "", text.strip()))

    def _remark(self, present: FactItem | None, wanted: Note) -> Saved | None:
        if _text(present) == wanted.text:
            # What a suggester noted is accepted by writing the same.
            return self._change([Change(present, present.value)] if present is not None and not present.kept else [])
        if present is None:
            return self._change([Change(None, wanted)])
        return self._change([Change(present, wanted if wanted.text else None)])

    def _noted_on_span(self, item_id: str) -> FactItem | None:
        return self._noted(SPAN_NOTES, item_id)

    def _noted_on_document(self) -> FactItem | None:
        return self._noted(DOCUMENT_NOTES)

    def _noted(self, type_: str, target: str | None = None) -> FactItem | None:
        found = self._standing(
            lambda value: isinstance(value, Note) and value.type == type_ and target in (None, value.target)
        )
        return next(iter(found), None)


def _text(fact: FactItem | None) -> str:
    return fact.value.text if fact is not None and isinstance(fact.value, Note) else ""
