"""Which calibration makes a language model's probabilities in a project mean what they say.

A model may bring one, fitted on its development data; once enough was decided by single looks the project has one of
its own (`assistant.project.calibration.refitting`), which applies as long as those decisions stand. What the model said
stays in the tables; calibrated is what is shown, sorted by, accepted over and exported. What other suggesters say is
left as it is.

Calibrations are derived and can be made again, so one that cannot be used stops nothing: an older one applies in its
place, or another's, or none. Nor does one apply to the model at a file type at which it says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from assistant.project.facts import SuggestedFact, label_of
from assistant.project.file.database import Database
from assistant.project.journal.entries import canonical
from assistant.project.records import Suggestion
from assistant.project.suggestions.agreeing import MODEL
from bioassist.documents import Attribute
from bioassist.errors import ProjectError
from bioassist.metrics import calibrating
from bioassist.metrics.calibrating import Decided
from bioassist.metrics.calibration import Calibration
from bioassist.schema import Schema
from bioassist.tasks import confidence
from bioassist.tasks.assertion import BINARY
from bioassist.tasks.nli import FINGERPRINT as INFERENCE

Origin = Literal["model", "project"]
# Whose probabilities: the identity of a model, and the fingerprint of a program.
Whose = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Applied:
    """The calibration that applies to what a model says, and where it comes from."""

    origin: Origin
    calibration: Calibration

    def __str__(self) -> str:
        if self.origin == "model":
            return "from the model's development data"
        return f"from {self.calibration.decisions:,} of your decisions"


@dataclass(frozen=True, slots=True)
class Unusable:
    """The newest calibration of an origin, which cannot be used, and why: because the model runs at another file type
    than `fitted_as`, where that is given."""

    origin: Origin
    reason: str
    fitted_as: str | None = None


class CalibrationTable:
    """`schema` gives the project's labels, whose names a model may know under others; `looked_at` what was decided on
    single suggestions, which is asked for once, and only if there is a calibration of the project's own."""

    def __init__(
        self,
        database: Database,
        schema: Callable[[], Schema],
        looked_at: Callable[[], Mapping[Whose, Sequence[Decided]]],
    ) -> None:
        self._database = database
        self._schema = schema
        self._looked_at = looked_at
        self._enough: frozenset[Whose] | None = None
        self._applied: dict[Whose, Applied | None] = {}
        # By run: the model, and the measure of confidence of its entities.
        self._models: dict[tuple[int, str], tuple[str, str | None] | None] = {}
        database.on_rollback(self._applied.clear)

    def put(self, model_sha: str, origin: Origin, calibration: Calibration, *, runs_as: str | None = None) -> None:
        """Keep a calibration for a model; the last one of an origin is the one that counts.

        `runs_as` is the model's file type, if that is another than it was fitted to and says otherwise.
        """
        whose = (model_sha, calibration.program)
        content = canonical({**calibration.to_json(), **({} if runs_as is None else {"runs_as": runs_as})})
        if content.encode() not in self._contents(whose, origin)[:1]:
            self._database.execute(
                "INSERT INTO calibrations (model_sha, program, origin, at, fingerprint, content)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *whose,
                    origin,
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    calibration.fingerprint,
                    content,
                ),
            )
        self._applied.pop(whose, None)

    def count(self, decided: Mapping[Whose, Sequence[Decided]]) -> None:
        """Take what is decided by now: a calibration of the project's own applies where that is enough for one."""
        self._enough = frozenset(whose for whose, some in decided.items() if calibrating.enough(some))
        self._applied.clear()

    def of_model(self, whose: Whose) -> Calibration | None:
        """What the model brought."""
        brought, _ = self._newest(whose, "model")
        return brought.calibration if brought is not None else None

    def applied(self, whose: Whose) -> Applied | None:
        """The project's own before the model's; None: its probabilities are shown as they are.

        It stays as it is until the project is opened again, or `count` or `put` is called.
        """
        try:
            return self._applied[whose]
        except KeyError:
            found = self._applied[whose] = self._own(whose) or self._newest(whose, "model")[0]
        return found

    def unusable(self, whose: Whose) -> list[Unusable]:
        """What is kept for a model and a program and cannot be used, though nothing newer of its origin can."""
        origins: tuple[Origin, ...] = ("project", "model")
        found = (self._newest(whose, origin)[1] for origin in origins)
        return [one for one in found if one is not None]

    def to(self, suggestion: Suggestion | SuggestedFact) -> Applied | None:
        """The calibration that applies to what one source says."""
        whose = self.whose(suggestion)
        return self.applied(whose) if whose is not None else None

    def whose(self, suggestion: Suggestion | SuggestedFact) -> Whose | None:
        """None for what is not of a language model, or was said by another measure than that of today."""
        if suggestion.source != MODEL or suggestion.run is None:
            return None
        # What an annotator's part brings may be of a run of another copy of the project.
        run = (suggestion.run, suggestion.model)
        if run not in self._models:
            found = self._database.row("SELECT model_sha, settings FROM runs WHERE id = ? AND model = ?", run)
            self._models[run] = None if found is None else (str(found[0]), json.loads(found[1]).get("confidence"))
        model = self._models[run]
        # There was never another measure than the answer's own probability for what is no entity.
        if model is None or confidence.definition_of(suggestion.program) not in (model[1], confidence.ANSWER):
            return None
        return model[0], suggestion.program

    def confidence(self, suggestion: Suggestion) -> float:
        """The probability of what one source says, as it is shown."""
        applied = self.to(suggestion)
        if applied is None:
            return suggestion.confidence
        return applied.calibration.of(self.label(suggestion.type), suggestion.confidence)

    def confidence_of_fact(self, suggested: SuggestedFact) -> float:
        """The probability of a suggested relation, attribute or class, as it is shown."""
        applied = self.to(suggested)
        if applied is None:
            return suggested.confidence
        return applied.calibration.of(self.label_of_fact(suggested), suggested.confidence)

    def label_of_fact(self, suggested: SuggestedFact) -> str:
        """The model's label for what a suggested fact says."""
        schema, value = self._schema(), suggested.value
        if isinstance(value, Attribute):
            return value.value or BINARY
        if isinstance(value, str) and suggested.program == INFERENCE:
            # The statement's name and what was found of it.
            return value.rpartition("=")[2]
        known = schema.classes if isinstance(value, str) else schema.relations
        name = label_of(value)
        return next((one.served_by for one in known if one.name == name), name)

    def label(self, type_: str) -> str:
        """The model's label for a type of the schema."""
        try:
            entity = self._schema().entity(type_)
        except ProjectError:
            entity = None
        return entity.served_by if entity is not None else type_

    def _own(self, whose: Whose) -> Applied | None:
        own, _ = self._newest(whose, "project")
        if own is None:
            return None
        if self._enough is None:
            self.count(self._looked_at())
        return own if self._enough is not None and whose in self._enough else None

    def _newest(self, whose: Whose, origin: Origin) -> tuple[Applied | None, Unusable | None]:
        """The newest that can be used, if any, and an even newer one that cannot."""
        unusable = None
        for content in self._contents(whose, origin):
            try:
                found, runs_as = _read(content, whose[1])
            except ValueError as error:
                unusable = unusable or Unusable(origin, str(error))
                continue
            if runs_as is None:
                return Applied(origin, found), unusable
            # What it brought before is of the other file type too.
            fitted_as = found.model.get("file_type")
            return None, Unusable(origin, f"it was fitted at {fitted_as}, and at {runs_as} a model differs", fitted_as)
        return None, unusable

    def _contents(self, whose: Whose, origin: Origin) -> list[bytes]:
        """What is stored, the newest first, as bytes: what is damaged may be no text."""
        found = self._database.rows(
            "SELECT CAST(content AS BLOB) FROM calibrations WHERE model_sha = ? AND program = ? AND origin = ?"
            " ORDER BY number DESC",
            (*whose, origin),
        )
        return [content for (content,) in found]


def _read(content: bytes, program: str) -> tuple[Calibration, str | None]:
    """A calibration and its `runs_as`. Raises ValueError for what cannot be used."""
    try:
        plain = json.loads(content)
    except ValueError:
        raise ValueError("it is damaged") from None
    found, wanted = Calibration.from_json(plain), confidence.definition_of(program)
    if found.program != program:
        raise ValueError(f"it is of the program {found.program}")
    if found.definition != wanted:
        raise ValueError(f"it is of the confidence {found.definition!r}; this version gives {wanted!r}")
    return found, plain.get("runs_as")
