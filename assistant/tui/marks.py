"""How a span is written into its line: brackets, a short label, and a sign for what a person decided.

Colour says the same once more, never alone: `▌aspirin▕Med?` waits for a decision, `≠` does so and sources disagree,
`✓` was accepted, `~` edited, `+` added by a person, `✗` rejected. A fragment of a discontinuous span that is not its
last ends in `…`. What the model nearly found is `┊aspirin┊∘`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.tui.atoms import Mark

if TYPE_CHECKING:
    from assistant.project.state import Item
    from bioassist.documents import Span

OPENING = "▌"
CLOSING = "▕"
GOES_ON = "…"
NEAR_BAR, NEAR_SIGN = "┊", "∘"
SIGNS: Mapping[str, str] = {
    "pending": "?",
    "disputed": "≠",
    "accepted": "✓",
    "edited": "~",
    "added": "+",
    "rejected": "✗",
}
WORDS: Mapping[str, str] = {
    "pending": "to decide",
    "disputed": "to decide, sources disagree",
    "accepted": "accepted",
    "edited": "edited",
    "added": "added",
    "rejected": "rejected",
}
DECIDED = ("accepted", "edited", "added")


def state_of(item: Item) -> str:
    """The key of an item's sign and words."""
    return "disputed" if item.status == "pending" and item.disagreement else item.status


def abbreviations(names: Iterable[str]) -> dict[str, str]:
    """Three characters for each label, all different: first letters, initials, a number where nothing else is left."""
    taken: dict[str, str] = {}
    for name in names:
        letters = re.sub(r"[^A-Za-z0-9]", "", name)
        initials = "".join(part[0] for part in re.findall(r"[A-Z0-9]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", name))
        candidates = [letters[:3].capitalize(), initials[:3], *(letters[0] + a + b for a, b in _pairs(letters[1:]))]
        candidates += [f"{letters[:1]}{number:02d}" for number in range(100)]
        short = next((c for c in candidates if len(c) == 3 and c not in taken.values()), letters[:3].ljust(3, "_"))
        taken[name] = short
    return taken


class Marking:
    """Makes the marks of items, those of an item that is as it was only once: a note may have thousands.

    `short` gives the three letters of a label.
    """

    def __init__(self, short: Mapping[str, str]) -> None:
        self._short = short
        self._made: dict[str, tuple[int, Item, tuple[Mark, ...]]] = {}

    def of(self, items: Sequence[Item], *, rejected: bool = True) -> list[Mark]:
        """The marks of all items; number n in the list of items owns its marks. `rejected` False leaves those out."""
        made, self._made = self._made, {}
        marks: list[Mark] = []
        for number, item in enumerate(items):
            known = made.get(item.id)
            if known is None or known[1] is not item or known[0] != number:
                known = (number, item, tuple(self._marks(number, item)))
            self._made[item.id] = known
            if rejected or item.status != "rejected":
                marks += known[2]
        return marks

    def _marks(self, number: int, item: Item) -> Iterable[Mark]:
        tag = self._short.get(item.type) or item.type[:3].ljust(3)
        last = len(item.spans) - 1
        for place, span in enumerate(item.spans):
            said = f"{tag}{SIGNS[state_of(item)]}" if place == last else GOES_ON
            yield Mark(number, span.start, span.end, OPENING, CLOSING, said)


def near_marks(spans: Iterable[Span], first: int) -> list[Mark]:
    """The marks of what the model nearly found; `first` is the number that owns the first of them."""
    return [
        Mark(number, span.start, span.end, NEAR_BAR, NEAR_BAR, NEAR_SIGN) for number, span in enumerate(spans, first)
    ]


def _pairs(letters: str) -> Iterable[tuple[str, str]]:
    for first in range(len(letters)):
        for second in range(first + 1, len(letters)):
            yield letters[first], letters[second]
