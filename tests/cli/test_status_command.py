from __future__ import annotations

from dataclasses import replace

from cli_setup import NOTE, Desk
from project_setup import plain_words

from assistant.review.session import ReviewSession
from bioassist.metrics.calibration import Calibration, Curve, Measured
from bioassist.schema import Guard
from bioassist.tasks.confidence import definition_of
from bioassist.tasks.fingerprints import FINGERPRINTS

NUMBERS = ("final", "found", "changed", "missed", "dropped", "suggested", "right", "own")


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
    assert "no calibration applies; 1 of 300 single decisions, on 1 of 10 notes" in sure
    assert failed.startswith("failed: notes/c.txt: the file is empty")
    assert table[1].split() == ["pending", "accepted", "edited", "rejected", "added"]
    counts = {row.split()[0]: [int(number) for number in row.split()[1:]] for row in table[2:]}
    assert list(counts) == ["Disease", "Drug"]
    assert counts[str(label)][1] == 1


def test_what_is_wrong_with_calibrations_is_said_with_what_helps(annotated: Desk) -> None:
    programs = {task: FINGERPRINTS[task] for task in ("ner.inline", "assertion", "re.pairs")}
    curve, measured = Curve(1.0, -1.0, 900), Measured(5, 0.1, 0.02, 0.7, 0.7, (), ())
    with annotated.opened() as project:
        project.begin_run("ward", "a" * 64, None, programs, "f", [], {})
        for task, program in programs.items():
            brought = Calibration(
                definition_of(program), program, {"name": "ward", "file_type": "BF16"}, ("corpus:x (dev)",), 900, 40,
                curve, {}, measured,
            )  # fmt: skip
            project.calibrations.put("a" * 64, "model", brought, runs_as="Q4_0" if task == "ner.inline" else None)
            if task == "re.pairs":
                project._database.execute("UPDATE calibrations SET content = '{' WHERE program = ?", (program,))
    lines = annotated.run("status", annotated.project).out.splitlines()
    assert lines[3].startswith("probabilities as the model gives them")
    assert lines[4].startswith("probabilities of assertion calibrated from the model's development data (error 0.020")
    assert lines[5].startswith("probabilities of re.pairs as the model gives them")
    assert "of entities cannot be used: it was fitted at BF16" in lines[6]
    assert "`bioassist models pull ward --type BF16`" in lines[6]
    assert "The model's calibration of re.pairs cannot be used: it is damaged. `bioassist annotate`" in lines[7]
    told = annotated.run("status", annotated.project, "--json").json["calibration"]
    assert told["others"]["re.pairs"]["warnings"] and told["others"]["re.pairs"]["origin"] is None
    assert told["others"]["assertion"]["error"] == 0.02 and told["others"]["assertion"]["wanted"] == 300


def test_json(annotated: Desk) -> None:
    told = annotated.run("status", annotated.project, "--json")
    assert told.code == 0 and told.said == ""
    figures = told.json
    assert (figures["documents"], figures["ready"], figures["words"], figures["failed"]) == (2, 2, 120, [])
    assert figures["project"] == str(annotated.project)
    assert figures["model"] == "tiny" and figures["words_per_second"] > 0
    suggested = sum(label["suggested"] for label in figures["labels"].values())
    assert suggested == sum(len(of) for of in annotated.found().values()) > 0


def test_how_far_annotators_lean_on_the_model(annotated: Desk) -> None:
    assert annotated.run("status", annotated.project, "--guard").out == "nobody decided anything yet\n"
    with annotated.opened() as project:
        project.set_schema(replace(project.schema, guard=Guard(blind=1.0)))
        first, second = (row.id for row in project.documents())
        anna = ReviewSession(project, "anna", words=plain_words)
        anna.open(first)
        anna.add(0, 4, "Disease")
        anna.mark_done()
        anna.accept_over(0.0)
        accepted = sum(item.status == "accepted" for item in anna.current.items) if anna.current else 0
        anna.mark_done()
        ben = ReviewSession(project, "ben", words=plain_words)
        ben.open(second)
        ben.mark_done()
    told = annotated.run("status", annotated.project, "--guard")
    assert told.code == 0 and told.said == ""
    lines = told.out.splitlines()
    assert lines[0] == "anna: blind documents: 1 done, 0 with suggestions now, 1 to come"
    every = next(line for line in lines if line.split()[0] == "all")
    assert every.split()[1] == str(accepted + 1)
    bulk = next(line for line in lines if line.split()[:3] == ["all", str(accepted), str(accepted)])
    assert "100%" in bulk
    assert lines[-1] == "ben: blind documents: 0 done, 1 with suggestions now, 1 to come"
    alone = annotated.run("status", annotated.project, "--guard", "--of", "anna").out
    assert "ben" not in alone and alone.splitlines() == lines[: lines.index("")]
    (anna_s, ben_s) = annotated.run("status", annotated.project, "--guard", "--json").json["guard"]
    assert anna_s["blind_documents"] == {"done": 1, "open": 0, "to_come": 1}
    counts = anna_s["blind"]["all"]
    assert counts["final"] == counts["found"] + counts["changed"] + counts["missed"] == accepted + 1
    assert counts["missed_share"]["value"] == counts["missed"] / counts["final"]
    low, high = counts["missed_share"]["interval"]
    assert low < counts["missed_share"]["value"] <= high
    assert anna_s["accepted_without_focus"]["all"]["bulk"] == accepted
    assert (ben_s["annotator"], ben_s["blind"], ben_s["accepted_without_focus"]["all"]["share"]) == (
        "ben", {"all": dict.fromkeys(NUMBERS, 0) | {"missed_share": None}}, None,
    )  # fmt: skip


def test_what_was_planted_and_accepted(annotated: Desk) -> None:
    with annotated.opened() as project:
        project.set_schema(replace(project.schema, guard=Guard(planted=1.0)))
        anna = ReviewSession(project, "anna", words=plain_words)
        planted = [row.id for row in anna.documents() if row.planted]
        assert planted
        anna.accept_over(0.0, everywhere=True)
        anna.open(planted[0])
        anna.mark_done()
        count = len(project.journal.entries(planted[0], "anna")[0].payload["items"])
    lines = annotated.run("status", annotated.project, "--guard").out.splitlines()
    left = len(planted) - 1
    assert lines[1].strip() == f"documents with planted suggestions: 1 disclosed, {left} not yet"
    every = next(line for line in lines if line.split()[0] == "all")
    assert every.split()[:7] == ["all", str(count), str(count), "0", "0", "0", "0"] and "100% (" in every
    (told,) = annotated.run("status", annotated.project, "--guard", "--json").json["guard"]
    assert told["planted_documents"] == {"disclosed": 1, "undisclosed": left}
    assert told["planted"]["all"]["accepted"] == told["planted"]["all"]["shown"] == count
    assert told["planted"]["all"]["accepted_share"]["value"] == 1.0
    assert sum(one["accepted"] for label, one in told["planted"].items() if label != "all") == count


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
