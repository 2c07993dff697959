"""`bioassist import`: the loop from export through correction back to decisions, and new projects out of corpora."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_setup import Desk, ended, wait_until
from import_setup import Annotations, told

from assistant.project.exporting.documents import documents_for_export
from assistant.project.store import Project
from bioassist.documents import Document
from converters.brat import BratFormat
from converters.brat.folder import as_exported


def exported(desk: Desk, path: Path | None = None) -> dict[str, Document]:
    with desk.opened(path) as project:
        return {one.name: one for one in documents_for_export(project, "all")[0]}


def journal(desk: Desk, path: Path | None = None) -> list[tuple[str, str]]:
    with desk.opened(path) as project:
        return [(entry.actor, entry.action) for entry in project.journal.entries()]


@pytest.fixture
def corrected(annotated: Desk) -> Desk:
    """Exported as brat; in note `a` the first suggestion was deleted, the last relabelled, and all marks taken off."""
    said = annotated.run("export", annotated.project, "--to", "brat", "--include", "all", "out")
    assert said.code == 0, said
    assert Path("out/.bioassist-export").is_file()
    ann = Annotations(Path("out"), "a").confirm()
    entities = [line for line in ann.lines if line.startswith("T")]
    assert len(entities) > 2
    label = entities[-1].split("\t")[1].split()[0]
    other = {"Disease": "Drug", "Drug": "Disease"}[label]
    last = entities[-1].split("\t")[0]
    ann.delete(entities[0].split("\t")[0]).replace(f"{last}\t{label}", f"{last}\t{other}")
    return annotated


def test_corrected_files_become_decisions(corrected: Desk) -> None:
    suggested = len(corrected.found()["a"])
    said = corrected.run("import", corrected.project, "--from", "brat", "out", "--as", "bob")
    assert said.code == 0, said
    assert f"decisions: {suggested - 2:,} accepted, 1 deleted, 1 relabelled." in said.said
    assert "2 documents came, 2 of them the project's; 1 reviewed, 1 marked done just now" in said.said
    assert re.search(
        r"^label +accepted +edited +rejected +missed +acceptance rate +edit rate +miss rate$", said.out, re.M
    )
    assert journal(corrected) == [("bob", "set"), ("bob", "done")]
    read = {one.name: one for one in BratFormat().read(Path("out"))}
    now = exported(corrected)
    for name, document in read.items():
        # What goes over a line end is in two fragments there.
        assert as_exported(now[name]).entities == document.entities
    again = corrected.run("import", corrected.project, "--from", "brat", "out", "--as", "bob")
    assert "none that the project did not have" in again.said and again.out == said.out
    assert len(journal(corrected)) == 2
    status = corrected.run("status", corrected.project, "--json").json
    assert status["done"] == 1 and sum(one["accepted"] for one in status["labels"].values()) == suggested - 2


def test_json_has_the_whole_account(corrected: Desk) -> None:
    suggested = len(corrected.found()["a"])
    account = corrected.run("import", corrected.project, "--from", "brat", "out", "--json").json
    assert account["decisions"] == {"accepted": suggested - 2, "deleted": 1, "relabelled": 1}
    assert account["documents"] == {
        "read": 2, "matched": 2, "changed": 1, "reviewed": 1, "done": 1, "missing": [],
    }  # fmt: skip
    assert account["unreviewed"] == len(corrected.found()["ward/b"])
    rates = account["rates"]
    assert sum(one["accepted"] + one["edited"] + one["rejected"] for one in rates.values()) == suggested
    assert all(0 <= share <= 1 for one in rates.values() for share in (one["acceptance"], one["edit"]))


def test_a_person_can_vouch_for_documents(corrected: Desk) -> None:
    Path("names.txt").write_text("ward/b\n\n", "utf-8")
    account = corrected.run(
        "import", corrected.project, "--from", "brat", "out", "--reviewed", "names.txt", "--json"
    ).json
    assert account["documents"]["done"] == 2 and account["decisions"]["accepted"] > 3
    corrected.run("export", corrected.project, "--to", "jsonl", "out.jsonl", "--include", "all")
    statuses = [said["status"] for line in Path("out.jsonl").read_text("utf-8").splitlines()
                for said in json.loads(line)["provenance"].values()]  # fmt: skip
    assert "unreviewed" not in statuses


def test_all_of_them_at_once(corrected: Desk) -> None:
    account = corrected.run("import", corrected.project, "--from", "brat", "out", "--reviewed", "all", "--json").json
    assert account["documents"]["done"] == 2 and account["documents"]["reviewed"] == 2


def test_what_is_wrong_is_said_and_ends_with_1(corrected: Desk) -> None:
    Annotations(Path("out"), "a").add("R1\tCauses Arg1:T2 Arg2:T99", "T77\tDisease 90000 90004\tgout")
    Path("out/stranger.txt").write_text("a letter", "utf-8")
    Path("out/stranger.ann").write_text("T1\tDisease 2 8\tletter\n", "utf-8")
    said = corrected.run("import", corrected.project, "--from", "brat", "out")
    assert said.code == 1
    assert "stranger: the project has no such document." in said.said
    assert "T77 ends at 90004" in said.said and "R1 refers to T99" in said.said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--from", "brat", "nowhere"], 3, "nowhere"),
        (["--from", "word", "out"], 2, "no format called"),
        (["--from", "brat", "out", "--reviewed", "nobody.txt"], 3, "list of document names"),
        (["--from", "brat", "out", "--as", " "], 2, "--as takes a name"),
        (["--from", "brat", "out", "--schema", "clinical"], 2, "another schema"),
        (["--from", "jsonl", "out/a.txt"], 3, "holds no documents"),
    ],
)
def test_requests_that_make_no_sense(corrected: Desk, arguments: list[str], code: int, said: str) -> None:
    told_ = corrected.run("import", corrected.project, *arguments)
    assert told_.code == code and said in told_.said, told_
    assert journal(corrected) == []


def test_a_folder_without_documents_makes_no_project(desk: Desk) -> None:
    Path("empty").mkdir()
    assert desk.run("import", "new.bioassist", "--from", "brat", "empty").code == 3
    assert not Path("new.bioassist").exists()


def corpus(folder: Path, documents: int, words: int = 200) -> None:
    """Every third word is a mention, and every mention is of the one before."""
    folder.mkdir()
    text = " ".join(f"word{number}" for number in range(words))
    lines, at = [], 0
    for number in range(words):
        length = len(f"word{number}")
        if number % 3 == 0:
            mention = number // 3 + 1
            lines.append(f"T{mention}\tFinding {at} {at + length}\tword{number}")
            if mention > 1:
                lines.append(f"R{mention}\tFollows Arg1:T{mention} Arg2:T{mention - 1}")
        at += length + 1
    for number in range(documents):
        (folder / f"n{number:03}.txt").write_text(f"{text} {number}", "utf-8")
        (folder / f"n{number:03}.ann").write_text("\n".join(lines) + "\n", "utf-8")


def test_a_corpus_makes_a_project_and_comes_out_as_it_was(desk: Desk) -> None:
    corpus(Path("gold"), 3)
    said = desk.run("import", "gold.bioassist", "--from", "brat", "gold", "--as", "ann")
    assert said.code == 0 and "made gold.bioassist with 3 documents" in said.said and said.out == ""
    assert desk.run("export", "gold.bioassist", "--to", "brat", "again").code == 0
    for path in Path("gold").iterdir():
        lines = [
            sorted((folder / path.name).read_text("utf-8").splitlines()) for folder in (Path("gold"), Path("again"))
        ]
        assert lines[0] == lines[1]
    with Project.open(Path("gold.bioassist"), read_only=True) as project:
        assert [entity.name for entity in project.schema.entities] == ["Finding"]
        assert all(row.done for row in project.documents())


def test_killed_in_the_middle_the_same_command_completes_it(desk: Desk) -> None:
    corpus(Path("gold"), 80)
    path = Path("gold.bioassist")
    command = ("import", "gold.bioassist", "--from", "brat", "gold")
    process = desk.process(*command)

    def some() -> bool:
        if not (path / "project.sqlite").exists():
            return False
        with Project.open(path, read_only=True) as project:
            return project.journal.length() > 8

    wait_until(some, process)
    process.kill()
    process.communicate()
    with desk.opened(path) as project:
        assert project.verify() == []
        done = [row.done for row in project.documents()]
        assert len(done) == 80 and 0 < sum(done) < 80
        for row in project.documents():
            assert (len(project.decisions(row.id)), len(project.facts(row.id))) == ((67, 66) if row.done else (0, 0))
        before = project.journal.length()
    process = desk.process(*command, "--json")
    said = ended(process)
    assert said.code == 0 and said.json["documents"]["done"] == 80 - sum(done)
    with desk.opened(path) as project:
        assert project.verify() == [] and project.journal.length() - before == 2 * (80 - sum(done))
        assert all(row.done for row in project.documents())


def test_annotations_beside_notes_come_before_the_models(desk: Desk) -> None:
    desk.write(
        {
            "a.txt": "The patient denies chest pain. Rx amoxicillin.\n",
            "a.ann": "T1\tDisease 19 29\tchest pain\nA1\tNegated T1\nT2\tPerson 4 11\tpatient\n",
            "b.txt": "Fever and cough.\n",
        }
    )
    said = desk.annotate()
    assert "3 annotations of 1 notes lay beside them; they are decisions now." in said.said
    assert "the schema has no type 'Person'" in said.said
    with desk.opened() as project:
        (document,) = (one for one in documents_for_export(project)[0] if one.name == "a")
        assert told(document) == ["T2 added Person: patient", "T1 added Disease: chest pain", "A1 Negated T1"]
        assert [row.state for row in project.documents()] == ["ready", "ready"]
        assert not any(row.done for row in project.documents())
    entries = journal(desk)
    said = desk.annotate()
    assert "lay beside" not in said.said and journal(desk) == entries


def test_what_was_imported_is_learned_from(corrected: Desk) -> None:
    """A mark that was taken off is a decision on that span alone, so it is taught like one made in the screen."""
    from bioassist.cli.train_data import _corrections

    corrected.run("import", corrected.project, "--from", "brat", "out")
    made = _corrections([corrected.project], "ner.inline", bulk=False)
    assert len(made) == 1
    assert made.facts["left_out"]["spans"] == {"untouched": 0, "bulk": 0, "unlisted": 0, "unsayable": 0}
