"""Which calibration makes a language model's probabilities in a project mean what they say.

A model may bring one, fitted on its development data; once enough was decided by single looks the project has one of
its own (`assistant.project.calibration.refitting`). What the model said stays in the tables; calibrated is what is
shown, sorted by, accepted over and exported. What other suggesters say is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
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


class CalibrationTable:
    """`schema` gives the project's labels, whose names a model may know under others."""

    def __init__(self, database: Database, schema: Callable[[], Schema]) -> None:
        self._database = database
        self._schema = schema
        self._applied: dict[Whose, Applied | None] = {}
        # By run: the model, and the measure of confidence of its entities.
        self._models: dict[tuple[int, str], tuple[str, str | None] | None] = {}
        database.on_rollback(self._applied.clear)

    def put(self, model_sha: str, origin: Origin, calibration: Calibration) -> None:
        """Keep a calibration for a model; the last one of an origin is the one that counts."""
        whose = (model_sha, calibration.program)
        before = self._latest(whose, origin)
        if before is None or before.fingerprint != calibration.fingerprint:
            self._database.execute(
                "INSERT INTO calibrations (model_sha, program, origin, at, fingerprint, content)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *whose,
                    origin,
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    calibration.fingerprint,
                    canonical(calibration.to_json()),
                ),
            )
        self._applied.pop(whose, None)

    def of_model(self, whose: Whose) -> Calibration | None:
        """What the model brought."""
        return self._latest(whose, "model")

    def applied(self, whose: Whose) -> Applied | None:
        """The project's own before the model's; None: its probabilities are shown as they are."""
        if whose not in self._applied:
            own, brought = self._latest(whose, "project"), self._latest(whose, "model")
            found = Applied("project", own) if own else Applied("model", brought) if brought else None
            self._applied[whose] = found
        return self._applied[whose]

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

    def _latest(self, whose: Whose, origin: Origin) -> Calibration | None:
        found = self._database.row(
            "SELECT content FROM calibrations WHERE model_sha = ? AND program = ? AND origin = ? ORDER BY number DESC",
            (*whose, origin),
        )
        if found is None:
            return None
        try:
            return Calibration.from_json(json.loads(found[0]))
        except ValueError as error:
            raise ProjectError(
                f"a calibration in it cannot be read: {error}.", where=str(self._database.path)
            ) from None
