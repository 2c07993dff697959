from __future__ import annotations

import pytest
from corpus_setup import Lay, of_all_splits, samples

from bioassist.documents import Argument, Attribute, Document, Entity, Event, Relation, Span
from bioassist.errors import InputError
from bioassist.schema import built_in
from converters.report import Report
from trainer.corpora import AnnotatedDocument, by_name
from trainer.corpora.maccrobat import CLINICAL_PAIRS, clinical_view

REPORT = "A man took aspirin 75 mg daily for chest pain. CT of the chest showed no embolism.\n"
ANN = """T1\tSex 2 5\tman
T2\tMedication 11 18\taspirin
E1\tMedication:T2\x20
T3\tDosage 19 24\t75 mg
R1\tMODIFY Arg1:T3 Arg2:E1\t
T4\tFrequency 25 30\tdaily
R2\tMODIFY Arg1:T4 Arg2:E1\t
T5\tSign_symptom 35 46\tchest pain.
E2\tSign_symptom:T5\x20
T6\tBiological_structure 35 40\tchest
R3\tMODIFY Arg1:T6 Arg2:E2\t
T7\tDiagnostic_procedure 47 49\tCT
E3\tDiagnostic_procedure:T7\x20
T8\tDisease_disorder 73 81\tembolism
E4\tDisease_disorder:T8\x20
A1\tPOLARITY E4 NEG
R4\tMODIFY Arg1:E4 Arg2:E3\t
R5\tBEFORE Arg1:E1 Arg2:E3\t
"""


@pytest.fixture
def report_folder(lay: Lay) -> Lay:
    lay("brat/maccrobat2020/1.txt", REPORT)
    lay("brat/maccrobat2020/1.ann", ANN)
    return lay


def test_a_case_report_comes_with_all_that_is_annotated(report_folder: Lay, lay: Lay) -> None:
    root = lay("brat/maccrobat2020/annotation.conf", "[entities]\n")
    (sample,) = of_all_splits(AnnotatedDocument, "maccrobat", root)
    document = sample.document
    assert len(document.entities) == 8 and len(document.events) == 4 and len(document.relations) == 5
    assert {entity.type for entity in document.entities} <= set(by_name("maccrobat").types)


def test_main_types_become_those_of_the_clinical_schema(report_folder: Lay, lay: Lay) -> None:
    root = lay("brat/maccrobat2020/annotation.conf", "[entities]\n")
    (sample,) = of_all_splits(AnnotatedDocument, "maccrobat-clinical", root)
    document = sample.document
    entities = {entity.id: entity for entity in document.entities}
    assert {(one.type, one.of(document.text)) for one in document.entities} == {
        ("Medication", "aspirin"),
        ("Dosage", "75 mg"),
        ("Dosage", "daily"),
        ("Symptom", "chest pain."),
        ("Anatomy", "chest"),
        ("Test", "CT"),
        ("Disease", "embolism"),
    }
    said = {
        (one.type, *(entities[argument.target].of(document.text) for argument in one.arguments))
        for one in document.relations
    }
    assert said == {
        ("Dose_of", "75 mg", "aspirin"),
        ("Dose_of", "daily", "aspirin"),
        ("Located_in", "chest pain.", "chest"),
        ("Reveals", "CT", "embolism"),
    }
    assert document.attributes == (Attribute("A1", "Assertion", "T8", "negated"),)
    assert document.events == ()


def test_the_clinical_view_agrees_with_the_clinical_schema() -> None:
    schema = built_in()
    assert set(by_name("maccrobat-clinical").types) == {entity.name for entity in schema.entities}
    relations = {relation.name: relation for relation in schema.relations}
    for rule in CLINICAL_PAIRS:
        (label,) = rule.labels
        assert set(rule.head) <= set(relations[label].head) and set(rule.tail) <= set(relations[label].tail)


def test_a_frequency_that_belongs_to_no_drug_is_no_dosage() -> None:
    text = "daily pain"
    document = Document(
        "1",
        text,
        (Entity("T1", "Frequency", (Span(0, 5),)), Entity("T2", "Sign_symptom", (Span(6, 10),))),
        (Relation("R1", "MODIFY", (Argument("Arg1", "T1"), Argument("Arg2", "E1"))),),
        (Event("E1", "Sign_symptom", "T2"),),
    )
    view = clinical_view(document)
    assert [entity.type for entity in view.entities] == ["Symptom"] and view.relations == ()


def test_pairs_are_those_of_a_sentence_related_or_not(report_folder: Lay, lay: Lay) -> None:
    root = lay("brat/maccrobat2020/annotation.conf", "[entities]\n")
    corpus = by_name("maccrobat-clinical")
    (sample,) = of_all_splits(AnnotatedDocument, "maccrobat-clinical", root)
    pairs, left_out = corpus.pair_samples(sample)
    assert left_out == 0
    shown = {(one.head.of(REPORT), one.tail.of(REPORT), one.label) for one in pairs}
    assert ("75 mg", "aspirin", "Dose_of") in shown and ("CT", "embolism", "Reveals") in shown
    assert ("aspirin", "chest pain.", "none") in shown
    # Nothing joins the two sentences.
    assert not any(head == "CT" and tail == "chest pain." for head, tail, _ in shown)
    assert all(one.options[-1] == "none" and one.label in one.options for one in pairs)


def test_relations_between_sentences_are_counted_and_left_out() -> None:
    text = "Warfarin was given. Bleeding followed aspirin."
    warfarin, aspirin = Entity("T1", "DRUG", (Span(0, 8),)), Entity("T2", "DRUG", (Span(38, 45),))
    related = Relation("R1", "EFFECT", (Argument("Arg1", "T1"), Argument("Arg2", "T2")))
    sample = AnnotatedDocument(Document("1", text, (warfarin, aspirin), (related,)))
    assert by_name("ddi-2013").pair_samples(sample) == ([], 1)


def test_a_symmetric_relation_is_found_whatever_its_order() -> None:
    text = "Warfarin and aspirin interact."
    warfarin, aspirin = Entity("T1", "DRUG", (Span(0, 8),)), Entity("T2", "BRAND", (Span(13, 20),))
    related = Relation("R1", "EFFECT", (Argument("Arg1", "T2"), Argument("Arg2", "T1")))
    sample = AnnotatedDocument(Document("1", text, (aspirin, warfarin), (related,)))
    (pair,), left_out = by_name("ddi-2013").pair_samples(sample)
    assert (pair.head, pair.tail, pair.label, left_out) == (warfarin, aspirin, "EFFECT", 0)


def test_assertions_are_said_of_every_entity_that_can_bear_them(report_folder: Lay, lay: Lay) -> None:
    root = lay("brat/maccrobat2020/annotation.conf", "[entities]\n")
    (sample,) = of_all_splits(AnnotatedDocument, "maccrobat-clinical", root)
    found = by_name("maccrobat-clinical").assertion_samples(sample)
    assert [(one.target.of(REPORT), dict(one.values)) for one in found] == [
        ("chest pain.", {"Assertion": "present"}),
        ("embolism", {"Assertion": "negated"}),
    ]


def test_white_space_is_taken_off_entities_and_reported(lay: Lay) -> None:
    lay("brat/ncbi-disease/train/1.txt", "the  breast cancer here")
    root = lay("brat/ncbi-disease/train/1.ann", "T1\tSpecificDisease 4 19\t breast cancer \n")
    report = Report()
    (sample,) = samples(AnnotatedDocument, "ncbi-disease-brat", root, "train", report)
    assert sample.document.entities[0].of(sample.document.text) == "breast cancer"
    assert [finding.code for finding in report.findings if finding.kind == "change"] == ["white space"]


def test_normalizations_are_kept(lay: Lay) -> None:
    lay("brat/ncbi-disease/devel/1.txt", "breast cancer")
    ann = "T1\tSpecificDisease 0 13\tbreast cancer\nN1\tReference T1 MeSH:D001943\n"
    root = lay("brat/ncbi-disease/devel/1.ann", ann)
    (sample,) = samples(AnnotatedDocument, "ncbi-disease-brat", root, "dev")
    (one,) = sample.document.normalizations
    assert (one.target, one.database, one.identifier) == ("T1", "MeSH", "D001943")


@pytest.mark.parametrize(
    ("ann", "said"),
    [
        ("T1\tSpecificDisease 0 99\tbreast cancer\n", "99"),
        ("T1\tSpecificDisease 0 13\tbreast cancer\nT1\tModifier 0 6\tbreast\n", "T1 is there already"),
    ],
)
def test_lines_that_would_be_lost_are_errors(lay: Lay, ann: str, said: str) -> None:
    lay("brat/ncbi-disease/train/1.txt", "breast cancer")
    root = lay("brat/ncbi-disease/train/1.ann", ann)
    with pytest.raises(InputError, match=said) as caught:
        samples(AnnotatedDocument, "ncbi-disease-brat", root, "train")
    assert "1.ann:" in str(caught.value.where)


def test_a_text_without_its_annotations_is_a_half_download(lay: Lay) -> None:
    lay("brat/ncbi-disease/train/1.ann", "")
    lay("brat/ncbi-disease/train/1.txt", "a")
    root = lay("brat/ncbi-disease/train/2.txt", "breast cancer")
    with pytest.raises(InputError, match=r"no \.ann"):
        samples(AnnotatedDocument, "ncbi-disease-brat", root, "train")
