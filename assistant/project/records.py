"""What a project's tables hold, as values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from bioassist.documents import Span

DocumentState = Literal["pending", "reading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One note of a project.

    `name` is the path below the notes folder, without extension; `path` is where it was read. A note that could not
    be read has no text: its `text_sha` is "" and `reason` says why. `superseded` is True once a newer version of the
    note took its place. `done` is the person's mark, `skipped` why the
    person leaves it out (None: they do not), `state` the engine's progress, `words` what the engine counted. `blind` is
    True as long as the person is to work on it without suggestions, `planted` as long as it has suggestions for them
    that are planted: no screen tells that.
    """

    id: int
    name: str
    path: str
    text_sha: str
    encoding: str
    bom: bool
    newline: str
    version: int
    superseded: bool
    state: DocumentState
    reason: str | None
    words: int
    done: bool
    skipped: str | None = None
    blind: bool = False
    planted: bool = False

    @property
    def has_text(self) -> bool:
        return bool(self.text_sha)


@dataclass(frozen=True, slots=True)
class Reference:
    """Entry `identifier` of the terminology `database`, which is called `term` there."""

    database: str
    identifier: str
    term: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mention that a suggester proposes, with its probability (0 to 1) and where it comes from.

    `source` is the kind of suggester: "model" for the language model, "terms", "rules", "spacy". `model` is which one
    of that kind, `program` the fingerprint of the task program, or of the suggester's file. `trained` is False if the
    model never saw the label that served this type. `run` is the id of the run that stored it, None before it is
    stored, and for what is not of a language model. `references` are what a terminology says that it means.

    `also` are the suggestions of other sources with this type and extent (`assistant.project.suggestions.agreeing`).
    One that is `planted` nobody meant: it is there to be found wrong (`assistant.project.guard.planting`).
    """

    id: str
    type: str
    spans: tuple[Span, ...]
    confidence: float
    source: str
    model: str
    program: str
    trained: bool
    run: int | None = None
    references: tuple[Reference, ...] = ()
    also: tuple[Suggestion, ...] = ()
    planted: bool = False


@dataclass(frozen=True, slots=True)
class RunRow:
    """One pass of the engine over a project. `ended` is None for a run that was killed or is going on.

    `programs` maps task names to template fingerprints; `trained` lists the schema types that a trained label serves.
    """

    id: int
    started: str
    ended: str | None
    model: str
    model_sha: str
    adapter: str | None
    programs: dict[str, str]
    schema_fingerprint: str
    trained: tuple[str, ...]
    settings: dict[str, Any]
    words: int
    seconds: float
    tokens: int

    @property
    def words_per_second(self) -> float | None:
        return self.words / self.seconds if self.seconds > 0 else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items there are, by status; `accepted`, `edited` and `added` ones are annotations.

    `suggested` is how many of them came from a suggester, decided or not.
    """

    pending: int = 0
    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    added: int = 0
    suggested: int = 0

    def plus(self, other: Tally) -> Tally:
        return Tally(
            self.pending + other.pending,
            self.accepted + other.accepted,
            self.edited + other.edited,
            self.rejected + other.rejected,
            self.added + other.added,
            self.suggested + other.suggested,
        )


def suggestion_id(text_sha: str, label: str, spans: Iterable[Span]) -> str:
    """The id of an extent and type in a text: "s-" and twelve hex digits.

    It is the same whatever model suggests it, so a decision on it holds for a new model too.
    """
    extent = json.dumps([text_sha, label, [[span.start, span.end] for span in spans]], ensure_ascii=True)
    return "s-" + hashlib.sha256(extent.encode()).hexdigest()[:12]
