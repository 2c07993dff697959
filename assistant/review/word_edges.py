"""Where words begin and end around a place in a text, without splitting all of it into words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bioassist.documents import Span

Words = Callable[[str], list[Span]]
_AROUND = 400
_FURTHER = 8


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

    def _parts(self, offset: int) -> Iterator[Span]:
        """Ever larger parts of the text around `offset`, up to all of it."""
        reach, part = _AROUND, Span(0, 0)
        while len(part) < len(self._text):
            part = self._part(offset - reach, offset + reach)
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
