"""The tables of a project file, as ordered steps. A file records which steps it has; opening it takes the others.

A step that was released is never changed: the next change is a new step.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from assistant.project.file import definitions
from assistant.project.file.database import APPLICATION_ID, Database
from assistant.project.guard.roles import SALT, new_salt
from assistant.project.journal.entries import digest
from assistant.project.journal.last_words import last_word
from bioassist.errors import ProjectError

Migration = Callable[[Database], None]


def m001_project(database: Database) -> None:
    for statement in definitions.PROJECT.split(";\n\n"):
        database.execute(statement)


def m002_export_numbers(database: Database) -> None:
    """Exported annotations keep their numbers for ever."""
    database.execute(
        """CREATE TABLE export_ids (
            document_id INTEGER NOT NULL REFERENCES documents(id),
            item_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (document_id, item_id),
            UNIQUE (document_id, number)
        ) WITHOUT ROWID"""
    )


def m003_facts(database: Database) -> None:
    """Annotations other than entities; where decisions come from; ids of all kinds; what was exported under them."""
    for statement in definitions.FACTS.split(";\n\n"):
        database.execute(statement)


def m004_suggested_facts(database: Database) -> None:
    """Suggestions of relations, attributes and the rest; which of them a decision on a fact is on, and what it says."""
    for statement in definitions.SUGGESTED_FACTS.split(";\n\n"):
        database.execute(statement)
    database.execute_many(
        "UPDATE facts SET content = ? WHERE document_id = ? AND item_id = ? AND seq = ?",
        [
            (digest("s", [sha, kind, json.loads(value)]), document_id, item_id, seq)
            for document_id, item_id, seq, kind, value, sha in database.rows(
                "SELECT f.document_id, item_id, seq, kind, value, text_sha FROM facts f"
                " JOIN documents d ON d.id = f.document_id WHERE value IS NOT NULL"
            )
        ],
    )


def m005_suggesters(database: Database) -> None:
    """A suggestion is a row a source, be that a run of the model or another suggester; what those have read."""
    for statement in definitions.SUGGESTERS.split(";\n\n"):
        database.execute(statement)


def m006_calibrations(database: Database) -> None:
    """What probabilities are worth; and what a model nearly found, by the run that read it."""
    for statement in definitions.CALIBRATIONS.split(";\n\n"):
        database.execute(statement)


def m007_annotators(database: Database) -> None:
    """Each annotator has last words and done marks of their own; documents that entries are on may be missing."""
    done = _done(database)
    for statement in definitions.ANNOTATORS.split(";\n\n"):
        database.execute(statement)
    database.execute_many("INSERT INTO done VALUES (?, ?)", done)
    for table in ("decisions", "facts"):
        database.execute(f"UPDATE {table} SET latest = effective AND seq = ({last_word(table)})")


def _done(database: Database) -> list[tuple[str, int]]:
    """Who marked which document done: their last mark that stands."""
    marks: dict[tuple[str, int], str] = {}
    for actor, document_id, action in database.rows(
        """SELECT actor, document_id, action FROM journal mark WHERE action IN ('done', 'reopen') AND coalesce((
            SELECT action FROM journal back WHERE back.actor = mark.actor AND back.target = mark.actor_seq
            ORDER BY back.seq DESC LIMIT 1
        ), 'redo') = 'redo' ORDER BY seq"""
    ):
        marks[actor, document_id] = action
    return [one for one, action in marks.items() if action == "done"]


def m008_skipped(database: Database) -> None:
    """Documents that an annotator leaves out, and why."""
    database.execute(definitions.SKIPPED)


def m009_guard(database: Database) -> None:
    """Documents that an annotator began without suggestions and has them in now; what draws such documents."""
    database.execute(definitions.REVEALED)
    database.execute("INSERT INTO settings VALUES (?, ?)", (SALT, new_salt()))


def m010_planted(database: Database) -> None:
    """Suggestions that are planted for an annotator, and which decisions are on such ones."""
    for statement in definitions.PLANTED.split(";\n\n"):
        database.execute(statement)


def m011_fact_places(database: Database) -> None:
    """Where in a note it is that shows what is said of the note."""
    database.execute(definitions.FACT_PLACES)


MIGRATIONS: tuple[Migration, ...] = (
    m001_project,
    m002_export_numbers,
    m003_facts,
    m004_suggested_facts,
    m005_suggesters,
    m006_calibrations,
    m007_annotators,
    m008_skipped,
    m009_guard,
    m010_planted,
    m011_fact_places,
)


def applied(database: Database) -> list[str]:
    """Names of the steps that a file has, in order; empty for a blank one."""
    if database.row("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'") is None:
        return []
    return [name for (name,) in database.rows("SELECT name FROM migrations ORDER BY number")]


def migrate(database: Database) -> None:
    """Bring a file to the present form, each step whole or not at all.

    Raises ProjectError for a file of a newer version, and for an older one that is open for reading only.
    """
    have, known = applied(database), [step.__name__ for step in MIGRATIONS]
    if have[: len(known)] != known[: len(have)]:
        newer = [name for name in have if name not in known]
        raise _newer(database, newer or have)
    if len(have) > len(known):
        raise _newer(database, have[len(known) :])
    if have == known:
        return
    if database.read_only:
        raise ProjectError(
            "the project is of an older version and open for reading only.",
            where=str(database.path.parent),
            next_step="Open it once with `bioassist review`, which brings it up to date.",
        )
    for number, step in enumerate(MIGRATIONS[len(have) :], len(have) + 1):
        with database.transaction():
            if number == 1:
                # Both go into the file's head, where they tell it from any other SQLite file.
                database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                database.execute(
                    "CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
                )
            step(database)
            database.execute(
                "INSERT INTO migrations VALUES (?, ?, ?)",
                (number, step.__name__, datetime.now(UTC).isoformat(timespec="seconds")),
            )


def _newer(database: Database, steps: list[str]) -> ProjectError:
    return ProjectError(
        f"the project was made by a newer bioassist (it has {', '.join(steps)}).",
        where=str(database.path.parent),
        next_step="Update bioassist to open it; nothing was changed.",
    )
