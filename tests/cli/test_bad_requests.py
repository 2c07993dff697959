"""Options that cannot be: refused at once, before anything is made or any hour is spent."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from cli_setup import NOTE, Desk
from tiny_model import write_tiny_llama


@pytest.fixture(autouse=True)
def one_note(desk: Desk) -> None:
    desk.write({"a.txt": NOTE})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file"),
        ("[[entities", "not valid TOML"),
        ("", "nothing to mark or to ask"),
        ("[[entities]]\nname = 'B Drug'\n", "is not a label"),
        ("[[entities]]\nname = 'Drug'\n[[entities]]\nname = 'Drug'\n", "'Drug' is there twice"),
        ("[[entities]]\nname = 'Drug'\ncolor = 'red'\n", "'color' is not known here"),
        (b"\xff\xfe[\0", "not UTF-8"),
    ],
)
def test_bad_schema(desk: Desk, content: str | bytes | None, said: str) -> None:
    if content is not None:
        Path("bad.toml").write_bytes(content.encode() if isinstance(content, str) else content)
    told = desk.annotate("--schema", "bad.toml")
    assert told.code == 3 and "bad.toml" in told.said and said in told.said.replace("\n  ", " ")
    assert not desk.project.exists()


def test_a_schema_that_is_not_built_in(desk: Desk) -> None:
    told = desk.annotate("--schema", "clinicle")
    assert told.code == 3 and "there is no schema called 'clinicle'" in told.said and "clinical" in told.said


@pytest.mark.parametrize("layers", ["many", "-1", "1.5", ""])
def test_bad_gpu_layers(desk: Desk, layers: str) -> None:
    told = desk.annotate("--gpu-layers", layers)
    assert told.code == 2 and "--gpu-layers takes a number, all or auto" in told.said


@pytest.mark.parametrize("layers", ["0", "all", "auto", "99"])
def test_good_gpu_layers(desk: Desk, layers: str) -> None:
    assert desk.annotate("--gpu-layers", layers).code == 0


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (["brat"], "takes FORMAT:DEST"),
        (["brat:"], "takes FORMAT:DEST"),
        ([":out"], "there is no format called ''"),
        (["word:out"], "there is no format called 'word'. Known: bioc"),
        (["brat:there"], "this is there already"),
        (["jsonl:there/file"], "this is there already"),
        (["brat:no/such/out"], "there is no folder"),
        (["brat:out", "spacy:./out"], "two exports cannot go to one place"),
    ],
)
def test_bad_output(desk: Desk, wanted: list[str], said: str) -> None:
    Path("there").mkdir()
    Path("there/file").write_text("kept", "utf-8")
    told = desk.annotate(*(part for one in wanted for part in ("--output", one)))
    assert told.code == 2 and said in told.said.replace("\n  ", " ")
    assert not desk.project.exists() and Path("there/file").read_text("utf-8") == "kept"


def test_force_writes_over_what_is_there(desk: Desk) -> None:
    Path("out.jsonl").write_text("old", "utf-8")
    assert desk.annotate("--output", "jsonl:out.jsonl", "--force").code == 0
    assert "old" not in Path("out.jsonl").read_text("utf-8")


@pytest.mark.parametrize("place", ["brat:notes", "brat:.", "jsonl:notes/a.txt"])
def test_no_export_is_written_over_the_notes(desk: Desk, place: str) -> None:
    told = desk.annotate("--output", place, "--force")
    assert told.code == 2 and "the notes lie here" in told.said
    assert desk.annotate().code == 0
    name, _, where = place.partition(":")
    assert desk.run("export", desk.project, "--to", name, where, "--force").code == 2
    assert [path.name for path in desk.notes.iterdir()] == ["a.txt"]
    assert (desk.notes / "a.txt").read_text("utf-8") == NOTE


def test_no_export_is_written_among_the_notes_where_it_would_be_taken_for_notes(desk: Desk) -> None:
    told = desk.annotate("--output", "brat:notes/out")
    assert told.code == 2 and "taken for notes the next time" in told.said
    assert [path.name for path in desk.notes.iterdir()] == ["a.txt"]


class TestBadModel:
    def refused(self, desk: Desk, *arguments: str | Path) -> str:
        told = desk.annotate(*arguments)
        assert told.code == 4 and told.out == ""
        return told.said

    def test_no_such_file(self, desk: Desk) -> None:
        assert "none.gguf: there is no such model file" in self.refused(desk, "--model", "none.gguf")
        assert not desk.project.exists()

    def test_no_such_name(self, desk: Desk) -> None:
        said = self.refused(desk, "--model", "gpt-9")
        assert "'gpt-9'" in said and "smollm2-135m" in said

    def test_no_gguf(self, desk: Desk) -> None:
        Path("m.gguf").write_bytes(b"PK\x03\x04 this is a wheel")
        assert "m.gguf: this is not a GGUF file" in self.refused(desk, "--model", "m.gguf")

    @pytest.mark.parametrize("part", [0.0001, 0.1, 0.5, 0.99])
    def test_cut_short(self, desk: Desk, part: float) -> None:
        whole = desk.model.read_bytes()
        Path("m.gguf").write_bytes(whole[: max(int(len(whole) * part), 20)])
        said = self.refused(desk, "--model", "m.gguf")
        assert "m.gguf: this GGUF is cut short or damaged" in said and "Fetch it again" in said
        assert not desk.project.exists()

    def test_another_architecture(self, desk: Desk) -> None:
        write_tiny_llama(Path("m.gguf"), architecture="quux")
        said = self.refused(desk, "--model", "m.gguf")
        assert "m.gguf: " in said and "quux" in said
        assert set(desk.states().values()) == {"pending"}
        # The notes are in the project; with a model that loads they are read.
        assert desk.annotate().code == 0

    def test_an_adapter_that_is_none(self, desk: Desk) -> None:
        assert "there is no such adapter file" in self.refused(desk, "--adapter", "none.gguf")
        assert "this is a model, not an adapter" in self.refused(desk, "--adapter", desk.model)

    def test_nothing_is_fetched_offline(self, desk: Desk) -> None:
        said = self.refused(desk, "--model", "smollm2-135m", "--offline")
        assert "bioassist models pull" in said
        assert not desk.project.exists()


class TestBadProject:
    def refused(self, desk: Desk, *arguments: str | Path) -> str:
        told = desk.run(*arguments) if arguments else desk.annotate()
        assert told.code == 5 and told.out == ""
        return told.said

    def everywhere(self, desk: Desk, said: str) -> None:
        """Each command refuses it with these words and leaves the file as it is."""
        before = (desk.project / "project.sqlite").read_bytes()
        for arguments in (
            (),
            ("status", desk.project),
            ("status", desk.project, "--json"),
            ("export", desk.project, "--to", "brat", "out"),
        ):
            assert said in self.refused(desk, *arguments), arguments
        assert (desk.project / "project.sqlite").read_bytes() == before
        assert not Path("out").exists()

    def test_of_a_newer_version(self, annotated: Desk) -> None:
        with sqlite3.connect(annotated.project / "project.sqlite") as file:
            file.execute("INSERT INTO migrations VALUES (999, 'from_the_future', '2099-01-01')")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.close()
        self.everywhere(annotated, "made by a newer bioassist (it has from_the_future)")

    @pytest.mark.parametrize("damage", ["garbage", "empty", "cut"])
    def test_damaged(self, annotated: Desk, damage: str) -> None:
        file = annotated.project / "project.sqlite"
        whole = file.read_bytes()
        file.write_bytes({"garbage": bytes(range(256)) * 64, "empty": b"", "cut": whole[: len(whole) // 2]}[damage])
        self.everywhere(annotated, "the project file is damaged")

    def test_no_project(self, desk: Desk) -> None:
        for arguments in (("status", "none"), ("export", "none", "--to", "brat", "out")):
            assert "none: there is no project here" in self.refused(desk, *arguments)
        assert not Path("none").exists()

    def test_a_folder_that_holds_other_things(self, desk: Desk) -> None:
        told = desk.annotate("--project", "notes")
        assert told.code == 5 and "notes: the folder is no project and holds other things (a.txt)" in told.said
        assert [path.name for path in desk.notes.iterdir()] == ["a.txt"]

    def test_a_file(self, desk: Desk) -> None:
        told = desk.annotate("--project", "schema.toml")
        assert told.code == 5 and "schema.toml: a project is a folder, and this is a file" in told.said
