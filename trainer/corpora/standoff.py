"""Corpora in brat standoff, read by the converter: DDI-2013 and NCBI-disease with its normalizations.

Entities lose the white space at their edges, which some annotators caught; the report says of how many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError
from converters.brat import BratFormat
from converters.report import Finding, Report
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.pairs import PairRule
from trainer.corpora.samples import AnnotatedDocument
from trainer.corpora.splitting import Split, split_of


def read_standoff(folder: Path, report: Report, split: Split | None = None) -> Iterator[Document]:
    """The documents of a brat folder, by name, entities trimmed; those that fall into `split`, if one is given.

    Raises InputError if one cannot be read. A text without annotations is refused as well: in a corpus it is a file
    that did not arrive.
    """
    told = Report()
    for document in BratFormat().read(folder, None, told):
        of_document, told.findings = told.findings, []
        _refuse_losses(of_document, folder)
        if split is None or split_of(document.text) == split:
            report.findings.extend(of_document)
            yield trimmed(document, report)
    _refuse_losses(told.findings, folder)


def _refuse_losses(findings: Sequence[Finding], folder: Path) -> None:
    for finding in findings:
        if finding.kind == "loss" or finding.code == "no annotations":
            raise InputError(
                finding.message,
                where=f"{folder}/{finding.where}",
                next_step="The corpus is not whole; fetch it again.",
            )


def trimmed(document: Document, report: Report) -> Document:
    """`document` with no white space at the edges of its entities' fragments."""
    entities: list[Entity] = []
    for entity in document.entities:
        spans = tuple(_trimmed(span, document.text) for span in entity.spans)
        if spans != entity.spans:
            message = f"{entity.id} began or ended in white space, which was taken off."
            report.add(Finding(document.name, "white space", message, entity.start, kind="change"))
        entities.append(replace(entity, spans=spans))
    return replace(document, entities=tuple(entities))


def _trimmed(span: Span, text: str) -> Span:
    marked = span.of(text)
    start = span.start + len(marked) - len(marked.lstrip())
    return Span(start, start + len(marked.strip()))


def _official_split(source: Source, split: Split) -> Iterator[AnnotatedDocument]:
    for document in read_standoff(source.path({"train": "train", "dev": "devel|dev"}[split]), source.report):
        yield AnnotatedDocument(document)


def _ddi(source: Source, split: Split) -> Iterator[AnnotatedDocument]:
    for document in read_standoff(source.path("train"), source.report, split):
        yield AnnotatedDocument(document)


_DRUGS = ("DRUG", "GROUP", "BRAND", "DRUG_N")
_INTERACTIONS = ("MECHANISM", "EFFECT", "ADVISE", "INT")

DDI = Corpus(
    name="ddi-2013",
    title="DDI-2013 drug-drug interactions",
    task="re",
    licence=Licence("research", "CC BY-NC 4.0: research only."),
    origin="Unpack the training part of DDICorpus-2013(BRAT).zip of https://github.com/isegura/DDICorpus as `train`.",
    folder="brat/ddi-2013",
    needs={"train": ("train",), "dev": ("train",)},
    types=_DRUGS,
    reader=_ddi,
    rules=(PairRule(_DRUGS, _DRUGS, _INTERACTIONS, symmetric=True),),
    expected={
        "train": {"samples": 560, "EFFECT": 1352, "MECHANISM": 1092, "ADVISE": 661, "INT": 159},
        "dev": {"samples": 154, "EFFECT": 335, "MECHANISM": 227, "ADVISE": 165, "INT": 30},
    },
    split_note="The 714 training documents by the hash of their text, 80 to 20.",
    notes="Several documents share their text (703 texts).",
)

NCBI = Corpus(
    name="ncbi-disease-brat",
    title="NCBI Disease with MeSH and OMIM identifiers",
    task="ner",
    licence=Licence("public domain", "United States Government work, NCBI public-domain notice; cite its authors."),
    origin="Take standoff/train and standoff/devel of https://github.com/spyysalo/ncbi-disease.",
    folder="brat/ncbi-disease",
    needs={"train": ("train",), "dev": ("devel|dev",)},
    types=("SpecificDisease", "DiseaseClass", "Modifier", "CompositeMention"),
    reader=_official_split,
    expected={"train": {"samples": 593}, "dev": {"samples": 100}},
    notes="The abstracts of ncbi-disease, whole. Document 8528200 is there twice in the original, and here.",
)
