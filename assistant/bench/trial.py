"""What a child process is asked to do, and what it answers: plain values, so that they go over a pipe as JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from assistant.bench.material import Stretch
from assistant.engine.wire import Message
from bioassist import schema as schemas
from bioassist.errors import EngineError
from bioassist.schema import EntityType


@dataclass(frozen=True, slots=True)
class Setup:
    """What all contenders have in common: the GGUF, the schema (TOML), threads and how they wait, layers on the GPU."""

    model: str
    schema: str
    task: str
    threads: int
    wait: str
    gpu_layers: str = "auto"

    @property
    def types(self) -> tuple[EntityType, ...]:
        """The schema's entity types that the model is asked for."""
        return schemas.loads(self.schema).asked_mentions


@dataclass(frozen=True, slots=True)
class Trial:
    """One contender with one setting, to be run in a process of its own.

    `batch`, `slots` and `clients` are the settings that it may have. `tokens` is how many the floor is to read,
    `answers` what the reference is to be compared with: the engine's labels, program by program.
    """

    contender: str
    setup: Setup
    stretches: tuple[Stretch, ...]
    batch: int = 512
    slots: int = 8
    clients: int = 1
    tokens: int = 0
    answers: tuple[tuple[str, ...], ...] = ()

    def to_message(self) -> Message:
        return dataclasses.asdict(self)

    @classmethod
    def from_message(cls, message: Message) -> Self:
        stretches = tuple(
            Stretch(one["text"], tuple((start, end) for start, end in one["words"]), tuple(one["sentences"]))
            for one in message["stretches"]
        )
        answers = tuple(map(tuple, message["answers"]))
        return cls(**message | {"setup": Setup(**message["setup"]), "stretches": stretches, "answers": answers})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial found.

    `tokens` were evaluated for `words` words in `seconds`, loading not counted. `seconds_to_first`: from the start of
    loading to the first labels, None where nothing is known before the end. `memory` is in bytes. `answers` are the
    engine's labels; `agreement` is the reference's, with the engine's.
    """

    words: int
    tokens: int
    seconds: float
    seconds_to_first: float | None = None
    memory: int = 0
    answers: tuple[tuple[str, ...], ...] = ()
    agreement: dict[str, Any] | None = None

    @property
    def words_per_s(self) -> float:
        return self.words / self.seconds

    @property
    def tokens_per_word(self) -> float:
        return self.tokens / self.words


class NotInstalledError(EngineError):
    """A package that a contender needs is not installed."""
