"""What a mention covers: its edges by character and by sentence, its fragments, two made one and one made two."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from typing import Any

from assistant.project.facts import Value, aimed, aims, content, label_of
from assistant.project.journal.decisions import evidence, spans_to_json
from assistant.project.state import Item
from assistant.review.mentions.deciding import Deciding
from assistant.review.saying.facts import Change, Facts
from assistant.review.text.extents import united, without
from assistant.review.view import Saved
from bioassist.documents import Attribute, Span
from bioassist.errors import UsageError


class Shaping(Deciding, Facts):
    """Changes of the focused item's extent. What is said of it goes on."""

    def nudge_left(self, by: int) -> Saved | None:
        """Move its left boundary one character to the left (-1) or to the right (1), over marks and white space."""
        item = self._focused()
        if item is None:
            return None
        first, *others = sorted(item.spans)
        start = _next_place(self._document().text, first.start, by)
        if start is None or start >= first.end:
            return None
        return self._edit(item, item.type, (Span(start, first.end), *others))

    def nudge_right(self, by: int) -> Saved | None:
        """The same with its right boundary."""
        item = self._focused()
        if item is None:
            return None
        *others, last = sorted(item.spans)
        end = _next_end(self._document().text, last.end, by)
        if end is None or end <= last.start:
            return None
        return self._edit(item, item.type, (*others, Span(last.start, end)))

    def grow_to_sentence(self) -> Saved | None:
        """Make it the whole sentence that it is in, or all the sentences; a discontinuous one becomes continuous."""
        item = self._focused()
        if item is None or self._edges is None:
            return None
        return self._edit(item, item.type, (self._edges.sentence(Span(item.start, item.end)),))

    def fragment(self, start: int, end: int) -> Saved | None:
        """Add words to it as a fragment of their own; words that it covers already are taken out of it.

        What touches becomes one fragment. None if nothing of it would be left. Raises UsageError as `add` does.
        """
        item, text, chosen = self._focused(), self._document().text, self._chosen(start, end)
        if item is None:
            return None
        covered = any(span.start <= chosen.start and chosen.end <= span.end for span in item.spans)
        spans = without(text, item.spans, chosen) if covered else united([*item.spans, chosen])
        return self._edit(item, item.type, spans) if spans else None

    def merge(self) -> Saved | None:
        """Make it one with the next item of its type, and all between; what is said of that is said of it.

        Raises UsageError if there is none in its sentence, and where what is said of the two does not go together.
        """
        item = self._focused()
        if item is None or item.status == "rejected" or self._edges is None:
            return None
        other = self._document().next(lambda one: one.type == item.type and one.status != "rejected")
        sentence = self._edges.sentence(Span(item.start, item.end))
        if other is None or other.start >= sentence.end:
            raise UsageError(f"no other {item.type} follows in this sentence.")
        spans = united([*item.spans, *other.spans])
        if len(item.spans) == len(other.spans) == 1:
            spans = (Span(item.start, max(item.end, other.end)),)
        items = {item.id: _decided(item, item.type, spans), other.id: _decided(other) | {"status": "rejected"}}
        return self._change(self._brought(item, other), items, how="merge")

    def split(self, offset: int | None = None) -> Saved | None:
        """Make it two at `offset`, or behind its first word; it keeps the first part, and the other one its attributes.

        None if a part would be empty.
        """
        item, document = self._focused(), self._document()
        if item is None or item.status == "rejected" or self._edges is None:
            return None
        first = min(item.spans)
        if offset is None:
            offset = min(self._edges.next_end(first.start) or first.end, first.end)
        before = without(document.text, item.spans, Span(offset, max(offset, item.end)))
        behind = without(document.text, item.spans, Span(min(offset, item.start), offset))
        if not before or not behind:
            return None
        present = document.fold.find((item.type, behind))
        new_id = present.id if present is not None else f"a-{secrets.token_hex(6)}"
        items = {item.id: _decided(item, item.type, before)}
        if present is None or not present.kept:
            items[new_id] = _decided(present, item.type, behind)
        copied = [
            Change(None, aimed(fact.value, {item.id: new_id}))
            for fact in self.facts()
            if present is None and fact.kept and item.id in aims(fact.value) and isinstance(fact.value, Attribute)
        ]
        return self._change(copied, items, how="split")

    def _brought(self, item: Item, other: Item) -> list[Change]:
        """What is said of `other`, said of `item`; once, if both have it."""
        kept = [fact for fact in self.facts() if fact.kept]
        own = [fact.value for fact in kept if item.id in aims(fact.value)]
        changes: list[Change] = []
        for fact in kept:
            if other.id not in aims(fact.value):
                continue
            if item.id in aims(fact.value):
                raise UsageError(f"{label_of(fact.value)} is said of the two of them.", next_step="Reject it first.")
            value = aimed(fact.value, {other.id: item.id})
            against = next((one for one in own if _contradict(value, one)), None)
            if against is not None:
                said = f"{label_of(against)} and {label_of(value)}"
                raise UsageError(
                    f"what is said of the two does not go together: {said}.", next_step="Reject one first."
                )
            twice = content(value) in map(content, own)
            changes.append(Change(fact, None if twice else value))
        return changes


def _decided(item: Item | None, label: str | None = None, spans: Sequence[Span] | None = None) -> dict[str, Any]:
    """What a "set" says of an item: as it is, unless another type and extent are given; None for a new one."""
    record: dict[str, Any] = {}
    if item is not None:
        record = {"type": item.type, "spans": spans_to_json(item.spans)}
        record["on"] = evidence(item.type, item.spans, item.suggestion)
    if label is not None and spans is not None:
        record |= {"type": label, "spans": spans_to_json(spans)}
    return record


def _contradict(one: Value, other: Value) -> bool:
    return (
        isinstance(one, Attribute)
        and isinstance(other, Attribute)
        and one.type == other.type
        and one.value != other.value
    )


def _next_place(text: str, offset: int, by: int) -> int | None:
    """The next offset that way where a word or a sign begins; None if there is none."""
    offset += by
    while 0 <= offset < len(text) and (text[offset].isspace() or _hangs_on(text, offset)):
        offset += by
    return offset if 0 <= offset < len(text) else None


def _next_end(text: str, offset: int, by: int) -> int | None:
    offset += by
    while 0 < offset <= len(text) and (text[offset - 1].isspace() or _hangs_on(text, offset)):
        offset += by
    return offset if 0 < offset <= len(text) else None


def _hangs_on(text: str, offset: int) -> bool:
    """Whether the character at `offset` is drawn on the one before it."""
    return offset < len(text) and unicodedata.category(text[offset]).startswith("M")
