"""Sections of a note, cut by its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bioassist.documents import Span
from bioassist.words import HEADING, sentences

# A heading begins its line. "seen at 1:30" ends a line that it was wrapped to, not a heading.
_AT_LINE_START = re.compile(rf"(?:\A|[\r\n\u2029])[^\S\r\n\u2029]*({HEADING.pattern})(?!\d)")
_LINE_END = re.compile(r"[\r\n\u2029]")


@dataclass(frozen=True, slots=True)
class Section:
    """`text[start:end]` of a note; it begins with its `heading`, given without the colon, or has none."""

    start: int
    end: int
    heading: Span | None


def sections(text: str) -> Iterator[Section]:
    """Sections that tile `text`: each from a heading to the next one, and what stands before the first heading."""
    start, heading = 0, None
    for match in _AT_LINE_START.finditer(text):
        begin = match.start(1)
        if begin > start:
            yield Section(start, begin, heading)
        start, heading = begin, Span(begin, begin + len(match[1][:-1].rstrip()))
    if start < len(text):
        yield Section(start, len(text), heading)


def title(text: str, section: Section, words: Sequence[Span]) -> Span:
    """What stands for a section: its heading, else its first line, or the first sentence of that.

    `words` are those that the section begins with, at least one.
    """
    if section.heading is not None:
        return section.heading
    begin = words[0].start
    line = _LINE_END.search(text, begin)
    first = sentences(text[begin : words[-1].end], [word.shifted(-begin) for word in words])[0]
    end = min(begin + first.end, line.start() if line else len(text))
    return Span(begin, max(word.end for word in words if word.start < end))
