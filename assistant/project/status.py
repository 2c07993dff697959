"""The figures of a project: what is done, what waits, what failed and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.project.records import Tally
from bioassist.errors import ProjectError

if TYPE_CHECKING:
    from assistant.project.store import Project


@dataclass(frozen=True, slots=True)
class Failure:
    document: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """Figures over all documents but superseded versions.

    `documents` = `pending` + `reading` + `ready` + len(`failed`), by the engine's progress; `done` are marked by a
    person, be they read or not; of the others `to_review` are ready and `waiting` pending or being read. `words` are
    those of ready documents; `words_per_second` is the last finished run's. `labels` counts items.
    """

    documents: int
    done: int
    to_review: int
    waiting: int
    pending: int
    reading: int
    ready: int
    failed: tuple[Failure, ...]
    words: int
    words_per_second: float | None
    model: str | None
    adapter: str | None
    decisions: int
    labels: dict[str, Tally]


def of(project: Project) -> ProjectStatus:
    rows = project.documents()
    states = [row.state for row in rows]
    runs = project.runs()
    finished = [run for run in runs if run.words_per_second is not None]
    return ProjectStatus(
        documents=len(rows),
        done=sum(row.done for row in rows),
        to_review=sum(row.state == "ready" and not row.done for row in rows),
        waiting=sum(row.state in ("pending", "reading") and not row.done for row in rows),
        pending=states.count("pending"),
        reading=states.count("reading"),
        ready=states.count("ready"),
        failed=tuple(Failure(row.name, row.path, row.reason or "") for row in rows if row.state == "failed"),
        words=sum(row.words for row in rows if row.state == "ready"),
        words_per_second=finished[-1].words_per_second if finished else None,
        model=runs[-1].model if runs else None,
        adapter=runs[-1].adapter if runs else None,
        decisions=project.journal.length(),
        labels=counts(project),
    )


def counts(project: Project) -> dict[str, Tally]:
    """Items by label: the schema's labels in its order, then any others by name."""
    try:
        found = {entity.name: Tally() for entity in project.schema.entities}
    except ProjectError:
        found = {}
    live = {row.id for row in project.documents()}
    others: dict[str, Tally] = {}
    for document_id, labels in project.tallies().items():
        for label, tally in labels.items() if document_id in live else ():
            place = found if label in found else others
            place[label] = place.get(label, Tally()).plus(tally)
    return found | dict(sorted(others.items()))
