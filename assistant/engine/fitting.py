"""Programs so short that the model takes them: over less text, or about fewer things, a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from assistant.engine.compile import Compiled, Compiler
from assistant.engine.units import FollowUp, Gap
from assistant.engine.windows import Window, halves
from bioassist.documents import Span
from bioassist.errors import EngineError
from bioassist.tasks.program import Program

T = TypeVar("T")


def or_gap(units: Iterable[FollowUp], task: str, window: Window) -> Iterator[FollowUp | Gap]:
    """Units of a task; a gap instead where a program of theirs does not fit, which leaves all other tasks alone."""
    try:
        yield from units
    except EngineError as error:
        yield Gap(window.start, window.end, task, error.what)


class Fitting:
    """Compiles programs of at most `longest` cells. All raise EngineError for what cannot be made so short."""

    def __init__(self, compiler: Compiler, longest: int) -> None:
        self._compiler = compiler
        self._longest = longest

    def of_text(self, text: str, window: Window, make: Callable[[str], Program]) -> Iterator[tuple[Window, Compiled]]:
        """Programs over the text of a window: one, or one for each part of it where that does not fit."""
        compiled = self._compiler.compile(make(text[window.words[0].start : window.words[-1].end]))
        if compiled.cells <= self._longest:
            yield window, compiled
            return
        if len(window.words) == 1:
            raise _too_long(compiled)
        for half in halves(text, window):
            yield from self.of_text(text, half, make)

    def of_beginning(self, words: Sequence[Span], make: Callable[[Sequence[Span]], Program]) -> tuple[int, Compiled]:
        """A program over as many of the first words as fit, all or half of them and so on, and how many those are."""
        compiled = self._compiler.compile(make(words))
        if compiled.cells <= self._longest:
            return len(words), compiled
        if len(words) == 1:
            raise _too_long(compiled)
        return self.of_beginning(words[: len(words) // 2], make)

    def of_items(
        self,
        text: str,
        window: Window,
        items: Sequence[T],
        make: Callable[[str, Sequence[Span], Sequence[T]], Program],
        spans_of: Callable[[T], Sequence[Span]],
    ) -> Iterator[Compiled]:
        """Programs that ask about items of a window in their order: one, or several where that does not fit."""
        compiled = self._compiler.compile(make(text, window.words, items))
        if compiled.cells <= self._longest:
            yield compiled
        elif len(items) > 1:
            middle = len(items) // 2
            for part in (items[:middle], items[middle:]):
                yield from self.of_items(text, window, part, make, spans_of)
        else:
            closer = _closer(window, spans_of(items[0]))
            if closer == window:
                raise _too_long(compiled)
            yield from self.of_items(text, closer, items, make, spans_of)


def _closer(window: Window, spans: Sequence[Span]) -> Window:
    """Less of the window around `spans`: half of the words on either side."""
    touched = [place for place, word in enumerate(window.words) if any(word.overlaps(span) for span in spans)]
    first, last = (touched[0] + 1) // 2, (touched[-1] + len(window.words)) // 2
    words = window.words[first : last + 1]
    return Window(words[0].start, words[-1].end, words) if len(words) < len(window.words) else window


def _too_long(compiled: Compiled) -> EngineError:
    return EngineError(
        f"a program of {compiled.cells} tokens, {len(compiled.shared)} of them its instruction, is more than the model "
        "takes.",
        next_step="Use a schema with fewer or shorter descriptions, or turn this off with suggest = false.",
    )
