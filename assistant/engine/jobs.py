"""What a scheduler is given to run, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.engine.compile import Compiled
from bioassist.tasks.program import Answer


@dataclass(slots=True)
class Job:
    """A compiled program to run, under a name of the caller's. Lower `priority` goes first, then order of coming."""

    name: int
    compiled: Compiled
    priority: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """A job's answers, one a choice of its programs in order, and how many tokens were evaluated for it."""

    name: int
    answers: tuple[Answer, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A job without answers: why, for people, and whether a shorter program might have some."""

    name: int
    reason: str
    too_long: bool = False
