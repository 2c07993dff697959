"""A project's own calibrations, fitted to what people decided on single suggestions once that is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant.project.calibration.looking import looked_at
from assistant.project.calibration.stored import Applied, Unusable, Whose
from bioassist.metrics import calibrating
from bioassist.metrics.calibrating import Curves, Decided, documents_of
from bioassist.metrics.calibration import Calibration
from bioassist.tasks import confidence
from bioassist.tasks.fingerprints import FINGERPRINTS
from bioassist.tasks.ner import FINGERPRINTS as OF_MENTIONS

if TYPE_CHECKING:
    from assistant.project.records import RunRow
    from assistant.project.store import Project

# A calibration is fitted anew once there is so much more: what is on the screen should not move with each decision.
GROWTH = 1.2
# All but what is written, which nobody accepts or rejects as it is.
CURVED = FINGERPRINTS.keys() - {"qa.free"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Which calibration applies to what the present `model` says (None: its probabilities are shown as they are).

    `decisions` on `documents` documents could make one of the project's own; `wanted` of them on `wanted_documents`
    documents are enough. `unusable` are those that are kept and cannot be used. That is of the `task` entities, or of
    the first task where the model is asked for none; `others` are the present model's other tasks.
    """

    applied: Applied | None
    decisions: int
    documents: int
    wanted: int
    wanted_documents: int
    unusable: tuple[Unusable, ...] = ()
    others: Mapping[str, Standing] = field(default_factory=lambda: MappingProxyType({}))
    model: str = ""
    task: str = "entities"

    @property
    def enough(self) -> bool:
        return self.decisions >= self.wanted and self.documents >= self.wanted_documents

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not as it should be, and what helps, a sentence or two each."""
        told = [_unusable(one, self) for one in self.unusable]
        if self.applied is not None and self.applied.origin == "project" and not self.enough:
            told.append(
                f"Too few of those decisions stand, {self.decisions:,} on {self.documents} notes: when the project is "
                "opened again it applies no longer."
            )
        return tuple(told)


def _unusable(one: Unusable, standing: Standing) -> str:
    told = f"calibration of {standing.task} cannot be used: {one.reason}."
    if one.fitted_as is not None:
        return f"The model's {told} `bioassist models pull {standing.model} --type {one.fitted_as}` prepares that."
    if one.origin == "model":
        return f"The model's {told} `bioassist annotate` brings it again."
    when = "" if standing.enough else f", from {standing.wanted:,} decisions on {standing.wanted_documents} notes on"
    return f"The project's newest {told} `bioassist review` makes another{when}."


def standing(project: Project) -> Standing | None:
    """None before a model has read anything."""
    run = _present_run(project)
    return _standing(project, run, looked_at(project)) if run is not None else None


def refit(project: Project) -> Standing | None:
    """Fit the project's own calibrations where there is enough for one, and enough more than for the one it has.

    There is one of each task of the present model. One whose decisions were taken back applies no longer.
    """
    run = _present_run(project)
    if run is None:
        return None
    decided = looked_at(project)
    project.calibrations.count(decided)
    for whose, some in decided.items():
        if whose[0] == run.model_sha and _due(project, whose, some):
            project.calibrations.put(whose[0], "project", _fitted(project, whose, some))
    return _standing(project, run, decided)


def _present_run(project: Project) -> RunRow | None:
    """The last one in which a model read anything that has a curve."""
    return next((run for run in reversed(project.runs()) if run.programs.keys() & CURVED), None)


def _standing(project: Project, run: RunRow, decided: Mapping[Whose, list[Decided]]) -> Standing:
    def of(task: str, program: str, others: Mapping[str, Standing]) -> Standing:
        whose = run.model_sha, program
        some = decided.get(whose, [])
        return Standing(
            project.calibrations.applied(whose),
            len(some),
            documents_of(some),
            calibrating.ENOUGH,
            calibrating.ENOUGH_DOCUMENTS,
            tuple(project.calibrations.unusable(whose)),
            others,
            run.model,
            task,
        )

    programs = {
        "entities" if task in OF_MENTIONS else task: program for task, program in run.programs.items() if task in CURVED
    }
    # A schema without mentions has other tasks alone: then the first of them stands for what the model says.
    first = "entities" if "entities" in programs else next(iter(programs))
    others = {task: of(task, program, {}) for task, program in programs.items() if task != first}
    return of(first, programs[first], others)


def _due(project: Project, whose: Whose, decided: list[Decided]) -> bool:
    if not calibrating.enough(decided):
        return False
    applied = project.calibrations.applied(whose)
    if applied is None or applied.origin != "project" or _spoiled(project, whose):
        return True
    return not applied.calibration.decisions <= len(decided) < applied.calibration.decisions * GROWTH


def _spoiled(project: Project, whose: Whose) -> bool:
    return any(one.origin == "project" for one in project.calibrations.unusable(whose))


def _fitted(project: Project, whose: Whose, decided: list[Decided]) -> Calibration:
    brought = project.calibrations.of_model(whose)
    known = Curves(brought.pooled, brought.labels) if brought is not None else None
    fit = calibrating.curves if known is None else lambda some: calibrating.moved(known, some)
    fitted = fit(decided)
    name = next(run.model for run in reversed(project.runs()) if run.model_sha == whose[0])
    return Calibration(
        definition=confidence.definition_of(whose[1]),
        program=whose[1],
        model={"name": name, "identity": whose[0]},
        source=("decisions on single suggestions", *((brought.fingerprint,) if brought is not None else ())),
        decisions=len(decided),
        documents=documents_of(decided),
        pooled=fitted.pooled,
        labels=fitted.labels,
        measured=calibrating.measured(decided, lambda some: fit(some).of, before=known.of if known else None),
    )
