"""The run of a project's suggesters besides the language model, on a thread of its own.

Each document is read once by each suggester, in the documents' order; what a person opens, or the language model is
about to read, comes first. Nothing that a suggester does ends the run: what it could not do is kept with the document,
told, and tried again by the next run.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from assistant.engine.events import DocumentDone, EngineFailed, Event, Finished, Progress, Suggested, SuggesterFailed
from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from assistant.project.suggestions.suggesters import Result
from assistant.suggesters.protocol import Suggester
from bioassist.errors import BioassistError, EngineError

# So long what was found is gathered before it is saved: each saving waits for the disk.
_GATHERING = 0.25
_PATIENCE = 5.0


class StoppedError(Exception):
    """The run was stopped in the middle of a document."""


class SuggesterRun:
    """Brings what `suggesters` find into `project`. They are the project's own from now on.

    `alone` says that no language model runs: then documents are ready once the suggesters have read them, `limit` of
    them at most. `fresh` reads again what was read before. `on_event` is called on the thread that does the work: that
    of the run, or that of `of`.
    """

    def __init__(
        self,
        project: Project,
        suggesters: Sequence[Suggester],
        on_event: Callable[[Event], None],
        *,
        alone: bool = False,
        fresh: bool = False,
        limit: int | None = None,
    ) -> None:
        self._project = project
        self._suggesters = suggesters
        self.on_event = on_event
        self.error: BioassistError | None = None
        self._alone = alone
        self._fresh = fresh
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="suggesters", daemon=True)
        # Held while documents are read and saved: suggesters need not bear two threads.
        self._lock = threading.Lock()
        self._left: deque[int] = deque()
        self._urgent: deque[int] = deque()
        self._done = self._all = 0
        self._plan(limit)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the run; what is saved stays."""
        self._stopping.set()
        self.join(_PATIENCE)

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the run's end; whether it has ended."""
        return self._thread.ident is None or self._over.wait(timeout)

    def prioritise(self, document_id: int) -> None:
        """A person waits for this document: read it next."""
        self._urgent.append(document_id)

    def of(self, document_id: int) -> None:
        """Read one document now, unless it is read."""
        with self._lock:
            if document_id in self._left:
                self._left.remove(document_id)
                try:
                    self._save([(document_id, self._read(document_id))])
                except StoppedError:
                    self._left.appendleft(document_id)

    def _plan(self, limit: int | None) -> None:
        project = self._project
        ids = project.suggesters.unsettled()
        rows = [row for row in project.documents() if row.has_text]
        unread = {row.id for row in rows if row.state != "ready"} if self._alone else set()
        wanted = {row.id for row in rows} if self._fresh else {*ids, *unread}
        self._left.extend([row.id for row in rows if row.id in wanted][:limit])
        self._all, self._done = len(rows), len(rows) - len(wanted)
        self._makes_ready = not unread.isdisjoint(self._left)

    def _record(self) -> None:
        """A run without a model, so that the next one with a model finds that it has not read these documents."""
        run = self._project.begin_run("", "", None, {}, self._project.schema.fingerprint, [], {})
        self._project.end_run(run, 0, 0.0, 0)

    def _run(self) -> None:
        try:
            if self._makes_ready:
                self._record()
            self._tell()
            # The short wait lets in who asks for one document.
            while self._left and not self._stopping.wait(0.001):
                with self._lock:
                    self._some()
        except StoppedError:
            pass
        except BioassistError as error:
            self._fail(error)
        except Exception as error:
            self._fail(EngineError(f"the suggesters ended on an internal error: {type(error).__name__}."))
        finally:
            if self._alone:
                self.on_event(Finished(self._stopping.is_set()))
            self._over.set()

    def _fail(self, error: BioassistError) -> None:
        if not self._stopping.is_set():
            self.error = error
            self.on_event(EngineFailed(str(error)))

    def _some(self) -> None:
        """Read documents for a moment, and save what was found in all of them together."""
        read_: list[tuple[int, dict[str, Result]]] = []
        until = time.monotonic() + _GATHERING
        try:
            while self._left and time.monotonic() < until:
                self._move_up()
                read_.append((self._left[0], self._read(self._left[0])))
                self._left.popleft()
        finally:
            self._save(read_)

    def _move_up(self) -> None:
        while self._urgent:
            if (wanted := self._urgent.popleft()) in self._left:
                self._left.remove(wanted)
                self._left.appendleft(wanted)

    def _read(self, document_id: int) -> dict[str, Result]:
        """What the suggesters find that is not known yet, by fingerprint."""
        known = set() if self._fresh else self._project.suggesters.known(document_id)
        text = self._project.text(document_id)
        sha = self._project.document(document_id).text_sha
        return {
            one.fingerprint: self._result(one, text, sha) for one in self._suggesters if one.fingerprint not in known
        }

    def _result(self, suggester: Suggester, text: str, sha: str) -> Result:
        found: list[Suggestion] = []
        complaints: list[str] = []
        try:
            for one in suggester.suggest(text, complaints.append):
                if self._stopping.is_set():
                    raise StoppedError
                found.append(
                    Suggestion(
                        id=suggestion_id(sha, one.type, (one.span,)),
                        type=one.type,
                        spans=(one.span,),
                        confidence=one.confidence,
                        source=suggester.source,
                        model=suggester.name,
                        program=suggester.fingerprint,
                        trained=True,
                        references=one.references,
                    )
                )
        except StoppedError:
            raise
        except Exception as error:
            # Whatever it is, and never its words: they may be the note's.
            complaints.append(f"it failed on this note ({type(error).__name__}).")
        return Result(found, " ".join(complaints) or None)

    def _save(self, read_: Iterable[tuple[int, dict[str, Result]]]) -> None:
        listed = list(read_)
        if not listed:
            return
        with self._project.transaction():
            for document_id, results in listed:
                self._project.suggesters.settle(document_id, results)
                if self._alone:
                    self._project.set_state(document_id, "ready")
        names = {one.fingerprint: f"{one.source}:{one.name}" for one in self._suggesters}
        for document_id, results in listed:
            self._done += 1
            for fingerprint, result in results.items():
                if result.reason is not None:
                    self.on_event(SuggesterFailed(document_id, names[fingerprint], result.reason))
            self.on_event(DocumentDone(document_id) if self._alone else Suggested(document_id))
        self._tell()

    def _tell(self) -> None:
        if self._alone:
            self.on_event(Progress(self._done, self._all, 0, 0.0, None, ""))
