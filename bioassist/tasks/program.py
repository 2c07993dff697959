"""The program: what a task renders an input to, for the engine to run and for the trainer to learn from.

A program is a sequence of pieces. `Text` is given to the model, never generated; a `Choice` is decided by the model
among a few label strings; `Free` is generated, for question answering alone. So an answer can be neither malformed nor
about words that are not there, and there is nothing to parse.

Pieces are tokenized one by one. A vocabulary gives the same ids for a piece as for the whole text only if pieces meet
where it would cut anyway: every piece but the first begins with white space, or follows one that ends in it. `check`
says so for a program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Text:
    """Given to the model. Note text in it is never read as special tokens."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one of `options`, each a label string as it stands in the text (" O", " B-Disease").

    `only_after` restricts options to certain answers of the choice before this one: an option that is a key in it is
    legal only if that answer is in its set. The first choice of a program has no answer before it.
    """

    name: str
    options: tuple[str, ...]
    only_after: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))

    def legal(self, previous: str | None) -> tuple[str, ...]:
        """The options that may follow `previous`, in their order; never empty."""
        return tuple(
            option for option in self.options if option not in self.only_after or previous in self.only_after[option]
        )


@dataclass(frozen=True, slots=True)
class Free:
    """Generated text of at most `limit` tokens, ended by `stop` or by the model's own end."""

    name: str
    limit: int
    stop: str = "\n"


Piece = Text | Choice | Free


@dataclass(frozen=True, slots=True)
class Program:
    """`pieces` for the model; the first `shared` of them are the same for all inputs of a task and schema.

    `fingerprint` names task, version and template; answers of programs with different fingerprints do not compare.
    """

    task: str
    fingerprint: str
    pieces: tuple[Piece, ...]
    shared: int = 1

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Choice))

    def check(self) -> None:
        """Raise ValueError where pieces meet inside what a vocabulary would read as one word, or a choice is empty."""
        before = ""
        previous: str | None = None
        for piece in self.pieces:
            if isinstance(piece, Free):
                before = piece.stop
                continue
            if isinstance(piece, Choice):
                if not piece.legal(previous) or len(set(piece.options)) != len(piece.options):
                    raise ValueError(f"choice {piece.name} has no legal option, or one twice")
                previous = piece.options[0]
            for text in piece.options if isinstance(piece, Choice) else (piece.text,):
                if text and before and not before[-1].isspace() and not text[0].isspace():
                    raise ValueError(f"pieces {before[-20:]!r} and {text[:20]!r} meet inside a word")
            # An option may be empty: then what stood before it meets what follows.
            before = (piece.options[0] if isinstance(piece, Choice) else piece.text) or before

    def filled(self, answers: Sequence[str]) -> str:
        """The whole text with `answers`, one a choice (or free text), in their places: what the trainer learns from.

        Raises ValueError for an answer that is not legal where it stands.
        """
        parts: list[str] = []
        left = iter(answers)
        previous: str | None = None
        for piece in self.pieces:
            if isinstance(piece, Text):
                parts.append(piece.text)
                continue
            answer = next(left, None)
            if answer is None:
                raise ValueError("fewer answers than choices")
            if isinstance(piece, Choice):
                if answer not in piece.legal(previous):
                    raise ValueError(f"{answer!r} is not legal after {previous!r} at {piece.name}")
                previous = answer
            parts.append(answer)
        if next(left, None) is not None:
            raise ValueError("more answers than choices")
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a choice became: the option, its probability among the legal ones, and those of its rivals.

    Options of several tokens are decided where they part, so a branch that was not taken is known as a whole: `rivals`
    maps its options' common beginning, or the option if it is the only one, to its probability. All sum to 1.

    Of a text that was written `tokens` are the ids, up to the one that ended it.
    """

    option: str
    probability: float
    rivals: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    tokens: tuple[int, ...] = ()

    def probability_of(self, option: str) -> float:
        """The probability of `option`; of the branch it lies in, if that was not entered; 0 if it was not legal."""
        if option == self.option:
            return self.probability
        if option in self.rivals:
            return self.rivals[option]
        return max((value for beginning, value in self.rivals.items() if option.startswith(beginning)), default=0.0)


def fingerprint(task: str, version: int, *template: str) -> str:
    """`task/version:12 hex digits` of everything in the template that is not the note or the labels."""
    digest = hashlib.sha256("\x1f".join(template).encode()).hexdigest()[:12]
    return f"{task}/{version}:{digest}"
