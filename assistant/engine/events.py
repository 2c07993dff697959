"""What the annotator tells while it works. Events come from its own thread."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineReady:
    """The model is loaded. `facts` are for people: threads, GPU layers, seconds it took."""

    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class DocumentStarted:
    document_id: int
    name: str


@dataclass(frozen=True, slots=True)
class WindowDone:
    """A stretch of a document was read. `all_windows` is None while the document is still being cut."""

    document_id: int
    words: int
    done_windows: int
    all_windows: int | None


@dataclass(frozen=True, slots=True)
class WindowFailed:
    """A stretch of a document could not be read; the rest of it is. `told` says which stretch, and why."""

    document_id: int
    name: str
    told: str


@dataclass(frozen=True, slots=True)
class DocumentDone:
    document_id: int


@dataclass(frozen=True, slots=True)
class DocumentFailed:
    document_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """The suggesters besides the language model have read a document."""

    document_id: int


@dataclass(frozen=True, slots=True)
class SuggesterFailed:
    """A suggester besides the language model could not do all on a document; the others did, and the run goes on."""

    document_id: int
    suggester: str
    reason: str


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """The process that runs llama.cpp ended by itself. If `will_retry`, a fresh one takes over."""

    reason: str
    will_retry: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the run stands. `words_per_s` counts this run's work alone; `reading` is the line that is being read.

    While `loading`, the process that runs llama.cpp has begun and cannot read yet.
    """

    documents_done: int
    documents_all: int
    words_done: int
    words_per_s: float
    seconds_left: float | None
    reading: str
    loading: bool = False


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """The run cannot go on: the model does not load, or the worker ends again and again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing is left to do, or the run was stopped."""

    stopped: bool = False


Event = (
    EngineReady
    | DocumentStarted
    | WindowDone
    | WindowFailed
    | DocumentDone
    | DocumentFailed
    | Suggested
    | SuggesterFailed
    | WorkerLost
    | Progress
    | EngineFailed
    | Finished
)
