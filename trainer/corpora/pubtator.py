"""BC5CDR's chemical-induced diseases, in PubTator (Li et al. 2016, doi 10.1093/database/baw068).

A relation joins two concepts of a whole abstract; a composite mention has several.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from bioassist.documents import Document, Entity
from bioassist.errors import InputError
from converters.concepts import CONCEPTS, nearest
from converters.pubtator import PubTatorFormat
from converters.report import Finding, Report
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.pairs import NONE
from trainer.corpora.samples import AnnotatedDocument, PairSample
from trainer.corpora.splitting import Split

RELATION = "CID"
_TYPES = ("Chemical", "Disease")
_FILES: dict[Split, str] = {"train": "CDR_TrainingSet.PubTator.txt", "dev": "CDR_DevelopmentSet.PubTator.txt"}
_AGAIN = "The file was cut short or changed; fetch it again."


def read_pubtator(path: Path) -> Iterator[Document]:
    """The documents of the file, as `converters.pubtator` reads them. Raises InputError for the first fault."""
    report = Report()
    for document in PubTatorFormat(_TYPES).read(path, None, report):
        _refuse_faults(report)
        yield document
    _refuse_faults(report)


def _refuse_faults(report: Report) -> None:
    for finding in report.findings:
        raise InputError(finding.message, where=finding.where, next_step=_AGAIN)


def concept_pairs(sample: AnnotatedDocument) -> tuple[list[PairSample], int]:
    """A sample for every chemical concept with every disease concept, by their nearest mentions; no relation is lost.

    Mentions without an identifier make no pair: whether they are related is not annotated.
    """
    document = sample.document
    mentions = {entity.id: entity for entity in document.entities}
    concepts: dict[str, dict[str, list[Entity]]] = {type_: {} for type_ in _TYPES}
    for one in document.normalizations:
        entity = mentions[one.target]
        concepts[entity.type].setdefault(one.identifier, []).append(entity)
    related = {note.text for note in document.notes if note.type == CONCEPTS}
    samples: list[PairSample] = []
    for (chemical, heads), (disease, tails) in product(concepts["Chemical"].items(), concepts["Disease"].items()):
        head, tail = nearest(heads, tails)
        label = RELATION if f"{chemical} {disease}" in related else NONE
        name = f"{document.name}#{chemical}-{disease}"
        samples.append(PairSample(name, document, head, tail, label, (RELATION, NONE), document.text))
    return samples, 0


def _reader(source: Source, split: Split) -> Iterator[AnnotatedDocument]:
    held_back: frozenset[str] = frozenset()
    if split == "train":
        # A copy of the training file that goes round holds the development documents as well.
        dev = source.find(_FILES["dev"])
        held_back = frozenset(document.name for document in read_pubtator(dev)) if dev else frozenset()
    for document in read_pubtator(source.path(_FILES[split])):
        if document.name in held_back:
            message = "is a development document in the training file; it was left out."
            source.report.add(Finding(document.name, "leakage", message, kind="loss"))
            continue
        yield AnnotatedDocument(document)


CID = Corpus(
    name="bc5cdr-cid",
    title="BC5CDR chemical-induced diseases",
    task="re",
    licence=Licence("public domain", "United States Government work, NCBI public-domain notice; cite its authors."),
    origin="Get CDR_Data.zip of BioCreative V, track 3 (https://biocreative.bioinformatics.udel.edu/resources/), "
    "folder CDR.Corpus.v010516.",
    folder="re/bc5cdr-cid",
    needs={split: (name,) for split, name in _FILES.items()},
    types=_TYPES,
    reader=_reader,
    pairing=concept_pairs,
    expected={
        "train": {"samples": 500, "Chemical": 5203, "Disease": 4182, RELATION: 1038},
        "dev": {"samples": 500, "Chemical": 5347, "Disease": 4244, RELATION: 1012},
    },
    notes="Relations hold between concepts of a whole abstract; a pair is shown by its two nearest mentions.",
)
