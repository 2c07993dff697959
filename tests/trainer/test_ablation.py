"""Ablation on a tiny model: what is left out is not trained on, and is judged all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from corpus_setup import Lay
from prepared_data import recipe
from test_dataset import MIXTURE, NLI, TRAIN

from bioassist.errors import UsageError
from trainer import ablation, judging
from trainer.ablation import EVERYTHING, TABLE, ablate, kind, table
from trainer.corpora.shelf import Shelf
from trainer.engine import Engine
from trainer.judging import Judged
from trainer.mixture import Mixture, MixtureSource, load

ASSERTION = 'attribute = ["Assertion", "how it is asserted", "present"]\nlabels = { "negation.negated" = "negated" }\n'


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
    told = (root / "out" / TABLE).read_text()
    assert "3,000 training tokens a run, all development samples a source" in told and told.endswith(lines[-1] + "\n")
    with pytest.raises(UsageError, match="begun with another recipe"):
        ablate(load(str(root / "mixture.toml")), Shelf(root, whole=False), tiny_model, chosen, root / "out",
               budget_tokens=2000)  # fmt: skip
    with pytest.raises(UsageError, match="begun with another limit"):
        ablate(load(str(root / "mixture.toml")), Shelf(root, whole=False), tiny_model, chosen, root / "out",
               budget_tokens=3000, limit=5)  # fmt: skip


class Stopped(BaseException):
    """Stands for whatever ends an ablation between two of its runs."""


def test_sources_of_weight_0_are_left_out_and_each_run_is_told_when_it_is_done(
    root: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "weights.toml").write_text(
        f'name = "weights"\nextends = "{root / "mixture.toml"}"\n[repeat]\n"bc2gm ner.inline" = 0\n', "utf-8"
    )
    third = MIXTURE + '[[sources]]\ncorpus = "bc2gm"\ntask = "ner.inline"\nlabels = { Gene = "Gene" }\n'
    fourth = third + '[[sources]]\ncorpus = "negex"\ntask = "assertion"\nrepeat = 0\n' + ASSERTION
    (root / "mixture.toml").write_text(fourth, "utf-8")
    chosen = recipe(batch={"pack_tokens": 1024, "step_tokens": 1024})
    judged: list[tuple[str, int | None]] = []

    def judge(
        running: Engine, mixture: Mixture, source: MixtureSource, shelf: Shelf, limit: int | None
    ) -> Judged | None:
        judged.append((f"{source.corpus} {source.task}", limit))
        if len(judged) == 3:
            raise Stopped
        return judging.judge(running, mixture, source, shelf, limit)

    monkeypatch.setattr(ablation, "judge", judge)
    with pytest.raises(Stopped):
        ablate(load(str(root / "weights.toml")), Shelf(root, whole=False), tiny_model, chosen, root / "out",
               budget_tokens=1500, limit=1, threads=1)  # fmt: skip
    assert judged == [("bc5cdr-both ner.inline", 1), ("mednli nli", 1), ("bc5cdr-both ner.inline", 1)]
    told = (root / "out" / TABLE).read_text().splitlines()
    assert told[-4] == "| source and task | measure | everything (95%) |"
    assert "at most 1 development samples" in "".join(told) and told[-1].startswith("| mednli nli | accuracy |")
    manifest = json.loads((root / "out" / EVERYTHING / "run" / "manifest.json").read_text())
    assert manifest["start_from"] is None and manifest["result"]["dev"] is None
    assert 1500 <= manifest["tokens"] < 1500 + 1024


def test_one_kind_alone_leaves_nothing_to_compare(root: Path, tiny_model: Path) -> None:
    mixture = load(str(root / "mixture.toml")).only(lambda source: source.task == "nli")
    with pytest.raises(UsageError, match="one kind of task"):
        ablate(mixture, Shelf(root, whole=False), tiny_model, recipe(), root / "out", budget_tokens=100)


def test_renderings_of_one_task_are_one_kind() -> None:
    assert [kind(task) for task in ("ner.typed", "ner.inline", "nli", "class.many")] == ["ner", "ner", "nli", "class"]
