"""Reads documents with a model: cuts them into windows, runs their programs, gives back what was found.

This is the worker's inside, without pipes: `Reader` takes documents and yields messages. A window is known by its key;
the application is asked which keys it has results for before anything is evaluated.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.engine.compile import Compiled, Compiler
from assistant.engine.scheduler import Done, Job, Scheduler
from assistant.engine.windows import Window, halves, windows
from assistant.engine.wire import Message
from bioassist.errors import BioassistError, EngineError
from bioassist.tasks.ner import Ner

# Part of every window's key: a change to what a result holds, or to how it is computed, makes old results unknown.
RESULT_VERSION = 1
# Windows are announced this many at a time, so that a long note begins to be read before it is cut to its end.
_ANNOUNCED = 64


@dataclass(frozen=True, slots=True)
class Unit:
    """One pass over one window of a document."""

    key: str
    window: Window
    task: Ner
    compiled: Compiled


@dataclass(slots=True)
class _Document:
    id: int
    text: str
    priority: int
    units: Iterator[Unit]
    announced: dict[str, Unit] = field(default_factory=dict)
    ready: deque[Unit] = field(default_factory=deque)
    asking: bool = False
    cut: bool = False
    running: int = 0


class Reader:
    """Runs `passes` over documents with a scheduler; `target` is the number of words that a window aims at.

    `begin`, `known` and `prioritise` take what the application says; `step` evaluates one batch and gives
    the messages to send. `deterministic` reads one document at a time in the order of coming.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        compiler: Compiler,
        passes: Sequence[Ner],
        *,
        model_identity: str,
        longest: int,
        target: int,
        slots: int,
        deterministic: bool = False,
    ) -> None:
        self._scheduler = scheduler
        self._compiler = compiler
        self._passes = passes
        self._identity = model_identity
        self._longest = longest
        self._target = target
        self._slots = slots
        self._deterministic = deterministic
        self._documents: dict[int, _Document] = {}
        self._jobs: dict[int, tuple[int, Unit]] = {}
        self._next_job = 0

    @property
    def idle(self) -> bool:
        """Nothing to evaluate before another message comes."""
        return self._scheduler.idle and not any(document.ready for document in self._documents.values())

    def begin(self, document_id: int, text: str, priority: int) -> None:
        self._documents[document_id] = _Document(document_id, text, priority, self._units(text))

    def known(self, document_id: int, keys: Sequence[str]) -> None:
        """The answer to an announcement: these windows need not be read."""
        document = self._documents.get(document_id)
        if document is None:
            return
        have = set(keys)
        document.ready.extend(unit for key, unit in document.announced.items() if key not in have)
        document.announced = {}
        document.asking = False

    def prioritise(self, document_id: int) -> None:
        """A person waits for this document: its windows go first from now on."""
        for document in self._documents.values():
            document.priority = 0 if document.id == document_id else 1

    def _drop(self, document_id: int) -> None:
        """Forget a document; what is being evaluated of it is finished and thrown away."""
        self._documents.pop(document_id, None)

    def step(self) -> Iterator[Message]:
        yield from self._announce()
        self._feed()
        if not self._scheduler.idle:
            for done in self._scheduler.step():
                message = self._result(done)
                if message is not None:
                    yield message
        yield from self._finished()

    def _order(self) -> list[_Document]:
        ordered = list(self._documents.values())
        return ordered[:1] if self._deterministic else sorted(ordered, key=lambda document: document.priority)

    def _announce(self) -> Iterator[Message]:
        for document in self._order():
            if document.cut or document.asking or len(document.ready) > self._slots:
                continue
            units: dict[str, Unit] = {}
            # Read deterministically, all windows of a note must be known before the first batch is put together.
            while self._deterministic or len(units) < _ANNOUNCED:
                try:
                    unit = next(document.units, None)
                except (BioassistError, ValueError) as error:
                    self._drop(document.id)
                    yield {"say": "failed", "document": document.id, "what": str(error)}
                    break
                if unit is None:
                    document.cut = True
                    break
                # The same stretch twice in a note has one key and one result; it is told apart by its place.
                units[f"{unit.key}@{unit.window.start}"] = unit
            if document.id not in self._documents:
                continue
            document.announced = units
            document.asking = True
            yield {
                "say": "windows",
                "document": document.id,
                "windows": [
                    [name, unit.key, unit.window.start, len(unit.window.words)] for name, unit in units.items()
                ],
                "all": document.cut,
            }

    def _feed(self) -> None:
        for document in self._order():
            while document.ready and self._scheduler.waiting < 2:
                unit = document.ready.popleft()
                self._jobs[self._next_job] = (document.id, unit)
                self._scheduler.submit(Job(self._next_job, unit.compiled, document.priority))
                self._next_job += 1
                document.running += 1

    def _result(self, done: Done) -> Message | None:
        document_id, unit = self._jobs.pop(done.name)
        document = self._documents.get(document_id)
        if document is None:
            return None
        document.running -= 1
        window = unit.window
        mentions = unit.task.mentions(window.words, done.answers)
        return {
            "say": "window",
            "document": document_id,
            "key": unit.key,
            "start": window.start,
            "result": {
                "words": len(window.words),
                "tokens": done.tokens,
                "program": unit.task.fingerprint,
                "mentions": [
                    [m.type, m.span.start - window.start, m.span.end - window.start, round(m.confidence, 6)]
                    for m in mentions
                ],
            },
        }

    def _finished(self) -> Iterator[Message]:
        for document in list(self._documents.values()):
            if document.cut and not document.asking and not document.ready and not document.running:
                del self._documents[document.id]
                yield {"say": "done", "document": document.id}

    def _units(self, text: str) -> Iterator[Unit]:
        for window in windows(text, self._target):
            if not window.words:
                continue
            for task in self._passes:
                yield from self._fitting(text, window, task)

    def _fitting(self, text: str, window: Window, task: Ner) -> Iterator[Unit]:
        """The window as one unit, or as several if its program is too long for the model."""
        compiled = self._compiler.compile(task.program(text, window.words))
        if compiled.cells <= self._longest:
            yield Unit(self._key(text, window, task), window, task, compiled)
            return
        if len(compiled.shared) + 16 > self._longest:
            raise EngineError(
                f"the instruction alone takes {len(compiled.shared)} of the model's {self._longest} tokens.",
                next_step="Use a schema with fewer types or shorter descriptions.",
            )
        for half in halves(text, window):
            yield from self._fitting(text, half, task)

    def _key(self, text: str, window: Window, task: Ner) -> str:
        told: list[Any] = [
            RESULT_VERSION,
            self._identity,
            task.fingerprint,
            task.instruction,
            [entity.name for entity in task.types],
            text[window.start : window.end],
            [(word.start - window.start, word.end - window.start) for word in window.words],
        ]
        if self._deterministic:
            told.append("deterministic")
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
