"""What a scripted annotator does in an open document: it sees what the screen shows, and presses the keys that make it
the gold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.pilot import Pilot

from assistant.project.state import Fold, Item
from assistant.review.text.same_words import SameWords, applied
from assistant.tui.app import ReviewApp
from bench import reaching
from bench.course import Effort, Extent
from bench.pressing import press
from bench.reaching import KEY
from bioassist.documents import Entity, Span
from bioassist.errors import BioassistError

_LETTERS = 3  # keys of a jump to a span in view: f and two letters


class NotReachedError(BioassistError):
    """The keys of the screens did not lead to the gold."""


class Hands:
    """Work on `golds`, by document id; `repeat` lets what was added be added at the same words too, with one key."""

    def __init__(
        self,
        app: ReviewApp,
        pilot: Pilot[None],
        golds: Mapping[int, Sequence[Entity]],
        *,
        repeat: bool = True,
    ) -> None:
        self._app, self._pilot = app, pilot
        self._repeat = repeat
        self._view = app.review
        self._session = app.review.session
        self._labels = [entity.name for entity in self._session.schema.entities]
        self._golds = {
            document: {(one.type, one.spans[0].start, one.spans[0].end) for one in gold}
            for document, gold in golds.items()
        }
        self._effort = Effort(screens=1)

    # what is on the screen

    @property
    def _wanted(self) -> set[Extent]:
        return self._golds[self._view.open_id or 0]

    def _items(self) -> tuple[Item, ...]:
        view = self._session.current
        return view.items if view is not None else ()

    def _pending(self) -> list[Item]:
        return [item for item in self._items() if item.status == "pending"]

    def _in_focus(self) -> Item | None:
        view = self._session.current
        return view.focused if view is not None else None

    def _missing(self) -> list[Extent]:
        """Gold that neither stands nor waits, and that no suggestion that waits can be mended into."""
        there = {extent_of(item) for item in self._items() if item.kept or item.status == "pending"}
        waiting = self._pending()
        return sorted(
            (one for one in self._wanted - there if not any(touches(one, item) for item in waiting)),
            key=lambda one: one[1],
        )

    def _state(self, document: int) -> tuple[set[Extent], set[Extent]]:
        """What stands in a document, and what waits there."""
        items = self._items()
        if self._view.open_id != document:
            project = self._session.project
            items = tuple(Fold(project.suggestions(document), project.decisions(document).values()).items())
        stands = {extent_of(item) for item in items if item.kept}
        return stands, {extent_of(item) for item in items if item.status == "pending"}

    def _reached(self, document: int) -> bool:
        return self._state(document) == (self._golds[document], set())

    # deciding

    async def _next(self) -> Item:
        """Bring an item that waits into focus, if none is."""
        for key in ("next_pending", "previous_pending"):
            item = self._in_focus()
            if item is not None and item.status == "pending":
                break
            await self._press("move", "", KEY[key])
        item = self._in_focus()
        if item is None or item.status != "pending":
            raise NotReachedError("no key leads to what waits.")
        return item

    async def _settle(self, item: Item) -> None:
        """Decide on the pending item in focus."""
        if extent_of(item) in self._wanted:
            await self._press("accept", item.type, KEY["accept"])
            return
        taken = {extent_of(other) for other in self._items() if other.kept or other.status == "pending"}
        over = [one for one in self._wanted - taken if touches(one, item)]
        mending = [(keys, one) for one in over if (keys := self._mending(item, one)) is not None]
        best = min(mending, key=lambda one: (len(one[0]), one[1]), default=None)
        # Rejected, it takes one key, and selecting the words of what it should have been.
        if best is not None and len(best[0]) + 1 <= 1 + len(self._adding(item.start, best[1])):
            keys, target = best
            await self._press("mend", target[0], *keys)
            self._check(target)
        else:
            await self._press("reject", item.type, KEY["reject"])

    def _mending(self, item: Item, target: Extent) -> list[str] | None:
        """The keys that make `target` of the item, by label and by words; None if words do not lead there."""
        label, start, end = target
        edges = self._session._edges
        assert edges is not None
        shaped = reaching.reshaping(edges, Span(item.start, item.end), Span(start, end))
        if shaped is None:
            return None
        # Last, since a label may lead on.
        return shaped + (reaching.label_keys(self._labels, label) if label != item.type else [])

    # adding

    async def _add_all(self, targets: Sequence[Extent]) -> None:
        for one in targets:
            if one in self._missing():
                await self._add(one)

    async def _add(self, target: Extent) -> None:
        """Select the words of `target` from where the focus is, or from a nearer item, and label them; and the same
        words elsewhere, where all of them are missing too."""
        nearest = self._nearest(target)
        if nearest is not None:
            await self._go_to(nearest)
        await self._press("add", target[0], *self._adding(self._caret(), target))
        self._check(target)
        if self._repeat and self._same_are_missing(target):
            await self._press("repeat", target[0], KEY["repeat"])

    def _same_are_missing(self, target: Extent) -> bool:
        """Whether one key adds what is missing and nothing else: nothing that waits is decided by it."""
        text, missing = self._view.note.text, self._missing()
        places = SameWords(text[target[1] : target[2]]).places(text)
        found = applied(target[0], keep=True, places=places, items=self._items()).items.values()
        extents = [(one["type"], *one["spans"][0]) for one in found]
        return bool(extents) and all(one in missing for one in extents) and not any("on" in one for one in found)

    def _nearest(self, target: Extent) -> Item | None:
        """Another item to start from, if going there and on from there is shorter than from the focus."""
        focused, note = self._in_focus(), self._view.note
        if focused is None:
            return None
        items = list(self._items())
        place = items.index(focused)
        near = min(range(len(items)), key=lambda number: abs(items[number].start - target[1]))
        numbers = {*range(place - 6, place + 7), *range(near - 3, near + 4)} & set(range(len(items)))
        fixed = 1 + len(reaching.label_keys(self._labels, target[0]))
        best, found = len(self._adding(focused.start, target)), None
        for number in sorted(numbers - {place}, key=lambda number: abs(items[number].start - target[1])):
            way = min(abs(number - place), _LETTERS if note.in_view(items[number].start) else len(items))
            caret, wanted = items[number].start, Span(target[1], target[2])
            keys = reaching.selecting(note.note_layout, caret, wanted, best - way - fixed)
            if keys is not None:
                best, found = way + fixed + len(keys), items[number]
        return found

    async def _go_to(self, item: Item) -> None:
        ids = [one.id for one in self._items()]
        focused, note = self._in_focus(), self._view.note
        far = focused is None or abs(ids.index(item.id) - ids.index(focused.id)) > _LETTERS
        if far and note.in_view(item.start):
            await self._press("move", item.type, KEY["jump"])
            letters = note.hints.letters.get(item.id) if note.hints is not None else None
            await self._press("move", item.type, *(letters or ["escape"]))
        while (focused := self._in_focus()) is not None and focused.id != item.id:
            ahead = ids.index(item.id) > ids.index(focused.id)
            await self._press("move", item.type, KEY["next" if ahead else "previous"])

    def _caret(self) -> int:
        """Where `v` puts the caret."""
        focused = self._in_focus()
        if focused is not None:
            return focused.start
        note = self._view.note
        return note.note_layout.hit(note.top, 0).offset

    def _adding(self, caret: int, target: Extent) -> list[str]:
        """The keys from a caret at `caret` to the label of `target`."""
        label, start, end = target
        way = reaching.selecting(self._view.note.note_layout, caret, Span(start, end))
        if way is None:
            raise NotReachedError(f"no keys lead to {target}.")
        return [KEY["select"], *way, *reaching.label_keys(self._labels, label)]

    def _check(self, target: Extent) -> None:
        if not any(item.kept and extent_of(item) == target for item in self._items()):
            raise NotReachedError(f"the keys did not lead to {target}.")

    # pressing

    async def _press(self, kind: str, label: str, *keys: str) -> None:
        before = self._view.open_id
        for key in keys:
            shown = self._shown()
            await press(self._pilot, key)
            self._effort.press(kind, label, screen=self._shown() != shown)
        self._note_standing({before, self._view.open_id})

    def _shown(self) -> tuple[int | None, int, int]:
        return self._view.open_id, self._view.note.top, len(self._app.screen_stack)

    def _note_standing(self, documents: Iterable[int | None]) -> None:
        for document in documents:
            if document is not None:
                self._effort.stands(document, self._golds[document], *self._state(document))


def extent_of(item: Item) -> Extent:
    return item.type, item.start, item.end


def touches(target: Extent, item: Item) -> bool:
    return target[1] < item.end and item.start < target[2]
