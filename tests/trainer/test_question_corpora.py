from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from corpus_setup import Lay, of_all_splits, samples

from bioassist.errors import InputError
from converters.report import Report
from trainer.corpora import QaSample, by_name

PUBMEDQA = {
    "QUESTION": "Does aspirin help?",
    "CONTEXTS": ["Aspirin is old.", "It helped."],
    "LABELS": ["BACKGROUND", "RESULTS"],
    "final_decision": "yes",
    "LONG_ANSWER": "Aspirin helped.",
}


def test_pubmedqa_is_a_choice_given_the_abstract(lay: Lay) -> None:
    root = lay("qa/pubmedqa/ori_pqal.train.json", json.dumps({"1": PUBMEDQA}))
    (one,) = of_all_splits(QaSample, "pubmedqa", root)
    assert one.context == "BACKGROUND: Aspirin is old.\nRESULTS: It helped."
    assert (one.question, one.answer, one.options) == ("Does aspirin help?", "yes", ("yes", "no", "maybe"))
    assert one.explanation == "Aspirin helped."


def test_the_whole_of_pubmedqa_is_not_read_since_the_test_questions_are_in_it(lay: Lay) -> None:
    root = lay("qa/pubmedqa/ori_pqal.json", json.dumps({"1": PUBMEDQA}))
    with pytest.raises(InputError, match="is not there"):
        by_name("pubmedqa").open(root, "train")


def test_a_cut_json_file_is_an_error(lay: Lay) -> None:
    root = lay("qa/pubmedqa/ori_pqal.train.json", json.dumps({"1": PUBMEDQA})[:-9])
    with pytest.raises(InputError, match="not JSON"):
        samples(QaSample, "pubmedqa", root, "train")


PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="7" source="CDC" url="https://example.org">
<Focus>Anthrax</Focus>
<QAPairs>
<QAPair pid="1"><Question qid="7-1" qtype="information">What is
 Anthrax ?</Question><Answer>A disease &amp; more.</Answer></QAPair>
<QAPair pid="2"><Question qid="7-2" qtype="symptoms">What are its symptoms?</Question><Answer> </Answer></QAPair>
</QAPairs>
</Document>
"""


def packed(*names: str) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:xz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(PAGE.encode())
            archive.addfile(member, io.BytesIO(PAGE.encode()))
    return written.getvalue()


def test_medquad_is_read_from_its_archive(lay: Lay) -> None:
    report = Report()
    root = lay("qa/medquad/medquad.tar.xz", packed("9_CDC_QA/7.xml"))
    (one,) = of_all_splits(QaSample, "medquad", root, report)
    assert (one.name, one.question, one.answer) == ("9_CDC_QA/7#1", "What is Anthrax ?", "A disease & more.")
    assert dict(one.facts) == {"source": "CDC", "focus": "Anthrax", "kind": "information"}
    assert [finding.code for finding in report.findings] == ["no answer"]


def test_medquad_unpacked_is_the_same(lay: Lay) -> None:
    root = lay("a/qa/medquad/medquad.tar.xz", packed("9_CDC_QA/7.xml")) / "a"
    lay("b/qa/medquad/9_CDC_QA/7.xml", PAGE)
    assert of_all_splits(QaSample, "medquad", root) == of_all_splits(QaSample, "medquad", root.parent / "b")


def test_medquad_is_read_one_page_at_a_time(lay: Lay) -> None:
    root = lay("qa/medquad/medquad.tar.xz", packed(*(f"9_CDC_QA/{place}.xml" for place in range(20))))
    opened = by_name("medquad").open(root, "train", whole=False)
    path = root / "qa/medquad/medquad.tar.xz"
    assert next(iter(opened)).name.endswith("#1")
    opened.close()  # type: ignore[attr-defined]
    # Nothing holds the archive any more.
    path.unlink()


def test_half_an_archive_is_an_error(lay: Lay) -> None:
    whole = packed(*(f"9_CDC_QA/{place}.xml" for place in range(40)))
    root = lay("qa/medquad/medquad.tar.xz", whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cut short or damaged"):
        samples(QaSample, "medquad", root, "train")


def test_a_page_that_is_cut_is_named(lay: Lay) -> None:
    root = lay("qa/medquad/9_CDC_QA/7.xml", PAGE[:-30])
    with pytest.raises(InputError, match="not XML") as caught:
        samples(QaSample, "medquad", root, "train")
    assert caught.value.where == "9_CDC_QA/7.xml"


ROWS = [
    {
        "instruction": "If you are a doctor, please answer.",
        "input": f"Doctor, {place} pains?",
        "output": f"Rest {place}.",
    }
    for place in range(12)
]


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    import datasets.config

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def by_input(found: list[QaSample]) -> dict[str, QaSample]:
    return {one.question: one for one in found}


@pytest.mark.usefixtures("offline")
def test_a_local_copy_of_chatdoctor_is_read_as_the_hub_has_it(lay: Lay, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "qa/chatdoctor/data").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "qa/chatdoctor/data/train-00000-of-00001.parquet")
    found = by_input(of_all_splits(QaSample, "chatdoctor", tmp_path))
    assert len(found) == 12
    one = found["Doctor, 3 pains?"]
    assert (one.instruction, one.answer) == ("If you are a doctor, please answer.", "Rest 3.")


@pytest.mark.usefixtures("offline")
def test_pmc_llama_keeps_its_sources(lay: Lay) -> None:
    rows = [{**row, "source": "umls", "sample_id": None} for row in ROWS]
    rows[4]["output"] = ""
    report = Report()
    root = lay("qa/pmc-llama/release.json", json.dumps(rows))
    found = by_input(of_all_splits(QaSample, "pmc-llama", root, report))
    assert len(found) == 11 and dict(found["Doctor, 3 pains?"].facts) == {"source": "umls"}
    assert [finding.code for finding in report.findings] == ["no answer"]


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("content", "said"),
    [(json.dumps(ROWS)[:-40], "cannot be loaded"), (json.dumps([{"question": "a"}]), "no column 'instruction'")],
)
def test_a_broken_copy_is_an_error(lay: Lay, content: str, said: str) -> None:
    root = lay("qa/pmc-llama/release.json", content)
    with pytest.raises(InputError, match=said):
        samples(QaSample, "pmc-llama", root, "train")


@pytest.mark.usefixtures("offline")
def test_a_part_of_a_hub_corpus_is_not_taken_for_it(lay: Lay) -> None:
    root = lay("qa/pmc-llama/release.json", json.dumps(ROWS))
    with pytest.raises(InputError, match="has 12 of 513,999"):
        list(by_name("pmc-llama").open(root, "train"))


def test_the_hub_is_asked_by_name_and_only_when_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    asked: list[tuple[str, str]] = []

    def load_dataset(name: str, *, split: str) -> object:
        asked.append((name, split))
        return datasets.Dataset.from_list(ROWS)

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    with pytest.raises(InputError, match="there is no qa/chatdoctor"):
        by_name("chatdoctor").open(tmp_path, "train")
    assert asked == []
    assert list(by_name("chatdoctor").open(tmp_path, "train", whole=False, online=True))
    assert asked == [("lavita/ChatDoctor-HealthCareMagic-100k", "train")]
