"""A program as a prompt and a grammar in llama.cpp's GBNF: what a user would write to get the same lines generated.

The grammar fixes everything but the labels and allows those that the program allows, so it is a right-linear one: a
rule for each choice and each set of options that an earlier answer leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bioassist.tasks.program import Choice, Piece, Program, Text
from bioassist.tasks.render import OUTPUT


@dataclass(frozen=True, slots=True)
class Completion:
    """`prompt` up to where the output begins, and the `grammar` of all legal outputs, its start symbol `root`."""

    prompt: str
    grammar: str


def completion(program: Program) -> Completion:
    """Raises ValueError for a program that has no output of its own, or one that the model writes freely."""
    texts = [piece.text if isinstance(piece, Text) else "" for piece in program.pieces]
    begin = next((place + 1 for place, text in enumerate(texts) if text.endswith(OUTPUT)), len(texts))
    if begin == len(texts):
        raise ValueError(f"the program {program.task} has no output")
    return Completion("".join(texts[:begin]), _grammar(program.pieces[begin:]))


def _grammar(pieces: Sequence[Piece]) -> str:
    """Rules are named by the place of the first choice they make and a number for the options that it has there."""
    lead, first = _given(pieces, 0)
    rules = {"root": literal(lead)}
    numbers: dict[tuple[int, tuple[str, ...]], str] = {}
    left: list[tuple[str, int, tuple[str, ...]]] = []

    def rule(place: int, previous: str | None) -> str:
        choice = pieces[place]
        if not isinstance(choice, Choice):
            raise ValueError("a grammar cannot hold text that the model writes freely")
        options = choice.legal(previous)
        if (place, options) not in numbers:
            numbers[place, options] = f"c{place}-{len(numbers)}"
            left.append((numbers[place, options], place, options))
        return numbers[place, options]

    if first < len(pieces):
        rules["root"] += f" {rule(first, None)}"
    while left:
        name, place, options = left.pop()
        given, following = _given(pieces, place + 1)
        ways = [
            literal(option + given) + (f" {rule(following, option)}" if following < len(pieces) else "")
            for option in options
        ]
        rules[name] = " | ".join(ways)
    return "".join(f"{name} ::= {ways}\n" for name, ways in rules.items())


def _given(pieces: Sequence[Piece], start: int) -> tuple[str, int]:
    """The text that is given from `start` on, and the place of the piece behind it."""
    end = start
    parts: list[str] = []
    while end < len(pieces) and isinstance(piece := pieces[end], Text):
        parts.append(piece.text)
        end += 1
    return "".join(parts), end


def literal(text: str) -> str:
    """`text` as a string of GBNF; all but plain ASCII by number, since a note can hold any character."""
    return '"' + "".join(char if char in _PLAIN else f"\\U{ord(char):08X}" for char in text) + '"'


_PLAIN = frozenset(chr(code) for code in range(0x20, 0x7F)) - {'"', "\\"}
