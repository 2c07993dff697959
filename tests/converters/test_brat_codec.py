"""Lines of brat to annotations and back, and files that come back to the byte, good or bad."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioassist.documents import (
    Argument,
    Attribute,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Relation,
    Span,
)
from converters.brat.codec import read_records, write_records
from converters.brat.lines import BadLineError, parse_line, render

TEXT = "aspirin 75mg for pain"

LINES = [
    ("T1\tDrug 0 7\taspirin", Entity("T1", "Drug", (Span(0, 7),))),
    ("T2\tDrug 0 7;17 21\taspirin pain", Entity("T2", "Drug", (Span(0, 7), Span(17, 21)))),
    ("T3\tDrug 17 21;0 7\tpain aspirin", Entity("T3", "Drug", (Span(17, 21), Span(0, 7)))),
    ("T4a.b\tSign.v2 0 7\taspirin", Entity("T4a.b", "Sign.v2", (Span(0, 7),))),
    ("R1\tTreats Arg1:T1 Arg2:E2", Relation("R1", "Treats", (Argument("Arg1", "T1"), Argument("Arg2", "E2")))),
    ("R2\tTreats Drug:T1 Problem:T2", Relation("R2", "Treats", (Argument("Drug", "T1"), Argument("Problem", "T2")))),
    ("E1\tBinding:T1", Event("E1", "Binding", "T1")),
    (
        "E2\tBinding:T1 Theme:T2 Theme2:E1",
        Event("E2", "Binding", "T1", (Argument("Theme", "T2"), Argument("Theme2", "E1"))),
    ),
    ("A1\tNegation T1", Attribute("A1", "Negation", "T1")),
    ("A2\tCertainty E1 High", Attribute("A2", "Certainty", "E1", "High")),
    ("A3\tCertainty E1 rather high", Attribute("A3", "Certainty", "E1", "rather high")),
    ("M1\tNegation T1", Attribute("M1", "Negation", "T1")),
    ("N1\tReference T1 HP:HP:0001250\tSeizure", Normalization("N1", "T1", "HP", "HP:0001250", "Seizure")),
    ("N2\tReference T1 MeSH:D009369", Normalization("N2", "T1", "MeSH", "D009369")),
    ("#1\tAnnotatorNotes T1\tsee\tthe other", Note("#1", "AnnotatorNotes", "T1", "see\tthe other")),
    ("#2\tSTATUS #1\t", Note("#2", "STATUS", "#1", "")),
    (r"#3" "\tAnnotatorNotes T1\tone\\ntwo", Note("#3", "AnnotatorNotes", "T1", "one\ntwo")),
    ("*\tEquiv T1 T2 T3", Equivalence(("T1", "T2", "T3"))),
    ("*\tOVERLAP T1 T2", Equivalence(("T1", "T2"), "OVERLAP")),
]


@pytest.mark.parametrize(("line", "annotation"), LINES, ids=[line.split("\t")[0] for line, _ in LINES])
def test_a_line_and_its_annotation_are_two_forms_of_one_thing(line: str, annotation: object) -> None:
    assert parse_line(line, TEXT) == (annotation, [])
    assert render(annotation, TEXT) == line


@pytest.mark.parametrize(
    ("line", "annotation", "problems"),
    [
        ("E1\tBinding:T1 ", Event("E1", "Binding", "T1"), []),
        ("R1\tA Arg1:T1 Arg2:T2\t", Relation("R1", "A", (Argument("Arg1", "T1"), Argument("Arg2", "T2"))), []),
        ("A1\tNegation T1 ", Attribute("A1", "Negation", "T1"), ["spacing"]),
        ("A1\tLevel T1 High ", Attribute("A1", "Level", "T1", "High"), ["spacing"]),
        ("#1\tAnnotatorNotes T1", Note("#1", "AnnotatorNotes", "T1", ""), []),
        ("N1\tReference Annotation:T1 Referent:GO:0005515", Normalization("N1", "T1", "GO", "0005515"), []),
        ("N1\tReference Referent:GO:0005515 Annotation:T1", Normalization("N1", "T1", "GO", "0005515"), []),
        ("T1\tDrug 0 8\taspirin", Entity("T1", "Drug", (Span(0, 8),)), ["white space differs"]),
        ("T1\tDrug 0 7", Entity("T1", "Drug", (Span(0, 7),)), ["text differs"]),
        ("T1\tDrug 0 7\tibuprofen", Entity("T1", "Drug", (Span(0, 7),)), ["text differs"]),
        ("T1\tDrug 3 3\t", Entity("T1", "Drug", (Span(3, 3),)), ["empty span"]),
        ("T1\tDrug 0 7;4 8\taspirin rin ", Entity("T1", "Drug", (Span(0, 7), Span(4, 8))), ["overlapping fragments"]),
        ("R1\tA To:T1 To:T2", Relation("R1", "A", (Argument("To", "T1"), Argument("To", "T2"))), ["same role"]),
    ],
)
def test_what_can_be_read_is_read(line: str, annotation: object, problems: list[str]) -> None:
    found, told = parse_line(line, TEXT)
    assert (found, [problem.code for problem in told]) == (annotation, problems)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "blank line"),
        (" \t ", "blank line"),
        ("T1 Drug 0 7 aspirin", "unknown line"),
        ("some words", "unknown line"),
        ("X1\tDrug 0 7\taspirin", "unknown line"),
        ("**\tEquiv T1 T2", "unknown line"),
        ("T\tDrug 0 7\taspirin", "bad id"),
        ("#\tAnnotatorNotes T1\tx", "bad id"),
        ("T1\tDrug 0\taspirin", "bad offsets"),
        ("T1\tDrug 7 0\taspirin", "bad offsets"),
        ("T1\tDrug -1 3\taspirin", "bad offsets"),
        ("T1\tDrug 0 " + "9" * 5000 + "\taspirin", "bad offsets"),
        ("T1\tDrug 0 22\taspirin", "offset past end"),
        ("T1\t\taspirin", "bad offsets"),
        ("R1\tTreats Arg1:T1", "bad relation"),
        ("R1\tTreats Arg1:T1 Arg2:T2 Arg3:T3", "bad relation"),
        ("R1\t", "bad relation"),
        ("R1\tTreats T1 T2", "bad argument"),
        ("E1\tBinding", "bad event"),
        ("E1\tBinding:T1 Theme:", "bad argument"),
        ("A1\tNegation", "bad attribute"),
        ("N1\tReference T1 D009369\tcancer", "bad normalization"),
        ("#1\tAnnotatorNotes\tx", "bad note"),
        ("*\tEquiv T1", "bad equivalence"),
        ("#1\tAnnotatorNotes T1\t\udcff", "not UTF-8"),
    ],
)
def test_what_cannot_be_read_says_why(line: str, code: str) -> None:
    with pytest.raises(BadLineError) as raised:
        parse_line(line, TEXT)
    assert raised.value.problem.code == code


def test_a_line_with_a_bad_byte_in_its_quote_keeps_its_offsets() -> None:
    (record,) = read_records(b"T1\tDrug 0 7\taspir\xefn\n", TEXT)
    assert record.annotation == Entity("T1", "Drug", (Span(0, 7),))
    assert [problem.code for problem in record.problems] == ["text differs"]


def test_a_second_line_with_an_id_is_told_and_kept() -> None:
    data = b"T1\tDrug 0 7\taspirin\nT1\tPain 17 21\tpain\n*\tEquiv T1 T2\n*\tEquiv T1 T2\n"
    records = list(read_records(data, TEXT))
    assert [record.annotation is None for record in records] == [False, True, False, False]
    assert [problem.code for problem in records[1].problems] == ["duplicate id"]
    assert write_records(records) == data


def test_a_byte_order_mark_is_told_and_the_line_behind_it_read() -> None:
    data = "\ufeffT1\tDrug 0 7\taspirin\n".encode()
    (record,) = read_records(data, TEXT)
    assert record.annotation == Entity("T1", "Drug", (Span(0, 7),))
    assert [problem.code for problem in record.problems] == ["byte order mark"]
    assert write_records([record]) == data


class TestBrokenLines:
    """A newline in a span breaks its T line; the parts are one record."""

    def records(self, data: str, text: str | None) -> list[tuple[str, object, list[str]]]:
        return [
            (record.raw, record.line, [problem.code for problem in record.problems])
            for record in read_records(data.encode(), text)
        ]

    @pytest.mark.parametrize("text", ["chest\npain", None])
    def test_two_lines(self, text: str | None) -> None:
        broken = "T1\tPain 0 10\tchest\npain\n"
        expected = ["broken line"] if text else []
        assert self.records(broken + "T2\tPain 0 5\tchest\n", text) == [
            (broken, 1, expected),
            ("T2\tPain 0 5\tchest\n", 3, []),
        ]

    def test_an_empty_line_within(self) -> None:
        assert [raw for raw, *_ in self.records("T1\tP 0 4\ta\n\nb\n\n", "a\n\nb")] == ["T1\tP 0 4\ta\n\nb\n", "\n"]

    def test_lines_that_look_like_annotations_are_text_if_the_text_says_so(self) -> None:
        data = "T1\tP 0 8\tx\nT2\tyz\n"
        assert len(self.records(data, "x\nT2\tyz\n"[:8])) == 1
        assert len(self.records(data, "x\nabcdefg")) == 2

    def test_crlf_in_both_files(self) -> None:
        data = "T1\tPain 0 11\tchest\r\npain\r\nT2\tPain 0 5\tchest\r\n"
        assert [raw for raw, *_ in self.records(data, "chest\r\npain")] == [
            "T1\tPain 0 11\tchest\r\npain\r\n",
            "T2\tPain 0 5\tchest\r\n",
        ]

    def test_white_space_lost_at_the_break(self) -> None:
        assert len(self.records("T1\tPain 0 12\tchest\npain\n", "chest  \npain")) == 1

    def test_a_short_quote_does_not_swallow_the_next_line(self) -> None:
        assert len(self.records("T1\tPain 0 10\tchest\nA1\tNegation T1\nwords\n", "chest\npain")) == 3


_SCRAPS = st.sampled_from(
    ["T1", "T2\t", "\tDrug 0 7", "\taspirin", "R1\tA Arg1:T1", " Arg2:T2", "E1\tB:T1 ", "A1\tN T1", "#1\tX T1\t", "*\t",
     "Equiv T1 T2", "N1\tReference T1 a:b", "\n", "\r\n", "\r", " ", "\t", ";", "\ufeff", "\u2028", "\x85",
     "é", "😀", "\x00"]
)  # fmt: skip


@given(
    st.binary(max_size=60) | st.lists(_SCRAPS, max_size=30).map(lambda scraps: "".join(scraps).encode()), st.booleans()
)
def test_any_bytes_come_back(data: bytes, with_text: bool) -> None:
    records = list(read_records(data, TEXT if with_text else None))
    assert write_records(records) == data
    assert [record.line for record in records] == sorted({record.line for record in records})


@given(st.lists(_SCRAPS, max_size=30).map("".join))
def test_what_is_read_from_any_line_can_be_written_and_read_again(scraps: str) -> None:
    for record in read_records(scraps.encode(), TEXT):
        if record.annotation is not None and "\n" not in record.raw.rstrip("\r\n"):
            assert parse_line(render(record.annotation, TEXT))[0] == record.annotation


def test_all_files_of_the_corpora_come_back_to_the_byte(corpora: Path, tmp_path: Path) -> None:
    with tarfile.open(corpora / "brat" / "brat-example-data" / "brat-example-data.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    files = [*(corpora / "brat").rglob("*.ann"), *tmp_path.rglob("*.ann")]
    assert len(files) > 1000
    unread = 0
    for file in files:
        data = file.read_bytes()
        records = list(read_records(data, file.with_suffix(".txt").read_bytes().decode()))
        assert write_records(records) == data
        unread += sum(1 for record in records if record.annotation is None)
    assert unread == 0
