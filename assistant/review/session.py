"""A person's work on a project: every use-case of the review screen, without a screen.

Nothing but this module changes what a person decided. Every action is saved when its method returns: the method
returns a `Saved` that says what, or None if there was nothing to do (no focus, or the item is so already). What cannot
be saved raises ProjectError and leaves everything as it was.

A session belongs to one thread; the engine may write to the same project from another.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from assistant.project.decisions import decisions_of, evidence, spans_to_json
from assistant.project.entries import Action, Entry
from assistant.project.fact_suggestions import FactItem
from assistant.project.facts import facts_to_json, kind_of
from assistant.project.near_misses import NearMiss
from assistant.project.refitting import Standing, standing
from assistant.project.state import Item
from assistant.project.store import Project
from assistant.review.open_document import OpenDocument
from assistant.review.summaries import Summaries
from assistant.review.view import DocumentSummary, DocumentView, Saved, Undone
from assistant.review.word_edges import WordEdges, Words
from assistant.review.wording import said
from bioassist.documents import Span
from bioassist.errors import UsageError
from bioassist.schema import Schema

__all__ = ["DocumentSummary", "DocumentView", "ReviewSession", "Saved", "Undone"]


class ReviewSession:
    """One actor's review of one project; the project's own actor unless another is named.

    `words` gives the words of a text in order, for moving boundaries: bioassist.words unless another is given.
    """

    def __init__(self, project: Project, actor: str | None = None, words: Words | None = None) -> None:
        self.project = project
        self.actor = actor or project.actor
        self._words = words or _clinical_words
        self._open: OpenDocument | None = None
        self._edges: WordEdges | None = None
        self._summaries = Summaries(project)

    @cached_property
    def schema(self) -> Schema:
        return self.project.schema

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

    @property
    def current(self) -> DocumentView | None:
        """The open document as it is now."""
        return self._open.view if self._open is not None else None

    def refresh(self) -> bool:
        """Take in what the engine stored since; keeps the focus. Returns whether the open document changed."""
        return self._open.refresh() if self._open is not None else False

    def next_document(self, pending_only: bool = False) -> int | None:
        """Open the next document that has text (and something pending); its id, or None (and stays) after the last."""
        return self._step_document(pending_only, 1)

    def previous_document(self, pending_only: bool = False) -> int | None:
        return self._step_document(pending_only, -1)

    # Focus: each returns the item that is in focus now, or None (and stays) if there is none that way.

    def focus_next(self, pending_only: bool = False) -> Item | None:
        found = self._open.next(_wanted(pending_only)) if self._open is not None else None
        return self.focus(found.id) if found is not None else None

    def focus_previous(self, pending_only: bool = False) -> Item | None:
        found = self._open.previous(_wanted(pending_only)) if self._open is not None else None
        return self.focus(found.id) if found is not None else None

    def focus(self, item_id: str | None) -> Item | None:
        """Focus an item by id; None takes the focus away."""
        return self._open.set_focus(item_id) if self._open is not None else None

    def focus_at(self, offset: int) -> Item | None:
        """Focus the shortest item over `offset`; asked again at the same place, the next longer, then round again."""
        if self._open is None:
            return None
        over = [item.id for item in self._open.over(offset)]
        if not over:
            return None
        following = over.index(self._open.focus) + 1 if self._open.focus in over else 0
        return self.focus(over[following % len(over)])

    # Decisions on the focused item

    def accept(self) -> Saved | None:
        """Accept it, and focus the next pending item (round from the end to the beginning)."""
        return self._settle("accept", lambda item: not item.kept, {"bulk": False, "threshold": None})

    def reject(self) -> Saved | None:
        """Reject it, and focus the next pending item (round from the end to the beginning)."""
        return self._settle("reject", lambda item: item.status != "rejected", {})

    def delete(self) -> Saved | None:
        """Take it out. It stays listed as rejected, and in focus."""
        item = self._focused()
        if item is None or item.status == "rejected":
            return None
        return _saved(self._append("delete", {"ids": [item.id], "on": _on([item])}))

    def relabel(self, label: str) -> Saved | None:
        """Give it another type, which keeps it. Raises UsageError for a type that is not in the schema."""
        self._check_label(label)
        item = self._focused()
        return self._edit(item, label, item.spans) if item is not None else None

    def grow_left(self) -> Saved | None:
        """Move its left boundary out to the start of the word before."""
        return self._move_left(lambda edges, first: edges.previous_start(first.start))

    def shrink_left(self) -> Saved | None:
        """Move its left boundary in to the start of its second word; a last word is never taken."""
        return self._move_left(lambda edges, first: edges.next_start(first.start))

    def grow_right(self) -> Saved | None:
        """Move its right boundary out to the end of the next word."""
        return self._move_right(lambda edges, last: edges.next_end(last.end))

    def shrink_right(self) -> Saved | None:
        """Move its right boundary in to the end of its last word but one; a last word is never taken."""
        return self._move_right(lambda edges, last: edges.previous_end(last.end))

    # Decisions on what is said of the focused item, or of the document

    def facts(self) -> list[FactItem]:
        """All relations, attributes, classes and others of the open document, those that wait behind those decided."""
        return list(self._open.facts.all(self._open.fold)) if self._open is not None else []

    def accept_fact(self, fact_id: str | None = None) -> Saved | None:
        """Accept one of `facts`: the first that waits of those about the focused item, unless one is named."""
        return self._settle_fact(fact_id, holds=True)

    def reject_fact(self, fact_id: str | None = None) -> Saved | None:
        """Reject it, or take out one that was accepted."""
        return self._settle_fact(fact_id, holds=False)

    # Decisions on the document

    def add(self, start: int, end: int, label: str) -> str:
        """Add a mention and focus it; white space at its edges is cut off. Returns the item's id.

        Where an item has that extent and type already, it is accepted instead. Raises UsageError for an empty extent
        or one outside the text, for a type that is not in the schema, and if no document is open.
        """
        return self._add(start, end, label, {})

    def near_misses(self) -> list[NearMiss]:
        """What the model nearly found in the open document, by place: but for what stands or waits there."""
        if self._open is None:
            return []
        taken = [span for item in self._open.items() if item.status != "rejected" for span in item.spans]
        found = self.project.near_misses.of(self._open.row.id)
        return [one for one in found if not any(one.span.overlaps(span) for span in taken)]

    def add_near_miss(self, span: Span, label: str) -> str:
        """Add a near miss as a mention, and focus it. Returns the item's id; the journal keeps how near it was.

        Raises UsageError if `near_misses` has none with this span, and as `add` does.
        """
        near = next((one for one in self.near_misses() if one.span == span), None)
        if near is None:
            raise UsageError("the model did not nearly find this.", where=self._document().row.name)
        model = next((run.model for run in self.project.runs() if run.id == near.run), "")
        said = {"probability": near.probability, "type": near.type, "model": model, "run": near.run}
        return self._add(span.start, span.end, label, {"near": said})

    def _add(self, start: int, end: int, label: str, more: dict[str, Any]) -> str:
        document = self._document()
        self._check_label(label)
        if not 0 <= start <= end <= len(document.text):
            raise UsageError("the selection is outside the text.", where=document.row.name)
        chosen = document.text[start:end]
        if not chosen.strip():
            raise UsageError("nothing is selected.", where=document.row.name, next_step="Select at least one word.")
        extent = Span(end - len(chosen.lstrip()), start + len(chosen.rstrip()))
        present = document.fold.find((label, (extent,)))
        if present is None:
            item_id = f"a-{secrets.token_hex(6)}"
            self._append("add", {"id": item_id, "type": label, "spans": spans_to_json([extent]), **more})
        else:
            item_id = present.id
            if not present.kept:
                self._append("accept", {"ids": [item_id], "on": _on([present]), "bulk": False, "threshold": None})
        self.focus(item_id)
        return item_id

    def accept_over(self, threshold: float) -> int:
        """Accept every pending item of the open document with at least this confidence, as one action; how many."""
        items = [
            item
            for item in self._document().items()
            if item.status == "pending" and item.confidence is not None and item.confidence >= threshold
        ]
        if items:
            ids = [item.id for item in items]
            self._append("accept", {"ids": ids, "on": _on(items), "bulk": True, "threshold": threshold})
        return len(items)

    def mark_done(self) -> Saved | None:
        return None if self._document().row.done else _saved(self._append("done", {}))

    def reopen(self) -> Saved | None:
        return _saved(self._append("reopen", {})) if self._document().row.done else None

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

    # Moving in the text

    def find(self, query: str, start: int = 0) -> Span | None:
        """The next place of `query` at or after `start`, whatever its case; round to the beginning at the end."""
        if self._open is None or not query:
            return None
        pattern = re.compile(re.escape(query), re.IGNORECASE)
        found = pattern.search(self._open.text, max(start, 0)) or pattern.search(self._open.text)
        return Span(*found.span()) if found else None

    def word_at(self, offset: int) -> Span | None:
        """The word over `offset`, else the next one, else the last."""
        return self._edges.at(offset) if self._edges is not None else None

    def next_word(self, offset: int) -> Span | None:
        """The first word that starts after `offset`."""
        return self._edges.after(offset) if self._edges is not None else None

    def previous_word(self, offset: int) -> Span | None:
        """The last word that starts before `offset`."""
        return self._edges.before(offset) if self._edges is not None else None

    # What the above is made of

    def _document(self) -> OpenDocument:
        if self._open is None:
            raise UsageError("no document is open.")
        return self._open

    def _focused(self) -> Item | None:
        return self._open.focused if self._open is not None else None

    def _check_label(self, label: str) -> None:
        if self.schema.entity(label) is None:
            known = ", ".join(entity.name for entity in self.schema.entities)
            raise UsageError(f"{label!r} is not a label of this project.", next_step=f"Its labels: {known}.")

    def _append(self, action: Action, payload: dict[str, Any]) -> Entry:
        """Save an action on the open document, and show it once it is saved."""
        document = self._document()
        entry = self.project.journal.append(self.actor, document.row.id, action, payload)
        document.decide({decision.item_id: decision for decision in decisions_of(entry)})
        return entry

    def _settle(self, action: Action, wanted: Callable[[Item], bool], more: dict[str, Any]) -> Saved | None:
        item = self._focused()
        if item is None:
            return None
        saved = None
        if wanted(item):
            saved = _saved(self._append(action, {"ids": [item.id], "on": _on([item]), **more}))
        if self.focus_next(pending_only=True) is None:
            document = self._document()
            first = next((one for one in document.items() if one.status == "pending"), None)
            if first is not None:
                self.focus(first.id)
        return saved

    def _settle_fact(self, fact_id: str | None, *, holds: bool) -> Saved | None:
        if fact_id is None:
            view = self.current
            fact = next((one for one in (view.facts if view else ()) if one.status == "pending"), None)
        else:
            fact = next((one for one in self.facts() if one.id == fact_id), None)
        if fact is None or (fact.kept if holds else fact.status == "rejected"):
            return None
        value = fact.value if holds else None
        on = {} if fact.suggestion is None else {fact.id: fact.suggestion}
        return _saved(
            self._append("set", {"items": {}, "facts": facts_to_json({fact.id: (kind_of(fact.value), value)}, on)})
        )

    def _move_left(self, target: Callable[[WordEdges, Span], int | None]) -> Saved | None:
        item = self._focused()
        if item is None or self._edges is None:
            return None
        first, *others = sorted(item.spans)
        start = target(self._edges, first)
        if start is None or start >= first.end:
            return None
        return self._edit(item, item.type, (Span(start, first.end), *others))

    def _move_right(self, target: Callable[[WordEdges, Span], int | None]) -> Saved | None:
        item = self._focused()
        if item is None or self._edges is None:
            return None
        *others, last = sorted(item.spans)
        end = target(self._edges, last)
        if end is None or end <= last.start:
            return None
        return self._edit(item, item.type, (*others, Span(last.start, end)))

    def _edit(self, item: Item, label: str, spans: tuple[Span, ...]) -> Saved | None:
        if (label, spans) == (item.type, item.spans):
            return None
        payload = {"id": item.id, "type": label, "spans": spans_to_json(spans), "on": _on([item])}
        return _saved(self._append("edit", payload))

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


def _wanted(pending_only: bool) -> Callable[[Item], bool]:
    return lambda item: item.status == "pending" or not pending_only


def _on(items: Iterable[Item]) -> dict[str, Any]:
    return {item.id: evidence(item.type, item.spans, item.suggestion) for item in items}


def _saved(entry: Entry) -> Saved:
    return Saved(entry.seq, entry.at, said(entry))


def _clinical_words(text: str) -> list[Span]:
    # spaCy is behind this: imported when a boundary is first moved, not when a screen opens.
    from bioassist.words import words

    return words(text)
