"""Our samples against the paper's own rendering of two of its sources, where the corpora are on this machine."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

from bioassist.tasks.render import INPUT, OUTPUT
from trainer.corpora.shelf import Shelf
from trainer.mixture import Mixture, load
from trainer.rendering import Drawing, Rendered, render_source


def theirs(corpora: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(corpora / "instruct" / "paper" / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def ours(corpora: Path, corpus: str, split: str) -> list[Rendered]:
    source = next(one for one in load("paper").sources if one.corpus == corpus)
    drawing = Drawing(Mixture("paper", (source,), 400), "dev", random.Random(0))
    return list(render_source(source, Shelf(corpora), split, drawing))  # type: ignore[arg-type]


def parts(sample: Rendered) -> tuple[str, str]:
    """Input and output as the model reads them."""
    given, _, output = sample.program.filled(sample.answers).split(INPUT, 1)[1].rpartition(OUTPUT)
    return given, output.rstrip("\n")


def test_entities_are_in_the_papers_lines(corpora: Path) -> None:
    rows = theirs(corpora, "NCBI-disease.instruct.jsonl.gz")
    found = ours(corpora, "ncbi-disease", "train")
    assert len(found) == len(rows) == 5424
    for sample, row in zip(found, rows, strict=True):
        assert parts(sample) == (row["input"], row["output"])
        assert "B (Begin)" in row["instruction"]


def test_gad_has_the_papers_sentences_and_labels_but_the_right_way_round(corpora: Path) -> None:
    rows = theirs(corpora, "gad-train.instruct.jsonl.gz")
    said = {(" ".join(row["input"].split()), row["output"]) for row in rows}
    found = [parts(one) for split in ("train", "dev") for one in ours(corpora, "gad", split)]
    assert len(found) == len(rows) == 4796
    other = {"Positive": "Negative", "Negative": "Positive"}
    turned = sum((" ".join(given.split()), other[output]) in said for given, output in found)
    assert turned == len(found)
