"""Project files of every version come to the present form, and no file of a later one is touched."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from project_setup import Ward, seen

from assistant.project.exporting.documents import documents_for_export
from assistant.project.file import migrations
from assistant.project.file.database import APPLICATION_ID, Database
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from bioassist.errors import ProjectError

DATA = Path(__file__).parent / "data"


def shape(file: Path) -> list[str]:
    """The tables, indexes and triggers of a file."""
    connection = sqlite3.connect(file)
    found = [row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")]
    connection.close()
    return found


def historical(path: Path, dump: Path) -> Path:
    """A project as the version that `dump` comes from had left it."""
    path.mkdir(mode=0o700)
    connection = sqlite3.connect(path / "project.sqlite")
    connection.executescript(dump.read_text("utf-8"))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.close()
    return path


def test_a_blank_file_gets_every_step_in_order(ward: Ward) -> None:
    assert migrations.applied(ward.project._database) == [step.__name__ for step in migrations.MIGRATIONS]


def test_steps_are_numbered_in_order() -> None:
    numbers = [int(step.__name__[1:4]) for step in migrations.MIGRATIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("dump", sorted(DATA.glob("*.sql")), ids=lambda dump: dump.stem)
def test_a_historical_file_opens_with_everything_in_it(tmp_path: Path, ward: Ward, dump: Path) -> None:
    path = historical(tmp_path / "old.bioassist", dump)
    with Project.open(path) as project:
        assert project.verify() == []
        (row,) = project.documents()
        assert row.done
        assert project.annotators() == ["ann"] and project.view == "ann"
        session = ReviewSession(project, "ann")
        session.open(row.id)
        assert [line.lstrip("*") for line in seen(session)] == [
            "accepted Symptom: chest pain",
            "rejected Disease: asthma",
            "added Medication: aspirin",
        ]
        (document,), _ = documents_for_export(project)
        assert [entity.id for entity in document.entities] == ["T1", "T2"]
    assert shape(path / "project.sqlite") == shape(ward.path / "project.sqlite"), "as a new file is"


def test_an_old_file_is_not_changed_by_reading(tmp_path: Path) -> None:
    path = historical(tmp_path / "old.bioassist", DATA / "project-001.sql")
    before = shape(path / "project.sqlite")
    with pytest.raises(ProjectError, match=r"older version.*bioassist review"):
        Project.open(path, read_only=True)
    assert shape(path / "project.sqlite") == before


def test_a_step_that_fails_leaves_the_file_at_the_step_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def m099_broken(database: Database) -> None:
        database.execute("CREATE TABLE half (x)")
        raise ProjectError("cannot")

    path = historical(tmp_path / "old.bioassist", DATA / "project-001.sql")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, m099_broken))
    with pytest.raises(ProjectError, match="cannot"):
        Project.open(path)
    assert not any("half" in sql for sql in shape(path / "project.sqlite"))
    monkeypatch.undo()
    with Project.open(path) as project:
        assert project.verify() == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path, ward: Ward, read_only: bool) -> None:
    ward.project._database.execute("INSERT INTO migrations VALUES (99, 'm099_relations', '2027-01-01')")
    ward.project.close()
    before = (ward.path / "project.sqlite").read_bytes()
    with pytest.raises(ProjectError, match=r"newer bioassist \(it has m099_relations\).*Update bioassist"):
        Project.open(ward.path, read_only=read_only)
    assert (ward.path / "project.sqlite").read_bytes() == before


def test_a_file_of_another_line_of_versions_is_refused(ward: Ward) -> None:
    ward.project._database.execute("UPDATE migrations SET name = 'm002_other' WHERE number = 2")
    ward.project.close()
    with pytest.raises(ProjectError, match=r"newer bioassist \(it has m002_other\)"):
        Project.open(ward.path)
