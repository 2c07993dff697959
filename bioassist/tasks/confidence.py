"""How sure a model is of a mention: several definitions, from what it said of the mention's words.

`IN_USE` is the one that the engine uses; docs/experiments.md compares them on development data. Of everything else that
a model suggests (a relation, an attribute, a class) it is as sure as of the `ANSWER` that says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said of one mention, as probabilities from 0 to 1.

    `labels` are those of its words' labels, the beginning first; `rival` is that of the likeliest other answer for its
    first word; `ends` that it does not go on behind its last word; `alone` that none begins at the word before it (1
    where that word is in a mention, or there is none).
    """

    labels: tuple[float, ...]
    rival: float
    ends: float
    alone: float


Definition = Callable[[Said], float]


def span(said: Said) -> float:
    """That it begins, goes on and ends as it does, each given what was decided before."""
    return math.prod(said.labels) * said.ends


def product(said: Said) -> float:
    """That its words have these labels, wherever it ends."""
    return math.prod(said.labels)


def weakest(said: Said) -> float:
    """A chain is as sure as its weakest link: the least of its labels, and that it ends."""
    return min(*said.labels, said.ends)


def mean(said: Said) -> float:
    """The geometric mean of its labels, and that it ends."""
    return float(math.pow(span(said), 1 / (len(said.labels) + 1)))


def first(said: Said) -> float:
    """Its first label, on which most of it hangs."""
    return said.labels[0]


def bounds(said: Said) -> float:
    """Its first label, and that it ends."""
    return said.labels[0] * said.ends


def alone(said: Said) -> float:
    """As `span`, without the readings in which it begins a word earlier."""
    return span(said) * said.alone


def ahead(said: Said) -> float:
    """Its first label against the likeliest rival of that alone, times what is left of `span`."""
    return said.labels[0] / (said.labels[0] + said.rival) * math.prod(said.labels[1:]) * said.ends


DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {one.__name__: one for one in (span, product, weakest, mean, first, bounds, alone, ahead)}
)
IN_USE = "alone"
ANSWER = "answer"


def definition_of(program: str) -> str:
    """The definition that the engine uses for what a program, named by its fingerprint, finds."""
    return IN_USE if program.startswith("ner.") else ANSWER
