"""The run of a project's suggesters besides the language model, on a thread of its own.

Each document is read once by each suggester, in the documents' order; what a person opens, or the language model is
about to read, comes first, between two stretches of a long one if need be. Nobody waits for a suggester: who wants a
document asks for it, and is told. Nothing that a suggester does ends the run: what it could not do is kept with the
document, told, and tried again by the next run.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from assistant.engine.events import DocumentDone, EngineFailed, Event, Finished, Progress, Suggested, SuggesterFailed
from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from assistant.project.suggestions.suggesters import Result
from assistant.suggesters.protocol import Found, Suggester
from bioassist.errors import BioassistError, EngineError

# So long what was found is gathered before it is saved: each saving waits for the disk.
_GATHERING = 0.25
_PATIENCE = 5.0


class StoppedError(Exception):
    """The run was stopped in the middle of a document."""


class SuggesterRun:
    """Brings what `suggesters` find into `project`. They are the project's own from now on.

    `alone` says that no language model runs: then documents are ready once the suggesters have read them, `limit` of
    them at most. `fresh` reads again what was read before. `on_event` is called on the run's thread. `changing` are the
    documents that may show something else once they were read.
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
        self._left: deque[int] = deque()
        self._unsaved: set[int] = set()
        # Those asked for, and how many of them are older than what is read: they do not interrupt it.
        self._urgent: deque[int] = deque()
        self._older = self._asked = 0
        # What was found in documents, by fingerprint of the suggester, and when it is to be saved.
        self._gathered: list[tuple[int, dict[str, Result]]] = []
        self._due = 0.0
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
        """Somebody waits for this document: read it next."""
        if document_id != self._asked and not self.has_read(document_id):
            self._asked = document_id
            self._urgent.append(document_id)

    def has_read(self, document_id: int) -> bool:
        """Whether what is said of a document is in the project; also where nothing more will come in this run."""
        return document_id not in self._unsaved or self._over.is_set()

    def _plan(self, limit: int | None) -> None:
        project = self._project
        ids = project.suggesters.unsettled()
        rows = [row for row in project.documents() if row.has_text]
        unread = {row.id for row in rows if row.state != "ready"} if self._alone else set()
        wanted = {row.id for row in rows} if self._fresh else {*ids, *unread}
        self._left.extend([row.id for row in rows if row.id in wanted][:limit])
        self._unsaved.update(self._left)
        self.changing = frozenset(project.suggesters.unsettled(retry=False)) & self._unsaved
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
            try:
                while self._left:
                    self._pause()
                    if self._left:
                        self._read(self._left.popleft())
            finally:
                self._save()
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

    def _pause(self) -> None:
        """Between two documents, or two stretches of one: save what was gathered, and read what somebody waits for, the
        last one first.

        Raises StoppedError once the run is to end.
        """
        while not self._stopping.is_set() and len(self._urgent) > self._older:
            if (wanted := self._urgent.pop()) in self._left:
                self._left.remove(wanted)
                before, self._older = self._older, len(self._urgent)
                self._read(wanted)
                self._older = before
            self._save()
        if self._stopping.is_set():
            raise StoppedError
        if time.monotonic() >= self._due:
            self._save()

    def _read(self, document_id: int) -> None:
        """Find what is not known yet, and gather it."""
        known = set() if self._fresh else self._project.suggesters.known(document_id)
        text = self._project.text(document_id)
        sha = self._project.document(document_id).text_sha
        found = {
            one.fingerprint: self._result(one, text, sha) for one in self._suggesters if one.fingerprint not in known
        }
        self._gathered.append((document_id, found))

    def _result(self, suggester: Suggester, text: str, sha: str) -> Result:
        found: list[Suggestion] = []
        complaints: list[str] = []
        stretches = suggester.suggest(text, complaints.append)
        while True:
            self._pause()
            try:
                stretch = next(stretches, None)
            except Exception as error:
                # Whatever it is, and never its words: they may be the note's.
                complaints.append(f"it failed on this note ({type(error).__name__}).")
                break
            if stretch is None:
                break
            found += (_suggestion(suggester, sha, one) for one in stretch)
        return Result(found, " ".join(complaints) or None)

    def _save(self) -> None:
        """Save what was found in all documents that were gathered, together."""
        listed, self._gathered = self._gathered, []
        self._due = time.monotonic() + _GATHERING
        if not listed:
            return
        with self._project.transaction():
            for document_id, results in listed:
                self._project.suggesters.settle(document_id, results)
                if self._alone:
                    self._project.set_state(document_id, "ready")
        self._unsaved.difference_update(document_id for document_id, _ in listed)
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


def _suggestion(suggester: Suggester, sha: str, one: Found) -> Suggestion:
    return Suggestion(
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
