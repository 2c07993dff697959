"""Notes written for these tests in the layout of the i2b2 releases; nothing of the corpora themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus_setup import Lay, of_all_splits

from bioassist.documents import Document
from bioassist.errors import InputError
from converters.report import Report
from trainer.corpora import AnnotatedDocument, by_name

BETH = "i2b2-2010/concept_assertion_relation_training_data/beth"
TEXT = "Admission Date :\nHe was given  aspirin 81 mg for chest pain .\nA CT showed no effusion .\n"
CON = """c="aspirin" 2:3 2:3||t="treatment"
c="chest pain" 2:7 2:8||t="problem"
c="a ct" 3:0 3:1||t="test"
c="effusion" 3:4 3:4||t="problem"
"""
AST = """c="chest pain" 2:7 2:8||t="problem"||a="present"
c="effusion" 3:4 3:4||t="problem"||a="absent"
"""
REL = """c="aspirin" 2:3 2:3||r="TrAP"||c="chest pain" 2:7 2:8
c="a ct" 3:0 3:1||r="TeRP"||c="effusion" 3:4 3:4
"""


def lay_2010(lay: Lay, text: str = TEXT, con: str = CON, ast: str = AST, rel: str = REL) -> Path:
    lay(f"{BETH}/txt/record-13.txt", text)
    lay(f"{BETH}/ast/record-13.ast", ast)
    lay(f"{BETH}/rel/record-13.rel", rel)
    return lay(f"{BETH}/concept/record-13.con", con)


def read_2010(root: Path) -> AnnotatedDocument:
    (sample,) = of_all_splits(AnnotatedDocument, "i2b2-2010", root)
    return sample


def test_2010_concepts_lie_on_lines_and_tokens_whatever_the_white_space(lay: Lay) -> None:
    document = read_2010(lay_2010(lay)).document
    assert [(one.type, one.of(document.text)) for one in document.entities] == [
        ("treatment", "aspirin"),
        ("problem", "chest pain"),
        ("test", "A CT"),
        ("problem", "effusion"),
    ]
    assert [one.value for one in document.attributes] == ["present", "absent"]


def test_2010_pairs_of_a_line_are_candidates(lay: Lay) -> None:
    sample = read_2010(lay_2010(lay, rel=REL.splitlines(True)[0]))
    pairs, left_out = by_name("i2b2-2010").pair_samples(sample)
    said = [(one.head.of(TEXT), one.tail.of(TEXT), one.label) for one in pairs]
    assert said == [("aspirin", "chest pain", "TrAP"), ("A CT", "effusion", "none")] and left_out == 0


def test_2010_assertions(lay: Lay) -> None:
    found = by_name("i2b2-2010").assertion_samples(read_2010(lay_2010(lay)))
    assert [dict(one.values) for one in found] == [{"Assertion": "present"}, {"Assertion": "absent"}]


def test_2010_one_span_can_be_two_concepts(lay: Lay) -> None:
    con = CON + 'c="effusion" 3:4 3:4||t="test"\n'
    document = read_2010(lay_2010(lay, con=con)).document
    (relation,) = [one for one in document.relations if one.type == "TeRP"]
    types = {entity.id: entity.type for entity in document.entities}
    assert [types[argument.target] for argument in relation.arguments] == ["test", "problem"]


def test_2010_documents_without_relations_need_no_file_for_them(lay: Lay) -> None:
    assert read_2010(lay_2010(lay, rel="")).document.relations == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"con": CON.replace("2:3 2:3", "2:2 2:2")}, "another than the one quoted"),
        ({"con": CON.replace("3:4 3:4", "9:4 9:4")}, "there is no text at 9:4"),
        ({"con": CON.replace('t="test"', 't="exam"')}, "'exam' is not a concept type"),
        ({"con": CON + 'c="aspi'}, "not a line of a .con file"),
        ({"ast": AST.replace('"absent"', '"maybe"')}, "no known assertion"),
        ({"rel": REL.replace("TeRP", "TrAP")}, "not a concept that fits"),
    ],
)
def test_2010_broken_lines_are_named(lay: Lay, change: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_2010(lay_2010(lay, **change))
    assert "record-13." in str(caught.value.where)


def test_2010_a_text_without_concepts_is_a_half_download(lay: Lay) -> None:
    root = lay_2010(lay)
    (root / BETH / "concept/record-13.con").unlink()
    with pytest.raises(InputError, match=r"record-13\.con is not there"):
        read_2010(root)


def test_2010_test_data_beside_the_training_data_are_not_read(lay: Lay) -> None:
    lay("i2b2-2010/test_data/txt/0001.txt", "Never read .\n")
    assert read_2010(lay_2010(lay)).name.endswith("beth/txt/record-13")


def test_2010_a_part_of_the_documents_is_not_taken_for_all(lay: Lay) -> None:
    with pytest.raises(InputError, match="1 of 170 documents"):
        list(by_name("i2b2-2010").open(lay_2010(lay), "train"))


NOTE = "\nAdmission Date :\n10/14/1996\nHe had no D&C & chest pain .\n"
XML_2012 = """<?xml version="1.0" encoding="UTF-8" ?>
<ClinicalNarrativeTemporalAnnotation>
<TEXT><![CDATA[{text}]]></TEXT>
<TAGS>
<EVENT id="E0" start="1" end="10" text="Admission" modality="FACTUAL" polarity="POS" type="OCCURRENCE" />
<EVENT id="E1" start="39" end="42" text="D&C" modality="FACTUAL" polarity="NEG" type="TREATMENT" />
<EVENT id="E2" start="45" end="55" text="chest pain" modality="POSSIBLE" polarity="POS" type="PROBLEM" />
<TIMEX3 id="T0" start="18" end="28" text="10/14/1996" type="DATE" val="1996-10-14" mod="NA" />
<TLINK id="TL0" fromID="E0" fromText="Admission" toID="T0" toText="10/14/1996" type="OVERLAP" />
</TAGS>
</ClinicalNarrativeTemporalAnnotation>
"""
FOLDER_2012 = "i2b2-2012/2012-07-15.original-annotation.release"


def read_2012(root: Path, report: Report | None = None) -> Document:
    (sample,) = of_all_splits(AnnotatedDocument, "i2b2-2012", root, report)
    assert [word.of(sample.document.text) for word in sample.words] == sample.document.text.split()
    return sample.document


@pytest.mark.parametrize("text", [NOTE, NOTE[1:]], ids=["from the line end", "from 1"])
def test_2012_files_that_are_no_xml_are_read_however_they_count(lay: Lay, text: str) -> None:
    document = read_2012(lay(f"{FOLDER_2012}/101.xml", XML_2012.format(text=text)))
    assert [(one.type, one.of(document.text)) for one in document.entities] == [
        ("OCCURRENCE", "Admission"),
        ("TREATMENT", "D&C"),
        ("PROBLEM", "chest pain"),
        ("DATE", "10/14/1996"),
    ]
    assert [(one.type, one.target, one.value) for one in document.attributes] == [
        ("Polarity", "E1", "NEG"),
        ("Modality", "E2", "POSSIBLE"),
    ]


def test_2012_escaped_quotes_of_text_are_understood(lay: Lay) -> None:
    document = read_2012(lay(f"{FOLDER_2012}/101.xml", XML_2012.format(text=NOTE).replace('"D&C"', '"D&amp;C"')))
    assert document.entities[1].of(document.text) == "D&C"


def test_2012_an_entity_that_marks_other_text_is_left_out_and_reported(lay: Lay) -> None:
    report = Report()
    changed = (
        XML_2012.format(text=NOTE)
        .replace('start="45" end="55"', 'start="44" end="55"')
        .replace('chest pain"', 'chess"')
    )
    document = read_2012(lay(f"{FOLDER_2012}/101.xml", changed), report)
    assert [one.id for one in document.entities] == ["E0", "E1", "T0"]
    assert [(one.code, one.line) for one in report.findings] == [("misplaced", 11)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (XML_2012.format(text=NOTE)[:-30], "no text in it, or no end"),
        (XML_2012.format(text=NOTE).replace('type="PROBLEM" />', 'type="PROB'), "not a tag"),
        (XML_2012.format(text=NOTE).replace("OCCURRENCE", "VISIT"), "'VISIT' is not a type"),
    ],
)
def test_2012_broken_files_are_named(lay: Lay, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_2012(lay(f"{FOLDER_2012}/101.xml", content))
    assert "101.xml" in str(caught.value.where)
