"""The figures of a project: what is done, what waits, what failed and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.project.calibration import refitting
from assistant.project.records import Tally
from assistant.project.team.annotators import AnnotatorFigures
from bioassist.errors import ProjectError

if TYPE_CHECKING:
    from assistant.project.store import Project


@dataclass(frozen=True, slots=True)
class Failure:
    document: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class SuggesterStatus:
    """A suggester besides the language model: its kind, name and fingerprint, how many `documents` it has read and what
    it `found` in them, agreed or not. `failed` are documents on which it could not do all."""

    source: str
    name: str
    fingerprint: str
    documents: int
    found: int
    failed: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class CalibrationStatus:
    """What makes the model's probabilities mean what they say: `origin` is "model" or "project", None if nothing does.

    `error` is the expected calibration error, cross-validated, on what it was fitted on. `decisions` on `documents`
    documents were made on single suggestions of this model; from `wanted` on `wanted_documents` on they make one of the
    project's own. `warnings` say what is not as it should be, and what helps. That is of entities; `others` are the
    model's other tasks.
    """

    origin: str | None
    fingerprint: str | None
    said: str | None
    error: float | None
    decisions: int
    documents: int
    wanted: int
    wanted_documents: int
    warnings: tuple[str, ...]
    others: Mapping[str, CalibrationStatus]


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """Figures over all documents but superseded versions.

    `documents` = `pending` + `reading` + `ready` + len(`failed`), by the engine's progress; `done` are marked by a
    person, be they read or not; `skipped` left out by one, and why; of the others `to_review` are ready and `waiting`
    pending or being read. `words` are those of ready documents; `words_per_second` is the last finished run's. `labels`
    counts items, `facts` relations,
    attributes, classes and the rest. `gaps` are ready documents of which a stretch could not be read. `calibration` is
    None before a model has read anything. `questions` are those that nobody has answered, of all annotators.

    `done`, `skipped`, `to_review`, `waiting`, `labels` and `facts` are as the annotator `of` has them; `annotators` are
    all that decided anything.
    """

    documents: int
    done: int
    skipped: tuple[Failure, ...]
    to_review: int
    waiting: int
    pending: int
    reading: int
    ready: int
    failed: tuple[Failure, ...]
    gaps: tuple[Failure, ...]
    words: int
    words_per_second: float | None
    model: str | None
    adapter: str | None
    decisions: int
    calibration: CalibrationStatus | None
    suggesters: tuple[SuggesterStatus, ...]
    questions: int
    labels: dict[str, Tally]
    facts: dict[str, Tally]
    of: str
    annotators: tuple[AnnotatorFigures, ...]


def of(project: Project) -> ProjectStatus:
    rows = project.documents()
    states = [row.state for row in rows]
    runs = project.runs()
    finished = [run for run in runs if run.words_per_second is not None]
    # What ran without a model has none.
    with_model = [run for run in runs if run.model]
    return ProjectStatus(
        documents=len(rows),
        done=sum(row.done for row in rows),
        skipped=tuple(Failure(row.name, row.path, row.skipped) for row in rows if row.skipped is not None),
        to_review=sum(row.state == "ready" and not row.done and row.skipped is None for row in rows),
        waiting=sum(row.state in ("pending", "reading") and not row.done and row.skipped is None for row in rows),
        pending=states.count("pending"),
        reading=states.count("reading"),
        ready=states.count("ready"),
        failed=tuple(Failure(row.name, row.path, row.reason or "") for row in rows if row.state == "failed"),
        gaps=tuple(Failure(row.name, row.path, row.reason) for row in rows if row.state == "ready" and row.reason),
        words=sum(row.words for row in rows if row.state == "ready"),
        words_per_second=finished[-1].words_per_second if finished else None,
        model=with_model[-1].model if with_model else None,
        adapter=with_model[-1].adapter if with_model else None,
        decisions=project.journal.length(),
        calibration=_calibration(project),
        suggesters=_suggesters(project),
        questions=sum(one.open for row in rows for one in project.questions.of(row.id)),
        labels=counts(project),
        facts=_summed(project, project.fact_tallies()),
        of=project.view,
        annotators=tuple(project.annotator_figures()),
    )


def _calibration(project: Project) -> CalibrationStatus | None:
    found = refitting.standing(project)
    return _calibrated(found) if found is not None else None


def _calibrated(found: refitting.Standing) -> CalibrationStatus:
    applied = found.applied
    return CalibrationStatus(
        origin=applied.origin if applied else None,
        fingerprint=applied.calibration.fingerprint if applied else None,
        said=str(applied) if applied else None,
        error=applied.calibration.measured.ece_after if applied else None,
        decisions=found.decisions,
        documents=found.documents,
        wanted=found.wanted,
        wanted_documents=found.wanted_documents,
        warnings=found.warnings,
        others={task: _calibrated(one) for task, one in found.others.items()},
    )


def _suggesters(project: Project) -> tuple[SuggesterStatus, ...]:
    rows = {row.id: row for row in project.documents()}
    return tuple(
        SuggesterStatus(
            one.suggester.source,
            one.suggester.name,
            one.suggester.fingerprint,
            one.documents,
            one.found,
            tuple(Failure(rows[number].name, rows[number].path, reason) for number, reason in one.failed.items()),
        )
        for one in project.suggesters.figures()
    )


def counts(project: Project) -> dict[str, Tally]:
    """Items by label: the schema's labels in its order, then any others by name."""
    try:
        found = {entity.name: Tally() for entity in project.schema.entities}
    except ProjectError:
        found = {}
    summed = _summed(project, project.tallies())
    return {label: summed.get(label, tally) for label, tally in found.items()} | {
        label: tally for label, tally in summed.items() if label not in found
    }


def _summed(project: Project, tallies: dict[int, dict[str, Tally]]) -> dict[str, Tally]:
    """By label, in the order of names; superseded versions are left out."""
    live = {row.id for row in project.documents()}
    found: dict[str, Tally] = {}
    for document_id, labels in tallies.items():
        for label, tally in labels.items() if document_id in live else ():
            found[label] = found.get(label, Tally()).plus(tally)
    return dict(sorted(found.items()))
