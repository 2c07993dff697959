"""Which files `annotate` takes, what it calls them, and where it puts the project."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_setup import NOTE, Desk

from assistant.project.notes.intake import default_project, gather
from bioassist.errors import InputError, UsageError


def names(*notes: str) -> list[str]:
    return [file.name for file in gather(notes)[0]]


@pytest.fixture
def ward(desk: Desk) -> Desk:
    desk.write({"a.txt": "A", "b.TXT": "B", "c.md": "C", ".hidden.txt": "H", "sub/a.txt": "D", ".git/x.txt": "G"})
    desk.write({"old.bioassist/n.txt": "P"})
    return desk


def test_a_folder_means_its_text_files_below(ward: Desk) -> None:
    assert names("notes") == ["a", "b", "sub/a"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(ward: Desk) -> None:
    assert names("notes/c.md") == ["c.md"]
    assert names("notes/.hidden.txt") == [".hidden"]


def test_patterns(ward: Desk) -> None:
    assert names("notes/[ab].*") == ["a", "b"]
    assert names("notes/**/a.txt") == ["a", "sub/a"]
    with pytest.raises(InputError, match="no such file"):
        gather(["notes/*.rtf"])


def test_a_pattern_passes_over_projects(ward: Desk) -> None:
    Path("x.bioassist").mkdir()
    assert names("*") == ["notes/a", "notes/b", "notes/sub/a", "schema.toml"]


def test_a_name_with_pattern_characters_is_a_name_if_it_is_there(desk: Desk) -> None:
    Path("notes[1]").mkdir()
    Path("notes[1]/a.txt").write_text(NOTE, "utf-8")
    assert names("notes[1]") == ["a"]
    assert default_project(["notes[1]"]) == desk.folder / "notes[1].bioassist"


def test_several_roots_go_before_the_names(ward: Desk) -> None:
    assert names("notes/sub", "notes/b.TXT") == ["sub/a", "b"]


def test_a_file_that_is_given_twice_is_one_note(ward: Desk) -> None:
    assert names("notes", "notes/sub/a.txt", "notes/a.txt", "./notes") == ["notes/a", "notes/b", "notes/sub/a"]


def test_one_name_in_two_folders_is_two_notes(desk: Desk) -> None:
    desk.write({"x/a.txt": "Fever.", "y/a.txt": "Cough.", "z/y/a.txt": "Rash."})
    assert names("notes/x/a.txt", "notes/y/a.txt") == ["a", "y/a"]
    assert len(set(names("notes/x/a.txt", "notes/y/a.txt", "notes/z/y/a.txt"))) == 3


def test_the_project_lies_beside_the_notes(ward: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = desk = ward.folder
    assert default_project(["notes"]) == default_project(["notes/"]) == beside / "notes.bioassist"
    assert default_project([str(desk / "notes")]) == beside / "notes.bioassist"
    assert default_project(["notes/a.txt"]) == beside / "notes" / "a.bioassist"
    assert default_project(["notes/a.txt", "notes/b.TXT"]) == beside / "notes.bioassist"
    assert default_project(["notes/*.txt"]) == beside / "notes.bioassist"
    assert default_project(["notes/../notes"]) == beside / "notes.bioassist"
    monkeypatch.chdir("notes/sub")
    assert default_project(["."]) == beside / "notes" / "sub.bioassist"
    assert default_project([".."]) == default_project(["../"]) == beside / "notes.bioassist"


def test_where_there_is_no_one_place_it_has_to_be_named(ward: Desk) -> None:
    with pytest.raises(UsageError, match="--project"):
        default_project(["notes/a.txt", "notes/sub/a.txt"])
    with pytest.raises(UsageError, match="no place beside"):
        default_project([Path.cwd().anchor])


@pytest.mark.parametrize("place", ["pro ject", "deep/er/place", "notes/inside", "öäü 😀", "p.bioassist/"])
def test_a_project_in_odd_places(desk: Desk, place: str) -> None:
    desk.write({"a.txt": NOTE})
    assert desk.annotate("--project", place, "--schema", "schema.toml").code == 0
    assert desk.states(Path(place)) == {"a": "ready"}
    # The project's own files are no notes.
    assert desk.annotate("--project", place).code == 0
    assert desk.states(Path(place)) == {"a": "ready"}


def test_files_and_folders_together(desk: Desk) -> None:
    desk.write({"a.txt": NOTE, "sub/b.txt": NOTE})
    Path("extra.note").write_text(NOTE, "utf-8")
    assert desk.annotate("notes", "extra.note", "--project", "p", "--schema", "schema.toml").code == 0
    assert desk.states(Path("p")) == {"notes/a": "ready", "notes/sub/b": "ready", "extra.note": "ready"}


def test_another_note_of_the_same_name_joins_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write({"x/a.txt": "Fever.", "y/a.txt": "Cough."})
    assert desk.annotate("notes/x", "--project", "p", "--schema", "schema.toml").code == 0
    told = desk.annotate("notes/y", "--project", "p", "--new-versions")
    assert told.code == 0
    assert desk.states(Path("p")) == {"a": "ready", "y/a": "ready"}
    # Seen from another folder, each is still known by its own name.
    monkeypatch.chdir("notes/y")
    desk.write({"y/a.txt": "Cough!"})
    told = desk.annotate(".", "--project", "../../p", "--schema", "../../schema.toml")
    assert told.code == 1 and "a.txt: changed on the disk" in told.said
    assert desk.states(Path("../../p")) == {"a": "ready", "y/a": "ready"}


def test_notes_and_project_can_be_moved_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write({"a.txt": NOTE})
    assert desk.annotate().code == 0
    desk.folder.rename(desk.folder.with_name("elsewhere"))
    monkeypatch.chdir(desk.folder.with_name("elsewhere"))
    desk.project = Path("notes.bioassist")
    Path("notes/a.txt").write_text(NOTE + "More.", "utf-8")
    told = desk.annotate()
    assert told.code == 1 and "changed on the disk" in told.said
    assert desk.states() == {"a": "ready"}
