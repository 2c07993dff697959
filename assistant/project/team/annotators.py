"""The annotators of a project: who decided something in it, each with a view of their own.

Gold is an annotator too, whose decisions were agreed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.project.file.database import Database
from bioassist.errors import UsageError

if TYPE_CHECKING:
    from assistant.project.store import Project

GOLD = "gold"
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class AnnotatorFigures:
    """What an annotator did in documents that are not superseded: `documents` with a decision, `done` ones; items that
    were `kept` (of which `edited` and `added`) and `rejected`, and other `facts`. `assigned` counts documents that are
    theirs. `last` is when (ISO 8601, UTC)."""

    name: str
    assigned: int
    documents: int
    done: int
    kept: int
    edited: int
    added: int
    rejected: int
    facts: int
    last: str | None


def checked(name: str) -> str:
    """The name of an annotator as it is kept. Raises UsageError for what is none."""
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST:
        raise UsageError("--as takes a name.", next_step=f"Up to {_LONGEST} characters, such as --as anna.")
    return name.strip()


def whose(project: Project, of: str | None, asker: str | None = None) -> str:
    """Whose decisions are meant: `of`, else those of the only annotator, else gold, else of nobody.

    `asker` may be meant without having decided anything, and is where there are several and no gold, if they are one of
    those. Raises UsageError, which names the annotators, if `of` is none of them, or if nothing says who is meant.
    """
    names = project.annotators()
    if of is not None and of == asker:
        return of
    if of is not None:
        if of not in names:
            raise UsageError(
                f"{of!r} decided nothing in this project.", where=str(project.path), next_step=_named(names)
            )
        return of
    if len(names) > 1 and GOLD not in names:
        if asker in names:
            return asker
        raise UsageError(
            f"the project has decisions of {len(names)} annotators: {', '.join(names)}.",
            where=str(project.path),
            next_step="Say whose are meant with --of NAME, or make gold of them in the review (J).",
        )
    return GOLD if len(names) > 1 else names[0] if names else project.actor


def _named(names: Sequence[str]) -> str:
    return f"Its annotators: {', '.join(names)}." if names else "Nobody decided anything in it yet."


def figures(database: Database, names: Sequence[str], assigned: Mapping[str, int]) -> list[AnnotatorFigures]:
    """Of each of `names`, and of those who have documents `assigned`, in the order of names."""
    counts: dict[tuple[str, str], int] = {}
    for sql in (_ITEMS, _FACTS, _DOCUMENTS, _DONE):
        for name, what, number in database.rows(sql):
            counts[name, what] = number
    made = []
    for name in sorted({*names, *assigned}):
        of = {what: number for (whose_, what), number in counts.items() if whose_ == name}
        edited, added = of.get("edited", 0), of.get("added", 0)
        last = database.row("SELECT at FROM journal WHERE actor = ? ORDER BY actor_seq DESC", (name,))
        made.append(
            AnnotatorFigures(
                name=name,
                assigned=assigned.get(name, 0),
                documents=of.get("documents", 0),
                done=of.get("done", 0),
                kept=of.get("accepted", 0) + edited + added,
                edited=edited,
                added=added,
                rejected=of.get("rejected", 0),
                facts=of.get("facts", 0),
                last=last[0] if last is not None else None,
            )
        )
    return made


_LIVE = "JOIN documents d ON d.id = document_id AND NOT d.superseded"
_ITEMS = f"SELECT actor, status, count(*) FROM decisions {_LIVE} WHERE latest = 1 GROUP BY actor, status"
_FACTS = f"""
    SELECT actor, 'facts', count(*) FROM facts {_LIVE} WHERE latest = 1 AND value IS NOT NULL GROUP BY actor"""
_DOCUMENTS = f"""
    SELECT actor, 'documents', count(*) FROM (
        SELECT actor, document_id FROM decisions WHERE latest = 1
        UNION SELECT actor, document_id FROM facts WHERE latest = 1
    ) {_LIVE} GROUP BY actor"""
_DONE = f"SELECT actor, 'done', count(*) FROM done {_LIVE} GROUP BY actor"
