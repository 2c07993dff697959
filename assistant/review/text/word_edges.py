"""Where words and sentences begin and end around a place in a text, without splitting all of it into words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.review.text.extents import trimmed
from bioassist.documents import Span
from bioassist.words import sentences

Words = Callable[[str], list[Span]]
_AROUND = 400
_FURTHER = 8
# What tells whether a sentence ends somewhere is no further away than this.
_IN_SIGHT = 100


class WordEdges:
    """Words of one text, found near where they are asked for. `words` gives the words of any text in order."""

    def __init__(self, text: str, words: Words) -> None:
        self._text = text
        self._words = words

    def after(self, offset: int) -> Span | None:
        """The first word that starts after `offset`."""
        return self._ahead(offset, lambda word: word.start > offset)

    def before(self, offset: int) -> Span | None:
        """The last word that starts before `offset`."""
        return self._behind(offset, lambda word: word.start < offset)

    def at(self, offset: int) -> Span | None:
        """The word over `offset`, else the next one, else the last."""
        return self._ahead(offset, lambda word: word.end > offset) or self.before(offset)

    def next_end(self, offset: int) -> int | None:
        """The first end of a word behind `offset`."""
        word = self._ahead(offset, lambda word: word.end > offset)
        return word.end if word else None

    def next_start(self, offset: int) -> int | None:
        """The first start of a word behind `offset`."""
        word = self.after(offset)
        return word.start if word else None

    def previous_end(self, offset: int) -> int | None:
        """The last end of a word before `offset`."""
        word = self._behind(offset, lambda word: word.end < offset)
        return word.end if word else None

    def previous_start(self, offset: int) -> int | None:
        """The last start of a word before `offset`."""
        word = self.before(offset)
        return word.start if word else None

    def sentence(self, span: Span) -> Span:
        """From the beginning of the sentence that `span` begins in to the end of that in which it ends, without the
        white space around it."""
        found = span
        for part in self._parts(span.start, span.end):
            text = part.of(self._text)
            tiles = (one.shifted(part.start) for one in sentences(text, self._words(text)))
            inside = [one for one in tiles if one.overlaps(span)]
            if not inside:
                break
            found = Span(inside[0].start, inside[-1].end)
            begins = part.start == 0 or found.start - part.start > _IN_SIGHT
            if begins and (part.end == len(self._text) or part.end - found.end > _IN_SIGHT):
                break
        return trimmed(self._text, found) or span

    def _ahead(self, offset: int, wanted: Callable[[Span], bool]) -> Span | None:
        for part in self._parts(offset):
            found = next((word for word in self._words_of(part) if wanted(word)), None)
            if (found is None and part.end == len(self._text)) or (found is not None and not self._is_cut(found, part)):
                return found
        return None

    def _behind(self, offset: int, wanted: Callable[[Span], bool]) -> Span | None:
        for part in self._parts(offset):
            found = next((word for word in reversed(self._words_of(part)) if wanted(word)), None)
            if (found is None and part.start == 0) or (found is not None and not self._is_cut(found, part)):
                return found
        return None

    def _words_of(self, part: Span) -> list[Span]:
        return [word.shifted(part.start) for word in self._words(part.of(self._text))]

    def _parts(self, offset: int, end: int | None = None) -> Iterator[Span]:
        """Ever larger parts of the text around `offset`, or what lies between it and `end`, up to all of it."""
        reach, part = _AROUND, Span(0, 0)
        while len(part) < len(self._text):
            part = self._part(offset - reach, (offset if end is None else end) + reach)
            yield part
            reach *= _FURTHER

    def _part(self, start: int, end: int) -> Span:
        """At least `[start, end)`, out to white space so that no word is cut, unless there is none nearby."""
        start, end = max(start, 0), min(end, len(self._text))
        furthest_start, furthest_end = max(start - _AROUND, 0), min(end + _AROUND, len(self._text))
        while start > furthest_start and not self._text[start - 1].isspace():
            start -= 1
        while end < furthest_end and not self._text[end].isspace():
            end += 1
        return Span(start, end)

    def _is_cut(self, word: Span, part: Span) -> bool:
        before, after = self._text[part.start - 1 : part.start], self._text[part.end : part.end + 1]
        return (word.start == part.start > 0 and not before.isspace()) or (
            word.end == part.end < len(self._text) and not after.isspace()
        )
