BEGIN TRANSACTION;
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
    latest INTEGER NOT NULL DEFAULT 1, source TEXT NOT NULL DEFAULT 'person',
    PRIMARY KEY (document_id, item_id, seq)
) WITHOUT ROWID;
INSERT INTO "decisions" VALUES(1,'a-95f7e7863552',3,'added','Medication','34-41','s-b2524a3cc0d7',NULL,'ann',1,1,'person');
INSERT INTO "decisions" VALUES(1,'a-95f7e7863552',7,'rejected','Medication','34-41','s-b2524a3cc0d7',NULL,'ann',0,0,'person');
INSERT INTO "decisions" VALUES(1,'s-967586aceaa9',2,'rejected','Disease','20-26','s-967586aceaa9','{"confidence":0.7,"model":"small-1","program":"f1","run":1,"source":"model","spans":[[20,26]],"trained":false,"type":"Disease"}','ann',1,1,'person');
INSERT INTO "decisions" VALUES(1,'s-e80d6299024c',1,'accepted','Symptom','5-15','s-e80d6299024c','{"confidence":0.9,"model":"small-1","program":"f1","run":1,"source":"model","spans":[[5,15]],"trained":true,"type":"Symptom"}','ann',1,1,'person');
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
INSERT INTO "documents" VALUES(1,'note','note.txt','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','utf-8',0,'lf',1,0,'ready',NULL,11,1,1);
CREATE TABLE exported_contents (digest TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE exported_ids (
    document_id INTEGER NOT NULL REFERENCES documents(id),
    item_id TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (document_id, item_id),
    UNIQUE (document_id, id)
) WITHOUT ROWID;
INSERT INTO "exported_ids" VALUES(1,'a-95f7e7863552','T2');
INSERT INTO "exported_ids" VALUES(1,'s-e80d6299024c','T1');
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
INSERT INTO "facts" VALUES(1,'f-1',9,'relations','{"arguments":[["Arg1","a-95f7e7863552"],["Arg2","s-e80d6299024c"]],"type":"Treats"}','ann','import',1,1);
INSERT INTO "facts" VALUES(1,'f-2',9,'classes','"letter"','ann','import',1,1);
CREATE TABLE heads (actor TEXT PRIMARY KEY, actor_seq INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "heads" VALUES('ann',9,'3a534c407d3997bd3f7c910f34da65505d8e14b0e9bd8ebfde443d934f052afb');
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
INSERT INTO "journal" VALUES(1,'ann',1,'2026-11-23T00:01:46.994+00:00',1,'note','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','accept','{"bulk":false,"ids":["s-e80d6299024c"],"on":{"s-e80d6299024c":{"confidence":0.9,"model":"small-1","program":"f1","run":1,"source":"model","spans":[[5,15]],"trained":true,"type":"Symptom"}},"threshold":null}',NULL,'0000000000000000000000000000000000000000000000000000000000000000','0f17422f944aef8b85ea22c6237bf6b9721bbcf087903919d895af1fc7f1159c');
INSERT INTO "journal" VALUES(2,'ann',2,'2026-11-23T00:01:46.997+00:00',1,'note','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','reject','{"ids":["s-967586aceaa9"],"on":{"s-967586aceaa9":{"confidence":0.7,"model":"small-1","program":"f1","run":1,"source":"model","spans":[[20,26]],"trained":false,"type":"Disease"}}}',NULL,'0f17422f944aef8b85ea22c6237bf6b9721bbcf087903919d895af1fc7f1159c','0c281201ec1344937b82f68a8e4035e53f7533c67711477f96d785f3508dc14a');
INSERT INTO "journal" VALUES(3,'ann',3,'2026-11-23T00:01:46.999+00:00',1,'note','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','add','{"id":"a-95f7e7863552","spans":[[34,41]],"type":"Medication"}',NULL,'0c281201ec1344937b82f68a8e4035e53f7533c67711477f96d785f3508dc14a','3deff24149fefc9066ed8c3fbee031c4fdd10f4e0426282301fe4383b47d0085');
INSERT INTO "journal" VALUES(4,'ann',4,'2026-11-23T00:01:47.000+00:00',1,'note','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','done','{}',NULL,'3deff24149fefc9066ed8c3fbee031c4fdd10f4e0426282301fe4383b47d0085','c3a264808f19b735556b432b8c9f094679fe20c2b37378a741572aa9b5e4c394');
INSERT INTO "journal" VALUES(5,'ann',5,'2026-11-23T00:01:47.000+00:00',1,'note','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','undo','{"target":4}',4,'c3a264808f19b735556b432b8c9f094679fe20c2b37378a741572aa9b5e4c394','568638d715d26c126baaa475dc8a0070d6bc97d8996a3119d580fd5f03c3bfdb');
INSERT INTO "journal" VALUES(6,'ann',6,'2026-11-23T00:01:47.001+00:00',1,'note','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','redo','{"target":4}',4,'568638d715d26c126baaa475dc8a0070d6bc97d8996a3119d580fd5f03c3bfdb','c897f102fa0015ce579448b4d183c07171c35d630278b5845f40c5bc937b69a3');
INSERT INTO "journal" VALUES(7,'ann',7,'2026-11-23T00:01:47.007+00:00',1,'note','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','delete','{"ids":["a-95f7e7863552"],"on":{"a-95f7e7863552":{"seen":{"spans":[[34,41]],"type":"Medication"}}}}',NULL,'c897f102fa0015ce579448b4d183c07171c35d630278b5845f40c5bc937b69a3','b91cde3752a30ccf201fb7578c143cc3dff3104ba8c7577cc390177f6af6dc60');
INSERT INTO "journal" VALUES(8,'ann',8,'2026-11-23T00:01:47.007+00:00',1,'note','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','undo','{"target":7}',7,'b91cde3752a30ccf201fb7578c143cc3dff3104ba8c7577cc390177f6af6dc60','458585f5382683412dc10ac2175ae646d3b66ae736d7ec069f40b6e3ee218654');
INSERT INTO "journal" VALUES(9,'ann',9,'2026-11-23T03:35:00.666+00:00',1,'note','925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','set','{"facts":{"f-1":{"kind":"relations","value":{"arguments":[["Arg1","a-95f7e7863552"],["Arg2","s-e80d6299024c"]],"type":"Treats"}},"f-2":{"kind":"classes","value":"letter"}},"format":"brat","items":{},"named":false,"source":"import"}',NULL,'458585f5382683412dc10ac2175ae646d3b66ae736d7ec069f40b6e3ee218654','3a534c407d3997bd3f7c910f34da65505d8e14b0e9bd8ebfde443d934f052afb');
CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO "migrations" VALUES(1,'m001_project','2026-11-23T00:01:46+00:00');
INSERT INTO "migrations" VALUES(2,'m002_export_numbers','2026-11-23T00:01:46+00:00');
INSERT INTO "migrations" VALUES(3,'m003_facts','2026-11-23T03:35:00+00:00');
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
INSERT INTO "runs" VALUES(1,'2026-11-23T00:01:46.990+00:00',NULL,'small-1','0000000000000000000000000000000000000000000000000000000000000000',NULL,'{"ner":"f1"}','2087d7b1ac6b','["Symptom"]','{}',0,0.0,0);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "settings" VALUES('schema','name = "ward"

[[entities]]
name = "Symptom"

[[entities]]
name = "Disease"

[[entities]]
name = "Medication"
');
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
INSERT INTO "suggestions" VALUES(1,1,1,'s-e80d6299024c','Symptom','5-15',0.9,'model','small-1','f1',1,1);
INSERT INTO "suggestions" VALUES(2,1,1,'s-967586aceaa9','Disease','20-26',0.7,'model','small-1','f1',0,1);
CREATE TABLE texts (sha TEXT PRIMARY KEY, text TEXT NOT NULL);
INSERT INTO "texts" VALUES('925ff44d393771ec8a7d859a1acb8a4fd745fb1596e5b3123377e3fff223371b','HPI: chest pain, no asthma. Takes aspirin.');
CREATE TABLE windows (
    key TEXT PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    result TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "windows" VALUES('key',1,'{"labels":["O"]}');
CREATE INDEX document_places ON documents (place);
CREATE INDEX current_suggestions ON suggestions (document_id, type, id) WHERE current;
CREATE INDEX journal_documents ON journal (document_id, seq);
CREATE INDEX journal_targets ON journal (actor, target) WHERE target IS NOT NULL;
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX decisions_of_entry ON decisions (seq);
CREATE INDEX latest_decisions ON decisions (document_id, extent, latest, status, type);
CREATE INDEX facts_of_entry ON facts (seq);
CREATE INDEX exports_of_document ON exports (document_id);
CREATE INDEX exports_of_sending ON exports (sending);
COMMIT;
