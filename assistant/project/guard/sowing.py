"""Planting wrong suggestions in the notes that were drawn for an annotator, before they see any of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from assistant.project.facts import aims
from assistant.project.file.database import Database
from assistant.project.guard.planting import Material, Plant, planted
from assistant.project.guard.roles import Roles
from assistant.project.journal.decisions import suggestion_to_json
from assistant.project.journal.entries import PLANT
from assistant.project.records import DocumentRow

if TYPE_CHECKING:
    from assistant.project.store import Project


def plant(project: Project, database: Database, roles: Roles, besides: Collection[int] = ()) -> int:
    """Plant in every note that was drawn for the project's actor, was read whole and has no word of theirs on it, but
    for those `besides`; in how many. Where nothing can be planted, that is kept: the note stays as they see it now."""
    rows = {row.id: row for row in project.documents() if _whole(row) and row.id not in besides}
    seeds = roles.planted(project.actor, {one: row.text_sha for one, row in rows.items()})
    chosen = sorted(project.journal.plants.untouched(project.actor, set(seeds))) if seeds else []
    if not chosen:
        return 0
    labels = _labels(project, database)
    made = {one: planted(_material(project, rows[one], labels), seeds[one]) for one in chosen}
    with project.transaction():
        for document_id, plants in made.items():
            project.journal.append(project.actor, document_id, PLANT, {"items": dict(map(_record, plants))})
    return sum(map(bool, made.values()))


def _whole(row: DocumentRow) -> bool:
    # A reason says what could not be read.
    return row.state == "ready" and not (row.reason or row.done or row.blind) and row.skipped is None


def _material(project: Project, row: DocumentRow, labels: dict[str, bool]) -> Material:
    """Sections are left as they are: a mention's label on a heading, or a section's in a sentence, deceives nobody."""
    sections = project.schema.sections
    suggested = project.suggestions(row.id)
    headings = [span for one in suggested if one.type in sections for span in one.spans]
    return Material(
        project.text(row.id),
        row.text_sha,
        [one for one in suggested if one.type not in sections],
        [*(one.span for one in project.nearly_found(row.id)), *headings],
        {target for one in project.suggested_facts(row.id) for target in aims(one.value)},
        labels,
    )


def _labels(project: Project, database: Database) -> dict[str, bool]:
    """The labels of the schema under which the model suggests mentions, and whether it learned them: of late, since a
    project may have a million suggestions."""
    rows = database.rows(
        "SELECT type, max(trained) FROM (SELECT type, trained FROM suggestions WHERE current AND source = 'model'"
        " ORDER BY number DESC LIMIT 5000) GROUP BY type"
    )
    of_mentions = {one.name for one in project.schema.entities if not one.is_section}
    return {label: bool(trained) for label, trained in rows if label in of_mentions}


def _record(one: Plant) -> tuple[str, dict[str, Any]]:
    return one.suggestion.id, suggestion_to_json(one.suggestion) | {"hides": one.hides}
