"""What a review session shows: immutable pictures of its state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.project.records import DocumentRow, Reference
from assistant.project.state import Item
from assistant.project.suggestions.facts import FactItem
from assistant.project.team.questions import Question
from bioassist.documents import Span


@dataclass(frozen=True, slots=True)
class DocumentSummary(DocumentRow):
    """A document of the list, with counts of its items.

    `suggestions` is how many items came from a suggester, decided or not. `accepted` counts those that were kept, the
    `edited` among them included; `added` those that the person made; `rejected` all that were rejected or deleted.
    `questions` are those on it that nobody has answered.
    """

    suggestions: int = 0
    pending: int = 0
    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    added: int = 0
    questions: int = 0


@dataclass(frozen=True, slots=True)
class DocumentView:
    """The open document. `items` are sorted by start, longer first; rejected ones are among them.

    `focus` is the id of the focused item, `facts` are the relations, attributes and others that are about it, and
    `of_document` is what is said of the document itself: classes and notes. `means` are the entries of terminologies
    that the focused item brought along, `questions` what anybody asks about it. A view never changes; the session makes
    a new one.
    """

    row: DocumentRow
    text: str
    items: tuple[Item, ...]
    focus: str | None
    facts: tuple[FactItem, ...] = ()
    of_document: tuple[FactItem, ...] = ()
    means: tuple[Reference, ...] = ()
    questions: tuple[Question, ...] = ()

    def item(self, item_id: str) -> Item | None:
        return next((item for item in self.items if item.id == item_id), None)

    @property
    def focused(self) -> Item | None:
        return self.item(self.focus) if self.focus is not None else None

    def overlapping(self, span: Span) -> Iterator[Item]:
        """Items with a fragment in `span`, in order."""
        for item in self.items:
            if item.start >= span.end:
                return
            if item.end > span.start and any(fragment.overlaps(span) for fragment in item.spans):
                yield item


@dataclass(frozen=True, slots=True)
class Saved:
    """A decision that is on the disk. `seq` is its place in the journal, `at` its time (ISO 8601, UTC).

    `text` says what was saved in words for a status line; it holds labels and offsets, never words of the note.
    """

    seq: int
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Undone:
    """An action that was taken back or made again, on the document `document_id`, perhaps not the open one.

    `item_id` is the first item that it was on or about, None if it was on none.
    """

    document_id: int
    text: str
    seq: int
    at: str
    item_id: str | None = None
