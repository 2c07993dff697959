"""What tasks share that ask one question a line: the lines' subjects are given, behind each the model decides once.

The text is read once for all of them, and a line costs its subject and its answer alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from bioassist.documents import Span
from bioassist.tasks.program import Choice, Piece, Program, Text
from bioassist.tasks.render import framed


def shown(text: str, words: Sequence[Span]) -> str:
    """The words with one space between them, as every task shows a text."""
    return " ".join(span.of(text) for span in words)


def lines(task: str, fingerprint: str, instruction: str, given: str, subjects: Sequence[tuple[str, Choice]]) -> Program:
    """A program that answers a choice behind each subject: `subject : answer`."""
    pieces: list[Piece] = [*framed(instruction, given)]
    for number, (subject, choice) in enumerate(subjects):
        pieces.append(Text(f"{chr(10) if number else ''}{subject} :"))
        pieces.append(choice)
    pieces.append(Text("\n"))
    return Program(task, fingerprint, tuple(pieces))


class Naming:
    """Names mentions by their words as they stand in the shown text, and by which of the like ones they are."""

    def __init__(self, text: str, words: Sequence[Span]) -> None:
        self._words = list(words)
        self._shown = [span.of(text) for span in words]

    def name(self, spans: Sequence[Span]) -> str:
        """`aspirin`, or `aspirin (2)` for the second of several. Raises ValueError for a mention outside the words."""
        places = [i for i, word in enumerate(self._words) if any(word.overlaps(span) for span in spans)]
        if not places:
            raise ValueError("this mention covers no word")
        said = [self._shown[place] for place in places]
        first, length = places[0], len(places)
        if places[-1] - first + 1 != length:
            # A mention in fragments; the words between them belong to others.
            return " ".join(said)
        alike = [i for i in range(len(self._shown) - length + 1) if self._shown[i : i + length] == said]
        return " ".join(said) if len(alike) == 1 else f"{' '.join(said)} ({alike.index(first) + 1})"


def described(names: Sequence[tuple[str, str]]) -> str:
    """Labels with their descriptions, for an instruction."""
    return "; ".join(f"{name} ({description})" if description else name for name, description in names)
