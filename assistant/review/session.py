"""A person's work on a project: every use-case of the review screen, without a screen.

Nothing but this module changes what a person decided. Every action is saved when its method returns: the method
returns a `Saved` that says what, or None if there was nothing to do (no focus, or the item is so already). What cannot
be saved raises ProjectError and leaves everything as it was.

A session belongs to one thread; the engine may write to the same project from another.
"""

from __future__ import annotations

from assistant.project.calibration.refitting import Standing, standing
from assistant.project.facts import aims, facts_of
from assistant.project.journal.decisions import decisions_of
from assistant.project.journal.entries import Entry
from assistant.project.store import Project
from assistant.review.blinded import Blinded
from assistant.review.disclosing import Disclosing
from assistant.review.guidelines import Guidelines
from assistant.review.mentions.adding import Adding
from assistant.review.mentions.repeating import Repeating
from assistant.review.mentions.shaping import Shaping
from assistant.review.order.accepting import Accepting
from assistant.review.order.progress import Progressing
from assistant.review.saying.attributes import Attributes
from assistant.review.saying.classes import Classes
from assistant.review.saying.normalizing import Normalizing
from assistant.review.saying.questions import Questions
from assistant.review.saying.relations import Relations
from assistant.review.saying.remarks import Remarks
from assistant.review.summaries import Summaries
from assistant.review.text.word_edges import Words
from assistant.review.view import DocumentSummary, DocumentView, Saved, Undone
from assistant.review.wording import said
from assistant.review.work import saved
from bioassist.errors import UsageError

__all__ = ["DocumentSummary", "DocumentView", "ReviewSession", "Saved", "Undone"]


class ReviewSession(
    Accepting,
    Progressing,
    Shaping,
    Adding,
    Repeating,
    Relations,
    Attributes,
    Classes,
    Normalizing,
    Remarks,
    Questions,
    Guidelines,
    Blinded,
    Disclosing,
):
    """Documents, undo and confidence; what is done within a document is in its bases."""

    def __init__(self, project: Project, actor: str | None = None, words: Words | None = None) -> None:
        super().__init__(project, actor, words)
        self._summaries = Summaries(self.project)
        self._plant()
        self._since = self.project.journal.length()

    def refresh(self) -> bool:
        """Take in what the engine stored since; keeps the focus. Returns whether the open document changed."""
        self._plant()
        return super().refresh()

    # Documents

    def documents(self) -> list[DocumentSummary]:
        """All documents in file order, failed ones too, superseded versions left out."""
        return self._summaries.all()

    def shown_documents(self) -> list[DocumentSummary]:
        """Those that the filter shows something of, and the open one."""
        return [row for row in self.documents() if self._is_open(row.id) or self.shows_document(row.id)]

    def focus_shown(self) -> None:
        """Focus something that the filter shows, in the first document that has any if the open one has not."""
        if self._open is not None and not self.shows_document(self._open.row.id):
            found = next((row.id for row in self.documents() if row.has_text and self.shows_document(row.id)), None)
            if found is not None:
                self.open(found)
        item = self._focused()
        if self._open is not None and (item is None or not self.shows(item)):
            items = [one for one in self._open.items() if self.shows(one)]
            first = next((one for one in items if one.status == "pending"), next(iter(items), None))
            if first is not None:
                self.focus(first.id)

    def next_document(self, pending_only: bool = False, *, skipped: bool = True) -> int | None:
        """Open the next document that has text (and something pending, or is blind); its id, or None (and stays) after
        the last. Without `skipped`, and where something is to be pending, those that the person skipped are passed
        by."""
        return self._step_document(pending_only, 1, skipped=skipped)

    def previous_document(self, pending_only: bool = False) -> int | None:
        return self._step_document(pending_only, -1)

    def mark_done(self) -> Saved | None:
        """None if it is done already. A blind document is not done by that: what the person has is kept as their first
        answer, and the suggestions are shown. Nor is one in which something is planted: they are told, and it goes."""
        row = self._document().row
        if row.done:
            return None
        if row.blind:
            return self._reveal()
        return self._disclose() if row.planted else saved(self._append("done", {}))

    def skip(self, reason: str) -> Saved | None:
        """Leave the document out, for a reason that is kept; None if it is left out for that already. It is not done
        then, and not exported. Raises UsageError without a reason."""
        if not reason.strip():
            raise UsageError("a document is skipped for a reason.")
        if self._document().row.skipped == reason.strip():
            return None
        return saved(self._append("skip", {"reason": reason.strip()}))

    def reopen(self) -> Saved | None:
        """Take back that it is done or skipped."""
        row = self._document().row
        return saved(self._append("reopen", {})) if row.done or row.skipped is not None else None

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

    def next_undo_size(self) -> int:
        """How many decisions the next undo would take back."""
        return self.project.journal.next_size(self.actor, "undo")

    def next_redo_size(self) -> int:
        return self.project.journal.next_size(self.actor, "redo")

    def undo(self) -> Undone | None:
        """Take back this actor's last action; None if there is none.

        The open document stays open, also if the action was on another: see `Undone.document_id`.
        """
        return self._undone(self.project.journal.undo(self.actor), "undid: ")

    def redo(self) -> Undone | None:
        """Make again what was last undone; a new action closes that way."""
        return self._undone(self.project.journal.redo(self.actor), "redid: ")

    def _undone(self, steps: list[tuple[Entry, Entry]] | None, how: str) -> Undone | None:
        if not steps:
            return None
        # Of what was made together on several documents the open one is shown, if it is among them.
        entry, target = next((step for step in steps if self._is_open(step[0].document_id)), steps[0])
        touched = [one.item_id for one in sorted(decisions_of(target), key=lambda one: min(one.spans))]
        about = [one for fact in facts_of(target) if fact.about is not None for one in aims(fact.about)]
        if self._open is not None and self._is_open(entry.document_id):
            last_words = self.project.decisions(entry.document_id, of=target)
            self._open.decide({item_id: last_words.get(item_id) for item_id in touched})
            # The first that is there: an action on facts names items that its facts refer to.
            next((one for one in (*touched, *about) if self.focus(one) is not None), None)
        if len(steps) > 1:
            self._follow_up()
        item_id = next(iter((*touched, *about)), None)
        # Where many were decided at once nobody was at any of them.
        if item_id is not None and len(steps) == len(touched) == 1:
            self._return_to(entry.document_id, item_id)
        return Undone(entry.document_id, how + said(*(one for _, one in steps)), entry.seq, entry.at, item_id)

    def _step_document(self, pending_only: bool, step: int, *, skipped: bool = True) -> int | None:
        # Of ten thousand documents only those are looked at that are passed.
        documents, open_id = self.documents(), None if self._open is None else self._open.row.id
        here = next((place for place, one in enumerate(documents) if one.id == open_id), None)
        if step > 0:
            places = range(0 if here is None else here + 1, len(documents))
        else:
            places = range(-1 if here is None else here - 1, -1, -1)
        following = (one for place in places if (one := documents[place]).has_text and self.shows_document(one.id))
        if pending_only or not skipped:
            following = (one for one in following if one.skipped is None)
        found = next((one.id for one in following if one.pending or one.blind or not pending_only), None)
        if found is not None:
            self.open(found)
        return found
