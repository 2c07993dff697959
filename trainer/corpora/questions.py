"""Questions and answers from files: PubMedQA (yes, no, maybe from an abstract) and MedQuAD (consumer health)."""

from __future__ import annotations

import json
import tarfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from bioassist.errors import InputError
from converters.report import Finding
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.files import label, reading, text, value
from trainer.corpora.samples import QaSample
from trainer.corpora.splitting import Split, split_of

DECISIONS = ("yes", "no", "maybe")


def _pubmedqa(source: Source, split: Split) -> Iterator[QaSample]:
    path = source.path("ori_pqal.train.json|pqal_fold0/train_set.json")
    try:
        records = json.loads(text(path))
    except ValueError as error:
        raise InputError(
            f"not JSON: {error}.", where=str(path), next_step="It was cut short; fetch it again."
        ) from None
    for pmid, record in records.items():
        where = f"{path}, {pmid}"
        if split_of(pmid) != split:
            continue
        parts = zip(record["LABELS"], record["CONTEXTS"], strict=True)
        yield QaSample(
            pmid,
            value(record, "QUESTION", where),
            label(value(record, "final_decision", where), {name: name for name in DECISIONS}, where),
            "\n".join(f"{heading}: {part}" for heading, part in parts),
            options=DECISIONS,
            explanation=value(record, "LONG_ANSWER", where),
            group=pmid,
        )


PUBMEDQA = Corpus(
    name="pubmedqa",
    title="PubMedQA, labelled by experts",
    task="qa",
    licence=Licence("attribution", "MIT."),
    origin="Get data/ori_pqal.json from https://github.com/pubmedqa/pubmedqa, run its preprocess/split_dataset.py, and "
    "take the training half (pqal_fold0/train_set.json and dev_set.json joined) as ori_pqal.train.json.",
    folder="qa/pubmedqa",
    needs={
        "train": ("ori_pqal.train.json|pqal_fold0/train_set.json",),
        "dev": ("ori_pqal.train.json|pqal_fold0/train_set.json",),
    },
    types=DECISIONS,
    reader=_pubmedqa,
    expected={
        "train": {"samples": 394, "yes": 223, "no": 136, "maybe": 35},
        "dev": {"samples": 106, "yes": 53, "no": 33, "maybe": 20},
    },
    split_note="The 500 questions outside the test set by the hash of their PMID, 80 to 20.",
)


def _medquad(source: Source, split: Split) -> Iterator[QaSample]:
    for name, data in _medquad_files(source):
        # Document ids are given twice here and there; files are not.
        try:
            root = ElementTree.fromstring(data)
        except ElementTree.ParseError as error:
            raise InputError(f"not XML: {error}.", where=name, next_step="It was cut short; fetch it again.") from None
        identity = "/".join(PurePosixPath(name).with_suffix("").parts[-2:])
        if split_of(identity) != split:
            continue
        focus = (root.findtext("Focus") or "").strip()
        for pair in root.iter("QAPair"):
            asked, answer = pair.find("Question"), (pair.findtext("Answer") or "").strip()
            if asked is None or not (asked.text or "").strip() or not answer:
                message = "a question without an answer; it was left out."
                source.report.add(Finding(identity, "no answer", message, file=name, kind="loss"))
                continue
            yield QaSample(
                f"{identity}#{pair.get('pid')}",
                " ".join((asked.text or "").split()),
                answer,
                group=identity,
                facts=MappingProxyType(
                    {"source": root.get("source", ""), "focus": focus, "kind": asked.get("qtype", "")}
                ),
            )


def _medquad_files(source: Source) -> Iterator[tuple[str, bytes]]:
    archive = source.find("medquad*.tar.xz")
    if archive is None:
        for path in sorted(source.folder.glob("*_QA/*.xml")):
            yield source.shown(path), _data(path)
        return
    with reading(archive), tarfile.open(archive, "r|xz") as stream:
        for member in stream:
            handle = stream.extractfile(member) if member.name.endswith(".xml") else None
            if handle is not None:
                yield member.name, handle.read()


def _data(path: Path) -> bytes:
    with reading(path):
        return path.read_bytes()


MEDQUAD = Corpus(
    name="medquad",
    title="MedQuAD, consumer health questions",
    task="qa",
    licence=Licence("attribution", "CC BY 4.0."),
    origin="Get https://github.com/abachaa/MedQuAD (the folders *_QA, or all of them packed as medquad.tar.xz).",
    folder="qa/medquad",
    needs={"train": ("medquad*.tar.xz|*_QA",), "dev": ("medquad*.tar.xz|*_QA",)},
    types=(),
    reader=_medquad,
    expected={"train": {"samples": 13257}, "dev": {"samples": 3150}},
    split_note="By the hash of the file (a page) that questions and answers come from, 80 to 20.",
    notes="Answers run to thousands of words, with the white space of the web pages they come from.",
)
