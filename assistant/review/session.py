"""A person's work on a project: every use-case of the review screen, without a screen.

Nothing but this module changes what a person decided. Every action is saved when its method returns: the method
returns a `Saved` that says what, or None if there was nothing to do (no focus, or the item is so already). What cannot
be saved raises ProjectError and leaves everything as it was.

A session belongs to one thread; the engine may write to the same project from another.
"""

from __future__ import annotations

from assistant.project.decisions import decisions_of
from assistant.project.entries import Entry
from assistant.project.refitting import Standing, standing
from assistant.project.store import Project
from assistant.review.adding import Adding
from assistant.review.deciding import Deciding
from assistant.review.facts import Facts
from assistant.review.open_document import OpenDocument
from assistant.review.summaries import Summaries
from assistant.review.view import DocumentSummary, DocumentView, Saved, Undone
from assistant.review.word_edges import WordEdges, Words
from assistant.review.wording import said
from assistant.review.work import saved

__all__ = ["DocumentSummary", "DocumentView", "ReviewSession", "Saved", "Undone"]


class ReviewSession(Deciding, Adding, Facts):
    """Documents, undo and confidence; what is done within a document is in its bases."""

    def __init__(self, project: Project, actor: str | None = None, words: Words | None = None) -> None:
        super().__init__(project, actor, words)
        self._summaries = Summaries(project)

    # Documents

    def documents(self) -> list[DocumentSummary]:
        """All documents in file order, failed ones too, superseded versions left out."""
        return self._summaries.all()

    def open(self, document_id: int) -> None:
        """Open a document with its first pending item in focus (or its first item, or none).

        Raises ProjectError if there is no such document or it has no text; then the open one stays open.
        """
        self._open = OpenDocument(self.project, document_id)
        self._edges = WordEdges(self._open.text, self._words)

    def refresh(self) -> bool:
        """Take in what the engine stored since; keeps the focus. Returns whether the open document changed."""
        return self._open.refresh() if self._open is not None else False

    def next_document(self, pending_only: bool = False) -> int | None:
        """Open the next document that has text (and something pending); its id, or None (and stays) after the last."""
        return self._step_document(pending_only, 1)

    def previous_document(self, pending_only: bool = False) -> int | None:
        return self._step_document(pending_only, -1)

    def mark_done(self) -> Saved | None:
        return None if self._document().row.done else saved(self._append("done", {}))

    def reopen(self) -> Saved | None:
        return saved(self._append("reopen", {})) if self._document().row.done else None

    # How sure the model is, and how far that can be trusted

    def calibrated(self) -> str | None:
        """Where the calibration of the focused item's confidence comes from; None if there is none."""
        item = self._focused()
        if item is None or item.suggestion is None:
            return None
        applied = self.project.calibrations.to(item.suggestion)
        return str(applied) if applied is not None else None

    def confidence(self) -> Standing | None:
        """Which calibration applies to the model that read last, and what it is known by; None before one has read."""
        return standing(self.project)

    # Undo, over the whole project and over restarts

    def undo(self) -> Undone | None:
        """Take back this actor's last action; None if there is none.

        The open document stays open, also if the action was on another: see `Undone.document_id`.
        """
        return self._undone(self.project.journal.undo(self.actor), "undid: ")

    def redo(self) -> Undone | None:
        """Make again what was last undone; a new action closes that way."""
        return self._undone(self.project.journal.redo(self.actor), "redid: ")

    def _undone(self, entries: tuple[Entry, Entry] | None, how: str) -> Undone | None:
        if entries is None:
            return None
        entry, target = entries
        if self._open is not None and self._open.row.id == entry.document_id:
            touched = [decision.item_id for decision in decisions_of(target)]
            last_words = self.project.decisions(entry.document_id, of=target)
            self._open.decide({item_id: last_words.get(item_id) for item_id in touched})
            if touched:
                self.focus(touched[0])
        return Undone(entry.document_id, how + said(target), entry.seq, entry.at)

    def _step_document(self, pending_only: bool, step: int) -> int | None:
        documents = [one for one in self.documents() if one.has_text]
        places = [place for place, one in enumerate(documents) if self._is_open(one.id)]
        if step > 0:
            following = documents[places[0] + 1 :] if places else documents
        else:
            following = documents[: places[0]][::-1] if places else []
        found = next((one.id for one in following if one.pending or not pending_only), None)
        if found is not None:
            self.open(found)
        return found

    def _is_open(self, document_id: int) -> bool:
        return self._open is not None and self._open.row.id == document_id
