"""The SQL of the steps in `assistant.project.file.migrations`. What was released is never changed."""

from __future__ import annotations

PROJECT = """\
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

FACTS = """\
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

SUGGESTED_FACTS = """\
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

SUGGESTERS = """\
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

CALIBRATIONS = """\
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

ANNOTATORS = """\
DROP INDEX latest_decisions;

CREATE INDEX decisions_of_annotator ON decisions (actor, document_id, extent, latest, status, type);

DROP INDEX latest_facts;

CREATE INDEX facts_of_annotator ON facts (actor, document_id, content, latest);

CREATE TABLE done (
    actor TEXT NOT NULL,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    PRIMARY KEY (actor, document_id)
) WITHOUT ROWID;

ALTER TABLE documents DROP COLUMN done;

ALTER TABLE documents ADD COLUMN awaited TEXT;

ALTER TABLE exports ADD COLUMN annotator TEXT NOT NULL DEFAULT ''"""

SKIPPED = """\
CREATE TABLE skipped (
    actor TEXT NOT NULL,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    reason TEXT NOT NULL,
    PRIMARY KEY (actor, document_id)
) WITHOUT ROWID"""

REVEALED = """\
CREATE TABLE revealed (
    actor TEXT NOT NULL,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    PRIMARY KEY (actor, document_id)
) WITHOUT ROWID"""

PLANTED = """\
CREATE TABLE planted (
    actor TEXT NOT NULL,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    item_id TEXT NOT NULL,
    type TEXT NOT NULL,
    spans TEXT NOT NULL,
    extent TEXT NOT NULL,
    confidence REAL NOT NULL,
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    program TEXT NOT NULL,
    trained INTEGER NOT NULL,
    run INTEGER,
    hides TEXT,
    waits INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (actor, document_id, item_id)
) WITHOUT ROWID;

ALTER TABLE decisions ADD COLUMN planted INTEGER NOT NULL DEFAULT 0"""

FACT_PLACES = "ALTER TABLE suggested_facts ADD COLUMN spans TEXT NOT NULL DEFAULT ''"
