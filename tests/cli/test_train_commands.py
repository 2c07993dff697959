"""From corpora to a model that annotates: data, run, export, evaluate, annotate, on a tiny model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_setup import Desk

from trainer.corpora.corpus import Corpus

MIXTURE = """
name = "small"
window_words = 20
[[sources]]
corpus = "bc5cdr-chem"
task = "ner.inline"
labels = { Chemical = ["Medication", "drugs"] }
"""
RECIPE = """
name = "tiny"
[lora]
rank = 4
alpha = 8.0
[batch]
pack_tokens = 512
step_tokens = 1024
[optimization]
rate = 2e-2
epochs = 10.0
[machine]
device = "cpu"
precision = "f32"
[saving]
dev_samples = 4
"""
SCHEMA = 'name = "drugs"\n[[entities]]\nname = "Medication"\ndescription = "drugs"\n'
DRUGS = ("aspirin", "heparin", "insulin", "digoxin")


def sentences(drugs: tuple[str, ...]) -> str:
    rows = []
    for drug in drugs:
        for words in (("he", "took", drug, "today"), (drug, "was", "stopped"), ("no", "change")):
            rows += [f"{word}\t{'B-Chemical' if word == drug else 'O'}" for word in words] + [""]
    return "\n".join(rows) + "\n"


def put(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


@pytest.fixture
def bench(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Corpora, a mixture and a recipe small enough for a test."""
    put(
        desk.folder,
        {
            "corpora/ner/bc5cdr-chem/train.tsv": sentences(DRUGS),
            "corpora/ner/bc5cdr-chem/devel.tsv": sentences(("warfarin",)),
            "mixture.toml": MIXTURE,
            "recipe.toml": RECIPE,
            "schema.toml": SCHEMA,
            "notes/a.txt": "he took aspirin today\n",
        },
    )
    # Hand-written files have fewer sentences than the corpus.
    whole = Corpus.open
    monkeypatch.setattr(
        Corpus, "open", lambda self, root, split, report=None, **more: whole(self, root, split, report, whole=False)
    )
    return desk


def prepare(bench: Desk, *more: str) -> None:
    told = bench.run("train", "data", "--mixture", "mixture.toml", "--corpora", "corpora", "--base", bench.model,
                     "--out", "data", *more)  # fmt: skip
    assert told.code == 0, told


def test_from_corpora_to_annotations(bench: Desk) -> None:
    prepare(bench)
    facts = json.loads((bench.folder / "data" / "dataset.json").read_text())
    assert facts["labels"] == {"ner.inline": ["Medication"]}
    told = bench.run("train", "run", "--data", "data", "--recipe", "recipe.toml", "--base", bench.model, "--out", "run")
    assert told.code == 0, told
    told = bench.run("train", "export", "run", "--out", "drugs.gguf", "--merged", "m.gguf", "--merged-type", "F32")
    assert told.code == 0 and (bench.folder / "m.gguf").is_file(), told
    assert "train calibrate --adapter drugs.gguf" in told.said and "--out drugs.calibration.json" in told.said
    scores = {}
    for name, model in {"before": bench.model, "merged": "m.gguf"}.items():
        told = bench.run("evaluate", "--data", "iob:corpora/ner/bc5cdr-chem/train.tsv", "--map", "Chemical=Medication",
                         "--schema", "schema.toml", "--model", model, "--program", "ner.inline", "--json")  # fmt: skip
        assert told.code == 0, told
        scores[name] = told.json["exact"]["f1"]
    assert scores["merged"] > max(0.8, scores["before"])
    told = bench.run("train", "calibrate", "--data", "iob:corpora/ner/bc5cdr-chem/train.tsv", "--map",
                     "Chemical=Medication", "--schema", "schema.toml", "--model", bench.model, "--adapter",
                     "drugs.gguf", "--window-words", "5", "--out", "fitted.json", "--json")  # fmt: skip
    assert told.code == 0, told
    (kept,) = json.loads((bench.folder / "fitted.json").read_text("utf-8"))
    assert kept == told.json["calibration"] and kept["fingerprint"] in told.said
    assert kept["labels"].keys() == {"Medication"} and len(kept["model"]["adapter"]) == 64
    assert kept["decisions"] == told.json["suggestions"] > 3
    assert {row["name"] for row in told.json["definitions"]} >= {"span", "weakest"}
    told = bench.run("annotate", "notes", "--model", bench.model, "--adapter", "drugs.gguf", "--schema", "schema.toml",
                     "--no-review", "--offline")  # fmt: skip
    assert told.code == 0, told
    assert ("Medication", 8, 15) in bench.found()["a"]
    assert "untrained" not in told.said


def test_data_that_are_there_are_not_written_over(bench: Desk) -> None:
    prepare(bench)
    told = bench.run("train", "data", "--mixture", "mixture.toml", "--corpora", "corpora", "--base", bench.model,
                     "--out", "data")  # fmt: skip
    assert told.code == 2 and "--force" in told.said
    prepare(bench, "--force")


def test_a_run_that_has_not_ended_is_not_exported(bench: Desk) -> None:
    told = bench.run("train", "export", "notes", "--out", "x.gguf")
    assert told.code == 3 and "not a folder of `bioassist train run`" in told.said
    put(bench.folder, {"run/manifest.json": "{}"})
    told = bench.run("train", "export", "run", "--out", "x.gguf")
    assert told.code == 3 and "not ended" in told.said


def test_a_missing_corpus_says_how_to_get_it(bench: Desk) -> None:
    told = bench.run("train", "data", "--mixture", "clinical", "--corpora", "corpora", "--base", bench.model,
                     "--out", "other")  # fmt: skip
    assert told.code == 3 and "figshare" in told.said
    assert not (bench.folder / "other").exists()


def test_evaluation_of_what_is_not_there_is_refused(bench: Desk) -> None:
    model = ("--model", bench.model)
    for arguments, code, said in [
        (("--data", "brat:nowhere"), 3, "no such"),
        (("--data", "nothing"), 2, "FORMAT:PATH"),
        (("--data", "corpus:nothing"), 2, "no corpus called"),
        (("--data", "brat:notes", "--task", "re"), 2, "corpus:NAME"),
        (("--data", "brat:notes", "--program", "nli"), 2, "no rendering"),
        (("--data", "iob:corpora/ner/bc5cdr-chem/train.tsv", "--map", "x"), 2, "THEIRS=OURS"),
    ]:
        told = bench.run("evaluate", *arguments, *model)
        assert told.code == code and said in told.said, (arguments, told)


def test_evaluation_tells_a_person_too(bench: Desk) -> None:
    told = bench.run("evaluate", "--data", "iob:corpora/ner/bc5cdr-chem/devel.tsv", "--model", bench.model)
    assert told.code == 0 and "exact" in told.out and "given tokens" in told.out
    assert all(len(line) <= 100 for line in told.out.splitlines()), told.out


def test_a_picture_shows_how_sure_the_model_was(bench: Desk) -> None:
    told = bench.run("evaluate", "--data", "iob:corpora/ner/bc5cdr-chem/train.tsv", "--model", bench.model, "--program",
                     "ner.typed", "--picture", "sure.svg", "--json")  # fmt: skip
    assert told.code == 0, told
    bins = told.json["reliability"]
    assert sum(one["count"] for one in bins) == told.json["exact"]["predicted"] > 0
    assert (bench.folder / "sure.svg").read_text().startswith("<svg")


def test_what_cannot_be_calibrated_says_so(bench: Desk) -> None:
    put(bench.folder, {"one.tsv": "He\tO\ntook\tO\naspirin\tB-Chemical\n\n"})
    told = bench.run("train", "calibrate", "--data", "iob:one.tsv", "--model", bench.model)
    assert told.code == 3 and "too little" in told.said
    told = bench.run("train", "calibrate", "--data", "iob:nowhere.tsv", "--model", bench.model)
    assert told.code == 3 and "no such file" in told.said
    told = bench.run("train", "calibrate", "--data", "iob:corpora/ner/bc5cdr-chem/train.tsv", "--model", bench.model,
                     "--window-words", "5", "--out", "nowhere/c.json")  # fmt: skip
    assert told.code == 2 and "there is no folder" in told.said


def test_other_tasks_are_calibrated_into_the_same_file(bench: Desk) -> None:
    rows = ["Report No.\tConcept\tSentence\tNegation\tTemporality\tExperiencer"]
    for number in range(200):
        rows.append(f"{number}\tpain\tno pain in bed {number}\tNegated\tRecent\tPatient")
    put(bench.folder, {"corpora/notes/negex/rsAnnotations-1.txt": "\n".join(rows) + "\n"})
    calibrate = ("train", "calibrate", "--task", "assertion", "--data", "corpus:negex", "--corpora", "corpora",
                 "--model", bench.model, "--limit", "30", "--out", "fitted.json")  # fmt: skip
    told = bench.run(*calibrate, "--json")
    assert told.code == 0, told
    assert told.json["suggestions"] == told.json["calibration"]["decisions"] > 1
    assert told.json["calibration"]["definition"] == "answer" and "near_misses" not in told.json
    (alone,) = told.json["by_source"]
    assert alone["name"] == "corpus:negex (dev)" and alone["suggestions"] == told.json["suggestions"]
    assert alone["together"] == alone["alone"] == told.json["calibration"]["measured"]["ece_after"]
    told = bench.run(*calibrate, "--data", "corpus:negex")
    assert told.code == 0 and "as given" in told.out, told
    begin = told.out.splitlines().index(next(line for line in told.out.splitlines() if "calibration error on" in line))
    rows = [line.split() for line in told.out.splitlines()[begin:]]
    assert rows[0][-3:] == ["given", "together", "alone"] and rows[1] == rows[2] and rows[1][0] == "corpus:negex"
    assert len(json.loads((bench.folder / "fitted.json").read_text("utf-8"))) == 1
    put(bench.folder, {"other.json": "{}"})
    told = bench.run(*calibrate[:-1], "other.json")
    assert told.code == 4 and "no calibration file" in told.said
