"""Terminologies searched as one types: entries by any of their names, the best first.

Names are compared after NFKC, without case and with all apostrophes and hyphens alike, and lie in one text, which
Python's own search goes through in milliseconds; nothing has to be cut into words. Exact names come first, then names
that begin with what was typed, names with a word that does, names that hold it anywhere, and last those that hold all
its words in any order; among equals the shorter.
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from assistant.project.records import Reference
from assistant.suggesters.term_files import Entry, entries
from assistant.suggesters.term_words import alike
from bioassist.errors import InputError

# Places of the text that are looked at for a name: of one letter there are too many.
_PLACES = 4000
EXACT, PREFIX, WORD_PREFIX, INSIDE, WORDS = range(5)


@dataclass(frozen=True, slots=True)
class Match:
    """An entry, the name of it that was found, and how it was found: `EXACT` to `WORDS`."""

    reference: Reference
    name: str
    rank: int


class TermIndex:
    """The entries of one terminology that have an identifier; `len` counts their names."""

    def __init__(self, listed: Iterable[Entry]) -> None:
        self._references: list[tuple[Reference, ...]] = []
        self._names: list[str] = []
        folded: list[str] = []
        for entry in listed:
            for name in entry.names if entry.references else ():
                self._names.append(name)
                self._references.append(entry.references)
                folded.append(_folded(name))
        self._text = "\n" + "".join(f"{name}\n" for name in folded)
        self._starts = array("q")
        start = 1
        for name in folded:
            self._starts.append(start)
            start += len(name) + 1

    def __len__(self) -> int:
        return len(self._names)

    def search(self, query: str, limit: int = 50) -> list[Match]:
        """At most `limit` entries, each once, the best first; none for a query without a character."""
        wanted = _folded(query)
        ranked: dict[int, int] = {}
        for number, rank in self._found(wanted) if wanted else ():
            ranked[number] = min(rank, ranked.get(number, rank))
        best = sorted(ranked, key=lambda number: (ranked[number], len(self._names[number]), self._names[number]))
        matches = (
            Match(reference, self._names[number], ranked[number])
            for number in best
            for reference in self._references[number]
        )
        return list(islice(_each_once(matches), limit))

    def _found(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Numbers of names and how they hold what is wanted, some of them more than once."""
        yield from ((number, EXACT) for number in self._holding(f"\n{wanted}\n", 1))
        yield from ((number, PREFIX) for number in self._holding(f"\n{wanted}", 1))
        for place in islice(self._places(wanted), _PLACES):
            before = self._text[place - 1]
            if before != "\n":
                yield self._number(place), INSIDE if before.isalnum() else WORD_PREFIX
        words = wanted.split(" ")
        if len(words) > 1:
            longest = max(words, key=len)
            for number in self._holding(longest, 0):
                start = self._starts[number]
                name = self._text[start : self._text.index("\n", start)]
                if all(word in name for word in words):
                    yield number, WORDS

    def _holding(self, wanted: str, ahead: int) -> Iterator[int]:
        return (self._number(place + ahead) for place in islice(self._places(wanted), _PLACES))

    def _places(self, wanted: str) -> Iterator[int]:
        place = self._text.find(wanted)
        while place >= 0:
            yield place
            place = self._text.find(wanted, place + 1)

    def _number(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1


def read_index(path: Path) -> TermIndex:
    """The index of a terminology file. Raises InputError with the line at fault, or if it cannot be read."""
    try:
        return TermIndex(entries(path))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}.", where=str(path)) from error


def search(indexes: Iterable[TermIndex], query: str, limit: int = 50) -> list[Match]:
    """The best of several terminologies, of equally good ones the shorter name."""
    found = [match for index in indexes for match in index.search(query, limit)]
    return list(islice(_each_once(sorted(found, key=lambda match: (match.rank, len(match.name)))), limit))


def _each_once(matches: Iterable[Match]) -> Iterator[Match]:
    seen: set[tuple[str, str]] = set()
    for match in matches:
        entry = (match.reference.database, match.reference.identifier)
        if entry not in seen:
            seen.add(entry)
            yield match


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", alike(text)).casefold().split())
