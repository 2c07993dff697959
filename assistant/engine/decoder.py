"""What the scheduler asks of a model, and how a model can let it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.engine.writing import Best
from bioassist.errors import EngineError, ModelError


@dataclass(slots=True)
class Fed:
    """One token to evaluate: at `position` of `sequence`, with logits wanted behind it or not."""

    token: int
    position: int
    sequence: int
    wanted: bool


class Decoder(Protocol):
    """A model with cells that sequences share; `assistant.engine.llama.Llama` is one.

    `decode` raises NoRoomError or OutOfMemoryError, `logits` and `best` NotFiniteError.
    """

    def decode(self, tokens: Sequence[Fed]) -> None: ...
    def logits(self, place: int, of: Sequence[int]) -> list[float]: ...
    def best(self, place: int) -> Best: ...
    def share(self, source: int, target: int, length: int) -> None: ...
    def forget(self, sequence: int, start: int = 0) -> None: ...
    def clear(self) -> None: ...


class NotFiniteError(EngineError):
    """There is no number to decide by."""

    def __init__(self) -> None:
        super().__init__("the model gives no finite numbers.")


class NoRoomError(EngineError):
    """The cells do not hold a batch; nothing of it was evaluated."""

    def __init__(self) -> None:
        super().__init__("the context has no room for a batch.")


class OutOfMemoryError(ModelError):
    """The machine has no memory left for what was asked."""


class DamagedModelError(ModelError):
    """The model fails where no note is in play."""
