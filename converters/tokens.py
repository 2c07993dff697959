"""Words with offsets to tokens as spaCy wants them, and spans of a text to spans of tokens."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bioassist.documents import Span

_RUN = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """`texts[i]`, followed by one space if `spaces[i]`, starts at `starts[i]` of the text that they join to."""

    texts: list[str]
    spaces: list[bool]
    starts: list[int]

    def extent(self, first: int, last: int) -> Span:
        """What tokens `first` to `last` (included) cover, in characters."""
        return Span(self.starts[first], self.starts[last] + len(self.texts[last]))

    def at(self, offset: int) -> int:
        """The token that holds the character at `offset`, or that the space there follows."""
        return bisect_right(self.starts, offset) - 1


def tokens(text: str, words: Iterable[Span], cuts: Collection[int] = ()) -> Tokens:
    """Tokens that join to exactly `text`: its `words`, and what is between them but for one space behind a token.

    A token ends at each offset in `cuts` as well. `words` are in order and do not overlap.
    """
    made = Tokens([], [], [])
    ordered = sorted(set(cuts))

    def add(start: int, end: int) -> None:
        inside = ordered[bisect_right(ordered, start) : bisect_left(ordered, end)]
        for left, right in pairwise((start, *inside, end)):
            made.texts.append(text[left:right])
            made.spaces.append(False)
            made.starts.append(left)

    done = 0
    for word in [*words, Span(len(text), len(text))]:
        for run in _RUN.finditer(text, done, word.start):
            start = run.start()
            if text[start] == " " and made.texts:
                made.spaces[-1] = True
                start += 1
            if start < run.end():
                add(start, run.end())
        if word:
            add(word.start, word.end)
        done = word.end
    return made


@dataclass(frozen=True, slots=True)
class Aligned:
    """Tokens `first` to `last` (included) for a span; `grown` characters more than it has."""

    first: int
    last: int
    grown: int


def align(span: Span, among: Tokens) -> Aligned:
    """The tokens that `span`, which neither begins nor ends with white space, lies in."""
    first, last = among.at(span.start), among.at(span.end - 1)
    return Aligned(first, last, len(among.extent(first, last)) - len(span))


def longest_first(spans: Sequence[tuple[int, int]]) -> list[int]:
    """The places in `spans` (first and last token) of those that are kept if none may overlap: the longest first.

    Of two that are as long, the one that starts first stays, then the one that is listed first.
    """
    kept: list[int] = []
    taken: set[int] = set()
    order = sorted(range(len(spans)), key=lambda place: (spans[place][0] - spans[place][1], spans[place][0], place))
    for place in order:
        covered = range(spans[place][0], spans[place][1] + 1)
        if taken.isdisjoint(covered):
            taken.update(covered)
            kept.append(place)
    return sorted(kept)
