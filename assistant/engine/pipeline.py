"""The annotator: brings a project's documents to the worker and what it finds into the project.

It lives on a thread of its own, beside the screen. Every finished window is stored as it comes, keyed by text, program
and model, so a run that was killed goes on where it was. If the worker ends by itself, the documents it was reading are
read once more, one at a time, by a fresh one; a document that ends two workers is marked as failed.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.engine.client import Worker
from assistant.engine.events import (
    DocumentDone,
    DocumentFailed,
    DocumentStarted,
    EngineFailed,
    EngineReady,
    Event,
    Finished,
    WindowDone,
    WorkerLost,
)
from assistant.engine.machine import BATCH, CELLS, LOOKAHEAD, SLOTS, WINDOW_WORDS, Tuning, choose_threads
from assistant.engine.progress import Reading, RunProgress
from assistant.engine.wire import Message
from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from bioassist.documents import Span
from bioassist.errors import BioassistError, EngineError, ModelError, ProjectError
from bioassist.schema import Schema
from bioassist.tasks.ner import FINGERPRINTS

_IN_FLIGHT = 3
_LOST_WORKERS = 3
_PROGRESS_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How to run: the model's files and identity, and the shape of the work.

    `trained` are the labels that the model was trained on for `task`; types served by others run untrained.
    `threads` None: chosen by what the machine is doing. `tuning` goes before `batch` and `slots`; a deterministic run
    has none, since it would give other bytes after another tuning. `window_words` is the size of a window in words.
    `limit` is the most documents to read in this run. `fresh` reads again what was read before.
    """

    model: Path
    name: str
    identity: str
    adapter: Path | None = None
    task: str = "ner.typed"
    trained: frozenset[str] = frozenset()
    threads: int | None = None
    gpu_layers: str = "auto"
    tuning: Tuning | None = None
    cells: int = CELLS
    batch: int = BATCH
    slots: int = SLOTS
    lookahead: int = LOOKAHEAD
    window_words: int = WINDOW_WORDS
    deterministic: bool = False
    fresh: bool = False
    limit: int | None = None

    @property
    def program(self) -> str:
        return FINGERPRINTS[self.task]

    def trained_types(self, schema: Schema) -> list[str]:
        """Names of the entity types of `schema` that the model was trained on."""
        return [entity.name for entity in schema.entities if entity.served_by in self.trained]


class Annotator:
    """Pre-annotates the documents of `project` that are not ready, in their order.

    `on_event` is called on the annotator's thread. `start` once; `stop` ends the worker and waits for it. `error` is
    what ended the run if it could not go on.
    """

    def __init__(self, project: Project, settings: EngineSettings, on_event: Callable[[Event], None]) -> None:
        self._project = project
        self._settings = settings
        self.on_event = on_event
        self.error: BioassistError | None = None
        self._inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="annotator", daemon=True)
        self._over = threading.Event()
        self._worker: Worker | None = None
        self._waiting: deque[int] = deque()
        self._reading: dict[int, Reading] = {}
        self._ended: dict[int, int] = {}
        self._lost = 0
        self._progress = RunProgress()
        self._run_id = 0
        self._ready = False
        self._said = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the run and wait for it; finished windows are kept."""
        self._inbox.put(("stop", None))
        self.join()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the run's end; whether it has ended."""
        # Not the thread's own join: when Ctrl-C interrupts it, Python before 3.13 takes the thread for ended.
        return self._thread.ident is None or self._over.wait(timeout)

    def prioritise(self, document_id: int) -> None:
        """A person waits for this document: read it next."""
        self._inbox.put(("prioritise", document_id))

    @property
    def worker_pid(self) -> int | None:
        return self._worker.pid if self._worker is not None else None

    def _run(self) -> None:
        stopped = True
        try:
            self._begin()
            stopped = not self._loop()
        except BioassistError as error:
            self.error = error
            self.on_event(EngineFailed(str(error)))
        except Exception as error:
            # Whatever it is, the screen and the journal live on, and the person is told.
            self.error = EngineError(f"pre-annotation ended on an internal error: {error!r}.")
            self.on_event(EngineFailed(str(self.error)))
        finally:
            try:
                if self._worker is not None:
                    self._worker.close()
                self._close_books()
                self.on_event(Finished(stopped))
            finally:
                self._over.set()

    def _close_books(self) -> None:
        try:
            if self._run_id:
                self._project.end_run(self._run_id, self._progress.words, self._progress.seconds, self._progress.tokens)
            for reading in self._reading.values():
                self._project.set_state(reading.row.id, "pending")
        except ProjectError as error:
            self.error = self.error or error

    def _begin(self) -> None:
        project, settings = self._project, self._settings
        earlier = project.latest_run()
        programs = {settings.task: settings.program}
        same = (
            earlier is not None
            and earlier.model_sha == settings.identity
            and earlier.schema_fingerprint == project.schema.fingerprint
            and earlier.programs == programs
        )
        rows = [row for row in project.documents() if row.text_sha]
        if not same or settings.fresh:
            for row in rows:
                project.set_state(row.id, "pending")
        # A note that failed is tried again: what ended its worker may have been the machine.
        todo = [row.id for row in rows if settings.fresh or not same or row.state != "ready"]
        self._waiting.extend(todo[: settings.limit])
        self._progress.documents_done = len(rows) - len(todo)
        self._progress.documents_all = self._progress.documents_done + len(self._waiting)
        if not self._waiting:
            return
        self._run_id = project.begin_run(
            model=settings.name,
            model_sha=settings.identity,
            adapter=settings.adapter.name if settings.adapter else None,
            programs=programs,
            schema_fingerprint=project.schema.fingerprint,
            trained=settings.trained_types(project.schema),
            settings={"window_words": settings.window_words, "deterministic": settings.deterministic},
        )
        self._progress.characters_all = sum(len(project.text(document_id)) for document_id in self._waiting)
        self._open_worker()

    def _open_worker(self) -> None:
        settings = self._settings
        # The number of threads changes what is computed by a little, so a repeatable run does not choose it.
        tuning = None if settings.deterministic else settings.tuning
        threads = choose_threads(
            settings.threads,
            tuned=tuning.threads if tuning else None,
            busy_cores=0.0 if settings.deterministic else None,
        )
        self._ready = False
        self._worker = Worker(
            {
                "model": str(settings.model),
                "adapter": str(settings.adapter) if settings.adapter else None,
                "identity": settings.identity,
                "schema": self._project.schema.dumps(),
                "task": settings.task,
                "threads": threads.count,
                "gpu_layers": settings.gpu_layers,
                "cells": settings.cells,
                "batch": tuning.batch if tuning else settings.batch,
                "slots": tuning.slots if tuning else settings.slots,
                "lookahead": settings.lookahead,
                "window_words": settings.window_words,
                "deterministic": settings.deterministic,
            },
            threads.wait,
            lambda worker, message: self._inbox.put(("worker", (worker, message))),
        )

    def _loop(self) -> bool:
        """Work until nothing is left (True) or the person stops it (False)."""
        self._progress.started = time.monotonic()
        while self._waiting or self._reading:
            self._fill()
            try:
                kind, what = self._inbox.get(timeout=_PROGRESS_EVERY)
            except queue.Empty:
                self._tell()
                continue
            if kind == "stop":
                return False
            if kind == "prioritise":
                self._move_up(what)
            else:
                worker, message = what
                if worker is self._worker:
                    self._take(message)
            self._tell()
        self._tell(force=True)
        return True

    def _fill(self) -> None:
        while self._ready and self._waiting:
            suspect = any(document_id in self._ended for document_id in (self._waiting[0], *self._reading))
            if len(self._reading) >= (1 if suspect or self._settings.deterministic else _IN_FLIGHT):
                return
            self._read(self._waiting.popleft(), 1)

    def _read(self, document_id: int, priority: int) -> None:
        row = self._project.document(document_id)
        text = self._project.text(document_id)
        self._reading[document_id] = Reading(row, text)
        self._project.set_state(document_id, "reading")
        self._say({"say": "document", "document": document_id, "text": text, "priority": priority})
        self.on_event(DocumentStarted(document_id, row.name))

    def _move_up(self, document_id: int) -> None:
        if document_id in self._waiting:
            self._waiting.remove(document_id)
            if self._ready and not self._settings.deterministic and not self._ended:
                self._read(document_id, 0)
            else:
                self._waiting.appendleft(document_id)
        if not self._settings.deterministic:
            self._say({"say": "prioritise", "document": document_id})

    def _say(self, message: Message) -> None:
        assert self._worker is not None
        self._worker.send(message)

    def _take(self, message: Message | None) -> None:
        if message is None:
            assert self._worker is not None
            self._lost_worker(self._worker.ending())
            return
        match message["say"]:
            case "ready":
                self._ready = True
                self.on_event(EngineReady(message["facts"]))
            case "refused":
                raise ModelError(message["what"], where=message["where"], next_step=message["next"])
            case "broken":
                # The worker says why before it ends; its end is heard next.
                self._progress.line = message["what"]
            case "windows":
                self._answer(message)
            case "window":
                self._store(message["document"], message["key"], message["start"], message["result"])
            case "done":
                self._finish(message["document"])
            case "failed":
                self._fail(message["document"], message["what"])

    def _answer(self, message: Message) -> None:
        """Tell the worker which windows are known, and take those from the project."""
        document_id = message["document"]
        reading = self._reading.get(document_id)
        if reading is None:
            return
        listed = message["windows"]
        reading.announced += len(listed)
        reading.all_announced = message["all"]
        known: dict[str, Any] = {}
        if not self._settings.fresh:
            known = self._project.cached_windows([key for _, key, _, _ in listed])
        if self._settings.deterministic and len(known) < len({key for _, key, _, _ in listed}):
            # What is evaluated depends a little on what shares its batch, so all of the note is evaluated again.
            known = {}
        found: list[Suggestion] = []
        for _, key, start, words in listed:
            if key in known:
                found += self._suggestions(reading, start, known[key])
                reading.words += words
                reading.done += 1
        if found:
            self._project.add_suggestions(document_id, self._run_id, found)
        self._say(
            {"say": "known", "document": document_id, "keys": [name for name, key, _, _ in listed if key in known]}
        )
        if known:
            self.on_event(WindowDone(document_id, reading.words, reading.done, reading.windows))

    def _store(self, document_id: int, key: str, start: int, result: dict[str, Any]) -> None:
        reading = self._reading.get(document_id)
        if reading is None:
            return
        self._project.put_window(key, result, document_id)
        found = self._suggestions(reading, start, result)
        if found:
            self._project.add_suggestions(document_id, self._run_id, found)
        reading.words += result["words"]
        reading.done += 1
        self._progress.words += result["words"]
        self._progress.tokens += result["tokens"]
        self._progress.line = reading.text[start : start + 200].strip().split("\n", 1)[0].strip()
        self.on_event(WindowDone(document_id, result["words"], reading.done, reading.windows))

    def _suggestions(self, reading: Reading, start: int, result: dict[str, Any]) -> list[Suggestion]:
        found = []
        for name, begin, end, confidence in result["mentions"]:
            entity = self._project.schema.entity(name)
            spans = (Span(start + begin, start + end),)
            found.append(
                Suggestion(
                    id=suggestion_id(reading.row.text_sha, name, spans),
                    type=name,
                    spans=spans,
                    confidence=confidence,
                    source="model",
                    model=self._settings.name,
                    program=result["program"],
                    trained=entity is not None and entity.served_by in self._settings.trained,
                )
            )
        return found

    def _finish(self, document_id: int) -> None:
        reading = self._reading.pop(document_id)
        self._project.supersede_suggestions(document_id, keep_run=self._run_id)
        self._project.set_state(document_id, "ready", words=reading.words)
        self._progress.finish(reading)
        self.on_event(DocumentDone(document_id))

    def _fail(self, document_id: int, reason: str) -> None:
        reading = self._reading.pop(document_id)
        self._project.set_state(document_id, "failed", reason=reason)
        self._progress.finish(reading)
        self.on_event(DocumentFailed(document_id, reason))

    def _lost_worker(self, how: str) -> None:
        assert self._worker is not None
        self._worker.close()
        loaded = self._ready
        self._lost = self._lost + 1 if not loaded else 0
        reason = f"the process that runs llama.cpp ended ({how})"
        for document_id in list(self._reading):
            self._ended[document_id] = self._ended.get(document_id, 0) + 1
            if self._ended[document_id] > 1:
                self._fail(document_id, f"{reason}, twice while it read this note.")
            else:
                self._project.set_state(document_id, "pending")
                del self._reading[document_id]
                self._waiting.appendleft(document_id)
        again = bool(self._waiting) and self._lost < _LOST_WORKERS
        self.on_event(WorkerLost(reason, again))
        if self._waiting and not again:
            raise EngineError(
                f"{reason}, {self._lost} times before it could read anything.", next_step="Run `bioassist doctor`."
            )
        if self._waiting:
            self._open_worker()

    def _tell(self, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._said < _PROGRESS_EVERY:
            return
        self._said = now
        self.on_event(self._progress.event(self._reading.values()))
