"""Letters that reach a span: each span in view has one or two, drawn over its beginning; typing them chooses it.

Nothing moves for them: the letters stand over the bar and the first characters of the span, as wide as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from textual.strip import Strip

# The home row first: as many spans as it can name in one or two letters need no other. No letter beyond ASCII.
HOME_ROW = "asdfghjkl"
LETTERS = HOME_ROW + "qwertyuiopzxcvbnm"


@dataclass(frozen=True, slots=True)
class Target:
    """A span that can be reached: the item's id, its place among the items, where its letters stand in the text."""

    item_id: str
    number: int
    offset: int


@dataclass(slots=True)
class Hints:
    """One question: which of these spans? `chosen` is called with the id of the answer."""

    targets: Sequence[Target]
    chosen: Callable[[str], None]
    typed: str = ""
    letters: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        names = letters_for(len(self.targets))
        self.letters = {target.item_id: name for target, name in zip(self.targets, names, strict=True)}

    def type(self, letter: str) -> str | None:
        """Take a letter; the id of the span that is named now, or None. A letter that leads nowhere is not taken."""
        typed = self.typed + letter.lower()
        if not any(name.startswith(typed) for name in self.letters.values()):
            return None
        self.typed = typed
        return next((item_id for item_id, name in self.letters.items() if name == typed), None)

    def open(self) -> list[tuple[Target, str]]:
        """What can still be chosen, and its letters."""
        return [
            (target, name) for target in self.targets if (name := self.letters[target.item_id]).startswith(self.typed)
        ]


def letters_for(count: int) -> list[str]:
    """As many different names of one length: one letter if that is enough, two for up to 676, more beyond."""
    length = 1 if count <= len(HOME_ROW) else 2
    while len(LETTERS) ** length < count:
        length += 1
    base = len(HOME_ROW)
    while base**length < count:
        base += 1
    return [_name(number, length, LETTERS[:base]) for number in range(count)]


def _name(number: int, length: int, letters: str) -> str:
    name = ""
    for _ in range(length):
        number, place = divmod(number, len(letters))
        name = letters[place] + name
    return name


def drawn_over(strip: Strip, wanted: Iterable[tuple[int, Strip]], width: int) -> Strip:
    """`strip` with others laid over it, each at the cell it wants or the next that is free, none beyond `width`."""
    placed: list[list[int]] = []
    laid: list[Strip] = []
    free = 0
    for cell, over in sorted(wanted, key=lambda one: one[0]):
        placed.append([max(cell, free), over.cell_length])
        laid.append(over)
        free = placed[-1][0] + over.cell_length
    limit = width
    for place in reversed(placed):
        place[0] = min(place[0], limit - place[1])
        limit = place[0]
    for (cell, length), over in zip(placed, laid, strict=True):
        if cell < 0:
            continue
        whole = strip.adjust_cell_length(max(strip.cell_length, cell + length))
        strip = Strip.join([whole.crop(0, cell), over, whole.crop(cell + length)])
    return strip
