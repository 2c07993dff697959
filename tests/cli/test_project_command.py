"""`bioassist project`: parts of annotators, verification and backups, and what other commands say of several."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_setup import Desk, Told

from assistant.project.store import Project
from assistant.review.session import ReviewSession


def reviewed(path: Path, annotator: str, *acts: Callable[[ReviewSession], Any]) -> None:
    with Project.open(path, actor=annotator) as project:
        session = ReviewSession(project)
        session.open(project.documents()[0].id)
        for act in acts:
            act(session)


@pytest.fixture
def team(annotated: Desk) -> Desk:
    """Anna and Ben have worked in copies; their parts lie on the desk."""
    for annotator, act in (("anna", ReviewSession.accept), ("ben", ReviewSession.reject)):
        copy = annotated.folder / f"{annotator}.bioassist"
        shutil.copytree(annotated.project, copy)
        reviewed(copy, annotator, act, ReviewSession.mark_done)
        told = annotated.run("project", "export-part", copy, "-o", f"{annotator}.part")
        assert told.code == 0 and f"wrote 2 entries of {annotator} to {annotator}.part" in told.said
    return annotated


def test_parts_come_together_and_each_has_figures(team: Desk) -> None:
    told = team.run("project", "import-part", team.project, "anna.part", "ben.part")
    assert told.code == 0 and told.out == ""
    assert "anna: 2 new entries taken in (anna.part)" in told.said
    assert "ben: 2 new entries taken in" in told.said
    again = team.run("project", "import-part", team.project, "ben.part")
    assert again.code == 0 and "ben: 0 new entries taken in, 2 were there" in again.said
    lines = team.run("status", team.project, "--of", "ben").out.splitlines()
    assert lines[0].startswith("2 documents: 1 done, 1 ready for review")
    head = next(place for place, line in enumerate(lines) if line.startswith("annotator "))
    assert lines[head].split() == ["annotator", "documents", "done", "kept", "edited", "added", "rejected", "facts"]
    assert lines[head + 1].split() == ["anna", "1", "1", "1", "0", "0", "0", "0"]
    assert lines[head + 2].split() == ["ben", "1", "1", "0", "0", "0", "1", "0"]
    assert "as ben has it:" in lines
    assert team.run("status", team.project).out.endswith("\nby label: name one of them with --of\n")
    figures = team.run("status", team.project, "--json").json["annotators"]
    assert [one["name"] for one in figures] == ["anna", "ben"] and figures[0]["last"].startswith("20")


def test_whose_decisions_are_exported_is_asked_for_where_there_are_several(team: Desk) -> None:
    team.run("project", "import-part", team.project, "anna.part", "ben.part")
    refused = team.run("export", team.project, "--to", "brat", "out")
    assert refused.code == 2 and "decisions of 2 annotators: anna, ben." in refused.said and "--of NAME" in refused.said
    assert team.run("export", team.project, "--to", "brat", "out", "--of", "anna").code == 0
    unknown = team.run("export", team.project, "--to", "brat", "two", "--of", "zoe")
    assert (
        unknown.code == 2 and "'zoe' decided nothing" in unknown.said and "Its annotators: anna, ben." in unknown.said
    )
    assert team.run("status", team.project, "--of", "zoe").code == 2


class TestExportsOfAnnotate:
    """`annotate --output` in a project of several: whose decisions go out is chosen as `export` does, and said."""

    def spans(self, team: Desk, name: str) -> int:
        folder = team.folder / name
        return sum(len(file.read_text("utf-8").splitlines()) for file in folder.rglob("*.ann"))

    def annotate(self, team: Desk, name: str, *more: str) -> Told:
        return team.annotate("--output", f"brat:{name}", "--include", "accepted", *more)

    def test_the_runners_own_of_several(self, team: Desk) -> None:
        team.run("project", "import-part", team.project, "anna.part", "ben.part")
        told = self.annotate(team, "hers", "--as", "anna")
        assert "the decisions that are exported are those of anna; --of chooses another of ben" in told.said
        told = self.annotate(team, "his", "--as", "ben")
        assert "those of ben; --of chooses another of anna" in told.said
        assert (self.spans(team, "hers"), self.spans(team, "his")) == (1, 0)

    def test_who_is_named(self, team: Desk) -> None:
        team.run("project", "import-part", team.project, "anna.part", "ben.part")
        told = self.annotate(team, "hers", "--as", "ben", "--of", "anna")
        assert told.said.count("those of anna\n") == 1 and self.spans(team, "hers") == 1

    def test_the_only_ones_whoever_runs_it(self, team: Desk) -> None:
        team.run("project", "import-part", team.project, "anna.part")
        told = self.annotate(team, "hers", "--as", "cara")
        assert "are those of anna\n" in told.said and self.spans(team, "hers") == 1
        told = self.annotate(team, "own", "--as", "cara", "--of", "cara")
        assert "are those of cara\n" in told.said and self.spans(team, "own") == 0

    def test_gold_before_all_others(self, team: Desk) -> None:
        team.run("project", "import-part", team.project, "anna.part", "ben.part")
        reviewed(team.project, "gold", ReviewSession.accept)
        told = self.annotate(team, "gold", "--as", "ben")
        assert "are those of gold; --of chooses another of anna, ben" in told.said and self.spans(team, "gold") == 1

    @pytest.mark.parametrize(("of", "said"), [((), "2 annotators: anna, ben"), (("--of", "zoe"), "'zoe' decided")])
    def test_where_nothing_says_whose_nothing_is_read_first(self, team: Desk, of: tuple[str, ...], said: str) -> None:
        team.run("project", "import-part", team.project, "anna.part", "ben.part")
        team.write({"new.txt": "Cough and fever.\n"})
        told = self.annotate(team, "out", "--as", "cara", *of)
        assert told.code == 2 and said in told.said
        assert not (team.folder / "out").exists()
        with Project.open(team.project, read_only=True) as project:
            assert len(project.documents()) == 2

    def test_alone_nothing_is_said_of_it(self, team: Desk) -> None:
        told = self.annotate(team, "out", "--as", "cara")
        assert told.code == 0 and "those of" not in told.said


def test_one_annotator_needs_no_name(team: Desk) -> None:
    copy = team.folder / "ben.bioassist"
    assert team.run("export", copy, "--to", "brat", "out").code == 0
    assert "annotator" not in team.run("status", copy).out


def test_what_is_refused(team: Desk) -> None:
    for arguments, code, said in (
        (("export-part", team.project, "-o", "x.part"), 5, "there are no entries of"),
        (("export-part", team.folder / "ben.bioassist", "--as", "zoe", "-o", "x.part"), 5, "Its annotators: ben"),
        (("export-part", team.folder / "ben.bioassist", "-o", "ben.part"), 2, "this is there already"),
        (("export-part", team.folder / "ben.bioassist", "-o", "none/ben.part"), 2, "cannot be written"),
        (("import-part", team.project, "schema.toml"), 3, "no JSON record"),
        (("import-part", team.project, "nowhere.part"), 3, "no such file"),
        (("verify", team.folder), 5, "there is no project here"),
    ):
        told = team.run("project", *arguments)
        assert told.code == code and said in told.said, told
    assert not Path("x.part").exists()


def test_a_part_that_went_two_ways_is_refused(team: Desk) -> None:
    reviewed(team.project, "anna", ReviewSession.reject)
    told = team.run("project", "import-part", team.project, "ben.part", "anna.part")
    assert told.code == 5 and "the journal of anna went two ways: entry 1 " in told.said and "anna.part" in told.said
    assert team.run("status", team.project, "--json").json["decisions"] == 1


def test_documents_that_are_not_there_are_told(team: Desk) -> None:
    team.write({"c.txt": "Fever."})
    other = team.folder / "other.bioassist"
    assert team.run("annotate", team.notes / "c.txt", "--project", other, *team.arguments()[1:]).code == 0
    told = team.run("project", "import-part", other, "anna.part")
    assert told.code == 1 and "a: the project has no such document; 2 entries wait for it." in told.said


def test_only_the_person_can_read_a_part(team: Desk) -> None:
    assert os.name != "posix" or stat.S_IMODE(Path("ben.part").stat().st_mode) == 0o600


def test_a_sound_project_shows_its_heads(team: Desk) -> None:
    team.run("project", "import-part", team.project, "anna.part", "ben.part")
    told = team.run("project", "verify", team.project)
    assert told.code == 0
    first, *heads = told.out.splitlines()
    assert first == "sound: 4 entries of 2 annotators"
    with Project.open(team.project, read_only=True) as project:
        assert heads == [
            f"{name}: 2 entries, the last {digest}" for name, (_, digest) in project.journal.heads().items()
        ]


def test_what_was_altered_is_named(team: Desk) -> None:
    connection = sqlite3.connect(team.folder / "ben.bioassist" / "project.sqlite")
    connection.execute("DROP TRIGGER journal_is_never_changed")
    connection.execute("UPDATE journal SET at = '2020-01-01' WHERE seq = 2")
    connection.commit()
    connection.close()
    told = team.run("project", "verify", "ben.bioassist")
    assert told.code == 1 and told.out == "entry 2 of ben was altered\n" and "Compare it with a backup" in told.said


class TestBackup:
    def test_a_folder_opens_as_any_project(self, team: Desk) -> None:
        told = team.run("project", "backup", "ben.bioassist", "saved.bioassist")
        assert told.code == 0 and "It holds the notes." in told.said
        with Project.open(Path("saved.bioassist"), actor="ben") as project:
            assert project.verify() == [] and project.journal.length() == 2
            assert project.text(project.documents()[0].id)
        assert sorted(path.name for path in Path("saved.bioassist").iterdir()) == ["lock", "project.sqlite"]

    def test_a_file_is_whole_and_private(self, team: Desk) -> None:
        assert team.run("project", "backup", "ben.bioassist", "ben.sqlite").code == 0
        assert os.name != "posix" or stat.S_IMODE(Path("ben.sqlite").stat().st_mode) == 0o600
        connection = sqlite3.connect("ben.sqlite")
        assert connection.execute("SELECT count(*) FROM journal").fetchone() == (2,)
        connection.close()
        assert not list(Path().glob("ben.sqlite-*")) and not list(Path().glob("*.new"))

    def test_what_is_saved_while_another_process_works_is_in_it(self, team: Desk) -> None:
        with Project.open(team.project, actor="anna") as project:
            session = ReviewSession(project)
            session.open(project.documents()[0].id)
            session.accept()
            process = team.process("project", "backup", team.project, "saved.bioassist")
            said = process.communicate(timeout=60)[1]
            assert process.returncode == 0, said
            session.accept()
        with Project.open(Path("saved.bioassist"), read_only=True) as project:
            assert project.journal.length() == 1 and project.verify() == []

    def test_nothing_is_written_over_unless_forced_and_never_the_project_itself(self, team: Desk) -> None:
        told = team.run("project", "backup", "ben.bioassist", "anna.bioassist")
        assert told.code == 2 and "this is there already" in told.said
        own = team.run("project", "backup", "ben.bioassist", "ben.bioassist", "--force")
        assert own.code == 2 and "that is the project itself" in own.said
        other = team.run("project", "backup", "ben.bioassist", "anna.bioassist", "--force")
        assert other.code == 2 and "has decisions that the project has not" in other.said
        for place in ("saved.bioassist", "saved.sqlite"):
            assert team.run("project", "backup", "ben.bioassist", place).code == 0
        reviewed(Path("ben.bioassist"), "ben", ReviewSession.reopen)
        for place in ("saved.bioassist", "saved.sqlite"):
            assert team.run("project", "backup", "ben.bioassist", place, "--force").code == 0
        with Project.open(Path("saved.bioassist"), read_only=True) as project:
            assert project.journal.length() == 3
        told = team.run("project", "backup", "ben.bioassist", team.notes)
        assert told.code == 5 and "holds other things" in told.said


def test_documents_are_shared_out(annotated: Desk) -> None:
    told = annotated.run("project", "assign", annotated.project, "anna", "ben", "--overlap", "50%", "--as", "lead")
    assert told.code == 0 and "shared out 2 documents, 1 of them to two annotators" in told.said
    assert sorted(line.split(":")[0] for line in told.out.splitlines()) == ["anna", "ben"]
    again = annotated.run("project", "assign", annotated.project, "anna")
    assert again.code == 2 and "every document is somebody's already" in again.said
    assert annotated.run("project", "assign", annotated.project, "anna", "--overlap", "many").code == 2
    status = annotated.run("status", annotated.project)
    assert "assigned" in status.out and {one["assigned"] for one in annotated.run(
        "status", annotated.project, "--json"
    ).json["annotators"]} == {1, 2}  # fmt: skip


class TestAgree:
    def test_the_annotators_of_one_project(self, team: Desk) -> None:
        team.run("project", "import-part", team.project, "anna.part", "ben.part")
        told = team.run("agree", team.project)
        assert told.code == 0 and told.out.startswith("1 documents\n")
        assert told.out.splitlines()[2].split()[:3] == ["entities", "anna", "ben"]
        listed = team.run("agree", team.project, "--disagreements", "-").out
        assert "document,start,end,kind,anna,ben,text" in listed and ",missing," in listed
        assert team.run("agree", team.project, "--json").json["annotators"] == ["anna", "ben"]

    def test_what_cannot_be_compared(self, team: Desk) -> None:
        team.run("project", "import-part", team.project, "anna.part")
        for arguments, said in (
            ((team.project,), "two annotators or more; the project has anna alone"),
            ((team.project, "--of", "zoe"), "'zoe' decided nothing"),
            (("anna.bioassist", "ben.bioassist", "--of", "anna"), "--of is for the annotators of one project"),
        ):
            told = team.run("agree", *arguments)
            assert told.code == 2 and said in told.said, told
        reviewed(team.project, "cara", ReviewSession.accept)
        told = team.run("agree", team.project)
        assert told.code == 2 and "no document is marked done by two of anna, cara" in told.said

    def test_of_three_without_a_document_in_common_each_pair_is_compared(self, team: Desk) -> None:
        team.run("project", "import-part", team.project, "anna.part", "ben.part")
        with Project.open(team.project, actor="cara") as project:
            for name in ("ben", "cara"):
                session = ReviewSession(project, name)
                session.open(project.documents()[1].id)
                session.mark_done()
        told = team.run("agree", team.project, "--json")
        assert [one["annotators"] for one in told.json] == [["anna", "ben"], ["ben", "cara"]]
        assert team.run("agree", team.project).out.count("1 documents\n") == 2
        assert team.run("agree", team.project, "--of", "ben", "--of", "cara", "--json").json["documents"] == ["ward/b"]
