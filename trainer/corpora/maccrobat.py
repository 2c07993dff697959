"""MACCROBAT 2020: clinical case reports with entities, events, relations and attributes (Caufield et al. 2020,
doi 10.6084/m9.figshare.9764942).

Two corpora of the same documents: `maccrobat` as it is, and `maccrobat-clinical` with its main types under the
names of bioassist's clinical schema. Events have no arguments there; each is a trigger, and triggers are entities.

    Disease_disorder -> Disease            Diagnostic_procedure -> Test       Biological_structure -> Anatomy
    Sign_symptom -> Symptom                Lab_value -> Result                Dosage, Administration -> Dosage
    Medication -> Medication               Therapeutic_procedure -> Procedure Frequency of a Medication -> Dosage

    MODIFY Dosage, Medication -> Dose_of               MODIFY Result|Disease|Symptom, Test -> Reveals (turned round)
    CAUSE (types as in the schema) -> Causes           MODIFY Anatomy, Disease|Symptom|Procedure -> Located_in (too)
    POLARITY NEG -> Assertion negated; UNCERTAIN, MAYBE_POS, MAYBE_NEG -> Assertion possible (on Disease and Symptom)

Everything else is left out there: time, coreference, severity and other descriptions, and relations between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bioassist.documents import Argument, Attribute, Document, Entity, Relation
from trainer.corpora.assertions import AssertionRule
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.pairs import PairRule
from trainer.corpora.samples import AnnotatedDocument
from trainer.corpora.splitting import Split
from trainer.corpora.standoff import read_standoff

MAIN_TYPES = {
    "Disease_disorder": "Disease",
    "Sign_symptom": "Symptom",
    "Medication": "Medication",
    "Dosage": "Dosage",
    "Administration": "Dosage",
    "Diagnostic_procedure": "Test",
    "Lab_value": "Result",
    "Therapeutic_procedure": "Procedure",
    "Biological_structure": "Anatomy",
}
_POSSIBLE = ("UNCERTAIN", "MAYBE_POS", "MAYBE_NEG")

CLINICAL_PAIRS = (
    PairRule(("Dosage",), ("Medication",), ("Dose_of",)),
    PairRule(("Disease", "Symptom", "Procedure"), ("Anatomy",), ("Located_in",)),
    PairRule(("Test",), ("Disease", "Symptom", "Result"), ("Reveals",)),
    PairRule(("Medication", "Procedure", "Disease"), ("Disease", "Symptom"), ("Causes",)),
)


def clinical_view(document: Document) -> Document:
    """The main types, relations and assertions of `document` under the clinical schema's names, ids as they were.

    Relations and attributes of events become those of their triggers.
    """
    triggers = {event.id: event.trigger for event in document.events}
    native = {entity.id: entity.type for entity in document.entities}
    joined: list[tuple[Relation, str, str]] = []
    for relation in document.relations:
        head, tail = (triggers.get(argument.target, argument.target) for argument in relation.arguments)
        joined.append((relation, head, tail))
    of_drugs = {head for relation, head, tail in joined if relation.type == "MODIFY" and native[tail] == "Medication"}
    entities: list[Entity] = []
    for entity in document.entities:
        type_ = MAIN_TYPES.get(entity.type)
        if entity.type == "Frequency" and entity.id in of_drugs:
            type_ = "Dosage"
        if type_ is not None:
            entities.append(replace(entity, type=type_))
    types = {entity.id: entity.type for entity in entities}
    relations = [
        mapped
        for relation, head, tail in joined
        if head in types and tail in types
        for mapped in _relation(relation, head, tail, types)
    ]
    attributes = [
        Attribute(one.id, "Assertion", target, "negated" if one.value == "NEG" else "possible")
        for one in document.attributes
        for target in [triggers.get(one.target, one.target)]
        if one.type == "POLARITY"
        and types.get(target) in ("Disease", "Symptom")
        and (one.value == "NEG" or one.value in _POSSIBLE)
    ]
    return Document(
        document.name,
        document.text,
        tuple(entities),
        tuple(relations),
        attributes=tuple(attributes),
        source=document.source,
    )


def _relation(relation: Relation, head: str, tail: str, types: dict[str, str]) -> Iterator[Relation]:
    if relation.type == "CAUSE":
        wanted, first, second = "Causes", head, tail
    elif relation.type != "MODIFY":
        return
    elif types[head] == "Dosage":
        wanted, first, second = "Dose_of", head, tail
    elif types[head] == "Anatomy":
        wanted, first, second = "Located_in", tail, head
    else:
        wanted, first, second = "Reveals", tail, head
    for rule in CLINICAL_PAIRS:
        if wanted in rule.labels and types[first] in rule.head and types[second] in rule.tail:
            roles = [argument.role for argument in relation.arguments]
            yield Relation(relation.id, wanted, (Argument(roles[0], first), Argument(roles[1], second)))


def _native(source: Source, split: Split) -> Iterator[AnnotatedDocument]:
    for document in read_standoff(source.folder, source.report, split):
        yield AnnotatedDocument(document)


def _clinical(source: Source, split: Split) -> Iterator[AnnotatedDocument]:
    for sample in _native(source, split):
        yield AnnotatedDocument(clinical_view(sample.document))


_LICENCE = Licence("attribution", "CC BY 4.0 (figshare).")
_ORIGIN = "Get MACCROBAT2020 from https://doi.org/10.6084/m9.figshare.9764942 and unpack its .txt and .ann files."
# Counts are those of the 160 reports that are for training; with all 200 there are more.
_SPLIT = "By the hash of each report's text, 80 to 20."

NATIVE_TYPES = (
    "Activity", "Administration", "Age", "Area", "Biological_attribute", "Biological_structure", "Clinical_event",
    "Color", "Coreference", "Date", "Detailed_description", "Diagnostic_procedure", "Disease_disorder", "Distance",
    "Dosage", "Duration", "Family_history", "Frequency", "Height", "History", "Lab_value", "Mass", "Medication",
    "Nonbiological_location", "Occupation", "Other_entity", "Other_event", "Outcome", "Personal_background",
    "Qualitative_concept", "Quantitative_concept", "Severity", "Sex", "Shape", "Sign_symptom", "Subject", "Texture",
    "Therapeutic_procedure", "Time", "Volume", "Weight",
)  # fmt: skip

MACCROBAT = Corpus(
    name="maccrobat",
    title="MACCROBAT 2020",
    task="ner",
    licence=_LICENCE,
    origin=_ORIGIN,
    folder="brat/maccrobat2020",
    needs={"train": ("*.ann",), "dev": ("*.ann",)},
    types=NATIVE_TYPES,
    reader=_native,
    expected={"train": {"samples": 120}, "dev": {"samples": 40}},
    split_note=_SPLIT,
    notes="44 discontinuous entities; History and a few others enclose other entities.",
)

MACCROBAT_CLINICAL = Corpus(
    name="maccrobat-clinical",
    title="MACCROBAT 2020 in the clinical schema",
    task="ner",
    licence=_LICENCE,
    origin=_ORIGIN,
    folder="brat/maccrobat2020",
    needs={"train": ("*.ann",), "dev": ("*.ann",)},
    types=("Disease", "Symptom", "Medication", "Dosage", "Test", "Result", "Procedure", "Anatomy"),
    reader=_clinical,
    rules=CLINICAL_PAIRS,
    asserts=(AssertionRule("Assertion", ("Disease", "Symptom"), ("present", "negated", "possible")),),
    expected={"train": {"samples": 120}, "dev": {"samples": 40}},
    split_note=_SPLIT,
    notes="The documents of maccrobat; see trainer/corpora/maccrobat.py for what becomes what.",
)
