"""The present state of a document: a pure fold over its suggestions and its journal.

Each annotator has a state of their own. In it an item's is that of the annotator's last journal entry that names it and
was not undone; an entry names the type and the extent that the person saw, so a decision means what it meant on the
screen, whatever is undone around it. What no entry names is pending.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from assistant.project.journal.decisions import Decision, Extent, counted, decisions_of
from assistant.project.journal.entries import MARKS, REVEAL, Entry, undone_entries
from assistant.project.records import Reference, Suggestion
from assistant.project.suggestions import agreeing
from assistant.project.suggestions.neighbours import Neighbours
from bioassist.documents import Span

ItemStatus = Literal["pending", "accepted", "rejected", "edited", "added"]


@dataclass(frozen=True, slots=True)
class Item:
    """A mention under review: a suggestion that waits, or what a person decided.

    `suggestion` is what was proposed, before edits, with all its sources; None for an item that a person added.
    `confidence` is that of the surest source, calibrated where it can be. `disagreement` says how another source sees
    it, or for a decided item the current model. `actor` decided it, in the journal entry number `seq`; `imported` is
    True if that came with files that were corrected or made elsewhere.
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

    @property
    def references(self) -> tuple[Reference, ...]:
        """The entries of terminologies that it stands for. What was edited may mean something else."""
        one = self.suggestion
        same = one is not None and (one.type, one.spans) == (self.type, self.spans)
        return agreeing.references(one) if one is not None and same else ()

    def of(self, text: str) -> str:
        """The mention's words, fragments joined by one space."""
        return " ".join(span.of(text) for span in self.spans)


def reading_order(item: Item) -> tuple[int, int, str]:
    """Sort key: by start, longer first."""
    return (item.start, -item.end, item.id)


class Fold:
    """Suggestions and decisions of one document, folded into items; takes single changes without starting over.

    `complete` says whether the engine is through with the document: only then is it a disagreement that the current
    model does not suggest what was decided. `sure` gives what a source says the probability that is shown.
    """

    def __init__(
        self,
        suggestions: Iterable[Suggestion] = (),
        decisions: Iterable[Decision] = (),
        *,
        complete: bool = True,
        sure: Callable[[Suggestion], float] = agreeing.given,
    ) -> None:
        self.complete = complete
        self._sure = sure
        self._suggested: dict[str, Suggestion] = {}
        self._by_extent: dict[Extent, str] = {}
        self._neighbours = Neighbours()
        for suggestion in suggestions:
            self._take(suggestion)
        self._decided: dict[str, Decision] = {}
        self._kept: Counter[Extent] = Counter()
        for decision in decisions:
            self.put(decision.item_id, decision)

    def put(self, item_id: str, decision: Decision | None) -> set[str]:
        """Make `decision` the last word on an item (None: there is none any more). Returns the ids it may change."""
        touched = {item_id}
        if (own := self._suggested.get(item_id)) is not None:
            # What disagrees with it does not any more, or does again.
            touched.update(other.id for other in self._disagreeing(own))
        for change in (self._decided.get(item_id), decision):
            # The suggestion of the same extent hides behind a kept item, or comes back.
            if change is not None and change.kept and (twin := self._by_extent.get(change.extent)) is not None:
                touched.add(twin)
        self._settle(item_id, decision)
        return touched

    def put_all(self, decisions: Mapping[str, Decision | None]) -> None:
        """The same for many at once, where all items are looked at anew anyway."""
        for item_id, decision in decisions.items():
            self._settle(item_id, decision)

    def _settle(self, item_id: str, decision: Decision | None) -> None:
        old = self._decided.pop(item_id, None)
        for change, by in ((old, -1), (decision, 1)):
            if change is not None and change.kept:
                self._kept[change.extent] += by
        if decision is not None:
            self._decided[item_id] = decision

    def suggest(self, suggestion: Suggestion) -> set[str]:
        """Take in a suggestion that came since, beside what other sources say of it. Returns the ids of pending items
        that it may change."""
        self._take(suggestion)
        return {other.id for other in self._neighbours.over(suggestion.spans)}

    def _take(self, suggestion: Suggestion) -> None:
        own = agreeing.agreed(self._suggested.get(suggestion.id), suggestion)
        self._suggested[own.id] = own
        self._by_extent[(own.type, own.spans)] = own.id
        self._neighbours.add(own)

    def _disagreeing(self, own: Suggestion) -> list[Suggestion]:
        return [other for other in self._neighbours.over(own.spans) if agreeing.disagree(own, other)]

    def item(self, item_id: str) -> Item | None:
        """The item with this id; None if there is none, or if a kept item has the same type and extent."""
        decision = self._decided.get(item_id)
        if decision is not None:
            return self._decided_item(decision)
        suggestion = self._suggested.get(item_id)
        if suggestion is None or self._kept[(suggestion.type, suggestion.spans)]:
            return None
        return self._pending_item(suggestion)

    def items(self) -> Iterator[Item]:
        """All items, in no order."""
        for decision in self._decided.values():
            yield self._decided_item(decision)
        for suggestion in self._suggested.values():
            if suggestion.id not in self._decided and not self._kept[(suggestion.type, suggestion.spans)]:
                yield self._pending_item(suggestion)

    def rejected(self) -> set[str]:
        """The ids of the items that were rejected."""
        return {one.item_id for one in self._decided.values() if one.status == "rejected"}

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
            confidence=agreeing.confidence(origin, self._sure) if origin else None,
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
            again = agreeing.news(current, origin) if current is not None else None
            return f"{_who(again)} suggests this again" if again is not None else None
        if current is not None or decision.extent in self._by_extent or not _by_model(origin):
            return None
        over = self._neighbours.over(decision.spans)
        return _says(over[0]) if over else "the current model does not suggest this"

    def _pending_item(self, suggestion: Suggestion) -> Item:
        against = [one for one in self._disagreeing(suggestion) if not self._is_rejected(one)]
        return Item(
            id=suggestion.id,
            type=suggestion.type,
            spans=suggestion.spans,
            status="pending",
            confidence=agreeing.confidence(suggestion, self._sure),
            source=suggestion.source,
            model=suggestion.model,
            program=suggestion.program,
            trained=suggestion.trained,
            suggestion=suggestion,
            disagreement=_says(against[0], agreeing.name(against[0])) if against else None,
        )

    def _is_rejected(self, suggestion: Suggestion) -> bool:
        decision = self._decided.get(suggestion.id)
        return decision is not None and not decision.kept


def _by_model(suggestion: Suggestion) -> bool:
    return any(one.source == agreeing.MODEL for one in agreeing.said_by(suggestion))


def _who(suggestion: Suggestion) -> str:
    return "the current model" if suggestion.source == agreeing.MODEL else agreeing.name(suggestion)


def _says(other: Suggestion, who: str | None = None) -> str:
    where = ", ".join(f"[{span.start}, {span.end})" for span in other.spans)
    return f"{who or _who(other)} says {other.type} {where}"


def latest_decisions(entries: Iterable[Entry]) -> dict[str, Decision]:
    """The last decision on each item as it counts, over one annotator's entries in order; what was taken back is left
    out."""
    last = latest_as_made(entries)
    return {item_id: one for item_id, decision in last.items() if (one := counted(decision)) is not None}


def latest_as_made(entries: Iterable[Entry]) -> dict[str, Decision]:
    """The same, with those on planted suggestions."""
    listed = list(entries)
    undone = undone_entries(listed)
    latest: dict[str, Decision] = {}
    for entry in listed:
        if (entry.actor, entry.actor_seq) not in undone:
            latest.update((decision.item_id, decision) for decision in decisions_of(entry))
    return latest


def mark_of(entries: Iterable[Entry]) -> tuple[bool, str | None]:
    """Whether the document is done for one annotator, and why they skip it, if they do: what the last of the marks says
    that were not taken back."""
    listed = list(entries)
    undone = undone_entries(listed)
    marks = [one for one in listed if one.action in MARKS and (one.actor, one.actor_seq) not in undone]
    last = marks[-1] if marks else None
    if last is None:
        return False, None
    return last.action == "done", last.payload["reason"] if last.action == "skip" else None


def revealed(entries: Iterable[Entry]) -> bool:
    """Whether one annotator's work without suggestions is over: whether an end of it was not taken back."""
    listed = list(entries)
    undone = undone_entries(listed)
    return any(one.action == REVEAL and (one.actor, one.actor_seq) not in undone for one in listed)


def fold(suggestions: Iterable[Suggestion], entries: Iterable[Entry], *, complete: bool = True) -> dict[str, Item]:
    """The items of one document as one annotator sees them, by id, from its current suggestions and the annotator's
    entries in order (`assistant.project.journal.entries.of_annotator`)."""
    folded = Fold(suggestions, latest_decisions(entries).values(), complete=complete)
    return {item.id: item for item in folded.items()}
