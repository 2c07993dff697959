"""A filter over the whole project: which items of the open document are shown, and how many of every other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.project.listing import Listed
from assistant.project.records import DocumentRow
from assistant.project.state import Fold, Item
from assistant.project.store import Project
from assistant.review.order.changes import Changes
from assistant.review.order.filters import Filter, parse
from assistant.review.work import Work


@dataclass(frozen=True, slots=True)
class Shown:
    """What a filter shows: `items` of `of` in the open document, `notes` of `of_notes` in the list."""

    items: int
    of: int
    notes: int
    of_notes: int


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter with how many items it shows of each document."""

    filter: Filter
    counts: dict[int, int]
    changes: Changes


class Filtering(Work):
    """`filtered` makes a filter ready, in any thread; from `take_filter` on it holds."""

    _filtered: Filtered | None = None

    @property
    def filter(self) -> Filter | None:
        return self._filtered.filter if self._filtered is not None else None

    def parse_filter(self, line: str) -> Filter | None:
        """Raises UsageError for a line that is no filter."""
        return parse(line, [entity.name for entity in self.schema.entities])

    def filtered(self, wanted: Filter) -> Filtered:
        """How many items a filter shows of each document."""
        changes = Changes(self.project)
        found = matching(self.project, wanted, self.project.documents(), pending_only=False)
        return Filtered(wanted, {document: len(items) for document, items in found}, changes)

    def take_filter(self, filtered: Filtered | None) -> None:
        """Show only what it shows, or all again."""
        self._filtered = filtered

    def refresh_filter(self, *, everything: bool = False) -> None:
        """Count again what changed since; more than a little over several calls."""
        if self._filtered is None:
            return
        wanted = set(self._filtered.changes.take(everything=everything))
        rows = [row for row in self.project.documents() if row.id in wanted]
        for document, items in matching(self.project, self._filtered.filter, rows, pending_only=False):
            self._filtered.counts[document] = len(items)

    def shows(self, item: Item) -> bool:
        """Whether the filter shows an item of the open document."""
        wanted = self.filter
        if wanted is None:
            return True
        document = self._document()
        return (
            wanted.wants(item.type, item.status, item.confidence)
            and wanted.wants_note(document.row.name)
            and (not wanted.disputed or item.disagreement is not None)
            and (not wanted.words or wanted.wants_mention(item.of(document.text)))
        )

    def shows_document(self, document_id: int) -> bool:
        return self._filtered is None or bool(self._filtered.counts.get(document_id))

    def shown(self) -> Shown | None:
        """How much the filter shows; None without one."""
        if self._filtered is None:
            return None
        items = list(self._open.items()) if self._open is not None else []
        rows = self.project.documents()
        notes = sum(self.shows_document(row.id) for row in rows)
        return Shown(sum(self.shows(item) for item in items), len(items), notes, len(rows))


def matching(
    project: Project, wanted: Filter | None, rows: Iterable[DocumentRow], *, pending_only: bool
) -> Iterator[tuple[int, list[Listed]]]:
    """Each document with its items that a filter wants, of those that wait alone if asked so. For any thread."""
    named = {row.id: wanted is None or wanted.wants_note(row.name) for row in rows if row.has_text}
    yield from ((document, []) for document, wants in named.items() if not wants)
    chosen = [document for document, wants in named.items() if wants]
    decided = {} if pending_only else dict(project.listed(chosen, pending=False))
    disputable = set(project.listing.overlapping(chosen)) if wanted is not None and wanted.disputed else set()
    for document, pending in project.listed(chosen, pending=True):
        items = [*pending, *decided.get(document, ())]
        if wanted is not None:
            items = [one for one in items if wanted.wants(one.type, one.status, one.confidence)]
            if wanted.disputed and items:
                against = disputed(project, document) if document in disputable else set()
                items = [one for one in items if one.id in against]
            if wanted.words and items:
                text = project.text(document)
                items = [one for one in items if wanted.wants_mention(_mention(one, text))]
        yield document, items


def disputed(project: Project, document_id: int) -> set[str]:
    """Ids of the items of a document that wait and that another source sees otherwise."""
    folded = Fold(project.suggestions(document_id), project.decisions(document_id).values())
    return {item.id for item in folded.items() if item.status == "pending" and item.disagreement is not None}


def _mention(one: Listed, text: str) -> str:
    return " ".join(span.of(text) for span in one.spans)
