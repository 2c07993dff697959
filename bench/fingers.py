"""A scripted annotator: knows the gold, sees what the screen shows, and presses real keys until both are the same.

It works in reading order, as a person would: each suggestion that comes into focus is accepted, mended or rejected,
whichever takes the fewest keys; what the model left out is selected from the nearest place. It looks neither ahead nor
back, so a person who plans better needs fewer keys, and one who slips needs more.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from textual.pilot import Pilot

from assistant.project.state import Item
from assistant.tui.app import ReviewApp
from assistant.tui.keymap import DIGITS, KEYS, SELECTING
from assistant.tui.selecting import Selecting
from bioassist.documents import Entity, Span
from bioassist.errors import BioassistError

# One key of each action, the one that is the least to press.
_KEY = {
    key.id: min(key.keys.split(","), key=lambda name: ("+" in name, len(name))) for key in (*KEYS, *DIGITS, *SELECTING)
}
_MOST_MOVES = 400


class NotReachedError(BioassistError):
    """The keys of the screens did not lead to the gold."""


@dataclass(slots=True)
class Effort:
    """Keys pressed, by the label that they were pressed for and by what for; `screens` counts what there was to look
    at: documents opened, dialogs, and views of a document that was scrolled."""

    labels: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    screens: int = 0

    @property
    def keys(self) -> int:
        return self.kinds.total()

    def add(self, other: Effort) -> None:
        self.labels += other.labels
        self.kinds += other.kinds
        self.screens += other.screens


class Fingers:
    """Works on the document that is open in `app`. `bulk` is a confidence over which all is accepted at once first."""

    def __init__(self, app: ReviewApp, pilot: Pilot[None], bulk: float | None = None) -> None:
        self._app = app
        self._pilot = pilot
        self._bulk = bulk
        self._view = app.review
        self._labels = [entity.name for entity in self._view.session.schema.entities]

    async def work(self, gold: Sequence[Entity]) -> Effort:
        """Bring the open document to `gold`. Raises NotReachedError if it does not get there."""
        self._effort = Effort(screens=1)
        wanted = {(one.type, one.spans[0].start, one.spans[0].end) for one in gold}
        if self._bulk is not None and any((item.confidence or 0) >= self._bulk for item in self._pending()):
            await self._press("bulk", "", _KEY["accept_over"], *f"{self._bulk:.2f}", "enter")
        while self._pending():
            item = await self._next()
            before = [one for one in self._missing(wanted) if one[1] < item.start]
            for one in before:
                await self._add(one)
            if not before:
                await self._settle(item, wanted)
        for one in self._missing(wanted):
            await self._add(one)
        for extra in [item for item in self._items() if item.kept and _extent(item) not in wanted]:
            await self._go_to(extra)
            await self._press("reject", extra.type, _KEY["delete"])
        reached = {_extent(item) for item in self._items() if item.kept}
        if reached != wanted or self._pending():
            missed = sorted(wanted - reached) + sorted(reached - wanted)
            raise NotReachedError(f"the keys did not lead to the gold: {missed[:3]}")
        return self._effort

    # what is on the screen

    def _items(self) -> tuple[Item, ...]:
        view = self._view.session.current
        return view.items if view is not None else ()

    def _pending(self) -> list[Item]:
        return [item for item in self._items() if item.status == "pending"]

    def _in_focus(self) -> Item | None:
        view = self._view.session.current
        return view.focused if view is not None else None

    def _missing(self, wanted: set[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
        """Gold that neither stands nor waits, and that no suggestion that waits can be mended into."""
        there = {_extent(item) for item in self._items() if item.kept or item.status == "pending"}
        waiting = self._pending()
        return sorted(
            (one for one in wanted - there if not any(_touches(one, item) for item in waiting)), key=lambda one: one[1]
        )

    # deciding

    async def _next(self) -> Item:
        """Bring an item that waits into focus, if none is."""
        for key in ("next_pending", "previous_pending"):
            item = self._in_focus()
            if item is not None and item.status == "pending":
                break
            await self._press("move", "", _KEY[key])
        item = self._in_focus()
        if item is None or item.status != "pending":
            raise NotReachedError("no key leads to what waits.")
        return item

    async def _settle(self, item: Item, wanted: set[tuple[str, int, int]]) -> None:
        """Decide on the pending item in focus."""
        if _extent(item) in wanted:
            await self._press("accept", item.type, _KEY["accept"])
            return
        taken = {_extent(other) for other in self._items() if other.kept or other.status == "pending"}
        over = [one for one in wanted - taken if _touches(one, item)]
        mending = [(keys, one) for one in over if (keys := self._mending(item, one)) is not None]
        best = min(mending, key=lambda one: len(one[0]), default=None)
        # Rejected, it takes one key, and selecting the words of what it should have been.
        if best is not None and len(best[0]) + 1 <= 1 + self._adding(item.start, best[1])[1]:
            keys, target = best
            await self._press("mend", target[0], *keys)
            self._check(target)
        else:
            await self._press("reject", item.type, _KEY["reject"])

    def _mending(self, item: Item, target: tuple[str, int, int]) -> list[str] | None:
        """The keys that make `target` of the item, by label and by words; None if words do not lead there."""
        label, start, end = target
        keys = self._label_keys(label) if label != item.type else []
        edges = self._view.session._edges
        assert edges is not None
        left = _steps(item.start, start, edges.previous_start, edges.next_start)
        right = _steps(item.end, end, edges.next_end, edges.previous_end, grows_up=True)
        if left is None or right is None:
            return None
        keys += [_KEY["grow_left" if start < item.start else "shrink_left"]] * left
        keys += [_KEY["grow_right" if end > item.end else "shrink_right"]] * right
        # What grows first cannot be shrunk to nothing on the way.
        return sorted(keys, key=lambda key: key in (_KEY["shrink_left"], _KEY["shrink_right"]))

    def _label_keys(self, label: str) -> list[str]:
        number = self._labels.index(label) + 1
        return [str(number)] if number <= len(DIGITS) else [_KEY["label"], *["down"] * (number - 1), "enter"]

    # adding

    async def _add(self, target: tuple[str, int, int]) -> None:
        """Select the words of `target` from where the focus is, or from a nearer item, and label them."""
        nearest = self._nearest(target)
        if nearest is not None:
            await self._go_to(nearest)
        keys, _ = self._adding(self._caret(), target)
        await self._press("add", target[0], *keys)
        self._check(target)

    def _nearest(self, target: tuple[str, int, int]) -> Item | None:
        """Another item to start from, if going there and on from there is shorter than from the focus."""
        focused = self._in_focus()
        if focused is None:
            return None
        items = list(self._items())
        place = items.index(focused)
        best, found = self._adding(focused.start, target)[1], None
        for number in range(max(0, place - 6), min(len(items), place + 7)):
            cost = abs(number - place) + self._adding(items[number].start, target)[1]
            if cost < best:
                best, found = cost, items[number]
        return found

    async def _go_to(self, item: Item) -> None:
        while (focused := self._in_focus()) is not None and focused.id != item.id:
            items = [one.id for one in self._items()]
            ahead = items.index(item.id) > items.index(focused.id)
            await self._press("move", item.type, _KEY["next" if ahead else "previous"])

    def _caret(self) -> int:
        """Where `v` puts the caret."""
        focused = self._in_focus()
        if focused is not None:
            return focused.start
        note = self._view.note
        return note.note_layout.hit(round(note.scroll_y), 0).offset

    def _adding(self, caret: int, target: tuple[str, int, int]) -> tuple[list[str], int]:
        """The keys from a caret at `caret` to the label of `target`, and how many they are."""
        label, start, end = target
        layout = self._view.note.note_layout
        best: list[str] | None = None
        rows = layout.locate(start).row - layout.locate(min(caret, max(len(layout.text) - 1, 0))).row
        for vertical in dict.fromkeys((rows, 0, rows - 1, rows + 1)):
            if best is not None and abs(vertical) >= len(best):
                continue
            moving = Selecting(layout, caret)
            keys: list[str] = []
            for _ in range(abs(vertical)):
                moving.move("down" if vertical > 0 else "up", False)
                keys.append("down" if vertical > 0 else "up")
            for row_end in (None, "home", "end"):
                trial, path = copy.copy(moving), list(keys)
                if row_end is not None:
                    trial.move(row_end, False)
                    path.append(row_end)
                room = _MOST_MOVES if best is None else len(best) - len(path)
                sideways = _walk(trial, start, room)
                if sideways is not None:
                    best = path + sideways
        assert best is not None
        selecting = Selecting(layout, start)
        extend = [] if _same(layout.text, selecting.span, start, end) else _extend(selecting, start, end)
        keys = [_KEY["select"], *best, *extend, *self._label_keys(label)]
        return keys, len(keys)

    def _check(self, target: tuple[str, int, int]) -> None:
        if not any(item.kept and _extent(item) == target for item in self._items()):
            raise NotReachedError(f"the keys did not lead to {target}.")

    # pressing

    async def _press(self, kind: str, label: str, *keys: str) -> None:
        note = self._view.note
        for key in keys:
            shown = (round(note.scroll_y), len(self._app.screen_stack))
            await self._pilot.press(key)
            now = (round(note.scroll_y), len(self._app.screen_stack))
            self._effort.screens += now != shown
        self._effort.kinds[kind] += len(keys)
        self._effort.labels[label] += len(keys)


def _extent(item: Item) -> tuple[str, int, int]:
    return item.type, item.start, item.end


def _touches(target: tuple[str, int, int], item: Item) -> bool:
    return target[1] < item.end and item.start < target[2]


def _steps(
    place: int,
    target: int,
    out: Callable[[int], int | None],
    back: Callable[[int], int | None],
    *,
    grows_up: bool = False,
) -> int | None:
    """How many words a boundary has to go; None if it jumps over the target."""
    further = target > place if grows_up else target < place
    count = 0
    while place != target:
        moved = (out if further else back)(place)
        beyond = moved is None or ((moved > target) if target > place else (moved < target))
        if moved is None or beyond:
            return None
        place, count = moved, count + 1
    return count


def _walk(moving: Selecting, target: int, room: int) -> list[str] | None:
    """By word as long as that comes nearer, then by character; None if that takes `room` keys or more."""
    keys: list[str] = []
    while moving.caret != target and len(keys) < room:
        ahead = target > moving.caret
        by_word = copy.copy(moving)
        by_word.move("word_right" if ahead else "word_left", False)
        past = by_word.caret > target if ahead else by_word.caret < target
        if past or by_word.caret == moving.caret:
            moving.move("right" if ahead else "left", False)
            keys.append("right" if ahead else "left")
        else:
            moving = by_word
            keys.append(_KEY["caret_word_right" if ahead else "caret_word_left"])
    return keys if moving.caret == target and len(keys) < room else None


def _extend(moving: Selecting, start: int, end: int) -> list[str]:
    """The keys that select `[start, end)` from a caret at `start`."""
    keys: list[str] = []
    while not _same(moving._layout.text, moving.span, start, end) and len(keys) < _MOST_MOVES:
        by_word = copy.copy(moving)
        by_word.move("word_right", True)
        if by_word.span.end <= end and by_word.caret != moving.caret:
            moving = by_word
            keys.append(_KEY["extend_word_right"])
        else:
            back = moving.span.end > end and moving.anchor is not None
            moving.move("left" if back else "right", True)
            keys.append(_KEY["extend_left" if back else "extend_right"])
    return keys


def _same(text: str, span: Span, start: int, end: int) -> bool:
    """White space at the edges of a selection is cut off by the session."""
    chosen = text[span.start : span.end]
    return (span.end - len(chosen.lstrip()), span.start + len(chosen.rstrip())) == (start, end)


def nonoverlapping(entities: Sequence[Entity]) -> Iterator[Entity]:
    """Entities of one piece, each extent and type once."""
    seen: set[tuple[str, int, int]] = set()
    for one in entities:
        extent = (one.type, one.start, one.end)
        if len(one.spans) == 1 and extent not in seen:
            seen.add(extent)
            yield one
