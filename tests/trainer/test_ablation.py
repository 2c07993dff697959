"""Ablation on a tiny model: what is left out is not trained on, and is judged all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from corpus_setup import Lay
from prepared_data import recipe
from test_dataset import MIXTURE, NLI, TRAIN

from bioassist.errors import UsageError
from trainer import ablation
from trainer.ablation import EVERYTHING, ablate, kind, table
from trainer.corpora.shelf import Shelf
from trainer.mixture import load


@pytest.fixture
def root(lay: Lay) -> Path:
    lay("mixture.toml", MIXTURE)
    lay("ner/bc5cdr-both/train.tsv", TRAIN * 2)
    lay("ner/bc5cdr-both/devel.tsv", "Heparin\tB-Chemical\nhelps\tO\n\n")
    labels = ("entailment", "contradiction", "neutral")
    rows = [{**NLI, "pairID": str(n), "sentence1": f"Day {n}: insulin.", "gold_label": labels[n % 3]} for n in range(6)]
    lay("mednli/mli_train_v1.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return lay("mednli/mli_dev_v1.jsonl", json.dumps({**NLI, "sentence1": "She had none."}) + "\n")


def test_each_kind_is_left_out_once_and_judged_everywhere(root: Path, tiny_model: Path) -> None:
    chosen = recipe(batch={"pack_tokens": 1024, "step_tokens": 1024}, saving={"dev_samples": 0})
    said: list[str] = []

    def run() -> dict[str, list[ablation.Judged]]:
        mixture = load(str(root / "mixture.toml"))
        shelf = Shelf(root, whole=False)
        return ablate(mixture, shelf, tiny_model, chosen, root / "out", budget_tokens=3000, threads=1, say=said.append)

    found = run()
    assert list(found) == [EVERYTHING, "ner", "nli"]
    for judged in found.values():
        assert [one.name for one in judged] == ["bc5cdr-both ner.inline", "mednli nli"]
        assert all(0 <= one.value <= 1 for one in judged)
    for name, task in (("without-ner", "nli"), ("without-nli", "ner.inline")):
        facts = json.loads((root / "out" / name / "data" / "dataset.json").read_text())
        assert list(facts["labels"]) == [task]
    assert len(said) == 3
    # What is done is not done again.
    assert run() == found and len(said) == 3
    lines = table(found)
    assert len(lines) == 4 and "without ner | without nli" in lines[0] and lines[2].startswith("| bc5cdr-both")


def test_one_kind_alone_leaves_nothing_to_compare(root: Path, tiny_model: Path) -> None:
    mixture = load(str(root / "mixture.toml")).only(lambda source: source.task == "nli")
    with pytest.raises(UsageError, match="one kind of task"):
        ablate(mixture, Shelf(root, whole=False), tiny_model, recipe(), root / "out", budget_tokens=100)


def test_renderings_of_one_task_are_one_kind() -> None:
    assert [kind(task) for task in ("ner.typed", "ner.inline", "nli", "class.many")] == ["ner", "ner", "nli", "class"]
