"""Windows: the stretches of a note that the model reads at once.

They tile the text without gap or overlap, end between sentences where they can, and hold about as many words as asked
for. A note is taken block by block, so that a book costs no more memory than a page.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bioassist.documents import Span
from bioassist.words import sentences, words

BLOCK = 20_000
_BLANK_LINE = re.compile(r"(?:\r\n|\r|\n)[^\S\r\n]*(?:\r\n|\r|\n)\s*")
_LINE_END = re.compile(r"(?:\r\n|\r|\n)\s*")
_WHITE_SPACE = re.compile(r"\s+")
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(frozen=True, slots=True)
class Window:
    """`text[start:end]` of a note and the words in it, all in offsets of the note. It may hold no word."""

    start: int
    end: int
    words: tuple[Span, ...]


def windows(text: str, target: int) -> Iterator[Window]:
    """Windows of about `target` words (at least one) that tile `text`."""
    for start, end in _blocks(text):
        yield from _block_windows(text[start:end], start, target)


def _block_windows(block: str, offset: int, target: int) -> Iterator[Window]:
    spans = words(block)
    starts = [span.start for span in spans]
    begin, first = 0, 0
    for sentence in sentences(block, spans):
        past = bisect_left(starts, sentence.end)
        before = bisect_left(starts, sentence.start)
        # A sentence that would make the window too long begins the next one.
        if before > first and past - first > target:
            yield _window(spans[first:before], begin, sentence.start, offset)
            begin, first = sentence.start, before
        while past - first > target:
            cut = _within(block, spans, first, target)
            yield _window(spans[first:cut], begin, starts[cut], offset)
            begin, first = starts[cut], cut
    yield _window(spans[first:], begin, len(block), offset)


def _within(block: str, spans: Sequence[Span], first: int, target: int) -> int:
    """Where to cut a sentence that goes on for more than `target` words from the word `first` on, so that a mention is
    rarely cut: behind the last comma, semicolon or line end in the second half of those words, else outside brackets.

    Given as the place of the word that begins the next window.
    """
    places = range(first + target, first + target // 2, -1)
    for place in places:
        before, after = spans[place - 1], spans[place]
        if before.of(block) in (",", ";") or _LINE_END.search(block, before.end, after.start):
            return place
    depths = [0]
    for span in spans[first : first + target]:
        word = span.of(block)
        depths.append(max(depths[-1] + sum(_BRACKETS.get(char, 0) for char in word), 0))
    return next((place for place in places if not depths[place - first]), first + target)


def _window(spans: Sequence[Span], begin: int, end: int, offset: int) -> Window:
    return Window(begin + offset, end + offset, tuple(span.shifted(offset) for span in spans))


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = start + BLOCK
        if end < len(text):
            end = _cut(text, start, end)
        yield start, min(end, len(text))
        start = end


def _cut(text: str, start: int, limit: int) -> int:
    """The best place to end a block before `limit`: a blank line, a line end, white space, or just there."""
    for pattern in (_BLANK_LINE, _LINE_END, _WHITE_SPACE):
        ends = [match.end() for match in pattern.finditer(text, start + BLOCK // 2, limit)]
        if ends:
            return ends[-1]
    return limit


def halves(text: str, window: Window) -> tuple[Window, Window]:
    """`window` in two that tile it, for one that does not fit the model; a single word is cut in the middle.

    Raises ValueError for a single code point, which nothing can cut.
    """
    if len(window.words) > 1:
        middle = len(window.words) // 2
        cut = window.words[middle].start
        return (
            Window(window.start, cut, window.words[:middle]),
            Window(cut, window.end, window.words[middle:]),
        )
    word = window.words[0]
    if len(word) < 2:
        raise ValueError("a single character does not fit the model's context")
    cut = word.start + len(word) // 2
    return (
        Window(window.start, cut, (Span(word.start, cut),)),
        Window(cut, window.end, (Span(cut, word.end),)),
    )
