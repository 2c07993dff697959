from __future__ import annotations

import json
from pathlib import Path

import pytest
from corpus_setup import Lay
from test_dataset import DEV, MIXTURE, NLI, TRAIN, made

from bioassist.errors import InputError
from trainer.composition import composition
from trainer.composition_report import write


@pytest.fixture
def data(lay: Lay, tiny_model: Path) -> Path:
    lay("mixture.toml", MIXTURE)
    lay("ner/bc5cdr-both/train.tsv", TRAIN)
    lay("ner/bc5cdr-both/devel.tsv", DEV)
    lay("mednli/mli_train_v1.jsonl", json.dumps(NLI) + "\n")
    root = lay("mednli/mli_dev_v1.jsonl", json.dumps({**NLI, "sentence1": "She had none."}) + "\n")
    made(root, tiny_model)
    return root / "data"


def test_it_counts_what_is_in_the_files(data: Path) -> None:
    found = composition(data)
    by_name = {part.name: part for part in found.parts}
    ner, nli = by_name["bc5cdr-both ner.inline"], by_name["mednli nli"]
    assert (ner.samples, ner.left_out["leaked"], ner.dev_samples) == (1, 1, 1)
    assert (nli.samples, nli.decisions) == (1, 1)
    assert found.tokens == ner.tokens + nli.tokens and ner.length(1.0) == ner.tokens
    assert found.labels["ner.inline"] == {"outside": 5, "Chemical": 1, "Disease": 1, "inside": 1}
    assert found.labels["nli"] == {"neutral": 1}
    assert found.licences["mednli"][1] is False and found.licences["bc5cdr-both"][1] is True


def test_the_report_says_so_in_markdown_and_in_one_page(data: Path, tmp_path: Path) -> None:
    found = composition(data)
    written = write(found, tmp_path / "report")
    assert {path.name for path in written} == {
        "composition.md", "composition.html", "tokens.svg", "lengths.svg", "labels.svg",
    }  # fmt: skip
    markdown = (tmp_path / "report" / "composition.md").read_text()
    page = (tmp_path / "report" / "composition.html").read_text()
    for text in (markdown, page):
        assert found.fingerprint in text and "PhysioNet" in text and "not without asking" in text
    assert page.count("<svg") == 3 and "src=" not in page
    again = [path.read_bytes() for path in write(found, tmp_path / "again")]
    assert again == [path.read_bytes() for path in written]


def test_a_folder_without_data_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no prepared data"):
        composition(tmp_path)
