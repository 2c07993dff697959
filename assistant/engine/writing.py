"""Text that a model writes, token by token, until it stops, is stopped, or has written enough."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bioassist.tasks.program import Answer, Free


@dataclass(frozen=True, slots=True)
class Best:
    """The likeliest token of all: its probability, the bytes it stands for, and whether it ends the text."""

    token: int
    probability: float
    text: bytes
    ends: bool


@dataclass(slots=True)
class Written:
    """What is written so far for `free`. A token may be a part of a character, so bytes are kept."""

    free: Free
    tokens: list[int] = field(default_factory=list)
    text: bytes = b""
    surprise: float = field(default=0.0)

    def add(self, best: Best) -> bool:
        """Take a token; whether the text goes on behind it."""
        self.tokens.append(best.token)
        self.surprise -= math.log(max(best.probability, 1e-12))
        if best.ends:
            return False
        self.text += best.text
        stop = self.free.stop.encode()
        place = self.text.find(stop) if stop else -1
        if place >= 0:
            self.text = self.text[:place]
            return False
        return len(self.tokens) < self.free.limit

    @property
    def answer(self) -> Answer:
        """The text, with the geometric mean of its tokens' probabilities."""
        likely = math.exp(-self.surprise / len(self.tokens)) if self.tokens else 1.0
        return Answer(self.text.decode("utf-8", "replace").strip(), likely, tokens=tuple(self.tokens))
