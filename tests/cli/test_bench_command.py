"""`bioassist bench` as a person runs it, on the tiny model; what it is made of is tested in `tests/bench`."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_setup import NOTE, Desk, Told

from assistant.bench import random_model
from assistant.bench.random_model import Shape


def bench(desk: Desk, *arguments: str | Path) -> Told:
    desk.write({"a.txt": NOTE, "ward/b.txt": NOTE * 3})
    return desk.run("bench", "notes", "--model", desk.model, "--schema", "schema.toml", "--threads", "1", *arguments)


def test_figures_of_the_engine_and_those_it_is_compared_with(desk: Desk) -> None:
    told = bench(desk, "--words", "8", "--only", "reference", "--only", "grammar", "--json")
    assert told.code == 0, told.said
    found = told.json
    assert (found["model"], found["program"], found["threads"]) == ("tiny", "ner.typed", 1)
    assert all(found["words_per_s"][name] > 0 for name in ("engine", "reference", "grammar"))
    assert all(found["tokens_per_word"][name] > 1 for name in ("engine", "reference", "grammar"))
    assert found["ratios"]["over_reference"] > 0 and found["ratios"]["over_grammar"] > 0
    assert found["words_per_s"]["server"] is found["ratios"]["over_server"] is None
    contenders = found["contenders"]
    assert contenders["reference"]["words"] < contenders["engine"]["words"]
    assert found["agreement"]["labels"] == contenders["reference"]["words"]


def test_a_table_for_people(desk: Desk) -> None:
    told = bench(desk, "--words", "8", "--only", "floor")
    assert told.code == 0, told.said
    assert told.out.startswith("tiny F32, ner.typed, 1 thread, ")
    assert "floor over engine" in told.out and "bioassist: floor, batch 256" in told.said


def test_random_weights_stand_in_for_a_larger_model(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(random_model.SHAPES, "1B", Shape(2, 64, 4, 2, 96))
    told = bench(desk, "--words", "8", "--only", "engine", "--random", "1B", "--json")
    assert told.code == 0, told.said
    assert told.json["model"] == "random 1B" and told.json["words_per_s"]["engine"] > 0


def test_one_that_fails_is_a_finding(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nif 'assistant.bench.child' in sys.orig_argv:\n"
        "    import assistant.bench.ours as ours\n    ours.reference = lambda trial: 1 / 0\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    told = bench(desk, "--words", "8", "--only", "reference", "--json")
    assert told.code == 1
    assert "ZeroDivisionError" in told.json["contenders"]["reference"]["failure"]
    assert told.json["words_per_s"]["engine"] > 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--only", "magic"), 2),
        (("--gpu-layers", "some"), 2),
        (("--schema", "none.toml"), 3),
        (("--model", "none.gguf"), 4),
    ],
)
def test_what_cannot_be_run_is_refused(desk: Desk, arguments: tuple[str, ...], code: int) -> None:
    desk.write({"a.txt": NOTE})
    assert desk.run("bench", "notes", *arguments).code == code


def test_notes_without_a_word_are_refused(desk: Desk) -> None:
    desk.write({"a.txt": "  \n", "b.txt": b"\xff\xfe\xfa"})
    told = desk.run("bench", "notes", "--model", desk.model)
    assert told.code == 3 and "no word in these notes" in told.said and "a.txt" in told.said
