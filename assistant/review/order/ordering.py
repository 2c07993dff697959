"""Going through a project in an order: queues over the items of all its notes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.project.calibration.samples import Sample
from assistant.project.journal.decisions import spans_to_text
from assistant.project.listing import Listed
from assistant.project.records import DocumentRow
from assistant.project.state import Item
from assistant.project.suggestions.near_misses import NearMiss
from assistant.review.mentions.adding import Adding
from assistant.review.order import orders
from assistant.review.order.changes import Changes
from assistant.review.order.filtering import disputed, matching
from assistant.review.order.moving import Moving
from assistant.review.order.orders import Entry, Order
from assistant.review.order.queue import Queue, QueueView
from bioassist.errors import UsageError

# Every queue by its name, and what it is called; "label:NAME" is one more for each label.
NAMES = {
    "file": "file order",
    "uncertain": "least certain first",
    "informative": "most informative first",
    "near-misses": "near misses",
    "disagreements": "disagreements",
    "sample": "a random sample",
}
LABEL = "label:"
SAMPLE_SIZE = 200


@dataclass(frozen=True, slots=True)
class Followed:
    """A queue, and what tells when it is to be read anew; `places` are those of the documents in the list."""

    queue: Queue
    changes: Changes
    places: dict[int, int]


class Ordering(Moving, Adding):
    """`queue_of` makes a queue ready, in any thread; from `take_queue` on each decision goes on to the next of it."""

    _followed: Followed | None = None
    _near: NearMiss | None = None

    @property
    def queue(self) -> QueueView | None:
        return self._followed.queue.view if self._followed is not None else None

    @property
    def near_in_turn(self) -> NearMiss | None:
        """The near miss that is in turn, in a queue of those."""
        return self._near

    def queue_of(self, kind: str, size: int | None = None, seed: int | None = None) -> Followed:
        """A queue by its name, over what waits and the filter shows.

        A sample that was begun goes on, unless a `size` or `seed` asks for another; see `draw`. Raises UsageError for
        a name that is none, and for a sample of nothing.
        """
        # Made first, so that what changes meanwhile is read again.
        changes = Changes(self.project)
        rows = self.project.documents()
        places = {row.id: place for place, row in enumerate(rows)}
        sample = self._sample(size, seed) if kind == "sample" else None
        queue = Queue(
            kind,
            NAMES[kind] if kind in NAMES else kind.removeprefix(LABEL),
            self._order(kind, places, sample),
            self._listed(kind, rows, sample),
            near=kind == "near-misses",
            closed=sample is not None,
        )
        return Followed(queue, changes, places)

    def take_queue(self, followed: Followed | None) -> None:
        """Follow a queue from before its first entry on, or none any more."""
        self._followed, self._near = followed, None

    def next_in_queue(self) -> Item | NearMiss | None:
        """Focus the next entry of the queue that waits, and open its document; None, and stay, at the end.

        A near miss is no item: it is `near_in_turn` then, and nothing is in focus.
        """
        return self._go(lambda queue: queue.next())

    def previous_in_queue(self) -> Item | NearMiss | None:
        return self._go(lambda queue: queue.previous())

    def begin_again(self) -> None:
        """Go before the first entry, for what was passed over."""
        if self._followed is not None:
            self._followed.queue.begin_again()

    def refresh_queue(self, *, everything: bool = False) -> None:
        """Take in what the engine stored and what was decided since; more than a little over several calls."""
        if self._followed is not None:
            self._reread(self._followed, self._followed.changes.take(everything=everything))

    # Samples

    def draw(self, size: int | None = None, seed: int | None = None) -> Sample:
        """Draw a sample of what waits and the filter shows, and keep it with the project. Notes in which something is
        planted are left out as a whole: they were drawn by chance too.

        `seed` is the number of the sample unless it is given. Raises UsageError if nothing waits.
        """
        rows = [row for row in self.project.documents() if row.skipped is None and not row.planted]
        found = matching(self.project, self.filter, rows, pending_only=True)
        waiting = sorted((document, one.id) for document, items in found for one in items)
        if not waiting:
            raise UsageError("nothing waits that a sample could be drawn from.")
        seed = len(self.project.samples.all(self.actor)) + 1 if seed is None else seed
        drawn = random.Random(seed).sample(waiting, min(size or SAMPLE_SIZE, len(waiting)))
        wanted = str(self.filter) if self.filter is not None else None
        sample = Sample(self.actor, seed, len(waiting), tuple(drawn), wanted)
        self.project.samples.keep(sample)
        return sample

    def sample_in_work(self) -> Sample | None:
        """The last sample, if not all of it has been decided."""
        last = next(reversed(self.project.samples.all(self.actor)), None)
        return last if last is not None and self.project.samples.figures(last).left else None

    def _sample(self, size: int | None, seed: int | None) -> Sample:
        begun = self.sample_in_work() if size is None and seed is None else None
        return begun or self.draw(size, seed)

    # How a queue is made and followed

    def check_queue(self, kind: str) -> None:
        """Raises UsageError for a name that is no queue."""
        label = kind.removeprefix(LABEL)
        if label != kind:
            self._check_label(label)
        elif kind not in NAMES:
            raise UsageError(f"{kind!r} is no queue.", next_step=f"One of: {', '.join(NAMES)}, {LABEL}NAME.")

    def _order(self, kind: str, places: dict[int, int], sample: Sample | None) -> Order:
        self.check_queue(kind)
        if sample is not None:
            return orders.as_listed({item: place for place, item in enumerate(sample.items)}, places)
        if kind == "informative":
            return orders.most_informative(places, *self._decided_so_far())
        simple = {
            "uncertain": orders.least_certain,
            "near-misses": orders.surest,
            "disagreements": orders.least_certain,
        }
        return simple.get(kind, orders.file_order)(places)

    def _decided_so_far(self) -> tuple[Counter[str], Counter[int]]:
        """How many items were decided of each label and of each document."""
        labels, documents = Counter[str](), Counter[int]()
        for document, tallies in self.project.tallies().items():
            for label, tally in tallies.items():
                decided = tally.accepted + tally.edited + tally.rejected + tally.added
                labels[label] += decided
                documents[document] += decided
        return labels, documents

    def _listed(self, kind: str, rows: Iterable[DocumentRow], sample: Sample | None) -> dict[int, list[Listed]]:
        """What a queue is made of, by document; what the person skipped is left out, but of a sample."""
        if kind != "sample":
            rows = [row for row in rows if row.skipped is None]
        if kind == "near-misses":
            return {row.id: self._near_misses(row) for row in rows if row.has_text}
        # A sample was drawn under a filter; it does not change with the one of today, nor by what was decided.
        wanted = self.filter if kind != "sample" else None
        found = dict(matching(self.project, wanted, rows, pending_only=kind != "sample"))
        if sample is not None:
            drawn = set(sample.items)
            return {
                document: [one for one in items if (document, one.id) in drawn] for document, items in found.items()
            }
        if kind == "disagreements":
            overlapping = set(self.project.listing.overlapping(document for document, items in found.items() if items))
            against = {document: disputed(self.project, document) for document in overlapping}
            return {
                document: [one for one in items if one.id in against.get(document, ())]
                for document, items in found.items()
            }
        if (label := kind.removeprefix(LABEL)) != kind:
            return {document: [one for one in items if one.type == label] for document, items in found.items()}
        return found

    def _near_misses(self, row: DocumentRow) -> list[Listed]:
        """The near misses of a document but for what stands or waits there, as if they were items that wait."""
        found = self.project.nearly_found(row.id)
        if not found:
            return []
        listed = (self.project.listed([row.id], pending=pending) for pending in (True, False))
        items = [one for every in listed for _, those in every for one in those]
        taken = [span for one in items if one.status != "rejected" for span in one.spans]
        return [
            Listed(
                row.id,
                spans_to_text([one.span]),
                one.type or "",
                spans_to_text([one.span]),
                "pending",
                one.probability,
                None,
            )
            for one in found
            if not any(one.span.overlaps(span) for span in taken)
        ]

    def _settle_open(self, queue: Queue) -> None:
        """What was decided on the open document is known without reading it again."""
        if self._open is None:
            return
        self.refresh()
        if self._open.row.skipped is not None and queue.kind != "sample":
            pending = set()
        elif queue.near:
            pending = {spans_to_text([one.span]) for one in self.near_misses()}
        else:
            waiting = (item for item in self._open.items() if item.status == "pending")
            if queue.kind == "disagreements":
                waiting = (item for item in waiting if item.disagreement is not None)
            pending = {item.id for item in waiting if queue.kind == "sample" or self.shows(item)}
        queue.settle(self._open.row.id, pending)

    def _reread(self, followed: Followed, documents: Iterable[int]) -> None:
        rows = [self.project.document(document) for document in documents]
        for row in rows:
            followed.places.setdefault(row.id, len(followed.places))
        # What joins is of the queue's kind; a closed queue takes nothing in.
        listed = self._listed(followed.queue.kind, [row for row in rows if not row.superseded], None)
        for row in rows:
            followed.queue.update(row.id, listed.get(row.id, []))

    def _go(self, step: Callable[[Queue], Entry | None]) -> Item | NearMiss | None:
        followed, self._near = self._followed, None
        if followed is None:
            return None
        self._settle_open(followed.queue)
        while (entry := step(followed.queue)) is not None:
            if not self._is_open(entry.document) and followed.changes.take_one(entry.document):
                self._reread(followed, [entry.document])
            if not followed.queue.waits(entry.document, entry.item):
                continue
            if not self._is_open(entry.document):
                self.open(entry.document)
            if not followed.queue.near:
                item = self.focus(entry.item)
                if item is None and self.refresh():
                    item = self.focus(entry.item)
                if item is not None:
                    return item
            else:
                self._near = next((one for one in self.near_misses() if spans_to_text([one.span]) == entry.item), None)
                if self._near is not None:
                    self.focus(None)
                    return self._near
        return None

    def _go_on(self) -> None:
        if self._followed is None:
            super()._go_on()
        elif not self._followed.queue.near:
            self.next_in_queue()

    def _return_to(self, document_id: int, item_id: str) -> None:
        """The person is at an item, whatever brought them there: the queue goes on from it."""
        if self._followed is not None:
            self._followed.queue.go_to(document_id, item_id)
