"""The same words elsewhere in a text, and what a person's decision on one place of them means for the others."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.project.journal.decisions import evidence, spans_to_json
from assistant.project.state import Item
from bioassist.documents import Span
from bioassist.words import keeps_its_case

# Between two words of a mention lies white space with at most one line end.
_BETWEEN = r"(?=\s)[^\S\r\n]*(?:\r\n|\r|\n)?[^\S\r\n]*"


class SameWords:
    """Whole words as in `mention`. Case does not count, but in abbreviations (`bioassist.words.keeps_its_case`)."""

    def __init__(self, mention: str) -> None:
        words = [re.escape(word) if keeps_its_case(word) else f"(?i:{re.escape(word)})" for word in mention.split()]
        before = r"(?<!\w)" if mention[:1].isalnum() else ""
        after = r"(?!\w)" if mention[-1:].isalnum() else ""
        self._pattern = re.compile(before + _BETWEEN.join(words) + after)

    def places(self, text: str) -> Iterator[Span]:
        """Where they are in `text`, in order, none over another."""
        for match in self._pattern.finditer(text):
            behind = text[match.end() : match.end() + 1]
            # A letter with a mark on it is another letter.
            if not (behind and unicodedata.category(behind).startswith("M")):
                yield Span(*match.span())


@dataclass(slots=True)
class Applied:
    """What a "set" entry says of the items, by id; at how many places something else was decided, which stays."""

    items: dict[str, Any] = field(default_factory=dict)
    left: int = 0


def applied(label: str, *, keep: bool, places: Iterable[Span], items: Iterable[Item]) -> Applied:
    """Give every place of the words the label; or, unless `keep`, reject what waits there under the label.

    Where something that lies over a place was decided, that stays. A pending item of the place's very extent takes the
    label, that of the type before others, the surest of others; else the place gets an item of its own.
    """
    found = Applied()
    for place, over in _over_each(places, items):
        there = [item for item in over if item.spans == (place,)]
        waiting = [item for item in there if item.status == "pending"]
        own = [item for item in waiting if item.type == label]
        decided = [item for item in over if item.status != "pending"]
        if any(item.type == label and item.kept == keep for item in there if item.status != "pending"):
            continue
        if not keep:
            found.items |= {item.id: _record(item, label, place) | {"status": "rejected"} for item in own}
            found.left += any(item.type == label and item.kept for item in there)
        elif decided:
            found.left += 1
        elif waiting:
            best = max(own or waiting, key=lambda item: item.confidence or 0.0)
            found.items[best.id] = _record(best, label, place)
        else:
            found.items[f"a-{secrets.token_hex(6)}"] = _record(None, label, place)
    return found


def _over_each(places: Iterable[Span], items: Iterable[Item]) -> Iterator[tuple[Span, list[Item]]]:
    """Each place, in order, with the items that lie over it."""
    coming = deque(sorted(items, key=lambda item: item.start))
    near: list[Item] = []
    for place in places:
        while coming and coming[0].start < place.end:
            near.append(coming.popleft())
        near = [item for item in near if item.end > place.start]
        yield place, [item for item in near if any(span.overlaps(place) for span in item.spans)]


def _record(item: Item | None, label: str, place: Span) -> dict[str, Any]:
    on = {} if item is None else {"on": evidence(item.type, item.spans, item.suggestion)}
    return {"type": label, "spans": spans_to_json([place])} | on
