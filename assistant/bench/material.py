"""What all contenders read: the same windows of the same notes, cut once."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from assistant.engine.windows import Window, halves, windows
from bioassist.documents import Span
from bioassist.schema import EntityType
from bioassist.tasks import ner
from bioassist.tasks.program import Program
from bioassist.words import sentences


@dataclass(frozen=True, slots=True)
class Stretch:
    """A window's own text, the `(start, end)` of its words in it, and how many words each of its sentences has."""

    text: str
    words: tuple[tuple[int, int], ...]
    sentences: tuple[int, ...]

    def spans(self) -> list[Span]:
        return [Span(start, end) for start, end in self.words]


def stretches(
    texts: Iterable[str], target: int, most_words: int, fits: Callable[[Stretch], bool] = lambda stretch: True
) -> list[Stretch]:
    """Windows of about `target` words, as the engine cuts them, until there are `most_words` words.

    What does not fit is halved until it does; a character that never does is left out.
    """
    found: list[Stretch] = []
    count = 0
    for text in texts:
        for window in windows(text, target):
            for stretch in _fitting(text, window, fits):
                if count >= most_words:
                    return found
                found.append(stretch)
                count += len(stretch.words)
    return found


def up_to(given: Sequence[Stretch], most_words: int) -> list[Stretch]:
    """The first stretches, as many as it takes for `most_words` words."""
    taken: list[Stretch] = []
    for stretch in given:
        if words_of(taken) >= most_words:
            break
        taken.append(stretch)
    return taken


def words_of(given: Sequence[Stretch]) -> int:
    return sum(len(stretch.words) for stretch in given)


def window_programs(given: Sequence[Stretch], task: str, types: Sequence[EntityType]) -> list[Program]:
    """The programs that the engine runs over the stretches: one for each pass that `task` makes."""
    passes = ner.passes(task, types)
    return [one.program(stretch.text, stretch.spans()) for stretch in given for one in passes]


def sentence_programs(given: Sequence[Stretch], task: str, types: Sequence[EntityType]) -> list[Program]:
    """The same, a sentence at a time."""
    passes = ner.passes(task, types)
    found: list[Program] = []
    for stretch in given:
        spans, begin = stretch.spans(), 0
        for count in stretch.sentences:
            found += [one.program(stretch.text, spans[begin : begin + count]) for one in passes]
            begin += count
    return found


def _fitting(text: str, window: Window, fits: Callable[[Stretch], bool]) -> Iterator[Stretch]:
    if not window.words:
        return
    stretch = _stretch(text[window.start : window.end], [word.shifted(-window.start) for word in window.words])
    if fits(stretch):
        yield stretch
        return
    with suppress(ValueError):
        for half in halves(text, window):
            yield from _fitting(text, half, fits)


def _stretch(text: str, words: list[Span]) -> Stretch:
    starts = [sentence.start for sentence in sentences(text, words)]
    counts = Counter(bisect_right(starts, word.start) for word in words)
    return Stretch(text, tuple((word.start, word.end) for word in words), tuple(counts.values()))
