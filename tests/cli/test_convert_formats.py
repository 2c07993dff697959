"""`bioassist convert` to the formats of other tools and back: what is lost is said, and --strict fails for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_setup import Desk

PLAIN = "T1\tDrug 0 8\tNaloxone\nT2\tDose 9 13\t5 mg\n"
RICH = f"{PLAIN}E1\tDrug:T1 Amount:T2\n"


@pytest.fixture
def corpus(desk: Desk) -> Path:
    folder = Path("corpus")
    folder.mkdir()
    (folder / "note.txt").write_text("Naloxone 5 mg given.\n", "utf-8")
    return folder / "note.ann"


@pytest.mark.parametrize("name", ["conll", "doccano", "label-studio", "prodigy"])
def test_what_is_lost_is_said_and_strict_fails_for_it(desk: Desk, corpus: Path, name: str) -> None:
    corpus.write_text(PLAIN, "utf-8")
    told = desk.run("convert", "corpus", "plain", "--from", "brat", "--to", name, "--strict")
    assert told.code == 0 and "1 document, 2 annotations." in told.said
    corpus.write_text(RICH, "utf-8")
    told = desk.run("convert", "corpus", "rich", "--from", "brat", "--to", name)
    assert told.code == 0
    assert "loss: events" in told.said and "E1 was left out" in told.said
    assert desk.run("convert", "corpus", "strict", "--from", "brat", "--to", name, "--strict").code == 1


@pytest.mark.parametrize("name", ["conll", "doccano", "label-studio", "prodigy"])
def test_there_and_back_is_the_same_folder(desk: Desk, corpus: Path, name: str) -> None:
    corpus.write_text(PLAIN, "utf-8")
    assert desk.run("convert", "corpus", "there", "--from", "brat", "--to", name).code == 0
    assert desk.run("convert", "there", "back", "--from", name, "--to", "brat", "--strict").code == 0
    assert Path("back/note.ann").read_text("utf-8") == PLAIN
    assert Path("back/note.txt").read_bytes() == Path("corpus/note.txt").read_bytes()


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("doccano", '{"text": "Fever.", "label": [[0, 5, "Symptom"]]}', '{"text": "Fever", "label": [[0, 99, "S"]]}'),
        ("prodigy", '{"text": "Fever.", "spans": [{"start": 0, "end": 5, "label": "Symptom"}]}', '{"text": '),
        ("label-studio", '{"data": {"text": "Fever."}}', '{"data": {}}'),
        ("jsonl", '{"bioassist": 1, "name": "a", "text": "Fever."}', "NaN"),
        ("conll", "Fever\tB-Symptom", "Fever"),
    ],
)  # fmt: skip
def test_one_bad_line_costs_itself_alone(desk: Desk, name: str, good: str, bad: str) -> None:
    Path("in.txt").write_text(f"{good}\n{bad}\n{good}\n", "utf-8")
    told = desk.run("convert", "in.txt", "out.jsonl", "--from", name, "--to", "jsonl", "--strict")
    assert told.code == 1
    assert "in.txt:2: " in told.said
    assert Path("out.jsonl").read_text("utf-8").count("Fever") >= 2
