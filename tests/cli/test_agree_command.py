"""`bioassist agree`: two and more annotators, from folders, other formats and projects."""

from __future__ import annotations

import csv
import stat
import sys
from pathlib import Path

import pytest
from cli_setup import Desk

from assistant.project.store import Project

NOTE = "Naloxone 5 mg given for overdose.\n"
ANNA = "T1\tDrug 0 8\tNaloxone\nT2\tDose 9 13\t5 mg\nT3\tDisease 24 32\toverdose\n"
BEN = "T1\tDrug 0 8\tNaloxone\nT2\tDose 9 19\t5 mg given\n"


def folder(name: str, annotations: str, notes: int = 2) -> None:
    Path(name).mkdir()
    for number in range(notes):
        Path(name, f"visit-{number}.txt").write_text(NOTE, "utf-8")
        Path(name, f"visit-{number}.ann").write_text(annotations, "utf-8")


@pytest.fixture
def two(desk: Desk) -> Desk:
    folder("anna", ANNA)
    folder("ben", BEN)
    return desk


def test_two_folders_of_brat_files(two: Desk) -> None:
    told = two.run("agree", "anna", "ben", "--json")
    assert told.code == 0
    assert told.json["annotators"] == ["anna", "ben"]
    assert told.json["by_type"]["Drug"]["strict"]["value"] == 1.0
    assert told.json["by_type"]["Dose"]["strict"]["value"] == 0.0
    assert told.json["by_type"]["Dose"]["relaxed"]["value"] == 1.0
    assert told.json["all"]["entities"] == [6, 4]


def test_the_table_fits_eighty_columns(two: Desk) -> None:
    told = two.run("agree", "anna", "ben")
    assert all(len(line) <= 88 for line in told.out.splitlines())
    assert [line.split()[0] for line in told.out.splitlines() if line][2:6] == ["Disease", "Dose", "Drug", "all"]


def test_other_formats_projects_and_names(two: Desk) -> None:
    assert two.run("convert", "anna", "anna.jsonl", "--from", "brat", "--to", "jsonl").code == 0
    assert two.run("import", "ben.bioassist", "--from", "brat", "ben").code == 0
    told = two.run("agree", "first=jsonl:anna.jsonl", "ben.bioassist", "third=anna", "--json")
    assert told.code == 0
    assert told.json["annotators"] == ["first", "ben", "third"]
    (same,) = [pair for pair in told.json["pairs"] if pair["annotators"] == ["first", "third"]]
    assert same["strict"]["value"] == 1.0
    assert told.json["all"]["entities"] == [6, 4, 6]


def test_what_waits_in_a_project_is_nobodys_word(annotated: Desk) -> None:
    project = annotated.project
    with Project.open(project, read_only=True) as opened:
        assert opened.status().pending == 0
    told = annotated.run("agree", str(project), f"again={project}", "--json")
    assert told.json["all"]["entities"] == [0, 0]
    assert told.json["all"]["strict"]["value"] is None


def test_disagreements_on_the_screen_and_in_a_file(two: Desk) -> None:
    told = two.run("agree", "anna", "ben", "--disagreements", "-")
    assert "visit-0,9,19,extent,Dose 9-13,Dose 9-19,5 mg given" in told.out
    told = two.run("agree", "anna", "ben", "--disagreements", "where.csv")
    assert "wrote 4 disagreements" in told.said
    with Path("where.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["kind"] for row in rows] == ["extent", "missing"] * 2
    assert rows[1]["text"] == "overdose" and rows[1]["anna"] == "Disease 24-32" and rows[1]["ben"] == ""
    if sys.platform != "win32":
        assert stat.S_IMODE(Path("where.csv").stat().st_mode) == 0o600
    refused = two.run("agree", "anna", "ben", "--disagreements", "where.csv")
    assert refused.code == 2 and "is there already" in refused.said
    assert two.run("agree", "anna", "ben", "--disagreements", "where.csv", "--force").code == 0


def test_types_can_be_chosen_and_renamed(two: Desk) -> None:
    told = two.run("agree", "anna", "ben", "--map", "Dose=Drug", "--types", "Drug", "--json")
    assert list(told.json["by_type"]) == ["Drug"]
    assert told.json["all"]["entities"] == [4, 4]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["anna"], "two annotators"),
        (["anna", "nowhere"], "no project and no folder of brat files"),
        (["anna", "anna"], "a name of their own"),
        (["anna", "ben", "--map", "Dose"], "THEIRS=OURS"),
        (["anna", "ben", "--json", "--disagreements", "-"], "would be mixed"),
    ],
)
def test_bad_requests_are_refused(two: Desk, arguments: list[str], said: str) -> None:
    told = two.run("agree", *arguments)
    assert told.code == 2
    assert said in told.said


def test_a_note_that_one_of_them_lacks_is_named(two: Desk) -> None:
    Path("ben/visit-1.ann").unlink()
    Path("ben/visit-1.txt").unlink()
    told = two.run("agree", "anna", "ben")
    assert told.code == 1
    assert "visit-1: not among the documents of ben" in told.said
