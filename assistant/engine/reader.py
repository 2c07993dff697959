"""Reads documents with a model: cuts them into windows, runs their programs, gives back what was found.

This is the worker's inside, without pipes: `Reader` takes documents and yields messages. What is read at once has a
key; the application is asked which keys it has results for before anything is evaluated. Once all entities of a window
are known, it is asked which of them stand, by what people decided: the other tasks are about those.

What cannot be read is told as a gap, and the rest of the document is read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from assistant.engine.compile import Compiled, chained
from assistant.engine.cutting import Cutting
from assistant.engine.jobs import Done, Job, Refused
from assistant.engine.opened import OpenDocument
from assistant.engine.scheduler import AWAITED, Scheduler
from assistant.engine.units import Block, EntityUnit, Gap, Result, Unit, name_of
from assistant.engine.wire import Message
from bioassist.documents import Entity, Span
from bioassist.errors import BioassistError
from bioassist.tasks.program import Answer

# Units are announced this many at a time, so that a long note begins to be read before it is cut to its end.
_ANNOUNCED = 64


@dataclass(frozen=True, slots=True)
class _Task:
    """A job of the scheduler's: what it is of, and what was answered before it."""

    document: int
    unit: Unit
    answers: tuple[Answer, ...] = ()
    tokens: int = 0


class Reader:
    """Reads documents with a scheduler, as `cutting` cuts them.

    `begin`, `known`, `stands` and `prioritise` take what the application says; `step` evaluates one batch and gives the
    messages to send. `deterministic` reads one document at a time in the order of coming, so much of it as is announced
    at once, each time from new cells on: then what is found depends on nothing that was read before. `worker` is what
    it depends on besides, as JSON holds it; results are kept under keys that have both.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        cutting: Cutting,
        *,
        slots: int,
        deterministic: bool = False,
        worker: Sequence[object] = (),
    ) -> None:
        self._scheduler = scheduler
        self._cutting = cutting
        self._slots = slots
        self._deterministic = deterministic
        self._worker = worker
        self._documents: dict[int, OpenDocument] = {}
        self._tasks: dict[int, _Task] = {}
        self._busy: set[str] = set()
        self._next_job = 0

    @property
    def idle(self) -> bool:
        """Nothing to evaluate before another message comes."""
        return self._scheduler.idle and not any(document.ready for document in self._documents.values())

    def begin(self, document_id: int, text: str, priority: int, *, care: bool = False) -> None:
        document = OpenDocument(document_id, text, priority, iter(()), care)
        document.units = self._units(document)
        self._documents[document_id] = document

    def known(self, document_id: int, keys: Sequence[str]) -> None:
        """The answer to an announcement: these need not be read."""
        document = self._documents.get(document_id)
        if document is not None:
            document.answer(set(keys))

    def stands(self, document_id: int, start: int, entities: Sequence[Sequence[Any]]) -> None:
        """The entities that stand in the window at `start`, each as id, type and spans."""
        document = self._documents.get(document_id)
        if document is None:
            return
        found = [
            Entity(item_id, type_, tuple(Span(begin, end) for begin, end in spans))
            for item_id, type_, spans in entities
        ]
        document.standing.append((document.awaited.pop(start), found))

    def prioritise(self, document_id: int) -> None:
        """A person waits for this document: its windows go first from now on."""
        for document in self._documents.values():
            document.priority = AWAITED if document.id == document_id else AWAITED + 1
        self._scheduler.prioritise({job for job, task in self._tasks.items() if task.document == document_id})

    def step(self) -> Iterator[Message]:
        yield from self._repeat()
        yield from self._announce()
        yield from self._feed()
        if not self._scheduler.idle:
            for done in self._scheduler.step():
                yield from self._ended(done)
        yield from self._ask()
        yield from self._finished()

    def _order(self) -> list[OpenDocument]:
        ordered = list(self._documents.values())
        return ordered[:1] if self._deterministic else sorted(ordered, key=lambda document: document.priority)

    def _announce(self) -> Iterator[Message]:
        for document in self._order():
            if document.asking or len(document.ready) > self._slots or self._has_to_wait(document):
                continue
            if self._deterministic:
                self._scheduler.renew()
            units: dict[str, Unit] = {}
            gaps: list[Gap] = []
            try:
                while len(units) < _ANNOUNCED and (unit := self._next(document)) is not None:
                    if isinstance(unit, Gap):
                        gaps.append(unit)
                    else:
                        units[name_of(unit)] = unit
            except (BioassistError, ValueError) as error:
                yield from self._fail(document, str(error))
                continue
            for gap in gaps:
                yield _told(document, gap)
            if self._deterministic:
                document.block = Block.of(units.values(), *self._worker, "with care" if document.care else "")
            document.announced = units
            document.asking = True
            yield {
                "say": "windows",
                "document": document.id,
                "windows": [
                    [name, document.key(unit), unit.start, unit.words, list(unit.about)] for name, unit in units.items()
                ],
                "all": document.cut,
            }

    def _has_to_wait(self, document: OpenDocument) -> bool:
        """Whether there is nothing to announce, or not yet."""
        if self._deterministic and not (self._scheduler.idle and document.quiet and document.answered):
            return True
        return document.cut and not (document.standing or document.following)

    def _next(self, document: OpenDocument) -> Unit | Gap | None:
        while document.standing and not document.following:
            window, entities = document.standing.popleft()
            document.following.extend(self._cutting.about(document.text, window, entities))
        if document.following:
            return document.following.popleft()
        unit = next(document.units, None)
        document.cut = unit is None
        return unit

    def _feed(self) -> Iterator[Message]:
        for document in self._order():
            while document.ready and self._scheduler.wants(document.priority):
                if document.care and document.running:
                    break
                unit = document.take(self._busy)
                if unit is None:
                    break
                self._submit(document, unit.programs, _Task(document.id, unit))
                if document.care:
                    yield {**_told(document, Gap.of(unit, "")), "say": "begins", "name": name_of(unit)}

    def _submit(self, document: OpenDocument, programs: Sequence[Compiled], task: _Task) -> None:
        self._tasks[self._next_job] = task
        self._busy.add(task.unit.key)
        self._scheduler.submit(Job(self._next_job, chained(programs), document.priority))
        self._next_job += 1
        document.running += 1

    def _ended(self, done: Done | Refused) -> Iterator[Message]:
        task = self._tasks.pop(done.name)
        self._busy.discard(task.unit.key)
        document = self._documents.get(task.document)
        if document is None:
            return
        document.running -= 1
        unit = task.unit
        if isinstance(done, Refused):
            yield from self._refused(document, unit, done)
            return
        answers, tokens = (*task.answers, *done.answers), task.tokens + done.tokens
        try:
            further = () if task.answers else unit.further(answers)
        except BioassistError as error:
            yield from self._leave_out(document, unit, str(error))
            return
        if further:
            self._submit(document, further, _Task(document.id, unit, answers, tokens))
            return
        result = unit.result(answers)
        yield _result(document, unit, {**result, "tokens": tokens})
        # The same stretch may come again, here or in another note, and was announced before it was read.
        for other in self._documents.values():
            other.meet(unit.key, {**result, "tokens": 0})
        yield from self._repeat()

    def _repeat(self) -> Iterator[Message]:
        """Results of units that need not be read, since others were that are the same."""
        for document in self._documents.values():
            again, document.again = document.again, []
            for unit, result in again:
                yield _result(document, unit, result)

    def _refused(self, document: OpenDocument, unit: Unit, refused: Refused) -> Iterator[Message]:
        if not (refused.too_long and isinstance(unit, EntityUnit)):
            yield from self._leave_out(document, unit, refused.reason)
            return
        for part in self._cutting.shorter(document.text, unit):
            if isinstance(part, Gap):
                yield _told(document, part)
            else:
                document.ready.appendleft(part)
                document.expect(part)
        document.end(unit)

    def _leave_out(self, document: OpenDocument, unit: Unit, why: str) -> Iterator[Message]:
        document.end(unit)
        yield _told(document, Gap.of(unit, why))

    def _ask(self) -> Iterator[Message]:
        """Tell the application of windows whose entities are known, to hear which of them stand."""
        for document in self._order():
            if self._deterministic and not document.quiet:
                continue
            # In their order in the text, whichever was read first: what is asked about them is announced in it.
            told, document.told = sorted(document.told, key=lambda window: window.start), deque()
            for window in told:
                document.awaited[window.start] = window
                yield {"say": "entities", "document": document.id, "start": window.start, "end": window.end}

    def _fail(self, document: OpenDocument, reason: str) -> Iterator[Message]:
        """Forget a document; what is being evaluated of it is finished and thrown away."""
        del self._documents[document.id]
        yield {"say": "failed", "document": document.id, "what": reason}

    def _finished(self) -> Iterator[Message]:
        for document in list(self._documents.values()):
            if document.finished:
                del self._documents[document.id]
                yield {"say": "done", "document": document.id}

    def _units(self, document: OpenDocument) -> Iterator[Unit | Gap]:
        for window, entities, others in self._cutting.pieces(document.text):
            if self._cutting.about_entities and entities:
                document.left[window.start] = (window, len(entities))
            elif self._cutting.about_entities:
                # The model finds nothing in it, but others may have.
                document.told.append(window)
            yield from entities
            yield from others
        yield from self._cutting.whole(document.text)


def _result(document: OpenDocument, unit: Unit, result: Result) -> Message:
    document.end(unit)
    return {
        "say": "window",
        "document": document.id,
        "key": document.key(unit),
        "start": unit.start,
        "about": list(unit.about),
        "result": result,
    }


def _told(document: OpenDocument, gap: Gap) -> Message:
    return {"say": "gap", "document": document.id, "gap": astuple(gap)}
