"""A scripted annotator: knows the gold, sees what the screen shows, and presses real keys until both are the same.

It works as a person would: each suggestion that comes into focus is accepted, mended or rejected, whichever takes the
fewest keys; what the model left out is selected from the nearest place. Note by note, and in a queue that goes through
notes in the order of reading, it adds that in passing. In another queue it jumps from note to note, and reads all of
them afterwards. It does not plan ahead, so a person who does needs fewer keys, and one who slips needs more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.pilot import Pilot
from textual.widgets import Input

from assistant.review.order.ordering import LABEL
from assistant.tui.app import ReviewApp
from assistant.tui.screens.queue_menu import CHOICES, NONE
from assistant.tui.selecting import Selecting
from bench import reaching
from bench.course import Effort
from bench.hands import Hands, NotReachedError, extent_of
from bench.pressing import settled
from bench.reaching import KEY
from bioassist.documents import Entity, Span

# Queues that a person reads along in.
_READ_ALONG = ("file",)


class Fingers(Hands):
    """Brings the documents of a project to `golds`, by document id in the order of the list.

    `queues` are followed one after the other, by their names; without any it goes note by note. `bulk` is a confidence
    over which all is accepted at once first. `repeat` lets what was added be added at the same words too, with one key.
    """

    def __init__(
        self,
        app: ReviewApp,
        pilot: Pilot[None],
        golds: Mapping[int, Sequence[Entity]],
        bulk: float | None = None,
        queues: Sequence[str] = (),
        *,
        repeat: bool = True,
    ) -> None:
        super().__init__(app, pilot, golds, repeat=repeat)
        self._bulk, self._queues = bulk, queues

    async def work(self) -> Effort:
        """Raises NotReachedError if it does not get there."""
        self._note_standing(self._golds)
        if self._bulk is not None:
            await self._accept_many(self._bulk)
        for kind in self._queues:
            await self._follow(kind)
        if self._view.note.selecting is not None:
            await self._press("move", "", KEY["leave"])
        if self._session.queue is not None and any(self._state(document)[1] for document in self._golds):
            await self._choose(NONE)
        read = bool(self._queues) and set(self._queues) <= set(_READ_ALONG)
        await self._read_through([one for one in self._golds if not (read and self._reached(one))])
        missed = [one for one in self._golds if not self._reached(one)]
        if missed:
            raise NotReachedError(f"the keys did not lead to the gold of {len(missed)} documents.")
        return self._effort

    # from note to note

    async def _accept_many(self, threshold: float) -> None:
        if not self._session.estimates(everywhere=True).over(threshold).count:
            return
        await self._press("bulk", "", KEY["accept_over"])
        await settled(self._pilot)
        # Where nothing waits in the open note the dialog takes all notes by itself.
        if len(self._golds) > 1 and self._pending():
            await self._press("bulk", "", "tab")
            await settled(self._pilot)
        wanted = f"{threshold:.2f}"
        if self._app.screen.query_one(Input).value != wanted:
            await self._press("bulk", "", *wanted)
        await self._press("bulk", "", "enter")
        await settled(self._pilot)
        self._note_standing(self._golds)

    async def _choose(self, kind: str) -> None:
        """Choose a queue in the dialog."""
        await self._press("queue", "", KEY["queue"], _choice(kind, self._labels))
        await settled(self._pilot)

    async def _follow(self, kind: str) -> None:
        """Decide on all that waits in a queue."""
        if self._view.note.selecting is not None:
            await self._press("move", "", KEY["leave"])
        await self._choose(kind)
        if kind == "near-misses":
            await self._follow_near_misses()
            return
        along = kind in _READ_ALONG
        while (queue := self._session.queue) is not None and queue.left:
            item = self._in_focus()
            if item is None or item.status != "pending" or not queue.place:
                if along and not self._pending():
                    await self._add_all(self._missing())
                await self._press("move", "", KEY["next_pending"])
                item = self._in_focus()
                if item is None or item.status != "pending":
                    break
            if along:
                # From the last that waits in a note the screen goes on to the next note.
                ahead = [one for one in self._missing() if one[1] < item.start or len(self._pending()) == 1]
                if ahead:
                    await self._add_all(ahead)
                    await self._go_to(item)
            await self._settle(item)
        if along and not self._pending():
            await self._add_all(self._missing())

    async def _follow_near_misses(self) -> None:
        """Give those a label that begin where a mention does that is missing, and pass by the others."""
        while (near := self._session.near_in_turn) is not None:
            note = self._view.note
            target = next((one for one in self._missing() if one[1] == near.span.start), None)
            if target is not None and note.selecting is not None:
                wanted = Span(target[1], target[2])
                keys = reaching.extending(Selecting(note.note_layout, near.span.end - 1, near.span.start), wanted)
                await self._press("add", target[0], *keys, *reaching.label_keys(self._labels, target[0]))
                self._check(target)
            await self._press("move", "", KEY["next_pending"])

    async def _read_through(self, documents: Sequence[int]) -> None:
        """Open these documents one by one, from the nearer end of the list, and bring each to its gold."""
        order, left = list(self._golds), set(documents)
        if not left:
            return
        here = order.index(self._view.open_id or 0)
        places = [order.index(one) for one in left]
        first, last = min(places), max(places)
        await self._read_open(left)
        for end in (first, last) if abs(here - first) <= abs(last - here) else (last, first):
            while left and here != end:
                ahead = end > here
                here += 1 if ahead else -1
                await self._press("note", "", KEY["next_document" if ahead else "previous_document"])
                await self._read_open(left)

    async def _read_open(self, left: set[int]) -> None:
        if self._view.open_id in left:
            left.remove(self._view.open_id)
            await self._finish()

    async def _finish(self) -> None:
        """Bring the open document to its gold, in the order of reading."""
        while self._pending():
            item = await self._next()
            before = [one for one in self._missing() if one[1] < item.start]
            await self._add_all(before)
            if not before:
                await self._settle(item)
        await self._add_all(self._missing())
        for extra in [item for item in self._items() if item.kept and extent_of(item) not in self._wanted]:
            await self._go_to(extra)
            await self._press("reject", extra.type, KEY["delete"])


def _choice(kind: str, labels: Sequence[str]) -> str:
    """What is pressed for a queue in its dialog."""
    if kind in CHOICES:
        return CHOICES[kind][0]
    return str(labels.index(kind.removeprefix(LABEL)) + 1)
