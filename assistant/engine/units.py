"""What is read at once: one task over one stretch of a document, with the key that its result is kept under."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.engine.compile import Compiled
from assistant.engine.windows import Window
from bioassist.tasks.ner import Ner
from bioassist.tasks.program import Answer

# Part of every key: a change to what a result holds, or to how it is computed, makes old results unknown.
RESULT_VERSION = 2
# A word outside is nearly the beginning of a mention from this probability on: on case reports 27 stretches in 1,000
# words, which touch half of the mentions that were missed altogether (docs/experiments.md).
NEAR = 0.2

Result = dict[str, Any]


class Unit(Protocol):
    """`start` and `end` are the stretch's place in the text, `words` how many words count as read with it, `program` is
    the fingerprint of what reads it.

    `about` are the ids of the entities that it asks about: results name them by their places here, so that they hold
    wherever the same stretch comes again. `programs` run one after the other in one sequence.
    """

    @property
    def key(self) -> str: ...
    @property
    def program(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def words(self) -> int: ...
    @property
    def about(self) -> tuple[str, ...]: ...
    @property
    def programs(self) -> tuple[Compiled, ...]: ...
    def further(self, answers: Sequence[Answer]) -> tuple[Compiled, ...]:
        """Programs that ask about what was answered; their answers come behind those."""

    def result(self, answers: Sequence[Answer]) -> Result:
        """What is kept, offsets from `start`; without the number of tokens."""


def name_of(unit: Unit) -> str:
    """The same stretch twice in a note has one key and one result; it is told apart by its place."""
    return f"{unit.key}@{unit.start}"


@dataclass(frozen=True, slots=True)
class Gap:
    """Code points `start` to `end` of a document that `task` could not read, and why, without any of the text."""

    start: int
    end: int
    task: str
    why: str

    @classmethod
    def of(cls, unit: Unit, why: str) -> Gap:
        return cls(unit.start, unit.end, unit.program.split("/")[0], why)

    def __str__(self) -> str:
        return f"{self.task} could not read characters {self.start} to {self.end}: {self.why.rstrip('.')}"


@dataclass(frozen=True, slots=True)
class EntityUnit:
    """One pass of entities over a window, or over a part of the window that begins at `group`."""

    key: str
    window: Window
    task: Ner
    compiled: Compiled
    group: int

    @property
    def program(self) -> str:
        return self.task.fingerprint

    @property
    def start(self) -> int:
        return self.window.start

    @property
    def end(self) -> int:
        return self.window.end

    @property
    def words(self) -> int:
        return len(self.window.words)

    @property
    def about(self) -> tuple[str, ...]:
        return ()

    @property
    def programs(self) -> tuple[Compiled, ...]:
        return (self.compiled,)

    def further(self, answers: Sequence[Answer]) -> tuple[Compiled, ...]:
        return ()

    def result(self, answers: Sequence[Answer]) -> Result:
        start = self.window.start
        return {
            "words": self.words,
            "program": self.program,
            "mentions": [
                [m.type, m.span.start - start, m.span.end - start, round(m.confidence, 6)]
                for m in self.task.mentions(self.window.words, answers)
            ],
            "near": [
                [m.type, m.span.start - start, m.span.end - start, round(m.probability, 6)]
                for m in self.task.near_misses(self.window.words, answers, NEAR)
            ],
        }


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Any other task over a stretch; `read` makes what is kept of the answers, `then` asks about them."""

    key: str
    start: int
    end: int
    programs: tuple[Compiled, ...]
    program: str
    read: Callable[[Sequence[Answer]], Result]
    about: tuple[str, ...] = ()
    then: Callable[[Sequence[Answer]], tuple[Compiled, ...]] | None = None

    @property
    def words(self) -> int:
        return 0

    def further(self, answers: Sequence[Answer]) -> tuple[Compiled, ...]:
        return self.then(answers) if self.then is not None else ()

    def result(self, answers: Sequence[Answer]) -> Result:
        return {"words": 0, "program": self.program, **self.read(answers)}


class Keys:
    """Makes keys for one model."""

    def __init__(self, identity: str) -> None:
        self._identity = identity

    def of(self, fingerprint: str, instruction: str, text: str, window: Window, *told: Any) -> str:
        """For the words of `window` under a program, and for whatever else the result depends on, as JSON holds it."""
        return _sum(
            RESULT_VERSION,
            self._identity,
            fingerprint,
            instruction,
            *told,
            text[window.start : window.end],
            [(word.start - window.start, word.end - window.start) for word in window.words],
        )


@dataclass(frozen=True, slots=True)
class Block:
    """Units that a deterministic run reads together, from wiped cells on; `sum` says which, and by what worker.

    What shares a batch with a unit changes its digits a little. All that can share one with it is in the block.
    """

    sum: str

    @classmethod
    def of(cls, units: Iterable[Unit], *worker: Any) -> Block:
        """`worker` is what the digits depend on besides, as JSON holds it."""
        return cls(_sum([unit.key for unit in units], *worker))

    def key(self, unit: Unit) -> str:
        """What the result of one of the units is kept under: it holds where the whole block comes again."""
        return _sum(self.sum, unit.key)


def _sum(*everything: Any) -> str:
    return hashlib.sha256(json.dumps(everything, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
