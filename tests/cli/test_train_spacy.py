"""`train spacy` as a person meets it: spaCy's own training on the same documents, in the row that `evaluate` prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_setup import Desk, Told

from bioassist.documents import Document, Entity, Span
from converters.docbin import DocBinFormat
from converters.formats import WriteOptions
from trainer.corpora.corpus import Corpus

DRUGS = ("aspirin", "heparin", "insulin", "digoxin", "warfarin", "naloxone")
FRAMES = ("he took {} today .", "{} was stopped .", "the {} did not help him .")


def sentences(*frames: str) -> str:
    rows = []
    for frame in frames:
        for drug in DRUGS:
            words = frame.format(drug).split()
            rows += [f"{word}\t{'B-Chemical' if word == drug else 'O'}" for word in words] + [""]
    return "\n".join(rows) + "\n"


@pytest.fixture
def bench(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A corpus small enough for a test; a sentence of its development split stands in the training split too."""
    leak = "he was given {} and much water by his wife ."
    for name, content in {
        "train.tsv": sentences(*FRAMES) + sentences(leak),
        "devel.tsv": sentences("the {} was stopped .", "he took {} .", leak),
    }.items():
        path = desk.folder / "corpora" / "ner" / "bc5cdr-chem" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    # Hand-written files have fewer samples than the corpora.
    whole = Corpus.open
    monkeypatch.setattr(
        Corpus, "open", lambda self, root, split, report=None, **more: whole(self, root, split, report, whole=False)
    )
    return desk


def peer(bench: Desk, *more: str, data: str = "corpus:bc5cdr-chem") -> Told:
    return bench.run("train", "spacy", "--data", data, "--corpora", "corpora", "--out", "peer", *more)


def test_a_row_beside_that_of_a_model(bench: Desk) -> None:
    told = peer(bench, "--max-steps", "150", "--window-words", "5", "--json")
    assert told.code == 0 and "6 training documents stand in a development text" in told.said, told
    found = told.json
    assert found["exact"]["f1"] > 0.7 and found["program"] == "spacy train" and found["words_per_s"] > 0
    # What `spacy train` says of the pipeline that it kept is what is said here.
    assert found["exact"]["f1"] == pytest.approx(kept(bench)["ents_f"])
    assert (found["ece"], found["auroc"], found["reliability"]) == (None, None, [])
    model = bench.run("evaluate", "--data", "corpus:bc5cdr-chem", "--corpora", "corpora", "--model", bench.model,
                      "--threads", "1", "--window-words", "5", "--json").json  # fmt: skip
    assert set(found) <= set(model)
    for name in ("data", "split", "tokens", "types", "documents", "words", "published"):
        assert found[name] == model[name]
    assert found["exact"]["gold"] == model["exact"]["gold"]


def kept(bench: Desk) -> dict[str, float]:
    performance: dict[str, float] = json.loads((bench.folder / "peer/model-best/meta.json").read_text())["performance"]
    return performance


def test_the_folder_that_a_team_exported(bench: Desk) -> None:
    documents = []
    for number, drug in enumerate(DRUGS * 4):
        text = FRAMES[number % 3].format(drug) + f" Day {number}."
        start = text.index(drug)
        documents.append(
            Document(f"n{number}", text, entities=(Entity("T1", "Drug", (Span(start, start + len(drug)),)),))
        )
    DocBinFormat().write(documents, Path("reviewed"), options=WriteOptions(dev_share=0.3))
    told = peer(bench, "--max-steps", "40", data="spacy:reviewed")
    assert told.code == 0, told
    assert told.out.startswith("spaCy 3.") and "F32, spacy train, spacy:reviewed (dev)" in told.out
    assert "(own tokens)" in told.out and told.out.endswith("probabilities: none\n") and "Drug  " in told.out
    assert all(len(line) <= 80 for line in told.out.splitlines()), told.out
    # What the pipeline was trained on and is judged on lies beside it.
    assert {path.name for path in Path("peer").iterdir()} == {
        "config.cfg", "train.spacy", "dev.spacy", "model-best", "model-last",
    }  # fmt: skip
    judged = {document.text for document in DocBinFormat().read(Path("peer/dev.spacy"))}
    assert judged == {document.text for document in DocBinFormat().read(Path("reviewed/dev.spacy"))}


def test_what_cannot_work_is_said(bench: Desk) -> None:
    Path("full").mkdir()
    Path("full/notes.txt").write_text("kept")
    for more, what, code, said in [
        ((), {"data": "brat:notes"}, 2, "takes corpus:NAME or spacy:FOLDER here"),
        ((), {"data": "corpus:nothing"}, 2, "no corpus called"),
        ((), {"data": "spacy:nowhere"}, 3, "nowhere"),
        (("--types", "Gene"), {}, 2, "no Gene"),
        (("--out", "full"), {}, 2, "not an empty folder"),
        (("--max-steps", "0"), {}, 2, "--max-steps"),
    ]:
        told = peer(bench, *more, **what)
        assert told.code == code and said in told.said and not told.out, (more, what, told)
        assert not Path("peer").exists()
    assert [path.name for path in Path("full").iterdir()] == ["notes.txt"]
