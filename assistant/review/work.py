"""What every use-case of a review session is made of: the project, the open document, and how an action is saved."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from assistant.project.journal.decisions import decisions_of, evidence
from assistant.project.journal.entries import Action, Entry
from assistant.project.state import Item
from assistant.project.store import Project
from assistant.review.open_document import OpenDocument
from assistant.review.text.extents import trimmed
from assistant.review.text.word_edges import WordEdges, Words
from assistant.review.view import DocumentView, Saved
from assistant.review.wording import said
from bioassist.documents import Span
from bioassist.errors import UsageError
from bioassist.schema import Schema


class Work:
    """One actor's review of one project, as that actor has it; the project's own actor unless another is named.

    `words` gives the words of a text in order, for moving boundaries: bioassist.words unless another is given.
    """

    def __init__(self, project: Project, actor: str | None = None, words: Words | None = None) -> None:
        self.actor = actor or project.actor
        self.project = project.seen_by(self.actor).with_planted()
        self._words = words or _clinical_words
        self._open: OpenDocument | None = None
        self._opened: set[int] = set()
        self._edges: WordEdges | None = None

    @cached_property
    def schema(self) -> Schema:
        return self.project.schema

    @property
    def current(self) -> DocumentView | None:
        """The open document as it is now."""
        return self._open.view if self._open is not None else None

    def open(self, document_id: int) -> None:
        """Open a document with its first pending item in focus (or its first item, or none).

        Raises ProjectError if there is no such document or it has no text; then the open one stays open.
        """
        self._open = OpenDocument(self.project, document_id)
        self._opened.add(document_id)
        self._edges = WordEdges(self._open.text, self._words)

    def refresh(self) -> bool:
        """Take in what the engine stored since; keeps the focus. Returns whether the open document changed."""
        return self._open.refresh() if self._open is not None else False

    def focus(self, item_id: str | None) -> Item | None:
        """Focus an item by id; None takes the focus away."""
        return self._open.set_focus(item_id) if self._open is not None else None

    # What use-cases are made of

    def _document(self) -> OpenDocument:
        if self._open is None:
            raise UsageError("no document is open.")
        return self._open

    def _is_open(self, document_id: int) -> bool:
        return self._open is not None and self._open.row.id == document_id

    def _focused(self) -> Item | None:
        return self._open.focused if self._open is not None else None

    def _check_label(self, label: str) -> None:
        if self.schema.entity(label) is None:
            known = ", ".join(entity.name for entity in self.schema.entities)
            raise UsageError(f"{label!r} is not a label of this project.", next_step=f"Its labels: {known}.")

    def _chosen(self, start: int, end: int) -> Span:
        """Words of the open document without the white space around them; raises UsageError if they are none."""
        document = self._document()
        if not 0 <= start <= end <= len(document.text):
            raise UsageError("the selection is outside the text.", where=document.row.name)
        extent = trimmed(document.text, Span(start, end))
        if extent is None:
            raise UsageError("nothing is selected.", where=document.row.name, next_step="Select at least one word.")
        return extent

    def _append(self, action: Action, payload: dict[str, Any]) -> Entry:
        """Save an action on the open document, and show it once it is saved."""
        document = self._document()
        entry = self.project.journal.append(self.actor, document.row.id, action, payload)
        document.decide({decision.item_id: decision for decision in decisions_of(entry)})
        return entry


def seen(items: Iterable[Item]) -> dict[str, Any]:
    """What an entry keeps of the items that it names."""
    return {item.id: evidence(item.type, item.spans, item.suggestion) for item in items}


def saved(entry: Entry) -> Saved:
    return Saved(entry.seq, entry.at, said(entry))


def _clinical_words(text: str) -> list[Span]:
    # spaCy is behind this: imported when a boundary is first moved, not when a screen opens.
    from bioassist.words import words

    return words(text)
