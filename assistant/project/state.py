"""The present state of a document: a pure fold over its suggestions and its journal.

An item's state is that of the last journal entry that names it and was not undone; an entry names the type and the
extent that the person saw, so a decision means what it meant on the screen, whatever is undone around it. What no
entry names is pending.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from assistant.project.decisions import Decision, Extent, decisions_of
from assistant.project.entries import Entry, undone_entries
from assistant.project.records import Suggestion
from bioassist.documents import Span

ItemStatus = Literal["pending", "accepted", "rejected", "edited", "added"]


@dataclass(frozen=True, slots=True)
class Item:
    """A mention under review: a suggestion that waits, or what a person decided.

    `suggestion` is what the suggester proposed, before edits; None for an item that a person added. `disagreement`
    says in what way the current model sees it otherwise. `actor` decided it, in the journal entry number `seq`;
    `imported` is True if that came with files that were corrected or made elsewhere.
    """

    id: str
    type: str
    spans: tuple[Span, ...]
    status: ItemStatus
    confidence: float | None
    source: str
    model: str | None
    program: str | None
    trained: bool
    suggestion: Suggestion | None
    disagreement: str | None
    actor: str | None = None
    seq: int | None = None
    imported: bool = False

    @property
    def start(self) -> int:
        return self.spans[0].start if len(self.spans) == 1 else min(span.start for span in self.spans)

    @property
    def end(self) -> int:
        return self.spans[0].end if len(self.spans) == 1 else max(span.end for span in self.spans)

    @property
    def kept(self) -> bool:
        """Whether a person decided that this is an annotation."""
        return self.status in ("accepted", "edited", "added")

    def of(self, text: str) -> str:
        """The mention's words, fragments joined by one space."""
        return " ".join(span.of(text) for span in self.spans)


def reading_order(item: Item) -> tuple[int, int, str]:
    """Sort key: by start, longer first."""
    return (item.start, -item.end, item.id)


class Fold:
    """Suggestions and decisions of one document, folded into items; takes single changes without starting over.

    `complete` says whether the engine is through with the document: only then is it a disagreement that the current
    model does not suggest what was decided.
    """

    def __init__(
        self, suggestions: Iterable[Suggestion] = (), decisions: Iterable[Decision] = (), *, complete: bool = True
    ) -> None:
        self.complete = complete
        self._suggested = {suggestion.id: suggestion for suggestion in suggestions}
        self._by_extent = {(one.type, one.spans): one.id for one in self._suggested.values()}
        self._decided: dict[str, Decision] = {}
        self._kept: Counter[Extent] = Counter()
        for decision in decisions:
            self.put(decision.item_id, decision)

    def put(self, item_id: str, decision: Decision | None) -> set[str]:
        """Make `decision` the last word on an item (None: there is none any more). Returns the ids it may change."""
        touched = {item_id}
        old = self._decided.pop(item_id, None)
        for change, by in ((old, -1), (decision, 1)):
            if change is not None and change.kept:
                self._kept[change.extent] += by
                # The suggestion of the same extent hides behind a kept item, or comes back.
                if (twin := self._by_extent.get(change.extent)) is not None:
                    touched.add(twin)
        if decision is not None:
            self._decided[item_id] = decision
        return touched

    def suggest(self, suggestion: Suggestion) -> str:
        """Take in a suggestion that came since; one with the same id is replaced. Returns the id it may change."""
        self._suggested[suggestion.id] = suggestion
        self._by_extent[(suggestion.type, suggestion.spans)] = suggestion.id
        self.__dict__.pop("_overlap", None)
        return suggestion.id

    def item(self, item_id: str) -> Item | None:
        """The item with this id; None if there is none, or if a kept item has the same type and extent."""
        decision = self._decided.get(item_id)
        if decision is not None:
            return self._decided_item(decision)
        suggestion = self._suggested.get(item_id)
        if suggestion is None or self._kept[(suggestion.type, suggestion.spans)]:
            return None
        return _pending_item(suggestion)

    def items(self) -> Iterator[Item]:
        """All items, in no order."""
        for decision in self._decided.values():
            yield self._decided_item(decision)
        for suggestion in self._suggested.values():
            if suggestion.id not in self._decided and not self._kept[(suggestion.type, suggestion.spans)]:
                yield _pending_item(suggestion)

    def hidden(self) -> dict[str, str]:
        """Suggestions that hide behind a kept item of their type and extent, and that item: what is said of such a
        suggestion is said of the item."""
        kept = {one.extent: one.item_id for one in self._decided.values() if one.kept}
        return {
            one.id: kept[one.type, one.spans]
            for one in self._suggested.values()
            if one.id not in self._decided and (one.type, one.spans) in kept
        }

    def find(self, extent: Extent) -> Item | None:
        """An item of this type and spans: a kept one first, then a pending or rejected one."""
        if self._kept[extent]:
            kept = next(one for one in self._decided.values() if one.kept and one.extent == extent)
            return self._decided_item(kept)
        twin = self._by_extent.get(extent)
        return self.item(twin) if twin is not None else None

    def _decided_item(self, decision: Decision) -> Item:
        origin = decision.suggestion
        return Item(
            id=decision.item_id,
            type=decision.type,
            spans=decision.spans,
            status=decision.status,
            confidence=origin.confidence if origin else None,
            source=origin.source if origin else decision.source,
            model=origin.model if origin else None,
            program=origin.program if origin else None,
            trained=origin.trained if origin else True,
            suggestion=origin,
            disagreement=self._disagreement(decision),
            actor=decision.actor,
            seq=decision.seq,
            imported=decision.source == "import",
        )

    def _disagreement(self, decision: Decision) -> str | None:
        origin, current = decision.suggestion, self._suggested.get(decision.item_id)
        if origin is None or not self.complete:
            return None
        if not decision.kept:
            again = current is not None and (current.model, current.program) != (origin.model, origin.program)
            return "the current model suggests this again" if again else None
        if current is not None or decision.extent in self._by_extent:
            return None
        other = self._overlap.first(decision.spans)
        if other is None:
            return "the current model does not suggest this"
        where = ", ".join(f"[{span.start}, {span.end})" for span in other.spans)
        return f"the current model says {other.type} {where}"

    @cached_property
    def _overlap(self) -> _Overlap:
        return _Overlap(self._suggested.values())


class _Overlap:
    """Finds a suggestion that overlaps given spans without looking at all of them."""

    def __init__(self, suggestions: Iterable[Suggestion]) -> None:
        self._sorted = sorted(suggestions, key=lambda one: (min(one.spans), one.id))
        self._starts = [min(one.spans).start for one in self._sorted]
        self._furthest: list[int] = []
        furthest = 0
        for one in self._sorted:
            furthest = max(furthest, max(span.end for span in one.spans))
            self._furthest.append(furthest)

    def first(self, spans: tuple[Span, ...]) -> Suggestion | None:
        start, end = min(span.start for span in spans), max(span.end for span in spans)
        found = None
        for place in range(bisect_left(self._starts, end) - 1, -1, -1):
            if self._furthest[place] <= start:
                break
            if any(mine.overlaps(theirs) for mine in spans for theirs in self._sorted[place].spans):
                found = self._sorted[place]
        return found


def _pending_item(suggestion: Suggestion) -> Item:
    return Item(
        id=suggestion.id,
        type=suggestion.type,
        spans=suggestion.spans,
        status="pending",
        confidence=suggestion.confidence,
        source=suggestion.source,
        model=suggestion.model,
        program=suggestion.program,
        trained=suggestion.trained,
        suggestion=suggestion,
        disagreement=None,
    )


def latest_decisions(entries: Iterable[Entry]) -> dict[str, Decision]:
    """The last decision on each item, over entries in journal order; what was taken back is left out."""
    listed = list(entries)
    undone = undone_entries(listed)
    latest: dict[str, Decision] = {}
    for entry in listed:
        if (entry.actor, entry.actor_seq) not in undone:
            latest.update((decision.item_id, decision) for decision in decisions_of(entry))
    return latest


def is_done(entries: Iterable[Entry]) -> bool:
    """Whether the last done or reopen that was not taken back is a done."""
    listed = list(entries)
    undone = undone_entries(listed)
    marks = [
        one.action for one in listed if one.action in ("done", "reopen") and (one.actor, one.actor_seq) not in undone
    ]
    return bool(marks) and marks[-1] == "done"


def fold(suggestions: Iterable[Suggestion], entries: Iterable[Entry], *, complete: bool = True) -> dict[str, Item]:
    """The items of one document by id, from its current suggestions and its journal entries in order."""
    folded = Fold(suggestions, latest_decisions(entries).values(), complete=complete)
    return {item.id: item for item in folded.items()}
