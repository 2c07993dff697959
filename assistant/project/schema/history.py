"""The schemas that a project had, each change with what was renamed in it, so that it can be taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from assistant.project.file.database import Database
from assistant.project.journal.entries import canonical
from bioassist.schema.comparing import LABELLED

_SETTING = "schema_history"
# A label that decisions bear: the table of the schema that it is of, and its name.
Borne = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What became of suggestions of the type `old`, by their numbers: `renamed`, or `withdrawn` since an annotator has
    the same under an id of its own."""

    old: str
    renamed: Sequence[int]
    withdrawn: Sequence[int]


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One change: `schema` is the TOML of the schema before it, with its `fingerprint`.

    `renamed` has the new names by old ones in each table, `kept` what decisions bear that the new schema has not;
    `groups` are the annotators' entries in the journal, `run` is the last one of the engine at that time (0: none).
    `undone` is when the change was taken back. Times are ISO 8601 in UTC.
    """

    at: str
    actor: str
    schema: str
    fingerprint: str
    renamed: dict[str, dict[str, str]]
    kept: list[list[str]]
    groups: dict[str, int]
    waiting: list[Waiting] = field(default_factory=list)
    run: int = 0
    undone: str | None = None


class SchemaHistory:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SchemaChange]:
        """Oldest first."""
        found = self._database.row("SELECT value FROM settings WHERE key = ?", (_SETTING,))
        records = json.loads(found[0]) if found is not None else []
        return [SchemaChange(**{**one, "waiting": [Waiting(**every) for every in one["waiting"]]}) for one in records]

    def put(self, changes: Sequence[SchemaChange]) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO settings VALUES (?, ?)", (_SETTING, canonical([asdict(one) for one in changes]))
        )

    def borne(self) -> dict[Borne, dict[str, int]]:
        """How many decisions of each annotator bear which label, on notes that are there: on items, rejections too, and
        facts that hold."""
        kinds = ", ".join(f"'{kind}'" for kind in LABELLED)
        found: dict[Borne, dict[str, int]] = {}
        for kind, label, actor, count in self._database.rows(
            f"""SELECT 'entities', type, actor, count(*) FROM decisions JOIN documents d ON d.id = document_id
                WHERE latest = 1 AND text_sha IS NOT NULL GROUP BY type, actor
            UNION ALL
            SELECT kind, json_extract(value, iif(kind = 'classes', '$', '$.type')) AS label, actor, count(*)
                FROM facts JOIN documents d ON d.id = document_id
                WHERE latest = 1 AND text_sha IS NOT NULL AND kind IN ({kinds}) GROUP BY kind, label, actor"""
        ):
            found.setdefault((kind, label), {})[actor] = count
        return found
