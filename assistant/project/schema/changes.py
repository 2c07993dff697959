"""A project's schema is changed, and changed back, with all that bears its labels.

Suggestions that wait under a type which was renamed to a name of its own have that name at once; all others wait under
their old label until the next reading replaces them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from assistant.project.schema.history import Borne, SchemaChange, Waiting
from assistant.project.schema.renaming import Names, one_to_one, rename, unchanged
from assistant.project.store import Project
from bioassist import schema as schemas
from bioassist.errors import ProjectError
from bioassist.schema import Schema
from bioassist.schema.comparing import LABELLED, names


@dataclass(frozen=True, slots=True)
class Orphan:
    """A label that the wanted schema has no more, and how many decisions of each annotator bear it."""

    kind: str
    label: str
    decisions: dict[str, int]


@dataclass(frozen=True, slots=True)
class Undone:
    """The schema is `schema` again. `change` was taken back, with `entries` of the journal; `renamed` is what was
    decided since under labels that it has not, and has the earlier names now; `kept` stays under labels it has not."""

    schema: Schema
    change: SchemaChange
    entries: int
    renamed: Names
    kept: list[Orphan]


def orphans(project: Project, wanted: Schema) -> list[Orphan]:
    """Labels of the project's schema that `wanted` has not although decisions bear them, in the schema's order."""
    borne = project.schema_history.borne()
    return [
        Orphan(kind, label, borne[kind, label])
        for kind in LABELLED
        for label in names(project.schema, kind)
        if label not in names(wanted, kind) and (kind, label) in borne
    ]


def change(project: Project, wanted: Schema, renamed: Names, kept: Iterable[Borne] = ()) -> SchemaChange:
    """Give the project another schema, and what bears labels of the earlier one new names. All or nothing."""
    with project.transaction():
        before = project.schema
        waiting = _rename_waiting(project, renamed, before)
        runs = project.runs()
        made = SchemaChange(
            at=_now(),
            actor=project.actor,
            schema=before.dumps(),
            fingerprint=before.fingerprint,
            renamed={kind: dict(of) for kind, of in renamed.items() if of},
            kept=[list(one) for one in kept],
            groups=rename(project, renamed),
            waiting=waiting,
            run=runs[-1].id if runs else 0,
        )
        project.set_schema(wanted)
        project.schema_history.put([*project.schema_history.all(), made])
    return made


def undo(project: Project) -> Undone:
    """Take back the last change of the schema that stands. All or nothing; no decision is lost.

    What was renamed has its old names again. What was decided since has them too where that is certain: where a name
    that the earlier schema has not was given to one label alone. Raises ProjectError if there is nothing to take back.
    """
    with project.transaction():
        changes = project.schema_history.all()
        place = next((place for place in reversed(range(len(changes))) if changes[place].undone is None), None)
        if place is None:
            raise ProjectError("the schema was never changed, or all changes were taken back.", where=str(project.path))
        taken, runs = changes[place], project.runs()
        entries = sum(project.journal.take_back(actor, group) for actor, group in taken.groups.items())
        again = not runs or runs[-1].id == taken.run
        for one in reversed(taken.waiting):
            # After another reading what it found is in view, and nothing else.
            project.restore_suggestions(one.old, one.renamed, one.withdrawn if again else ())
        present = project.schema
        earlier = schemas.loads(taken.schema, f"{project.path}, an earlier schema")
        left = orphans(project, earlier)
        back = _back(taken.renamed, earlier)
        _rename_waiting(project, back, present)
        rename(project, back)
        project.set_schema(earlier)
        changes[place] = replace(taken, undone=_now())
        project.schema_history.put(changes)
    kept = [one for one in left if one.label not in back.get(one.kind, {})]
    since = {one.kind: back[one.kind] for one in left if one.label in back.get(one.kind, {})}
    return Undone(earlier, taken, entries, since, kept)


def _rename_waiting(project: Project, renamed: Names, before: Schema) -> list[Waiting]:
    types = one_to_one(renamed.get("entities", {}), names(before, "entities"))
    return [Waiting(old, *project.rename_suggestions(old, new)) for old, new in types.items()]


def _back(renamed: Names, earlier: Schema) -> dict[str, dict[str, str]]:
    """The old names by the new ones, of which the earlier schema has none, and each was given once."""
    found: dict[str, dict[str, str]] = {}
    for kind, of in renamed.items():
        single = one_to_one(of, names(earlier, kind))
        found[kind] = {new: old for old, new in single.items() if old in names(earlier, kind)}
    return {} if unchanged(found) else found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
