"""The tables of a project file, as ordered steps. A file records which steps it has; opening it takes the others.

A step that was released is never changed: the next change is a new step.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from assistant.project.database import APPLICATION_ID, Database
from assistant.project.entries import digest
from bioassist.errors import ProjectError

Migration = Callable[[Database], None]


def m001_project(database: Database) -> None:
    for statement in _PROJECT.split(";\n\n"):
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
    for statement in _FACTS.split(";\n\n"):
        database.execute(statement)


def m004_suggested_facts(database: Database) -> None:
    """Suggestions of relations, attributes and the rest; which of them a decision on a fact is on, and what it says."""
    for statement in _SUGGESTED_FACTS.split(";\n\n"):
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
    for statement in _SUGGESTERS.split(";\n\n"):
        database.execute(statement)


def m006_calibrations(database: Database) -> None:
    """What probabilities are worth; and what a model nearly found, by the run that read it."""
    for statement in _CALIBRATIONS.split(";\n\n"):
        database.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (
    m001_project,
    m002_export_numbers,
    m003_facts,
    m004_suggested_facts,
    m005_suggesters,
    m006_calibrations,
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


_PROJECT = """\
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE texts (sha TEXT PRIMARY KEY, text TEXT NOT NULL);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    text_sha TEXT REFERENCES texts(sha),
    encoding TEXT NOT NULL,
    bom INTEGER NOT NULL,
    newline TEXT NOT NULL,
    version INTEGER NOT NULL,
    superseded INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    reason TEXT,
    words INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    place INTEGER NOT NULL,
    UNIQUE (name, text_sha)
);

CREATE INDEX document_places ON documents (place);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    ended TEXT,
    model TEXT NOT NULL,
    model_sha TEXT NOT NULL,
    adapter TEXT,
    programs TEXT NOT NULL,
    schema_fingerprint TEXT NOT NULL,
    trained TEXT NOT NULL,
    settings TEXT NOT NULL,
    words INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    tokens INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE windows (
    key TEXT PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    result TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE suggestions (
    number INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    run_id INTEGER NOT NULL REFERENCES runs(id),
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    spans TEXT NOT NULL,
    confidence REAL NOT NULL,
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    program TEXT NOT NULL,
    trained INTEGER NOT NULL,
    current INTEGER NOT NULL DEFAULT 1,
    UNIQUE (document_id, id, run_id)
);

CREATE INDEX current_suggestions ON suggestions (document_id, type, id) WHERE current;

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    actor TEXT NOT NULL,
    actor_seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    document TEXT NOT NULL,
    text_sha TEXT NOT NULL,
    action TEXT NOT NULL,
    payload TEXT NOT NULL,
    target INTEGER,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (actor, actor_seq)
);

CREATE INDEX journal_documents ON journal (document_id, seq);

CREATE INDEX journal_targets ON journal (actor, target) WHERE target IS NOT NULL;

CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TABLE heads (actor TEXT PRIMARY KEY, actor_seq INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE decisions (
    document_id INTEGER NOT NULL REFERENCES documents(id),
    item_id TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES journal(seq),
    status TEXT NOT NULL,
    type TEXT NOT NULL,
    spans TEXT NOT NULL,
    extent TEXT NOT NULL,
    suggestion TEXT,
    actor TEXT NOT NULL,
    effective INTEGER NOT NULL DEFAULT 1,
    latest INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (document_id, item_id, seq)
) WITHOUT ROWID;

CREATE INDEX decisions_of_entry ON decisions (seq);

CREATE INDEX latest_decisions ON decisions (document_id, extent, latest, status, type);
"""

_FACTS = """\
CREATE TABLE facts (
    document_id INTEGER NOT NULL REFERENCES documents(id),
    item_id TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES journal(seq),
    kind TEXT,
    value TEXT,
    actor TEXT NOT NULL,
    source TEXT NOT NULL,
    effective INTEGER NOT NULL DEFAULT 1,
    latest INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (document_id, item_id, seq)
) WITHOUT ROWID;

CREATE INDEX facts_of_entry ON facts (seq);

ALTER TABLE decisions ADD COLUMN source TEXT NOT NULL DEFAULT 'person';

CREATE TABLE exported_ids (
    document_id INTEGER NOT NULL REFERENCES documents(id),
    item_id TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (document_id, item_id),
    UNIQUE (document_id, id)
) WITHOUT ROWID;

INSERT INTO exported_ids SELECT document_id, item_id, 'T' || number FROM export_ids;

DROP TABLE export_ids;

CREATE TABLE exported_contents (digest TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE exports (
    number INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    sending TEXT NOT NULL,
    format TEXT NOT NULL,
    profile TEXT NOT NULL,
    as_notes INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    digest TEXT NOT NULL REFERENCES exported_contents(digest)
);

CREATE INDEX exports_of_document ON exports (document_id);

CREATE INDEX exports_of_sending ON exports (sending)"""

_SUGGESTED_FACTS = """\
CREATE TABLE suggested_facts (
    number INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    run_id INTEGER NOT NULL REFERENCES runs(id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    about TEXT NOT NULL,
    confidence REAL NOT NULL,
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    program TEXT NOT NULL,
    trained INTEGER NOT NULL,
    current INTEGER NOT NULL DEFAULT 1,
    UNIQUE (document_id, id, run_id)
);

CREATE INDEX current_suggested_facts ON suggested_facts (document_id, id) WHERE current;

ALTER TABLE facts ADD COLUMN suggestion TEXT;

ALTER TABLE facts ADD COLUMN content TEXT;

CREATE INDEX latest_facts ON facts (document_id, content, latest)"""

_SUGGESTERS = """\
CREATE TABLE suggestions_by_source (
    number INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    run_id INTEGER REFERENCES runs(id),
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    spans TEXT NOT NULL,
    confidence REAL NOT NULL,
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    program TEXT NOT NULL,
    trained INTEGER NOT NULL,
    reference TEXT,
    current INTEGER NOT NULL DEFAULT 1
);

INSERT INTO suggestions_by_source
    SELECT number, document_id, run_id, id, type, spans, confidence, source, model, program, trained, NULL, current
    FROM suggestions;

DROP TABLE suggestions;

ALTER TABLE suggestions_by_source RENAME TO suggestions;

CREATE UNIQUE INDEX suggestion_sources ON suggestions (document_id, id, ifnull(run_id, program));

CREATE INDEX current_suggestions ON suggestions (document_id, type, id) WHERE current;

CREATE INDEX other_suggestions ON suggestions (document_id, program) WHERE run_id IS NULL;

CREATE TABLE suggester_results (
    document_id INTEGER NOT NULL REFERENCES documents(id),
    fingerprint TEXT NOT NULL,
    found INTEGER NOT NULL,
    reason TEXT,
    current INTEGER NOT NULL,
    PRIMARY KEY (document_id, fingerprint)
) WITHOUT ROWID;

CREATE INDEX documents_of_text ON documents (text_sha)"""

_CALIBRATIONS = """\
CREATE TABLE calibrations (
    number INTEGER PRIMARY KEY,
    model_sha TEXT NOT NULL,
    program TEXT NOT NULL,
    origin TEXT NOT NULL,
    at TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    content TEXT NOT NULL
);

CREATE INDEX calibrations_of_model ON calibrations (model_sha, program, origin);

CREATE TABLE near_misses (
    document_id INTEGER NOT NULL REFERENCES documents(id),
    run_id INTEGER NOT NULL REFERENCES runs(id),
    begin INTEGER NOT NULL,
    end INTEGER NOT NULL,
    type TEXT,
    probability REAL NOT NULL,
    PRIMARY KEY (document_id, run_id, begin, end)
) WITHOUT ROWID"""
