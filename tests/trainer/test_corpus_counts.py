"""The real corpora against what their SOURCE.md says, where they are on this machine."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from bioassist.errors import InputError
from converters.report import Report
from trainer.corpora import (
    CORPORA,
    SPLITS,
    AnnotatedDocument,
    AssertionSample,
    ClassSample,
    Corpus,
    NliSample,
    PairSample,
    QaSample,
    Sample,
    Split,
    TokenizedSentence,
    by_name,
    tally,
)

ELSEWHERE = ("i2b2-2010", "i2b2-2012", "mednli", "chatdoctor", "pmc-llama")

# Over both splits, as the SOURCE.md of each says of what it keeps here.
PUBLISHED = {
    "ddi-2013": {"samples": 714, "MECHANISM": 1319, "EFFECT": 1687, "ADVISE": 826, "INT": 189},
    "gad": {"samples": 4796},
    "hoc": {"samples": 12119 - 7},
    "medquad": {"samples": 16407},
    "pubmedqa": {"samples": 500},
    "healthver": {"samples": 1917, "neutral": 993, "entailment": 533, "contradiction": 391},
    "maccrobat": {"samples": 160, "MODIFY": 9170, "Sign_symptom": 2686},
    "negex": {"samples": 1776 - 9},
}


Read = dict[Split, tuple[list[Sample], Report]]


@pytest.fixture(scope="module", params=[name for name in CORPORA if name not in ELSEWHERE])
def opened(request: pytest.FixtureRequest, corpora: Path) -> tuple[Corpus, Read]:
    """One corpus at a time, both splits."""
    corpus = by_name(request.param)
    found: Read = {}
    for split in SPLITS:
        report = Report()
        found[split] = list(corpus.open(corpora, split, report)), report
    return corpus, found


def test_counts_are_those_published(opened: tuple[Corpus, Read]) -> None:
    corpus, found = opened
    both = Counter[str]()
    for split, (samples, report) in found.items():
        counts = tally(samples)
        both.update(counts)
        labels = ", ".join(f"{number:,} {label}" for label, number in counts.most_common(8) if label != "samples")
        print(f"{corpus.name} {split}: {counts['samples']:,} samples; {labels}; {len(report.findings)} findings")
        assert corpus.discrepancies(split, counts) == []
        assert len({one.name for one in samples}) == len(samples)
    published = PUBLISHED.get(corpus.name, {})
    assert {label: both[label] for label in published} == published


def test_no_document_is_on_both_sides_of_a_split_of_ours(opened: tuple[Corpus, Read]) -> None:
    corpus, found = opened
    groups = {split: {one.group for one in samples} for split, (samples, _) in found.items()}
    assert all(groups["train"]) and all(groups["dev"])
    if corpus.split_note:
        assert not groups["train"] & groups["dev"]


def test_samples_lie_on_their_texts_and_have_labels_of_their_corpus(opened: tuple[Corpus, Read]) -> None:
    corpus, found = opened
    types = set(corpus.types)
    for one in found["dev"][0]:
        match one:
            case TokenizedSentence():
                edges = {word.start for word in one.words}, {word.end for word in one.words}
                assert [word.of(one.text) for word in one.words] == one.text.split(" ")
                assert all(entity.start in edges[0] and entity.end in edges[1] for entity in one.entities)
                assert {entity.type for entity in one.entities} <= types
            case AnnotatedDocument():
                document = one.document
                assert all(entity.of(document.text).strip() == entity.of(document.text) for entity in document.entities)
                assert {entity.type for entity in document.entities} <= types
            case PairSample():
                assert one.label in one.options and one.head.of(one.document.text) and one.tail.of(one.document.text)
            case AssertionSample():
                assert one.target.of(one.document.text).strip() == one.target.of(one.document.text)
                assert all(value in one.options[key] for key, value in one.values.items())
            case ClassSample():
                assert set(one.labels) <= set(one.options) and one.document.text.strip()
            case NliSample():
                assert one.label in one.options and one.premise.strip() and one.hypothesis.strip()
            case QaSample():
                assert one.question.strip() and one.answer.strip() and one.answer in (one.options or (one.answer,))


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_under_agreement_or_on_a_hub_is_not_here(corpora: Path, name: str) -> None:
    with pytest.raises(InputError, match="Terms:"):
        by_name(name).open(corpora, "train")


def paper(root: Path, name: str) -> list[dict[str, str]]:
    data = gzip.decompress((root / "instruct/paper" / f"{name}.instruct.jsonl.gz").read_bytes()).decode()
    return [json.loads(line) for line in data.splitlines()]


def test_ncbi_is_word_for_word_and_label_for_label_what_the_paper_trained_on(corpora: Path) -> None:
    for one, row in zip(by_name("ncbi-disease").open(corpora, "train"), paper(corpora, "NCBI-disease"), strict=True):
        assert isinstance(one, TokenizedSentence)
        # In order, since a sentence that is there twice is not always labelled the same.
        assert one.text == row["input"]
        begins = {entity.start for entity in one.entities}
        inside = {w.start for w in one.words for entity in one.entities if entity.start < w.start < entity.end}
        labels = ["B" if w.start in begins else "I" if w.start in inside else "O" for w in one.words]
        said = [f"{word.of(one.text)} : {label}" for word, label in zip(one.words, labels, strict=True)]
        assert row["output"].split("\n") == said


def test_gad_is_labelled_the_other_way_round_than_the_papers_code_has_it(corpora: Path) -> None:
    ours: dict[str, set[str]] = {}
    for split in SPLITS:
        for one in by_name("gad").open(corpora, split):
            assert isinstance(one, PairSample)
            ours.setdefault(one.document.text, set()).add(one.label)
    inverted = {"Negative": "associated", "Positive": "not associated"}
    rows = paper(corpora, "gad-train")
    assert len(rows) == 4796 and all(inverted[row["output"]] in ours[row["input"]] for row in rows)
