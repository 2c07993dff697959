"""brat files for INCEpTION and for plain readers: what is in them, and what is told of the rest."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from brat_oracle import as_brat_sees
from document_strategies import documents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioassist.cli import group
from bioassist.cli.diagnostics import Guard
from bioassist.documents import (
    Argument,
    Attribute,
    Document,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Provenance,
    Relation,
    Span,
)
from converters.brat import BratFormat
from converters.formats import Profile, Uncarried, WriteOptions
from converters.report import Report

some = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])

TEXT = "aspirin for chest and\nback pain"
DOCUMENT = Document(
    "ward/a",
    TEXT,
    (
        Entity("T1", "Drug", (Span(0, 7),)),
        Entity("T2", "Problem", (Span(27, 31), Span(12, 17))),
        Entity("T3", "Problem", (Span(12, 17), Span(18, 21))),
        Entity("T4x", "Take.v2", (Span(8, 11),)),
    ),
    (Relation("R1", "Treats", (Argument("Arg1", "T1"), Argument("Arg2", "T3"))),),
    (Event("E1", "Take.v2", "T4x", (Argument("What", "T1"),)),),
    (Attribute("A1", "Certainty", "E1", "high"), Attribute("A2", "Odd", "R1")),
    (Normalization("N1", "T1", "RxNorm", "1191", "aspirin"), Normalization("N2", "E1", "X", "a:b")),
    (Note("#1", "AnnotatorNotes", "T1", "dose?"), Note("#2", "AnnotatorNotes", "N1", "sure?")),
    (Equivalence(("T3", "T1")),),
    provenance={"T3": Provenance("unreviewed", "model", 0.5)},
)


def written(
    folder: Path, document: Document, profile: Profile, uncarried: Uncarried = "list"
) -> tuple[list[str], Report]:
    """The lines of the one document's `.ann`, wherever that is."""
    options = WriteOptions(profile=profile, uncarried=uncarried)
    report = BratFormat().write([document], folder / "out", None, options)
    if profile == "inception":
        (path,) = (folder / "out").rglob("*.zip")
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / "unpacked")
        assert sorted(archive.namelist()) == [f"{path.stem}.ann", f"{path.stem}.txt"]
        (found,) = (folder / "unpacked").glob("*.ann")
    else:
        (found,) = (folder / "out").rglob("*.ann")
    return found.read_bytes().decode().split("\n")[:-1], report


class TestInception:
    def test_as_it_can_be_read_there(self, tmp_path: Path) -> None:
        lines, report = written(tmp_path, DOCUMENT, "inception")
        assert lines == [
            "T1\tDrug 0 7\taspirin",
            "T2\tProblem 12 17;27 31\tchest pain",
            "T3\tProblem 12 17;18 21\tchest and",
            "T5\tTake_v2 8 11\tfor",
            "R1\tTreats Arg1:T1 Arg2:T3",
            "E1\tTake_v2:T5 What:T1",
            "A1\tCertainty E1 high",
            "A2\tOdd R1",
            "#1\tAnnotatorNotes T1\tdose?",
            "#3\tAnnotationUnconfirmed T3\tp=0.5",
        ]
        assert sorted((one.code, one.kind) for one in report.findings) == [
            ("fragments", "change"),
            ("id", "change"),
            ("label", "change"),
            ("label", "change"),
            *[("profile", "loss")] * 4,
        ]
        assert not list(tmp_path.glob("out/*.conf"))
        assert (report.documents, report.annotations) == (1, 10)

    def test_the_rest_as_notes(self, tmp_path: Path) -> None:
        lines, report = written(tmp_path, DOCUMENT, "inception", "note")
        assert lines[10:] == [
            "#4\tAnnotatorNotes T1\tN1 Reference T1 RxNorm:1191 aspirin",
            "#5\tAnnotatorNotes E1\tN2 Reference E1 X:a:b",
            "#6\tAnnotatorNotes T1\tsure?",
            "#7\tAnnotatorNotes T3\t* Equiv T3 T1",
        ]
        assert report.count("loss") == 0
        assert [one.kind for one in report.findings if one.code == "profile"] == ["change"] * 4

    def test_the_same_documents_make_the_same_file(self, tmp_path: Path) -> None:
        for folder in ("one", "two"):
            (tmp_path / folder).mkdir()
            written(tmp_path / folder, DOCUMENT, "inception")
        one, two = (tmp_path / folder / "out/ward/a.zip" for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()

    def test_characters_that_it_counts_twice_are_told(self, tmp_path: Path) -> None:
        document = Document("a", "so 😀 pain", (Entity("T1", "Problem", (Span(5, 9),)),))
        _, report = written(tmp_path, document, "inception")
        assert [(one.code, one.offset) for one in report.findings] == [("wide characters", 3)]


# The lines that INCEpTION's reader of brat files takes; anything else ends the import.
INCEPTION = [
    r"T\d+\t\w[\w-]* \d+ \d+(;\d+ \d+)*\t.*",
    r"R\d+\t[a-zA-Z_][\w-]+ [a-zA-Z_][\w-]+:[TE]\d+ [a-zA-Z_][\w-]+:[TE]\d+",
    r"E\d+\t\w[\w-]+:T\d+( [a-zA-Z_][\w-]+:[ET]\d+)*",
    r"[AM]\d+\t[a-zA-Z_][\w:-]+ [TREN]\d+( .*)?",
    r"#\d+\t[a-zA-Z_][\w-]+ [ETR]\d+\t.*",
]


@some
@given(documents(sound=False) | documents(), st.sampled_from(["list", "note"]))
def test_inception_can_read_what_is_written_for_it(document: Document, uncarried: Uncarried) -> None:
    with TemporaryDirectory() as folder:
        lines, _ = written(Path(folder), document, "inception", uncarried)
        seen = as_brat_sees(next(Path(folder, "unpacked").glob("*.ann")).with_suffix(""))
    assert (seen.failed, seen.messages) == ([], [])
    for line in lines:
        assert any(re.fullmatch(form, line, re.ASCII | re.DOTALL) for form in INCEPTION), line
    ids = {line.split("\t")[0] for line in lines}
    triggers = {line.split("\t")[1].split(" ")[0].split(":")[1] for line in lines if line[0] == "E"}
    for line in lines:
        if line[0] in "AM#":
            target = line.split("\t")[1].split(" ")[1]
            assert target in ids - triggers
        if line[0] == "T":
            numbers = [int(number) for number in re.findall(r"\d+", line.split("\t")[1].split(" ", 1)[1])]
            assert numbers == sorted(numbers)


class TestPlain:
    def test_t_lines_of_one_fragment(self, tmp_path: Path) -> None:
        lines, report = written(tmp_path, DOCUMENT, "plain")
        assert lines == ["T1\tDrug 0 7\taspirin", "T3\tProblem 12 21\tchest and", "T4x\tTake.v2 8 11\tfor"]
        assert (tmp_path / "out/annotation.conf").is_file()
        told = {(one.code, one.kind) for one in report.findings if one.code != "configuration"}
        assert told == {("discontinuous", "loss"), ("discontinuous", "change"), ("profile", "loss")}
        assert [one.message for one in report.findings if one.kind == "loss" and one.code == "discontinuous"] == [
            "T2 goes over a line end; it was left out."
        ]

    def test_the_rest_as_notes(self, tmp_path: Path) -> None:
        lines, report = written(tmp_path, DOCUMENT, "plain", "note")
        assert lines[3:] == [
            "#1\tAnnotatorNotes T1\tdose?",
            "#3\tAnnotationUnconfirmed T3\tp=0.5",
            "#4\tAnnotatorNotes T1\tR1 Treats Arg1:T1 Arg2:T3",
            "#5\tAnnotatorNotes T4x\tE1 Take.v2:T4x What:T1",
            "#6\tAnnotatorNotes T4x\tA1 Certainty E1 high",
            "#7\tAnnotatorNotes T1\tA2 Odd R1",
            "#8\tAnnotatorNotes T1\tN1 Reference T1 RxNorm:1191 aspirin",
            "#9\tAnnotatorNotes T4x\tN2 Reference E1 X:a:b",
            "#10\tAnnotatorNotes T1\tsure?",
            "#11\tAnnotatorNotes T3\t* Equiv T3 T1",
        ]
        assert [one.code for one in report.findings if one.kind == "loss"] == ["discontinuous"]

    @some
    @given(documents(sound=False) | documents())
    def test_nothing_else(self, document: Document) -> None:
        with TemporaryDirectory() as folder:
            lines, report = written(Path(folder), document, "plain")
            seen = as_brat_sees(next(Path(folder, "out").rglob("*.ann")).with_suffix(""))
            (back,) = BratFormat().read(Path(folder, "out"))
        assert (seen.failed, seen.messages) == ([], [])
        assert all(re.match(r"T\d+\S*\t\S+ \d+ \d+\t", line) for line in lines)
        assert report.lossless == (back.entities == document.entities and len(lines) == sum(1 for _ in _all(document)))


def _all(document: Document) -> list[object]:
    return [*document.annotations(), *document.equivalences, *document.provenance]


Command = Callable[..., tuple[int, str]]


class TestCommand:
    @pytest.fixture
    def corpus(self, tmp_path: Path) -> Path:
        BratFormat().write([DOCUMENT], tmp_path / "in")
        return tmp_path / "in"

    @pytest.fixture
    def convert(self, capsys: pytest.CaptureFixture[str]) -> Command:
        def run(*arguments: object) -> tuple[int, str]:
            code = Guard(group).code(["convert", *map(str, arguments)])
            return code, capsys.readouterr().err

        return run

    def test_profiles_from_brat_to_brat(self, corpus: Path, tmp_path: Path, convert: Command) -> None:
        code, told = convert(
            corpus, tmp_path / "out", "--from", "brat", "--to", "brat", "--profile", "inception", "--strict"
        )
        assert code == 1
        assert "loss: profile, 4 times" in told
        assert (tmp_path / "out/ward/a.zip").is_file()

    def test_an_original_that_is_changed(self, corpus: Path, tmp_path: Path, convert: Command) -> None:
        assert convert(corpus, tmp_path / "a.jsonl", "--from", "brat", "--to", "jsonl")[0] == 0
        content = (tmp_path / "a.jsonl").read_text("utf-8")
        (tmp_path / "a.jsonl").write_text(content.replace('"Problem"', '"Symptom"', 1), "utf-8")
        out = tmp_path / "out"
        code, _ = convert(tmp_path / "a.jsonl", out, "--from", "jsonl", "--to", "brat", "--original", corpus)
        assert code == 0
        before, after = ((place / "ward/a.ann").read_text("utf-8").split("\n") for place in (corpus, out))
        assert [line for line in after if line not in before] == ["T2\tSymptom 27 31;12 17\tpain chest"]
        assert len(before) == len(after)
        assert (out / "annotation.conf").read_bytes() == (corpus / "annotation.conf").read_bytes()

    def test_are_for_brat_alone(self, corpus: Path, tmp_path: Path, convert: Command) -> None:
        code, told = convert(corpus, tmp_path / "o", "--from", "brat", "--to", "jsonl", "--profile", "plain")
        assert code == 2
        assert "for brat files" in told
