"""`annotate` and `convert` with tables: each row a note, with its place in the file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cli_setup import NOTE, Desk

from assistant.project.store import Project
from assistant.review.session import ReviewSession
from converters.brat import BratFormat

OTHER = "Fever and cough for 3/7; no rash.\n"
COLUMNS = ("--text-column", "report", "--id-column", "visit")


def table(*rows: tuple[str, ...], name: str = "notes.csv", delimiter: str = ",", encoding: str = "utf-8") -> Path:
    path = Path(name)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([("visit", "age", "report"), *rows])
    return path


@pytest.fixture
def annotated_table(desk: Desk) -> Desk:
    table(("v1", "60", NOTE), ("ward/v2", "61", OTHER))
    assert desk.annotate("notes.csv", *COLUMNS).code == 0
    return desk


def texts(project: Path) -> dict[str, str]:
    with Project.open(project, read_only=True) as opened:
        return {row.name: opened.text(row.id) for row in opened.documents() if row.has_text}


def test_each_row_becomes_a_note(annotated_table: Desk) -> None:
    assert texts(annotated_table.project) == {"v1": NOTE, "ward/v2": OTHER}
    with Project.open(annotated_table.project, read_only=True) as project:
        assert [row.path for row in project.documents()] == ["notes.csv:2", "notes.csv:5"]
    assert annotated_table.run("export", annotated_table.project, "--to", "brat", "out", "--include", "all").code in (
        0,
        1,
    )
    assert Path("out/ward/v2.txt").read_text() == OTHER


def test_without_ids_they_are_called_by_their_rows(desk: Desk) -> None:
    table(("", "60", NOTE), ("", "61", OTHER), delimiter=";")
    assert desk.annotate("notes.csv", "--text-column", "report").code == 0
    assert texts(desk.project) == {"1": NOTE, "2": OTHER}


def test_the_same_command_again_finds_its_notes(annotated_table: Desk) -> None:
    before = annotated_table.found()
    told = annotated_table.annotate("notes.csv", *COLUMNS)
    assert told.code == 0 and "2 of 2 notes ready" in told.said
    assert annotated_table.found() == before
    # Elsewhere in the file, and with a new one before them, they are the same notes.
    table(("v3", "", OTHER + "Again."), ("ward/v2", "61", OTHER), ("v1", "60", NOTE))
    assert annotated_table.annotate("notes.csv", *COLUMNS).code == 0
    assert texts(annotated_table.project) == {"v1": NOTE, "ward/v2": OTHER, "v3": OTHER + "Again."}


def test_a_changed_row_is_told_and_taken_in_as_a_new_version(annotated_table: Desk) -> None:
    with annotated_table.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        session.add(NOTE.index("amoxicillin"), NOTE.index("amoxicillin") + 11, "Drug")
    table(("v1", "60", "Seen today. " + NOTE), ("ward/v2", "61", OTHER))
    told = annotated_table.annotate("notes.csv", *COLUMNS)
    assert told.code == 1 and "notes.csv:2: changed on the disk" in told.said
    assert texts(annotated_table.project)["v1"] == NOTE
    told = annotated_table.annotate("notes.csv", *COLUMNS, "--new-versions")
    assert told.code == 1 and "notes.csv:2: taken in as version 2: 1 decisions carried over" in told.said
    assert texts(annotated_table.project)["v1"] == "Seen today. " + NOTE


def test_a_row_that_is_no_note_among_others(desk: Desk) -> None:
    table(("v1", "60", NOTE), ("v2", "61", " "), ("v1", "62", OTHER), ("", "63", OTHER), ("v5", "64", OTHER))
    told = desk.annotate("notes.csv", *COLUMNS)
    assert told.code == 1
    # The first note has two lines, and a line feed at its end.
    assert "notes.csv:5: its 'report' is empty." in told.said
    assert "notes.csv:6: the id 'v1' is there already" in told.said
    assert "notes.csv:8: its 'visit' is empty" in told.said
    assert "2 of 3 notes ready, 1 could not be read" in told.said
    assert desk.states() == {"v1": "ready", "v2": "failed", "v5": "ready"}
    assert "notes.csv:5: its 'report' is empty." in desk.run("status", desk.project).out
    table(("v1", "60", NOTE), ("v2", "61", OTHER), ("v5", "64", OTHER))
    assert desk.annotate("notes.csv", *COLUMNS).code == 0
    assert desk.states() == {"v1": "ready", "v2": "ready", "v5": "ready"}


def test_another_encoding(desk: Desk) -> None:
    table(("v1", "60", NOTE), ("v2", "61", "Température élevée à 39°."), encoding="latin-1")
    told = desk.annotate("notes.csv", *COLUMNS)
    assert told.code == 1 and "looks like latin-1" in told.said and "Read it with --encoding latin-1" in told.said
    assert desk.annotate("notes.csv", *COLUMNS, "--encoding", "latin-1").code == 0
    assert texts(desk.project)["v2"] == "Température élevée à 39°."


def test_several_tables_and_notes_beside_them(desk: Desk) -> None:
    table(("v1", "60", NOTE), name="a.csv")
    Path("b.jsonl").write_text(json.dumps({"visit": 1, "report": OTHER}) + "\n")
    desk.write({"c.txt": NOTE})
    told = desk.annotate(
        "a.csv", "b.jsonl", "notes/c.txt", *COLUMNS, "--project", "all.bioassist", "--schema", "schema.toml"
    )
    assert told.code == 0
    assert texts(Path("all.bioassist")) == {"c": NOTE, "a/v1": NOTE, "b/1": OTHER}


def test_the_ids_of_another_table_are_other_notes(annotated_table: Desk) -> None:
    table(("v1", "60", "Another patient. " + OTHER), name="later.csv")
    assert annotated_table.annotate("later.csv", *COLUMNS, "--project", annotated_table.project).code == 0
    assert texts(annotated_table.project) == {
        "v1": NOTE,
        "ward/v2": OTHER,
        "later/v1": "Another patient. " + OTHER,
    }


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("notes.csv",), 2, "notes.csv: this is a table"),
        (("notes.csv", "--text-column", "text"), 3, "notes.csv: there is no column 'text'."),
        (("notes.csv", "--text-column", "report", "--id-column", "id"), 3, "there is no column 'id'."),
        (("notes", "--text-column", "report"), 2, "--text-column is for tables, and there is none."),
        (("notes", "--id-column", "visit"), 2, "--id-column is for tables, and there is none."),
    ],
)
def test_what_is_refused_before_anything_is_done(desk: Desk, arguments: tuple[str, ...], code: int, said: str) -> None:
    desk.write({"a.txt": NOTE})
    table(("v1", "60", NOTE))
    # A model that is not there would be the next to be missed.
    told = desk.run("annotate", *arguments, "--model", "nowhere.gguf", "--no-review")
    assert told.code == code and said in told.said
    if "no column" in said:
        assert "Its columns: 'visit', 'age', 'report'." in told.said
    assert not desk.project.exists()


def test_an_export_does_not_go_over_the_table(annotated_table: Desk) -> None:
    for arguments in (
        ("export", annotated_table.project, "--to", "jsonl", "notes.csv", "--force"),
        ("annotate", "notes.csv", *COLUMNS, "--output", "jsonl:notes.csv", "--force", "--no-review"),
    ):
        told = annotated_table.run(*arguments)
        assert told.code == 2 and "the notes lie here" in told.said
    assert Path("notes.csv").read_text().startswith("visit,age,report")


def test_convert_from_a_table(desk: Desk) -> None:
    table(("v1", "60", NOTE), ("v2", "61", ""))
    told = desk.run("convert", "notes.csv", "out", "--from", "table", "--to", "brat", *COLUMNS, "--strict")
    assert told.code == 1 and "notes.csv:5: its 'report' is empty." in told.said
    assert [(one.name, one.text) for one in BratFormat().read(Path("out"))] == [("v1", NOTE)]
    refused = desk.run("convert", "notes.csv", "again", "--from", "table", "--to", "brat")
    assert refused.code == 2 and "--text-column" in refused.said
