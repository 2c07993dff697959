"""BC5CDR's chemical-induced diseases, in PubTator (Li et al. 2016, doi 10.1093/database/baw068).

A block a document: `PMID|t|title`, `PMID|a|abstract`, then tab-separated mentions and relations. Offsets count the
title, one character, and the abstract; that one is a line end here. A composite mention has several identifiers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from bioassist.documents import Argument, Document, Entity, Normalization, Note, Relation, Span
from bioassist.errors import InputError
from converters.report import Finding
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.files import lines
from trainer.corpora.pairs import NONE
from trainer.corpora.samples import AnnotatedDocument, PairSample
from trainer.corpora.splitting import Split

RELATION = "CID"
# Notes of this type say between which concepts a relation holds: "D008750 D007022".
CONCEPTS = "Concepts"
_TYPES = ("Chemical", "Disease")
_FILES: dict[Split, str] = {"train": "CDR_TrainingSet.PubTator.txt", "dev": "CDR_DevelopmentSet.PubTator.txt"}
_AGAIN = "The file was cut short or changed; fetch it again."


def read_pubtator(path: Path) -> Iterator[Document]:
    """The documents of a PubTator file, named by their PMID.

    Each identifier of a mention is a Normalization. A relation joins two concepts of the whole document; here it
    joins the two of their mentions that are nearest to each other.
    """
    block: list[tuple[str, int]] = []
    for line, number in lines(path):
        if line.strip():
            block.append((line, number))
        elif block:
            yield _document(block, path)
            block = []
    if block:
        yield _document(block, path)


def _document(block: list[tuple[str, int]], path: Path) -> Document:
    title, abstract = (_part(block, place, kind, path) for place, kind in enumerate("ta"))
    identity, text = title[0], f"{title[1]}\n{abstract[1]}"
    entities: list[Entity] = []
    normalizations: list[Normalization] = []
    concepts: dict[str, list[Entity]] = {}
    related: list[tuple[str, str, str]] = []
    for line, number in block[2:]:
        where = f"{path}:{number}"
        fields = line.split("\t")
        if fields[0] != identity:
            raise InputError(f"a line of {fields[0]} among those of {identity}.", where=where, next_step=_AGAIN)
        if len(fields) == 4:
            related.append((fields[1], fields[2], fields[3]))
        elif len(fields) in (6, 7):
            entity = _mention(fields, f"T{len(entities) + 1}", text, where)
            entities.append(entity)
            for concept in fields[5].split("|"):
                if concept != "-1":
                    normalizations.append(Normalization(f"N{len(normalizations) + 1}", entity.id, "MeSH", concept))
                    concepts.setdefault(concept, []).append(entity)
        else:
            raise InputError("neither a mention nor a relation.", where=where, next_step=_AGAIN)
    relations: list[Relation] = []
    notes: list[Note] = []
    for type_, first, second in related:
        if first not in concepts or second not in concepts:
            what = f"{type_} joins {first} and {second}, which are not both mentioned."
            raise InputError(what, where=f"{path}:{block[0][1]}", next_step=_AGAIN)
        head, tail = nearest(concepts[first], concepts[second])
        arguments = (Argument("Chemical", head.id), Argument("Disease", tail.id))
        relations.append(Relation(f"R{len(relations) + 1}", type_, arguments))
        # A composite mention means several concepts, so the mentions alone do not say which are related.
        notes.append(Note(f"#{len(notes) + 1}", CONCEPTS, relations[-1].id, f"{first} {second}"))
    return Document(
        identity,
        text,
        tuple(entities),
        tuple(relations),
        normalizations=tuple(normalizations),
        notes=tuple(notes),
    )


def _part(block: list[tuple[str, int]], place: int, kind: str, path: Path) -> tuple[str, str]:
    line, number = block[min(place, len(block) - 1)]
    fields = line.split("|", 2)
    if place >= len(block) or len(fields) != 3 or fields[1] != kind:
        raise InputError(f"no line PMID|{kind}|text.", where=f"{path}:{number}", next_step=_AGAIN)
    return fields[0], fields[2]


def _mention(fields: list[str], identity: str, text: str, where: str) -> Entity:
    start, end = fields[1], fields[2]
    if not (start.isdecimal() and end.isdecimal() and text[int(start) : int(end)].replace("\n", " ") == fields[3]):
        raise InputError("the text there is another than the one quoted.", where=where, next_step=_AGAIN)
    if fields[4] not in _TYPES:
        raise InputError(f"{fields[4]!r} is not a type of this corpus.", where=where, next_step=_AGAIN)
    return Entity(identity, fields[4], (Span(int(start), int(end)),))


def nearest(heads: list[Entity], tails: list[Entity]) -> tuple[Entity, Entity]:
    """The two that have the fewest characters between them; of several the first."""
    return min(
        product(heads, tails),
        key=lambda pair: (max(pair[0].start - pair[1].end, pair[1].start - pair[0].end, 0), pair[0].start),
    )


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
