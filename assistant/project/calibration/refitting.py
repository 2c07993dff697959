"""A project's own calibrations, fitted to what people decided on single suggestions once that is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant.project.calibration.looking import looked_at, looked_at_facts
from assistant.project.calibration.stored import Applied, Whose
from bioassist.metrics import calibrating
from bioassist.metrics.calibrating import ENOUGH, ENOUGH_DOCUMENTS, Curves, Decided
from bioassist.metrics.calibration import Calibration
from bioassist.tasks import confidence
from bioassist.tasks.ner import FINGERPRINTS

if TYPE_CHECKING:
    from assistant.project.records import RunRow
    from assistant.project.store import Project

# A calibration is fitted anew once there is so much more: what is on the screen should not move with each decision.
GROWTH = 1.2


@dataclass(frozen=True, slots=True)
class Standing:
    """Which calibration applies to what the present model says (None: its probabilities are shown as they are).

    `decisions` on `documents` documents could make one of the project's own; `wanted` of them on `wanted_documents`
    documents are enough. That is of entities; `others` are the calibrations of the present model's other tasks.
    """

    applied: Applied | None
    decisions: int
    documents: int
    wanted: int
    wanted_documents: int
    others: Mapping[str, Applied] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def enough(self) -> bool:
        return self.decisions >= self.wanted and self.documents >= self.wanted_documents


def standing(project: Project) -> Standing | None:
    """None before a model has read anything."""
    whose = present(project)
    return _with_others(project, _standing(project, whose, looked_at(project, whose))) if whose is not None else None


def present(project: Project) -> Whose | None:
    """The model that read last, and its program for entities."""
    run = _present_run(project)
    if run is None:
        return None
    return run.model_sha, next(program for task, program in run.programs.items() if task in FINGERPRINTS)


def _present_run(project: Project) -> RunRow | None:
    return next((run for run in reversed(project.runs()) if not run.programs.keys().isdisjoint(FINGERPRINTS)), None)


def _with_others(project: Project, found: Standing) -> Standing:
    run = _present_run(project)
    programs = run.programs.items() if run is not None else ()
    others = {
        task: applied
        for task, program in programs
        if task not in FINGERPRINTS and run is not None
        if (applied := project.calibrations.applied((run.model_sha, program))) is not None
    }
    return replace(found, others=others)


def refit(project: Project) -> Standing | None:
    """Fit the project's own calibrations where there is enough for one, and enough more than for the one it has.

    There is one of entities, whose standing this gives, and one of each other task of the present model.
    """
    whose = present(project)
    if whose is None:
        return None
    for other, facts in looked_at_facts(project).items():
        if other[0] == whose[0]:
            _refit(project, other, facts)
    return _with_others(project, _refit(project, whose, looked_at(project, whose)))


def _refit(project: Project, whose: Whose, decided: list[Decided]) -> Standing:
    before = _standing(project, whose, decided)
    applied = before.applied
    own = applied.calibration if applied is not None and applied.origin == "project" else None
    if not before.enough or (own is not None and own.decisions <= len(decided) < own.decisions * GROWTH):
        return before
    project.calibrations.put(whose[0], "project", _fitted(project, whose, decided))
    return _standing(project, whose, decided)


def _standing(project: Project, whose: Whose, decided: list[Decided]) -> Standing:
    documents = len({one.group for one in decided})
    return Standing(project.calibrations.applied(whose), len(decided), documents, ENOUGH, ENOUGH_DOCUMENTS)


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
        documents=len({one.group for one in decided}),
        pooled=fitted.pooled,
        labels=fitted.labels,
        measured=calibrating.measured(decided, lambda some: fit(some).of, before=known.of if known else None),
    )
