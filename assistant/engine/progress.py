"""How far a run is and how long it will take, from what was read so far."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from assistant.engine.events import Progress
from assistant.engine.units import Gap
from assistant.project.journal.decisions import Decision
from assistant.project.records import DocumentRow, Suggestion
from bioassist.documents import Span


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sentence or window shows of a statement: the label, where it is, and how sure (0 to 1)."""

    label: str
    span: Span
    confidence: float

    def is_surer(self, other: Verdict) -> bool:
        """Of equally sure ones the first in the text, whatever was read first."""
        return (-self.confidence, self.span, self.label) < (-other.confidence, other.span, other.label)


@dataclass(slots=True)
class Reading:
    """A document that the worker has: its text, and how many of its windows and words are read.

    `some` says whether anything of it was read, windows or else. `found` are suggested entities of windows that are not
    complete yet, `beside` what other suggesters suggest, by place, once it was asked for; `decided` are the
    decisions on the document with the length that the journal had. `verdicts` are the surest on each statement so far.
    `gaps` could not be read; `begun` is what the worker reads now, if it says so.
    """

    row: DocumentRow
    text: str
    words: int = 0
    done: int = 0
    announced: int = 0
    all_announced: bool = False
    some: bool = False
    found: list[Suggestion] = field(default_factory=list)
    beside: list[Suggestion] | None = None
    decided: tuple[int, list[list[Decision]]] | None = None
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    begun: tuple[str, Gap] | None = None

    def read(self, words: int) -> None:
        """So many words more are read; with none, it was something else than a window of words."""
        self.words += words
        self.done += bool(words)

    def culprit(self, why: str) -> tuple[str, Gap] | None:
        """What the worker was reading when it ended, if it read piece by piece."""
        return None if self.begun is None else (self.begun[0], replace(self.begun[1], why=why))

    @property
    def windows(self) -> int | None:
        """How many windows there are; None while the text is still being cut."""
        return self.announced if self.all_announced else None

    @property
    def characters(self) -> int:
        """About how much of the text is read, in code points."""
        return min(int(len(self.text) * self.done / self.windows), len(self.text)) if self.windows else 0


@dataclass(slots=True)
class RunProgress:
    """Counts of one run. `words` and `tokens` were evaluated in it; windows known from before count for neither."""

    documents_all: int = 0
    documents_done: int = 0
    characters_all: int = 0
    characters_done: int = 0
    words: int = 0
    tokens: int = 0
    line: str = ""
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return max(time.monotonic() - self.started, 1e-9)

    def finish(self, reading: Reading) -> None:
        self.documents_done += 1
        self.characters_done += len(reading.text)

    def event(self, readings: Iterable[Reading]) -> Progress:
        read = self.characters_done + sum(reading.characters for reading in readings)
        left = (self.characters_all - read) * self.seconds / read if read and self.words else None
        return Progress(self.documents_done, self.documents_all, self.words, self.words / self.seconds, left, self.line)
