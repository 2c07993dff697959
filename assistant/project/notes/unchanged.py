"""Which parts of a text are the same in its next version.

What both have at their beginning and end is set aside. The rest is compared by lines: lines that occur once in both,
in the same order, are anchors; from each the match is followed up and down. What is left between is compared at its
own beginning and end, without half words, so that a note of one long line is not lost for one changed word. Time grows
with n log n, whatever the texts.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bioassist.documents import Span

# "5.5", "T10-T11" and "mg/kg" are one word here: half of one is another thing.
_WORD_BEFORE = re.compile(r"\w[.,'/-]?\Z")
_WORD_AFTER = re.compile(r"[.,'/-]?\w")
_LINE = re.compile(r"[^\r\n]+|\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Region:
    """`old[old_start:old_start + length]` equals `new[new_start:new_start + length]`."""

    old_start: int
    new_start: int
    length: int


class Carrier:
    """Takes spans of the old text to the new one."""

    def __init__(self, old: str, new: str) -> None:
        self._regions = regions(old, new)
        self._starts = [region.old_start for region in self._regions]

    def spans(self, spans: Sequence[Span]) -> tuple[Span, ...] | None:
        """Where the spans are in the new text; None if the text under one of them changed."""
        moved = [self._span(span) for span in spans]
        return tuple(span for span in moved if span is not None) if None not in moved else None

    def _span(self, span: Span) -> Span | None:
        place = bisect_right(self._starts, span.start) - 1
        if place < 0:
            return None
        region = self._regions[place]
        if span.end > region.old_start + region.length:
            return None
        return span.shifted(region.new_start - region.old_start)


def regions(old: str, new: str) -> list[Region]:
    """Unchanged regions, in order in both texts and without overlap; neighbours are joined."""
    ahead, behind = _whole_lines(old, new)
    mine, theirs = Span(ahead, len(old) - behind), Span(ahead, len(new) - behind)
    old_lines, new_lines = _lines(old, mine), _lines(new, theirs)
    found = [Region(0, 0, ahead)]
    before = (mine.start, theirs.start)
    for one, other in _matched([line.of(old) for line in old_lines], [line.of(new) for line in new_lines]):
        line, same = old_lines[one], new_lines[other]
        found += _ends(old, new, Span(before[0], line.start), Span(before[1], same.start))
        found.append(Region(line.start, same.start, len(line)))
        before = (line.end, same.end)
    found += _ends(old, new, Span(before[0], mine.end), Span(before[1], theirs.end))
    found.append(Region(mine.end, theirs.end, behind))
    return _joined(region for region in found if region.length)


def _whole_lines(old: str, new: str) -> tuple[int, int]:
    """How much of whole lines the texts have in common at their beginning and at their end."""
    ahead = _common(min(len(old), len(new)), lambda n: old.startswith(new[:n]))
    if ahead < max(len(old), len(new)):
        ahead = max(old.rfind("\n", 0, ahead), old.rfind("\r", 0, ahead)) + 1
    behind = _common(min(len(old), len(new)) - ahead, lambda n: old.endswith(new[len(new) - n :]))
    ends = [place for place in (old.find(end, len(old) - behind) for end in "\r\n") if place >= 0]
    return ahead, len(old) - min(ends, default=len(old))


def _lines(text: str, part: Span) -> list[Span]:
    # The end of a line is a piece of its own: other line ends do not make other lines.
    return [Span(*match.span()) for match in _LINE.finditer(text, part.start, part.end)]


def _matched(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Places of equal lines in both, ascending in both."""
    anchors = _anchors(old, new)
    found: list[tuple[int, int]] = []
    for (mine, theirs), (next_mine, next_theirs) in pairwise([(-1, -1), *anchors, (len(old), len(new))]):
        down = 1
        while mine + down < next_mine and theirs + down < next_theirs and old[mine + down] == new[theirs + down]:
            down += 1
        up = 1
        while (
            next_mine - up >= mine + down
            and next_theirs - up >= theirs + down
            and old[next_mine - up] == new[next_theirs - up]
        ):
            up += 1
        first = 0 if mine >= 0 else 1
        found += [(mine + step, theirs + step) for step in range(first, down)]
        found += [(next_mine - step, next_theirs - step) for step in range(up - 1, 0, -1)]
    return found


def _anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Lines that are there once in both: the longest series of them that ascends in both."""
    once_old, once_new = _once(old), _once(new)
    pairs = sorted((place, once_new[line]) for line, place in once_old.items() if line in once_new)
    # Patience sorting; `tails[n]` ends the best series of n + 1 pairs.
    tails: list[int] = []
    tail_pairs: list[int] = []
    came_from: list[int] = []
    for number, (_, theirs) in enumerate(pairs):
        place = bisect_left(tails, theirs)
        came_from.append(tail_pairs[place - 1] if place else -1)
        tails[place : place + 1] = [theirs]
        tail_pairs[place : place + 1] = [number]
    series: list[tuple[int, int]] = []
    number = tail_pairs[-1] if tail_pairs else -1
    while number >= 0:
        series.append(pairs[number])
        number = came_from[number]
    return series[::-1]


def _once(lines: list[str]) -> dict[str, int]:
    times = Counter(lines)
    return {line: place for place, line in enumerate(lines) if times[line] == 1}


def _ends(old: str, new: str, mine: Span, theirs: Span) -> list[Region]:
    """What a changed part has in common at its two ends, without half words."""
    shorter = min(len(mine), len(theirs))
    ahead = _common(shorter, lambda n: old.startswith(new[theirs.start : theirs.start + n], mine.start))
    while not (_between_words(old, mine, mine.start + ahead) and _between_words(new, theirs, theirs.start + ahead)):
        ahead -= 1
    behind = _common(
        shorter - ahead, lambda n: old.endswith(new[theirs.end - n : theirs.end], mine.start + ahead, mine.end)
    )
    while not (_between_words(old, mine, mine.end - behind) and _between_words(new, theirs, theirs.end - behind)):
        behind -= 1
    return [Region(mine.start, theirs.start, ahead), Region(mine.end - behind, theirs.end - behind, behind)]


def _between_words(text: str, part: Span, offset: int) -> bool:
    if offset in (part.start, part.end):
        return True
    if unicodedata.category(text[offset]).startswith("M"):
        return False
    return not (_WORD_BEFORE.search(text[max(offset - 2, 0) : offset]) and _WORD_AFTER.match(text, offset))


def _common(limit: int, agrees: Callable[[int], bool]) -> int:
    """The largest n up to `limit` for which `agrees` holds; it holds for all smaller ones too."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if agrees(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _joined(found: Iterable[Region]) -> list[Region]:
    joined: list[Region] = []
    for region in found:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.old_start + last.length == region.old_start
            and last.new_start + last.length == region.new_start
        ):
            joined[-1] = Region(last.old_start, last.new_start, last.length + region.length)
        else:
            joined.append(region)
    return joined
