"""The document that is open: its items in reading order, and which of them is in focus."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping

from assistant.project.journal.decisions import Decision
from assistant.project.records import DocumentRow
from assistant.project.state import Fold, Item, reading_order
from assistant.project.store import Project
from assistant.review.open_facts import OpenFacts
from assistant.review.view import DocumentView

_Key = tuple[int, int, str]


class OpenDocument:
    """Follows the project: `refresh` takes in what the engine stored, `decide` what the person decided."""

    def __init__(self, project: Project, document_id: int) -> None:
        self._project = project
        self.row = project.document(document_id)
        self.text = project.text(document_id)
        self.focus: str | None = None
        # Until a person takes the focus away, a document that has items has one in focus.
        self._unfocused = False
        self._view: DocumentView | None = None
        self.fold = Fold()
        self.facts = OpenFacts(project, document_id, self.row.text_sha)
        self._number = self._withdrawals = 0
        self._items: list[Item] = []
        # The items as they are shown; the same tuple until one of them changes, which is what the screen looks at.
        self._shown: tuple[Item, ...] | None = None
        self._keys: list[_Key] = []
        self._keys_of: dict[str, _Key] = {}
        self._load()
        self._settle_focus(None)

    @property
    def view(self) -> DocumentView:
        if self._view is None:
            if self._shown is None:
                self._shown = tuple(self._items)
            item = self.focused
            self._view = DocumentView(
                self.row,
                self.text,
                self._shown,
                self.focus,
                self.facts.about(item.id, self.fold) if item is not None else (),
                self.facts.of_document(self.fold),
                self.facts.means(item) if item is not None else (),
                tuple(one for one in self._project.questions.of(self.row.id) if one.target == self.focus),
            )
        return self._view

    @property
    def focused(self) -> Item | None:
        return self.fold.item(self.focus) if self.focus is not None else None

    def items(self) -> Iterable[Item]:
        return self._items

    def refresh(self) -> bool:
        """Take in what was stored since; returns whether anything changed."""
        row = self._project.document(self.row.id)
        changed, moved_on = row != self.row, _shows(row) != _shows(self.row)
        self.row = row
        where = self._keys_of.get(self.focus) if self.focus is not None else None
        withdrawn = self._withdrawals != self._project.suggestion_withdrawals(row.id)
        fresh, number = self._project.suggestions_after(row.id, self._number)
        # What comes to a document that was read is another suggester's, and may be otherwise than what was decided.
        if moved_on or withdrawn or (fresh and row.state == "ready"):
            self._load()
            changed = True
        else:
            self._number = number
            for suggestion in fresh:
                for item_id in self.fold.suggest(suggestion):
                    self._place(item_id)
            changed = changed or bool(fresh)
        changed = self.facts.refresh() or changed
        if changed:
            self._settle_focus(where)
        return changed

    def decide(self, decisions: Mapping[str, Decision | None]) -> None:
        """Take in the last words on some items (None: there is none any more)."""
        where = self._keys_of.get(self.focus) if self.focus is not None else None
        before, self.row = self.row, self._project.document(self.row.id)
        self.facts.refresh()
        if _shows(self.row) != _shows(before):
            # Suggestions come into view, or go out of it.
            self._load()
        elif len(decisions) * 20 > len(self._items) + 1000:
            self.fold.put_all(decisions)
            self._arrange()
        else:
            for item_id in {one for named, decision in decisions.items() for one in self.fold.put(named, decision)}:
                self._place(item_id)
        self._settle_focus(where)

    def set_focus(self, item_id: str | None) -> Item | None:
        """Focus an item, or none. Returns the item; None, with nothing changed, for an id that is not there."""
        if item_id is not None and item_id not in self._keys_of:
            return None
        self.focus, self._unfocused = item_id, item_id is None
        self._view = None
        return self.focused

    def next(self, wanted: Callable[[Item], bool]) -> Item | None:
        """The next item after the focused one that is wanted; from the beginning if none is in focus."""
        key = self._keys_of.get(self.focus) if self.focus is not None else None
        first = bisect_right(self._keys, key) if key is not None else 0
        return next(
            (self._items[place] for place in range(first, len(self._items)) if wanted(self._items[place])), None
        )

    def previous(self, wanted: Callable[[Item], bool]) -> Item | None:
        key = self._keys_of.get(self.focus) if self.focus is not None else None
        last = (bisect_left(self._keys, key) if key is not None else len(self._items)) - 1
        return next((self._items[place] for place in range(last, -1, -1) if wanted(self._items[place])), None)

    def over(self, offset: int) -> list[Item]:
        """Items with a fragment over `offset`, shortest first."""
        end = bisect_left(self._keys, (offset + 1,))
        found = [
            item
            for item in self._items[:end]
            if item.end > offset and any(span.start <= offset < span.end for span in item.spans)
        ]
        return sorted(found, key=lambda item: (item.end - item.start, item.start, item.id))

    def _load(self) -> None:
        document_id = self.row.id
        # Asked for before the suggestions, so that a change between the two is seen the next time.
        self._withdrawals = self._project.suggestion_withdrawals(document_id)
        suggestions, self._number = self._project.suggestions_after(document_id, 0)
        decisions = self._project.decisions(document_id)
        sure = self._project.calibrations.confidence
        self.fold = Fold(suggestions, decisions.values(), complete=self.row.state == "ready", sure=sure)
        self._arrange()

    def _arrange(self) -> None:
        self._items = sorted(self.fold.items(), key=reading_order)
        self._keys = [reading_order(item) for item in self._items]
        self._keys_of = {key[2]: key for key in self._keys}
        self._view = self._shown = None

    def _place(self, item_id: str) -> None:
        """Put an item where it belongs now, or take it out."""
        self._view = self._shown = None
        item, old = self.fold.item(item_id), self._keys_of.pop(item_id, None)
        if old is not None:
            place = bisect_left(self._keys, old)
            del self._keys[place], self._items[place]
        if item is not None:
            key = reading_order(item)
            place = bisect_left(self._keys, key)
            self._keys.insert(place, key)
            self._items.insert(place, item)
            self._keys_of[item_id] = key

    def _settle_focus(self, where: _Key | None) -> None:
        """Keep the focus; where its item is gone, focus the one that is there now; at first, what is pending."""
        self._view = None
        if (self.focus is not None and self.focus in self._keys_of) or self._unfocused:
            return
        if not self._items:
            self.focus = None
        elif where is not None:
            self.focus = self._items[min(bisect_left(self._keys, where), len(self._items) - 1)].id
        else:
            pending = (item for item in self._items if item.status == "pending")
            self.focus = next(pending, self._items[0]).id


def _shows(row: DocumentRow) -> tuple[str, bool, bool]:
    """Whether which suggestions are in view may be otherwise than before."""
    return row.state, row.blind, row.planted
