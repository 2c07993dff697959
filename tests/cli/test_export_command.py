"""`bioassist export` and `bioassist convert`: what they write, withhold, refuse and report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_setup import Desk
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from assistant.review.session import ReviewSession
from bioassist.documents import Document
from converters.brat import BratFormat


@pytest.fixture
def reviewed(annotated: Desk) -> Desk:
    """In the first note one suggestion is accepted, one rejected, and the note is marked done."""
    with annotated.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        session.accept()
        session.reject()
        session.mark_done()
    return annotated


def export(desk: Desk, name: str, place: str, *more: str) -> str:
    told = desk.run("export", desk.project, "--to", name, place, *more)
    assert told.code in (0, 1) and told.out == "", told
    assert f"wrote {name} to {place}" in told.said
    return told.said


def read(place: str) -> dict[str, Document]:
    return {document.name: document for document in BratFormat().read(Path(place))}


def test_decisions_alone_are_written_unless_more_is_asked_for(reviewed: Desk) -> None:
    said = export(reviewed, "brat", "out")
    assert "suggestions that nobody has decided on" in said
    found = read("out")
    assert [len(found[name].entities) for name in ("a", "ward/b")] == [1, 0]
    assert found["a"].provenance == {} or found["a"].provenance["T1"].status == "accepted"


def test_all_marks_what_is_unreviewed(reviewed: Desk) -> None:
    export(reviewed, "jsonl", "out.jsonl", "--include", "all")
    lines: list[dict[str, Any]] = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    statuses = [of["status"] for line in lines for of in line["provenance"].values()]
    suggested = sum(len(of) for of in reviewed.found().values())
    assert statuses.count("accepted") == 1 and statuses.count("unreviewed") == suggested - 2
    assert [line["name"] for line in lines] == ["a", "ward/b"]
    export(reviewed, "brat", "out", "--include", "all")
    notes = Path("out/ward/b.ann").read_text("utf-8").split("\n")
    unconfirmed = [line for line in notes if "\tAnnotationUnconfirmed T" in line and "model=tiny p=0." in line]
    assert len(unconfirmed) == len(reviewed.found()["ward/b"]) > 0


def test_spacy_gets_finished_documents_unless_all_are_asked_for(reviewed: Desk) -> None:
    said = export(reviewed, "spacy", "done")
    assert "withheld: 1 documents not marked done" in said
    export(reviewed, "spacy", "every", "--documents", "all")
    counts = {place: sum(len(DocBin().from_disk(file)) for file in Path(place).glob("*.spacy")) for place in
              ("done", "every")}  # fmt: skip
    assert counts == {"done": 1, "every": 2}


def test_brat_can_be_kept_to_finished_documents(reviewed: Desk) -> None:
    assert "withheld: 1 documents not marked done" in export(reviewed, "brat", "out", "--documents", "done")
    assert set(read("out")) == {"a"}


def test_the_schema_comes_along(reviewed: Desk) -> None:
    export(reviewed, "brat", "out")
    assert {path.name for path in Path("out").glob("*.conf")} == {
        "annotation.conf", "visual.conf", "tools.conf", "kb_shortcuts.conf",
    }  # fmt: skip
    assert "Disease" in Path("out/annotation.conf").read_text("utf-8")


def test_shortcuts_are_the_keys_that_the_person_chose(reviewed: Desk) -> None:
    (reviewed.project / "review.toml").write_text('[keys]\nlabel_2 = "y"\n', "utf-8")
    export(reviewed, "brat", "out")
    lines = Path("out/kb_shortcuts.conf").read_text("utf-8").splitlines()
    assert lines[1:] == ["1\tDisease", "Y\tDrug"]


def test_ids_stay_from_one_export_to_the_next(reviewed: Desk) -> None:
    export(reviewed, "brat", "one")
    before = read("one")["a"].entities
    with reviewed.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        session.add(0, 3, "Drug")
        session.accept_over(0.0)
    export(reviewed, "brat", "two")
    after = read("two")["a"].entities
    assert len(after) > len(before) and set(before) <= set(after)


def test_offsets_without_the_texts(reviewed: Desk) -> None:
    export(reviewed, "jsonl", "out.jsonl", "--without-text")
    written = Path("out.jsonl").read_text("utf-8")
    with reviewed.opened() as project:
        rows = {row.name: row for row in project.documents()}
        for row in rows.values():
            words = {word for word in project.text(row.id).split() if len(word) > 4}
            assert words and not any(word in written for word in words)
    lines: list[dict[str, Any]] = [json.loads(line) for line in written.splitlines()]
    assert [line["text_sha"] for line in lines] == [rows[line["name"]].text_sha for line in lines]
    assert lines[0]["entities"][0]["spans"]
    told = reviewed.run("convert", "out.jsonl", "back", "--from", "jsonl", "--to", "brat")
    assert "exported without its text" in told.said


@pytest.mark.parametrize("name", ["brat", "spacy", "conll", "doccano", "label-studio"])
def test_formats_that_hold_words_are_refused_without_them(reviewed: Desk, name: str) -> None:
    told = reviewed.run("export", reviewed.project, "--to", name, "out", "--without-text")
    assert told.code == 2 and f"{name} cannot be written without the texts" in told.said
    assert "--to jsonl" in told.said and not Path("out").exists()


def test_an_existing_destination_is_kept_unless_forced(reviewed: Desk) -> None:
    Path("out.jsonl").write_text("mine", "utf-8")
    told = reviewed.run("export", reviewed.project, "--to", "jsonl", "out.jsonl")
    assert told.code == 2 and "out.jsonl: this is there already" in told.said
    assert Path("out.jsonl").read_text("utf-8") == "mine"
    export(reviewed, "jsonl", "out.jsonl", "--force")
    assert Path("out.jsonl").read_text("utf-8") != "mine"


def test_a_format_that_is_none(reviewed: Desk) -> None:
    told = reviewed.run("export", reviewed.project, "--to", "word", "out")
    assert told.code == 2 and "there is no format called 'word'" in told.said and "brat" in told.said


def test_notes_that_were_not_read_are_counted(desk: Desk) -> None:
    desk.write({"a.txt": "Fever.", "b.txt": "Cough.", "c.txt": ""})
    desk.annotate("--limit", "1")
    said = export(desk, "brat", "out", "--include", "all")
    assert "withheld: 1 documents not yet read by the engine" in said
    assert "withheld: 1 documents that could not be read" in said


class TestConvert:
    def test_brat_to_json_lines_and_back(self, reviewed: Desk) -> None:
        export(reviewed, "brat", "one", "--include", "all")
        told = reviewed.run("convert", "one", "corpus.jsonl", "--from", "brat", "--to", "jsonl")
        assert told.code == 0 and "2 documents" in told.said
        told = reviewed.run(
            "convert", "corpus.jsonl", "two", "--from", "jsonl", "--to", "brat", "--schema", "schema.toml"
        )
        assert told.code == 0
        for path in Path("one").rglob("*.ann"):
            assert path.read_bytes() == Path("two", path.relative_to("one")).read_bytes()

    def test_strict_fails_where_something_is_not_as_it_was(self, desk: Desk) -> None:
        Path("corpus").mkdir()
        Path("corpus/a.txt").write_text("Fever and cough.\n", "utf-8")
        Path("corpus/a.ann").write_text("T1\tSymptom 0 4\tFeve\n", "utf-8")
        arguments = ("convert", "corpus", "--from", "brat", "--to", "spacy")
        told = desk.run(*arguments[:2], "lax", *arguments[2:])
        assert told.code == 0 and "change: " in told.said
        assert desk.run(*arguments[:2], "strict", *arguments[2:], "--strict").code == 1

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["nowhere", "out", "--from", "brat", "--to", "jsonl"], 3, "nowhere"),
            (["schema.toml", "out", "--from", "word", "--to", "jsonl"], 2, "there is no format called 'word'"),
            (["schema.toml", "notes", "--from", "jsonl", "--to", "brat"], 2, "notes"),
            (["schema.toml", "out", "--from", "jsonl", "--to", "brat", "--schema", "none.toml"], 3, "none.toml"),
        ],
    )
    def test_what_cannot_be_converted(self, desk: Desk, arguments: list[str], code: int, said: str) -> None:
        desk.notes.mkdir()
        told = desk.run("convert", *arguments)
        assert told.code == code and said in told.said
        assert not Path("out").exists()


NOTE = ("nonsmoker, no chest pain", "T1\tOther 0 3\tnon\nT2\tSymptom 14 24\tchest pain\n")


@pytest.mark.parametrize(
    ("misaligned", "ents", "told"),
    [
        ("snap", ["nonsmoker", "chest pain"], "change: snapped"),
        ("split", ["non", "chest pain"], "change: split token"),
        ("leave-out", ["chest pain"], "loss: left out"),
    ],
)
def test_what_becomes_of_spans_inside_of_tokens(desk: Desk, misaligned: str, ents: list[str], told: str) -> None:
    for name, text in zip(("a.txt", "a.ann"), NOTE, strict=True):
        (desk.notes / name).parent.mkdir(exist_ok=True)
        (desk.notes / name).write_text(text)
    said = desk.run(
        "convert", desk.notes, "out.spacy", "--from", "brat", "--to", "spacy", "--misaligned", misaligned, "--strict"
    )
    assert said.code == 1 and told in said.said
    (doc,) = DocBin().from_disk("out.spacy").get_docs(Vocab())
    assert [ent.text for ent in doc.ents] == ents


def test_an_export_shared_out_for_training(reviewed: Desk) -> None:
    export(
        reviewed, "spacy", "out", "--documents", "all", "--language", "de", "--dev-share", "0.3", "--test-share", "0.3"
    )
    assert {path.name for path in Path("out").iterdir()} == {"train.spacy", "dev.spacy", "test.spacy", "config.cfg"}
    assert 'lang = "de"' in Path("out/config.cfg").read_text()
    refused = reviewed.run(
        "export", reviewed.project, "--to", "spacy", "two", "--dev-share", "0.6", "--test-share", "0.6"
    )
    assert refused.code == 2 and "more than all documents" in refused.said and not Path("two").exists()
