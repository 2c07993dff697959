"""The annotator: brings a project's documents to the worker and what it finds into the project.

It lives on a thread of its own, beside the screen. Every finished window is stored as it comes, keyed by text, program
and model, so a run that was killed goes on where it was. If the worker ends by itself or hangs, the documents it was
reading are read once more, one at a time and piece by piece, by a fresh one. A piece that ends a worker then is left
out; a document with several of them is marked as failed.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from assistant.engine.beginning import Beginning
from assistant.engine.client import Ending, Worker
from assistant.engine.events import (
    DocumentStarted,
    EngineFailed,
    EngineReady,
    Event,
    Finished,
    Suggested,
    WorkerLost,
)
from assistant.engine.losses import Losses
from assistant.engine.progress import Reading, RunProgress
from assistant.engine.readings import Readings
from assistant.engine.results import Results
from assistant.engine.settings import EngineSettings
from assistant.engine.watchdog import Watchdog
from assistant.engine.wire import Message
from assistant.project.store import Project
from assistant.suggesters.running import SuggesterRun
from bioassist.errors import BioassistError, EngineError, ModelError, ProjectError

__all__ = ["Annotator", "EngineSettings"]

_IN_FLIGHT = 3
_LOST_WORKERS = 3
_PROGRESS_EVERY = 0.25


class Annotator:
    """Pre-annotates the documents of `project` that are not ready, in their order.

    `on_event` is called on the annotator's thread. `start` once; `stop` ends the worker and waits for it. `error` is
    what ended the run if it could not go on. `suggesters` run beside it, and read each document before the model does.
    """

    def __init__(
        self,
        project: Project,
        settings: EngineSettings,
        on_event: Callable[[Event], None],
        suggesters: SuggesterRun | None = None,
    ) -> None:
        self._project = project
        self._settings = settings
        self.on_event = on_event
        self.error: BioassistError | None = None
        self._suggesters = suggesters or SuggesterRun(project, (), on_event)
        self._suggesters.on_event = self._hear
        self._inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="annotator", daemon=True)
        self._over = threading.Event()
        self._worker: Worker | None = None
        self._waiting: deque[int] = deque()
        self._wanted = 0  # the document that a person waited for last
        self._losses = Losses(settings.shape)
        self._watchdog = Watchdog()
        # What the worker said before it ended, and how many ended one after the other before they were ready.
        self._broken: Ending | None = None
        self._lost = 0
        self._progress = RunProgress()
        self._reading = Readings(project, self._losses, self._progress, self._say, lambda event: self.on_event(event))
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
        self._suggesters.prioritise(document_id)
        self._inbox.put(("prioritise", document_id))

    @property
    def worker_pid(self) -> int | None:
        return self._worker.pid if self._worker is not None else None

    def _hear(self, event: Event) -> None:
        """What the suggesters tell, on their thread."""
        self.on_event(event)
        if isinstance(event, Suggested):
            self._inbox.put(("suggested", event.document_id))

    def _run(self) -> None:
        stopped = True
        try:
            self._suggesters.start()
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
                self._suggesters.stop()
                self.error = self.error or self._suggesters.error
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
        beginning = Beginning(project, settings)
        todo = beginning.to_read(self._suggesters.changing)
        self._waiting.extend(todo[: settings.limit])
        self._progress.documents_done = len(beginning.documents) - len(todo)
        self._progress.documents_all = self._progress.documents_done + len(self._waiting)
        if not self._waiting:
            return
        self._run_id = beginning.record()
        self._reading.begin(Results(project, settings, self._run_id), self._run_id)
        self._progress.characters_all = sum(len(project.text(document_id)) for document_id in self._waiting)
        self._open_worker()

    def _open_worker(self) -> None:
        threads = self._settings.choose_threads()
        self._broken = None
        try:
            self._worker = Worker(
                self._settings.opening(self._project.schema, threads.count, self._losses.shape),
                threads.wait,
                lambda worker, message: self._inbox.put(("worker", (worker, message))),
            )
        except OSError as error:
            # The system may have room for a process in a moment: the loop tries again.
            self._count_loss(Ending.of_start(error))
        else:
            self._watchdog.load()

    def _loop(self) -> bool:
        """Work until nothing is left (True) or the person stops it (False)."""
        self._progress.started = time.monotonic()
        while self._waiting or self._reading or not self._suggesters.join(0):
            self._fill()
            try:
                kind, what = self._inbox.get(timeout=_PROGRESS_EVERY)
            except queue.Empty:
                if self._watchdog.overdue():
                    silent = self._watchdog.give_up()
                    self._lost_worker(Ending(f"it hung: nothing was heard of it for {silent:.0f} seconds"))
                elif self._worker is None and self._waiting:
                    self._open_worker()
                self._tell()
                continue
            if kind == "stop":
                return False
            if kind == "prioritise":
                self._wanted = what
                self._move_up(what)
            elif kind == "suggested":
                # What else waits for it is read as soon as there is room.
                if what == self._wanted:
                    self._move_up(what)
            else:
                worker, message = what
                if worker is self._worker:
                    self._take(message)
                if worker is self._worker:
                    self._watchdog.heard(bool(self._reading) or not self._ready)
            self._tell()
        self._tell(force=True)
        return True

    def _fill(self) -> None:
        while self._ready and self._waiting:
            suspect = any(map(self._losses.suspected, (self._waiting[0], *self._reading)))
            if len(self._reading) >= (1 if suspect or self._settings.deterministic else _IN_FLIGHT):
                return
            first = self._waiting[0]
            if not self._suggesters.has_read(first):
                self._suggesters.prioritise(first)
                return
            self._waiting.popleft()
            self._read(first, 0 if first == self._wanted and not self._settings.deterministic else 1)

    def _read(self, document_id: int, priority: int) -> None:
        row = self._project.document(document_id)
        text = self._project.text(document_id)
        self._reading[document_id] = Reading(row, text)
        self._project.set_state(document_id, "reading")
        care = self._losses.suspected(document_id)
        self._say({"say": "document", "document": document_id, "text": text, "priority": priority, "care": care})
        self._watchdog.expect()
        self.on_event(DocumentStarted(document_id, row.name))

    def _move_up(self, document_id: int) -> None:
        if document_id in self._waiting:
            self._waiting.remove(document_id)
            suspect = any(map(self._losses.suspected, (document_id, *self._reading)))
            free = self._ready and not self._settings.deterministic and not suspect
            if free and self._suggesters.has_read(document_id):
                self._read(document_id, 0)
            else:
                self._waiting.appendleft(document_id)
        if not self._settings.deterministic:
            self._say({"say": "prioritise", "document": document_id})

    def _say(self, message: Message) -> None:
        if self._worker is not None:
            self._worker.send(message)

    def _take(self, message: Message | None) -> None:
        if message is None:
            assert self._worker is not None
            self._lost_worker(self._broken or self._worker.ending())
            return
        match message["say"]:
            case "ready":
                self._ready = True
                self._watchdog.ready(message["batch"])
                self.on_event(EngineReady(message["facts"]))
            case "refused" if not message["memory"] or self._losses.shape.smaller() is None:
                raise ModelError(message["what"], where=message["where"], next_step=message["next"])
            case "refused" | "broken":
                # The worker says why before it ends; its end is heard next.
                self._broken = Ending(message["what"], message["memory"])
            case _:
                self._reading.take(message)

    def _lost_worker(self, ending: Ending) -> None:
        assert self._worker is not None
        self._worker.close()
        self._worker = None
        self._count_loss(ending)
        if self._waiting:
            self._open_worker()

    def _count_loss(self, ending: Ending) -> None:
        """What it was reading waits again or fails. Raises EngineError where worker after worker reads nothing."""
        self._watchdog.ended()
        self._lost = 0 if self._ready else self._lost + 1
        self._ready = False
        reason = str(ending)
        less = self._losses.ran_out_of_memory() if ending.out_of_memory else None
        for document_id, reading in list(self._reading.items()):
            if less is None and not self._losses.lost(document_id, reading.culprit(reason)):
                self._reading.fail(document_id, f"{reason}, again and again while it read this note.")
            else:
                self._project.set_state(document_id, "pending")
                del self._reading[document_id]
                self._waiting.appendleft(document_id)
        again = bool(self._waiting) and (self._lost < _LOST_WORKERS or less is not None)
        self.on_event(WorkerLost(f"{reason}; {less}" if less else reason, again))
        if self._waiting and not again:
            raise EngineError(
                f"{reason}, {self._lost} times before it could read anything.", next_step="Run `bioassist doctor`."
            )

    def _tell(self, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._said < _PROGRESS_EVERY:
            return
        self._said = now
        loading = self._worker is not None and not self._ready
        self.on_event(replace(self._progress.event(self._reading.values()), loading=loading))
