"""The documents that the worker has: what it says of them, and what of that goes into the project."""

from __future__ import annotations

from collections.abc import Callable

from assistant.engine.events import DocumentDone, DocumentFailed, Event, WindowDone, WindowFailed
from assistant.engine.losses import Losses, told
from assistant.engine.progress import Reading, RunProgress
from assistant.engine.results import Announced, Results
from assistant.engine.units import Gap
from assistant.engine.wire import Message
from assistant.project.store import Project


class Readings(dict[int, Reading]):
    """By document id. `take` hears the worker's messages about documents; `say` answers it, `tell` tells the screen.

    What comes for a document that is not here any more is let go.
    """

    def __init__(
        self,
        project: Project,
        losses: Losses,
        progress: RunProgress,
        say: Callable[[Message], None],
        tell: Callable[[Event], None],
    ) -> None:
        super().__init__()
        self._project = project
        self._losses = losses
        self._progress = progress
        self._say = say
        self._tell = tell

    def begin(self, results: Results, run_id: int) -> None:
        """What is read from now on belongs to this run."""
        self._results, self._run_id = results, run_id

    def take(self, message: Message) -> None:
        reading = self.get(message.get("document", 0))
        if reading is None:
            return
        match message["say"]:
            case "windows":
                self._answer(reading, message)
            case "window":
                self._store(reading, message)
            case "begins":
                reading.begun = (message["name"], Gap(*message["gap"]))
            case "gap":
                self._leave_out(reading, Gap(*message["gap"]))
            case "entities":
                self._stand(reading, message)
            case "done":
                self._finish(reading)
            case "failed":
                self.fail(reading.row.id, message["what"])

    def _answer(self, reading: Reading, message: Message) -> None:
        """Tell the worker which windows are known, and take those from the project."""
        document_id = reading.row.id
        listed: list[Announced] = [tuple(one) for one in message["windows"]]
        reading.announced += sum(bool(words) for _, _, _, words, _ in listed)
        reading.all_announced = message["all"]
        barred = self._losses.barred(document_id)
        for name in (one[0] for one in listed if one[0] in barred):
            self._leave_out(reading, barred[name])
        known = self._results.known(reading, [one for one in listed if one[0] not in barred])
        reading.some |= bool(known)
        for name, _, _, words, _ in listed:
            reading.read(words if name in known else 0)
        self._say({"say": "known", "document": document_id, "keys": sorted({*known, *barred})})
        if known:
            self._tell(WindowDone(document_id, reading.words, reading.done, reading.windows))

    def _store(self, reading: Reading, message: Message) -> None:
        reading.begun, reading.some = None, True
        start, result = message["start"], message["result"]
        self._results.store(reading, message["key"], start, message["about"], result)
        reading.read(result["words"])
        self._progress.words += result["words"]
        self._progress.tokens += result["tokens"]
        self._progress.line = reading.text[start : start + 200].strip().split("\n", 1)[0].strip()
        self._tell(WindowDone(reading.row.id, result["words"], reading.done, reading.windows))

    def _stand(self, reading: Reading, message: Message) -> None:
        """Tell the worker which entities of a window stand: what it reads next is about those."""
        entities = self._results.standing(reading, message["start"], message["end"])
        self._say({**message, "say": "stands", "entities": entities})

    def _finish(self, reading: Reading) -> None:
        document_id = reading.row.id
        reason = told(reading.gaps) if reading.gaps else None
        if reason and not reading.some:
            self.fail(document_id, reason)
            return
        del self[document_id]
        self._results.conclude(reading)
        self._project.supersede_suggestions(document_id, keep_run=self._run_id)
        self._project.set_state(document_id, "ready", reason, words=reading.words)
        self._progress.finish(reading)
        self._tell(DocumentDone(document_id))

    def fail(self, document_id: int, reason: str) -> None:
        """Give a document up."""
        reading = self.pop(document_id)
        self._project.set_state(document_id, "failed", reason=reason)
        self._progress.finish(reading)
        self._tell(DocumentFailed(document_id, reason))

    def _leave_out(self, reading: Reading, gap: Gap) -> None:
        reading.begun = None
        reading.gaps.append(gap)
        self._tell(WindowFailed(reading.row.id, reading.row.name, str(gap)))
