from __future__ import annotations

from cli_setup import NOTE, Desk

from assistant.review.session import ReviewSession


def test_where_a_project_stands(annotated: Desk) -> None:
    with annotated.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        session.accept()
        session.mark_done()
        label = session.current and session.current.items[0].type
    annotated.write({"c.txt": b""})
    annotated.annotate()
    told = annotated.run("status", "notes.bioassist")
    assert told.code == 0 and told.said == ""
    first, second, third, sure, failed, *table = told.out.splitlines()
    assert first == "3 documents: 1 done, 1 ready for review, 0 pending, 1 failed"
    assert second == "120 words read, 2 decisions in the journal"
    assert third.startswith("model tiny, ") and third.endswith(" words/s")
    assert "no calibration; 1 of 300 single decisions, on 1 of 10 notes" in sure
    assert failed.startswith("failed: notes/c.txt: the file is empty")
    assert table[1].split() == ["pending", "accepted", "edited", "rejected", "added"]
    counts = {row.split()[0]: [int(number) for number in row.split()[1:]] for row in table[2:]}
    assert list(counts) == ["Disease", "Drug"]
    assert counts[str(label)][1] == 1


def test_json(annotated: Desk) -> None:
    told = annotated.run("status", annotated.project, "--json")
    assert told.code == 0 and told.said == ""
    figures = told.json
    assert (figures["documents"], figures["ready"], figures["words"], figures["failed"]) == (2, 2, 120, [])
    assert figures["project"] == str(annotated.project)
    assert figures["model"] == "tiny" and figures["words_per_second"] > 0
    suggested = sum(label["suggested"] for label in figures["labels"].values())
    assert suggested == sum(len(of) for of in annotated.found().values()) > 0


def test_pending_notes(desk: Desk) -> None:
    desk.write({"a.txt": NOTE, "b.txt": NOTE + "b"})
    desk.annotate("--limit", "1")
    assert "2 documents: 0 done, 1 ready for review, 1 pending, 0 failed" in desk.run("status", desk.project).out


def test_gold_that_no_model_read_is_done(desk: Desk) -> None:
    desk.write({"a.txt": "Chest pain.\n", "a.ann": "T1\tSymptom 0 10\tChest pain\n"})
    imported = desk.run("import", "gold.bioassist", desk.notes, "--from", "brat")
    assert imported.code == 0, imported.said
    told = desk.run("status", "gold.bioassist").out.splitlines()
    assert told[0] == "1 documents: 1 done, 0 ready for review, 0 pending, 0 failed"
    assert told[-1].split() == ["Symptom", "0", "0", "0", "0", "1"]


def test_a_reader_that_goes_away_is_no_error(annotated: Desk) -> None:
    process = annotated.process("status", annotated.project)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait(30) == 0
    assert process.stderr.read() == ""
    process.stderr.close()


def test_narration_that_nobody_reads_stops_no_work(desk: Desk) -> None:
    desk.write({"a.txt": NOTE})
    process = desk.process("annotate", *desk.arguments())
    assert process.stdout is not None and process.stderr is not None
    process.stderr.close()
    assert process.wait(60) == 0
    process.stdout.close()
    assert desk.states() == {"a": "ready"}
