"""From corrections to the next model: annotate, review, data, run, export, add, annotate; on a tiny model."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_setup import Desk, Told
from project_setup import Ward
from test_train_commands import bench, put
from tiny_model import write_tiny_adapter

from assistant.engine import pipeline
from assistant.models import catalog as catalog_module
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from trainer.corpora.splitting import split_of

__all__ = ["bench"]

SCHEMA = """
name = "ward"
[[entities]]
name = "Drug"
description = "drugs"
model_label = "Medication"
[[entities]]
name = "Disease"
description = "diseases"
"""
DRUGS = ("aspirin", "heparin", "insulin", "digoxin", "warfarin", "ibuprofen", "morphine", "codeine")
NOTES = {f"n{number}": f"he took {drug} today\n{drug} was stopped\n" for number, drug in enumerate(DRUGS)}


@pytest.fixture(autouse=True)
def own_catalog(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's catalog with the tiny model in it, the default; its base is on this machine."""
    path = tmp_path / "config" / "catalog.toml"
    content = tiny_model.read_bytes()
    put(
        tmp_path,
        {
            "config/catalog.toml": 'format = 1\ndefault = "tiny"\n[models.tiny]\ndescription = "a tiny one"\n'
            'architecture = "llama"\nblocks = 2\ntasks = ["ner.inline"]\n'
            f'[models.tiny.base]\nfile = "tiny.gguf"\nsize = {len(content)}\n'
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"\n'
        },
    )
    base = tmp_path / "cache" / "tiny" / "tiny.gguf"
    base.parent.mkdir(parents=True)
    base.write_bytes(content)
    monkeypatch.setattr(catalog_module, "user_catalog", lambda: path)
    return path


@pytest.fixture
def ward(bench: Desk) -> Desk:
    """Notes on a desk with a corpus, a mixture and a recipe; nothing is annotated yet."""
    (bench.folder / "notes" / "a.txt").unlink()
    put(bench.folder, {"schema.toml": SCHEMA, **{f"notes/{name}.txt": text for name, text in NOTES.items()}})
    return bench


def annotated(ward: Desk, *more: str | Path) -> Told:
    told = ward.run("annotate", "notes", "--threads", "1", "--no-review", "--offline", *more)
    assert told.code == 0, told
    return told


def review(project: Project, names: list[str]) -> dict[str, int]:
    """Go through notes as a person who knows the drugs; how often each key was pressed."""
    keys = dict.fromkeys(("accept", "undo", "reject", "relabel", "add", "done"), 0)
    session = ReviewSession(project, "ann")

    def press(key: str, *arguments: object) -> None:
        getattr(session, "mark_done" if key == "done" else key)(*arguments)
        keys[key] += 1

    for name in names:
        row = project.document_named(name)
        assert row is not None
        session.open(row.id)
        gold = drugs_of(project.text(row.id))
        # A slip of the finger on each note, and on to what is right.
        press("accept")
        press("undo")
        while (item := session.current.focused) is not None and item.status == "pending":  # type: ignore[union-attr]
            if (item.start, item.end) not in gold:
                press("reject")
            elif item.type == "Drug":
                press("accept")
            else:
                press("relabel", "Drug")
                session.focus_next(pending_only=True)
        kept = {(item.start, item.end) for item in session.current.items if item.kept}  # type: ignore[union-attr]
        for start, end in sorted(gold - kept):
            press("add", start, end, "Drug")
        press("done")
    return keys


def drugs_of(text: str) -> set[tuple[int, int]]:
    return {match.span() for drug in DRUGS for match in re.finditer(drug, text)}


def extents(found: list[tuple[str, int, int]]) -> set[tuple[int, int]]:
    return {(start, end) for label, start, end in found if label == "Drug"}


def test_what_a_person_corrected_is_learned(ward: Desk) -> None:
    annotated(ward, "--model", ward.model, "--schema", "schema.toml", "--task", "ner.inline")
    before = ward.found()
    with ward.opened() as project:
        keys = review(project, list(NOTES))
    assert all(keys.values()), keys

    told = ward.run("train", "data", "--project", ward.project, "--mixture", "mixture.toml", "--corpora", "corpora",
                    "--replay", "0.2", "--out", "data")  # fmt: skip
    assert told.code == 0, told
    facts = json.loads((ward.folder / "data" / "dataset.json").read_text())
    assert facts["labels"] == {"ner.inline": ["Medication"]} and facts["corrections"]["notes"] == len(NOTES)
    told = ward.run("train", "run", "--data", "data", "--recipe", "recipe.toml", "--base", "tiny", "--out", "run")
    assert told.code == 0, told
    assert ward.run("train", "export", "run", "--out", "ward.gguf", "--type", "F32").code == 0
    put(ward.folder, {"card.md": "# Ward notes\n"})
    assert ward.run("models", "add", "ward.gguf", "--card", "card.md", "--name", "ward").code == 0
    assert ward.run("models", "pull", "ward", "--type", "F16").code == 0

    annotated(ward, "--model", "ward")
    after = ward.found()
    taught = [name for name, text in NOTES.items() if split_of(text) == "train"]
    assert not any(extents(before[name]) == drugs_of(NOTES[name]) for name in taught)
    learned = [name for name in taught if extents(after[name]) == drugs_of(NOTES[name])]
    assert len(learned) >= len(taught) - 1, after


@pytest.fixture
def reviewed(ward: Desk) -> Iterator[Ward]:
    """A project of ten notes by hand; the first eight are done."""
    made = Ward(ward.folder / "hand")
    for number in range(10):
        markup = f"p{number} took <Medication 0.9>d{number}</Medication> for <Disease 0.4>q{number}</Disease>"
        session = made.review(made.note(markup, f"n{number}"))
        if number < 4:
            session.accept()
            session.reject()
        elif number < 6:
            session.accept_over(0.8)
            session.focus_next(pending_only=True)
            session.reject()
        elif number < 7:
            session.accept()
        if number < 8:
            session.mark_done()
    yield made
    made.project.close()


def test_what_nobody_looked_at_is_left_out_and_told(ward: Desk, reviewed: Ward) -> None:
    told = ward.run("train", "data", "--project", reviewed.path, "--out", "data", "--json")
    assert told.code == 0, told
    found = told.json["corrections"]
    assert found["notes"] == 8 and told.json["projects"] == [str(reviewed.path)]
    assert found["left_out"] == {
        "notes": {"not_done": 2, "failed": 0, "repeated": 0},
        "spans": {"untouched": 3, "bulk": 2, "unlisted": 0, "unsayable": 0},
        "windows": {"untouched": 2, "bulk": 2, "unlisted": 0, "unsayable": 0},
    }
    counts = [count["corrections ner.inline"] for count in told.json["counts"].values() if count]
    assert sum(count["samples"] for count in counts) == 4
    for line in ("2 notes that are not marked done", "3 suggestions that nobody decided on, and with them 2 windows",
                 "2 annotations that were accepted in bulk, and with them 2 windows"):  # fmt: skip
        assert line in told.said
    told = ward.run("train", "data", "--project", reviewed.path, "--out", "with", "--json", "--bulk")
    assert told.json["corrections"]["left_out"]["windows"]["bulk"] == 0 and told.json["corrections"]["bulk"] is True


def test_several_projects_are_told_apart_and_a_text_counts_once(ward: Desk, reviewed: Ward) -> None:
    other = Ward(ward.folder / "other")
    for number in range(3, 30):
        markup = f"p{number} took <Medication>d{number}</Medication> for q{number}"
        session = other.review(other.note(markup, f"n{number}"))
        session.accept()
        session.mark_done()
    other.project.close()
    told = ward.run("train", "data", "--project", reviewed.path, "--project", other.path, "--out", "data",
                    "--program", "ner.typed", "--json")  # fmt: skip
    assert told.code == 0, told
    assert set(told.json["counts"]["train"]) == {"corrections-1 ner.typed", "corrections-2 ner.typed"}
    assert told.json["corrections"]["left_out"]["notes"]["repeated"] == 5
    assert list(told.json["programs"]) == ["ner.typed"]


def test_what_there_is_nothing_to_learn_from_is_refused(ward: Desk, reviewed: Ward) -> None:
    data = ("train", "data", "--out", "data")
    for number in range(8):
        reviewed.review(reviewed.project.documents()[number].id).reopen()
    for more, code, said in [
        (("--project", reviewed.path), 3, "no note is marked done"),
        (("--project", "nowhere"), 5, "there is no project here"),
        (("--project", "notes"), 5, "there is no project here"),
        ((), 2, "Name --mixture, --project, or both"),
        (("--mixture", "mixture.toml", "--replay", "0.5"), 2, "--replay is for --project"),
        (("--project", reviewed.path, "--replay", "0.5"), 2, "--replay is for --project"),
        (("--project", reviewed.path, "--mixture", "mixture.toml", "--replay", "1"), 2, "range"),
        (("--mixture", "mixture.toml", "--bulk"), 2, "--bulk is for --project"),
        (("--mixture", "mixture.toml", "--program", "ner.typed"), 2, "--program is for --project"),
    ]:
        told = ward.run(*data, *more)
        assert told.code == code and said in told.said, (more, told)
    assert not (ward.folder / "data").exists()


def test_if_everything_is_left_out_it_says_what(ward: Desk, reviewed: Ward) -> None:
    for number in range(4):
        reviewed.review(reviewed.project.documents()[number].id).reopen()
    told = ward.run("train", "data", "--project", reviewed.path, "--out", "data")
    assert told.code == 3 and "nothing is left to train on" in told.said
    assert "accepted in bulk" in told.said and "nobody decided on" in told.said and "mark more notes done" in told.said


def test_a_missing_corpus_of_the_replay_is_told_first(ward: Desk, reviewed: Ward) -> None:
    told = ward.run("train", "data", "--project", reviewed.path, "--mixture", "clinical", "--corpora", "corpora",
                    "--out", "data")  # fmt: skip
    assert told.code == 3 and "figshare" in told.said


def test_an_adapter_for_another_base_ends_annotate_before_it_begins(
    ward: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = write_tiny_adapter(tmp_path / "wide.gguf", width=128)
    monkeypatch.setattr(pipeline, "Worker", lambda *_: pytest.fail("a worker was started"))
    told = ward.run("annotate", "notes", "--model", ward.model, "--adapter", wide, "--schema", "schema.toml",
                    "--no-review")  # fmt: skip
    assert told.code == 4 and "this adapter is for another base" in told.said
    assert not ward.project.exists()
