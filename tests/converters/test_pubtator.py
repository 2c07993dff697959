"""PubTator: what BC5CDR and its like hold comes back, and what PubTator cannot hold is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bioc import pubtator as theirs
from document_strategies import documents
from hypothesis import given, settings

from bioassist import schema
from bioassist.documents import (
    Argument,
    Attribute,
    Document,
    Entity,
    Normalization,
    Note,
    Relation,
    Span,
)
from bioassist.errors import InputError
from converters.pubtator import PubTatorFormat
from converters.report import Report

ABSTRACT = (
    "1|t|Lithium and renal failure.\n"
    "1|a|Lithium salts caused nephritis and tremor. No aspirin.\n"
    "1\t0\t7\tLithium\tChemical\tD008094\n"
    "1\t12\t25\trenal failure\tDisease\tMESH:D051437\n"
    "1\t27\t34\tLithium\tChemical\tD008094\n"
    "1\t48\t68\tnephritis and tremor\tDisease\tD009393|D014202\tnephritis|tremor\n"
    "1\t73\t80\taspirin\tChemical\t-1\n"
    "1\tCID\tD008094\tD014202\n\n"
)


def read(tmp_path: Path, content: str | bytes) -> tuple[list[Document], Report]:
    path = tmp_path / "in.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    report = Report()
    return list(PubTatorFormat().read(path, None, report)), report


def written(tmp_path: Path, *given: Document) -> tuple[str, Report]:
    report = PubTatorFormat().write(given, tmp_path / "out.txt")
    return (tmp_path / "out.txt").read_bytes().decode(), report


def codes(report: Report) -> list[tuple[str, str]]:
    return [(finding.kind, finding.code) for finding in report.findings]


def test_what_a_block_says(tmp_path: Path) -> None:
    (document,), report = read(tmp_path, ABSTRACT)
    assert report.findings == []
    assert document.name == "1"
    assert document.text == ("Lithium and renal failure.\nLithium salts caused nephritis and tremor. No aspirin.")
    assert [(one.id, one.type, one.of(document.text)) for one in document.entities] == [
        ("T1", "Chemical", "Lithium"),
        ("T2", "Disease", "renal failure"),
        ("T3", "Chemical", "Lithium"),
        ("T4", "Disease", "nephritis and tremor"),
        ("T5", "Chemical", "aspirin"),
    ]
    assert [(one.target, one.database, one.identifier) for one in document.normalizations] == [
        ("T1", "MeSH", "D008094"),
        ("T2", "MESH", "D051437"),
        ("T3", "MeSH", "D008094"),
        ("T4", "MeSH", "D009393"),
        ("T4", "MeSH", "D014202"),
    ]
    # Of the two mentions of lithium the nearer one.
    assert document.relations == (Relation("R1", "CID", (Argument("Arg1", "T3"), Argument("Arg2", "T4"))),)
    assert document.notes == (Note("#1", "Concepts", "R1", "D008094 D014202"),)


def test_it_comes_back(tmp_path: Path) -> None:
    found, _ = read(tmp_path, ABSTRACT + ABSTRACT.replace("1|", "2|").replace("1\t", "2\t"))
    text, report = written(tmp_path, *found)
    assert report.findings == []
    assert read(tmp_path, text)[0] == found
    assert (report.documents, report.annotations) == (2, 2 * (5 + 5 + 1))


@settings(deadline=None, max_examples=80)
@given(documents())
def test_mentions_of_any_document_stay_where_they_are(document: Document) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.txt"
        report = PubTatorFormat().write([document], path)
        (back,) = PubTatorFormat().read(path)
    assert back.name == document.name and len(back.text) == len(document.text)
    for was, is_ in zip(document.text, back.text, strict=True):
        assert is_ == was or (was in "\r\n" and is_ == " ")
    assert ("change", "line ends") in codes(report) or back.text == document.text
    assert [(one.type, one.start, one.end) for one in back.entities] == [
        (one.type, one.start, one.end) for one in document.entities
    ]
    told = {code for kind, code in codes(report) if kind == "loss"}
    for kind in ("events", "attributes", "notes", "equivalences"):
        assert not getattr(document, kind) or kind in told


def test_roles_are_the_schemas(tmp_path: Path) -> None:
    labels = schema.loads(
        "[[entities]]\nname = 'Chemical'\n[[entities]]\nname = 'Disease'\n"
        "[[relations]]\nname = 'CID'\nhead = ['Chemical']\ntail = ['Disease']\nroles = ['Cause', 'Effect']\n",
        "cid.toml",
    )
    (tmp_path / "in.txt").write_text(ABSTRACT)
    (document,) = PubTatorFormat().read(tmp_path / "in.txt", labels)
    assert [argument.role for argument in document.relations[0].arguments] == ["Cause", "Effect"]
    assert codes(PubTatorFormat().write([document], tmp_path / "out.txt", labels)) == []


NOTE = Document(
    "ward|a",
    "Given aspirin\r\nfor chest\npain.",
    (Entity("T7", "Drug", (Span(6, 13),)), Entity("T2", "Sign", (Span(19, 24), Span(25, 29)))),
    (Relation("R1", "Treats", (Argument("Arg1", "T7"), Argument("Arg2", "T2"))),),
    attributes=(Attribute("A1", "Assertion", "T2", "possible"),),
    normalizations=(
        Normalization("N1", "T7", "RxNorm", "1191", "aspirin"),
        Normalization("N2", "T7", "LOCAL", "a|b"),
    ),
)


def test_what_it_cannot_hold_is_told(tmp_path: Path) -> None:
    text, report = written(tmp_path, NOTE)
    assert text == (
        "ward_a|t|Given aspirin \nward_a|a|for chest pain.\n"
        "ward_a\t6\t13\taspirin\tDrug\tRxNorm:1191\nward_a\t19\t29\tchest pain\tSign\t-\n\n"
    )
    assert codes(report) == [
        ("change", "discontinuous"),
        ("loss", "attributes"),
        ("change", "name"),
        ("change", "line ends"),
        ("change", "normalizations"),
        ("loss", "normalizations"),
        ("change", "ids"),
        ("loss", "relations"),
    ]


def test_a_relation_without_its_concepts_gets_those_of_its_mentions(tmp_path: Path) -> None:
    (document,), _ = read(tmp_path, ABSTRACT)
    bare = replace(document, notes=(), relations=(replace(document.relations[0], type="CID"),))
    text, report = written(tmp_path, bare)
    assert "1\tCID\tMeSH:D008094\tMeSH:D009393\n" in text
    assert codes(report) == [("change", "relations")]


@pytest.mark.parametrize(
    ("old", "new", "found", "line"),
    [
        ("\t12\t25", "\t12\t2500", ("loss", "offset past end"), 4),
        ("\t12\t25", "\t25\t12", ("loss", "bad offsets"), 4),
        ("\t12\t25", "\t13\t26", ("remark", "text differs"), 4),
        ("1\t12\t25", "9\t12\t25", ("loss", "bad line"), 4),
        ("CID\tD008094\tD014202", "CID\tD008094\tD000000", ("loss", "unknown target"), 8),
        ("D014202\n", "D014202\tNovel\n", ("loss", "column"), 8),
        ("1\t73\t80\taspirin\tChemical\t-1", "rubbish", ("loss", "bad line"), 7),
        ("Lithium salts", "L\xedthium salts", ("loss", "bad line"), 2),
    ],
)
def test_what_is_wrong_costs_itself(tmp_path: Path, old: str, new: str, found: tuple[str, str], line: int) -> None:
    other = ABSTRACT.replace("1|", "2|").replace("1\t", "2\t")
    broken = ABSTRACT.replace(old, new, 1).encode("latin-1")
    read_, report = read(tmp_path, broken + other.encode())
    assert [document.name for document in read_] == ["1", "2"]
    assert found in codes(report)
    first = next(finding for finding in report.findings if (finding.kind, finding.code) == found)
    assert first.where == f"{tmp_path / 'in.txt'}:{line}"
    assert len(read_[1].entities) == 5 and len(read_[1].relations) == 1


def test_no_title_no_document(tmp_path: Path) -> None:
    found, report = read(tmp_path, "1|a|An abstract.\n1\t0\t2\tAn\tX\t-\n\n" + ABSTRACT)
    assert [document.name for document in found] == ["1"]
    assert codes(report) == [("loss", "no title")]


def test_a_title_alone_and_no_empty_line_between(tmp_path: Path) -> None:
    found, report = read(tmp_path, "\ufeff1|t|A case.\r\n2|t|Another.\r\n2|a|\r\n2\t0\t7\tAnother\tX\r\n")
    assert [(document.name, document.text) for document in found] == [("1", "A case."), ("2", "Another.\n")]
    assert codes(report) == [("remark", "no abstract")]
    assert found[1].entities == (Entity("T1", "X", (Span(0, 7),)),)


@pytest.mark.parametrize(
    ("field", "entries"),
    [
        ("9606", [("NCBI_Gene", "9606")]),
        ("CVCL_0030;CVCL_0031", [("NCBI_Gene", "CVCL_0030"), ("NCBI_Gene", "CVCL_0031")]),
        ("HP:HP:0001250", [("HP", "HP:0001250")]),
        ("c|SUB|C|76|T", [("NCBI_Gene", "c|SUB|C|76|T")]),
        ("D009369+D001943", [("NCBI_Gene", "D009369+D001943")]),
        ("-", []),
        ("", []),
    ],
)
def test_identifiers(tmp_path: Path, field: str, entries: list[tuple[str, str]]) -> None:
    (document,), _ = read(tmp_path, f"1|t|BRCA1\n1\t0\t5\tBRCA1\tGene\t{field}\n")
    assert [(one.database, one.identifier) for one in document.normalizations] == entries


def test_a_file_is_read_one_abstract_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text(ABSTRACT + "9|t|Not yet read\n")
    report = Report()
    reading = PubTatorFormat().read(tmp_path / "in.txt", None, report)
    next(reading)
    assert (report.documents, report.findings) == (1, [])
    assert [document.name for document in reading] == ["9"]


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(PubTatorFormat().read(tmp_path / "nowhere.txt"))


def test_the_bioc_package_reads_it_as_we_do(tmp_path: Path) -> None:
    (document,), _ = read(tmp_path, ABSTRACT)
    text, _ = written(tmp_path, document)
    (their,) = theirs.loads(text)
    assert their.text == document.text
    assert [(one.start, one.end, one.type) for one in their.annotations] == [
        (one.start, one.end, one.type) for one in document.entities
    ]
    assert [(one.type, one.id1, one.id2) for one in their.relations] == [("CID", "MeSH:D008094", "MeSH:D014202")]
    theirs.validate(their)
