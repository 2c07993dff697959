"""Prepared data: what is in the files, what is left out of them, and that others read them."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest
from corpus_setup import Lay

from assistant.engine.vocabulary import vocabulary
from bioassist.errors import InputError
from bioassist.tasks.fingerprints import FINGERPRINTS
from trainer import prepared
from trainer.corpora.shelf import Shelf
from trainer.dataset import DatasetReport, write
from trainer.mixture import load

MIXTURE = """
name = "small"
window_words = 8
[[sources]]
corpus = "bc5cdr-both"
task = "ner.inline"
labels = { Chemical = ["Chemical", "drugs"], Disease = "Disease" }
[[sources]]
corpus = "mednli"
task = "nli"
"""
TRAIN = (
    "Naloxone\tB-Chemical\nreverses\tO\nheart\tB-Disease\nfailure\tI-Disease\nin\tO\nsome\tO\nold\tO\nrats\tO\n\n"
    "Aspirin\tB-Chemical\ngave\tO\none\tO\nof\tO\nthem\tO\na\tO\nsevere\tO\nheadache\tB-Disease\n\n"
)
DEV = "Aspirin\tO\ngave\tO\none\tO\nof\tO\nthem\tO\na\tO\nsevere\tO\nheadache\tO\n\n"
NLI = {"gold_label": "neutral", "pairID": "1", "sentence1": "He had insulin.", "sentence2": "He is ill."}


@pytest.fixture
def root(lay: Lay) -> Path:
    lay("mixture.toml", MIXTURE)
    lay("ner/bc5cdr-both/train.tsv", TRAIN)
    lay("ner/bc5cdr-both/devel.tsv", DEV)
    rows = [NLI, {**NLI, "pairID": "2", "sentence1": "He had insulin, and much more of it than was good for him."}]
    lay("mednli/mli_train_v1.jsonl", "".join(json.dumps(row) + "\n" for row in [*rows, {**NLI, "pairID": "3"}]))
    return lay("mednli/mli_dev_v1.jsonl", json.dumps({**NLI, "sentence1": "She had none."}) + "\n")


def made(root: Path, base: Path, **settings: object) -> DatasetReport:
    mixture = load(str(root / "mixture.toml"))
    return write(mixture, Shelf(root, whole=False), base, root / "data", **settings)  # type: ignore[arg-type]


def test_rows_are_what_the_vocabulary_makes_of_the_text(root: Path, tiny_model: Path) -> None:
    made(root, tiny_model)
    rows = datasets.Dataset.from_file(str(root / "data" / "train.arrow"))
    with vocabulary(tiny_model) as known:
        for row in rows:
            told = b"".join(known.text(token) for token in row["ids"]).decode()
            assert told.endswith(row["text"]) and len(row["decisions"]) == len(row["ids"])
            assert row["fingerprint"] == FINGERPRINTS[row["task"]]
    assert {row["task"] for row in rows} == {"ner.inline", "nli"}
    assert not any((root / "data").glob("*.partial"))


def test_the_trainer_reads_it(root: Path, tiny_model: Path) -> None:
    report = made(root, tiny_model)
    read = prepared.read(root / "data")
    assert len(read.train) == 3 and read.dev is not None and len(read.dev) == 2
    assert read.fingerprint == report.fingerprint
    assert read.facts["labels"] == {"ner.inline": ["Chemical", "Disease"], "nli": []}


def test_what_is_in_a_development_text_or_there_twice_is_left_out_and_counted(root: Path, tiny_model: Path) -> None:
    train = made(root, tiny_model).counts["train"]
    ner, nli = train["bc5cdr-both ner.inline"], train["mednli nli"]
    assert (ner["samples"], ner["leaked"]) == (1, 1)
    assert (nli["samples"], nli["duplicate"]) == (2, 1)


def test_what_is_over_the_context_is_left_out_and_counted(root: Path, tiny_model: Path) -> None:
    made(root, tiny_model)
    longest = max(prepared.read(root / "data").train.lengths)
    counts = made(root, tiny_model, context=longest - 1).counts["train"].values()
    assert sum(count["long"] for count in counts) == 1 and sum(count["samples"] for count in counts) == 2


def test_the_same_seed_gives_the_same_data_and_another_another_order(root: Path, tiny_model: Path) -> None:
    first, again, other = (made(root, tiny_model, seed=seed).fingerprint for seed in (0, 0, 3))
    assert first == again and first != other


def test_a_missing_source_says_how_to_get_it_or_is_skipped(root: Path, tiny_model: Path) -> None:
    for file in (root / "mednli").iterdir():
        file.unlink()
    with pytest.raises(InputError, match="MedNLI") as caught:
        made(root, tiny_model)
    assert "physionet" in str(caught.value.next_step)
    said: list[str] = []
    report = made(root, tiny_model, skip_missing=True, say=said.append)
    assert len(said) == 1 and "MedNLI" in said[0]
    assert set(report.counts["train"]) == {"bc5cdr-both ner.inline"}


def test_the_report_adds_up(root: Path, tiny_model: Path) -> None:
    lines = made(root, tiny_model).lines()
    every = next(line for line in lines if line.startswith("train all"))
    assert every.split()[2] == "3"
    assert lines[-1].startswith("fingerprint ")
