"""Changes written back: lines of what was changed alone are other ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from document_strategies import documents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioassist.documents import (
    Annotation,
    Document,
    Entity,
    Equivalence,
    Event,
    Provenance,
    Span,
)
from bioassist.errors import UsageError
from converters.annotations import row, targets, with_row
from converters.brat import BratFormat
from converters.brat.codec import Record, read_records, write_records
from converters.brat.editing import rewritten
from converters.brat.form import brat_form
from converters.brat.lines import render
from converters.brat.reading import View, assemble, views
from converters.formats import WriteOptions
from converters.report import Finding

some = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])

TEXT = "no chest pain, aspirin 75mg\nfor nausea and\nvomiting"
# Lines as corpora have them: out of order, spaced oddly, malformed, broken, with ids that have suffixes.
LINES = [
    "T3a.1\tDrug 15 22\taspirin\n",
    "\n",
    "A7\tNegation T1 \n",
    "T1\tProblem 3 13\tchest pain\n",
    "some words of an annotator\n",
    "T2\tProblem 32 51\tnausea and\nvomiting\n",
    "E1\tTake:T4 What:T3a.1 \t\n",
    "T4\tTake 23 27\t75 mg\n",
    "T1\tProblem 0 2\tno\n",
    "*\tEquiv T1 T2\n",
    "R1\tTreats Arg1:T3a.1  Arg2:T1\n",
    "#1\tAnnotationUnconfirmed T2\tp=0.5 model=m\n",
    "#2\tAnnotatorNotes T1\tsee\tthis\n",
]


class Read:
    """An `.ann` file and the document in it."""

    def __init__(self, data: bytes, text: str = TEXT, *, crlf: bool = False) -> None:
        self.view = views(text, False)[-1 if crlf else 0]
        self.records = list(read_records(data, self.view.text))
        self.document = assemble("a", text, self.records, self.view.offsets, None)[0]

    def with_changes(self, after: Document) -> tuple[list[str], list[str]]:
        """Lines of the file with the changes, and codes of what is told."""
        records, findings = rewritten(self.records, self.view, self.document, after)
        data = write_records(records)
        assert [one.annotation for one in read_records(data, self.view.text)] == [one.annotation for one in records]
        return [record.raw for record in records], [finding.code for finding in findings]


@pytest.fixture
def messy() -> Read:
    read = Read("".join(LINES).encode())
    assert [record.raw for record in read.records] == LINES
    return read


def without(document: Document, *ids: str) -> Document:
    return with_row(document, [one for one in row(document) if isinstance(one, Equivalence) or one.id not in ids])


def changed(document: Document, identity: str, **changes: object) -> Document:
    return with_row(
        document,
        [
            replace(one, **changes) if not isinstance(one, Equivalence) and one.id == identity else one  # type: ignore[arg-type]
            for one in row(document)
        ],
    )


class TestOneChange:
    def test_none(self, messy: Read) -> None:
        assert messy.with_changes(messy.document) == (LINES, [])

    @pytest.mark.parametrize(
        ("identity", "changes", "place", "line"),
        [
            ("T3a.1", {"type": "Medication"}, 0, "T3a.1\tMedication 15 22\taspirin\n"),
            ("T1", {"spans": (Span(9, 13),)}, 3, "T1\tProblem 9 13\tpain\n"),
            ("T2", {"type": "Symptom"}, 5, "T2\tSymptom 32 42;43 51\tnausea and vomiting\n"),
            ("A7", {"value": "high"}, 2, "A7\tNegation T1 high\n"),
            ("R1", {"type": "For"}, 10, "R1\tFor Arg1:T3a.1 Arg2:T1\n"),
            ("E1", {"arguments": ()}, 6, "E1\tTake:T4\n"),
            ("#2", {"text": "new\nlines"}, 12, "#2\tAnnotatorNotes T1\tnew\\nlines\n"),
        ],
    )
    def test_changes_its_line_alone(
        self, messy: Read, identity: str, changes: dict[str, object], place: int, line: str
    ) -> None:
        expected = [*LINES[:place], line, *LINES[place + 1 :]]
        after = changed(messy.document, identity, **changes)
        lines, told = messy.with_changes(after)
        assert (lines, told) == (expected, [])

    def test_an_addition_goes_to_the_end(self, messy: Read) -> None:
        after = with_row(messy.document, [*row(messy.document), Entity("T9", "Dose", (Span(23, 27),))])
        assert messy.with_changes(after) == ([*LINES, "T9\tDose 23 27\t75mg\n"], [])

    @pytest.mark.parametrize("end", ["", "\n", "\r\n"])
    def test_the_last_line_ends_as_it_did(self, end: str) -> None:
        newline = "\r\n" if end == "\r\n" else "\n"
        read = Read(f"T1\tProblem 3 13\tchest pain{newline}T2\tDrug 15 22\taspirin{end}".encode())
        after = with_row(
            read.document,
            [*read.document.entities, Entity("T3", "Dose", (Span(23, 27),)), Entity("T4", "No", (Span(0, 2),))],
        )
        lines, _ = read.with_changes(after)
        added = f"T3\tDose 23 27\t75mg{newline}T4\tNo 0 2\tno"
        assert "".join(lines) == f"T1\tProblem 3 13\tchest pain{newline}T2\tDrug 15 22\taspirin{newline}{added}{end}"

    def test_line_ends_and_offsets_stay_as_they_count(self) -> None:
        text = "no\r\nchest pain,\r\naspirin"
        read = Read(b"T1\tProblem 4 14\tchest pain\r\nT2\tDrug 17 24\taspirin\r\nA1\tN T1", text)
        lines, _ = read.with_changes(changed(read.document, "T1", spans=(Span(10, 14),)))
        assert lines == ["T1\tProblem 10 14\tpain\r\n", "T2\tDrug 17 24\taspirin\r\n", "A1\tN T1"]
        folded = Read(b"T1\tProblem 3 13\tchest pain\nT2\tDrug 15 22\taspirin\n", text, crlf=True)
        assert folded.document.entities == read.document.entities
        lines, _ = folded.with_changes(changed(folded.document, "T2", spans=(Span(17, 20),)))
        assert lines == ["T1\tProblem 3 13\tchest pain\n", "T2\tDrug 15 18\tasp\n"]

    def test_a_byte_order_mark_before_a_changed_line_stays(self) -> None:
        read = Read("\ufeffT1\tProblem 3 13\tchest pain\n".encode())
        lines, _ = read.with_changes(changed(read.document, "T1", type="Symptom"))
        assert lines == ["\ufeffT1\tSymptom 3 13\tchest pain\n"]

    def test_what_refers_to_what_went_goes_with_it(self, messy: Read) -> None:
        lines, told = messy.with_changes(without(messy.document, "T1"))
        assert lines == [line for place, line in enumerate(LINES) if place not in (2, 3, 8, 9, 10, 12)]
        assert set(told) == {"target"}

    def test_an_event_whose_trigger_became_another_type_goes(self, messy: Read) -> None:
        lines, told = messy.with_changes(changed(messy.document, "T4", type="Dose"))
        assert lines == [*LINES[:6], "T4\tDose 23 27\t75mg\n", *LINES[8:]]
        assert told == ["trigger"]

    def test_equivalences_are_told_apart_by_their_members(self, messy: Read) -> None:
        other = Equivalence(("T1", "T3a.1"))
        lines, _ = messy.with_changes(replace(messy.document, equivalences=(other,)))
        assert lines == [*LINES[:9], *LINES[10:], "*\tEquiv T1 T3a.1\n"]

    def test_another_text_is_refused(self, messy: Read) -> None:
        with pytest.raises(ValueError, match="another text"):
            messy.with_changes(replace(messy.document, text=TEXT + " "))


class TestSuggestions:
    def test_a_decision_takes_its_note_away(self, messy: Read) -> None:
        assert messy.document.provenance == {"T2": Provenance("unreviewed", "model", 0.5, "m")}
        after = replace(messy.document, provenance={"T2": Provenance("accepted", "model", 0.5, "m", actor="ann")})
        assert messy.with_changes(after) == ([*LINES[:11], LINES[12]], [])

    def test_another_probability_changes_the_note(self, messy: Read) -> None:
        after = replace(messy.document, provenance={"T2": Provenance("unreviewed", "model", 0.75, "m")})
        assert messy.with_changes(after)[0][11] == "#1\tAnnotationUnconfirmed T2\tmodel=m p=0.75\n"

    def test_a_new_suggestion_gets_one_with_a_free_id(self, messy: Read) -> None:
        said = Provenance("unreviewed", "model", 0.25)
        after = with_row(messy.document, [*row(messy.document), Entity("T2b", "Dose", (Span(23, 27),))])
        after = replace(after, provenance={**messy.document.provenance, "T1": said, "T2b": said})
        assert messy.with_changes(after)[0][13:] == [
            "T2b\tDose 23 27\t75mg\n",
            "#3\tAnnotationUnconfirmed T1\tp=0.25\n",
            "#2b\tAnnotationUnconfirmed T2b\tp=0.25\n",
        ]


SCRAPS = st.sampled_from(
    [*LINES, "T5\tDrug 0 99\tx\n", "T6\tDrug 3 3\t\n", "N1\tReference T1 HP:HP:1\tpain\n", "#9\tX #1\ta\\nb\n", "\r\n",
     "R2\tA To:T1 To:T1\n", "A1\tN E1\n", "A2\tN T4\n", "#4\tAnnotationUnconfirmed T4\tp=0.5\n", "T", "\t",
     "#5\tAnnotationUnconfirmed T2\tp=0.1\n", "#6\tAnnotationUnconfirmed T99\tp=0.1\n", "E2\tTake:T1\n",
     "*\tX T4 T99\n", "#7\tAnnotationUnconfirmed T3a.1\tsure?\n"]
)  # fmt: skip
FILES = st.tuples(st.sampled_from(["", "\ufeff"]), st.lists(SCRAPS, max_size=16).map("".join)).map("".join)


@some
@given(FILES)
def test_nothing_changed_changes_no_byte(content: str) -> None:
    read = Read(content.encode())
    lines, told = read.with_changes(read.document)
    assert "".join(lines) == content
    assert told == []


@some
@given(FILES, st.data())
def test_lines_of_others_stay(content: str, data: st.DataObject) -> None:
    read = Read(content.encode())
    ids = [one.id for one in read.document.annotations()]
    if not ids:
        return
    identity = data.draw(st.sampled_from(ids))
    after = data.draw(
        st.sampled_from([without(read.document, identity), changed(read.document, identity, type="Other")])
    )
    lines, _ = read.with_changes(after)
    touched = _leading_to([one.annotation for one in read.records], identity)
    kept = [
        record.raw
        for record in read.records
        if not _is_touched(record, touched) and record.raw.split("\t")[0].removeprefix("\ufeff") not in touched
    ]
    rest = iter(lines)
    assert all(line in rest for line in kept), "order and bytes of all other lines are the same"


def _leading_to(annotations: list[Annotation | Equivalence | None], identity: str) -> set[str]:
    """`identity`, and all that refers to it, by others too; what is on the trigger of an event refers to the event."""
    known = [one for one in annotations if one is not None and not isinstance(one, Equivalence)]
    touched = {identity}
    while True:
        new = {one.id for one in known if touched & {*targets(one)}}
        new |= {one.trigger for one in known if isinstance(one, Event) and one.id in touched}
        if new <= touched:
            return touched
        touched |= new


def _is_touched(record: Record, touched: set[str]) -> bool:
    if record.annotation is None:
        return False
    identity = "" if isinstance(record.annotation, Equivalence) else record.annotation.id
    return identity in touched or bool(touched & {*targets(record.annotation)})


@some
@given(documents(), st.data())
def test_what_was_changed_is_read_again(document: Document, data: st.DataObject) -> None:
    """From a sound document to one with less in it, and back."""
    view = View(brat_form(document).document.text, brat_form(document).offsets, "")
    before = brat_form(document).document
    content = "".join(f"{render(one, before.text)}\n" for one in row(before)).encode()
    records = list(read_records(content, view.text))
    was, problems = assemble("a", document.text, records, view.offsets, None)
    assert {problem.code for _, problem in problems} <= {"circle"}
    kept = [one for one in row(was) if data.draw(st.booleans())]
    known = {one.id for one in kept if not isinstance(one, Equivalence)}
    while any(not set(targets(one)) <= known for one in kept):
        kept = [one for one in kept if set(targets(one)) <= known]
        known = {one.id for one in kept if not isinstance(one, Equivalence)}
    after = with_row(was, kept)
    after = replace(after, provenance={one: said for one, said in was.provenance.items() if one in known})
    changed_records, told = rewritten(records, view, was, after)
    again = assemble("a", document.text, read_records(write_records(changed_records), view.text), view.offsets, None)[0]
    assert again == after
    back, _ = rewritten(changed_records, view, after, was)
    restored = assemble("a", document.text, read_records(write_records(back), view.text), view.offsets, None)[0]
    assert {*row(restored)} == {*row(was)}
    assert restored.provenance == was.provenance
    assert {finding.kind for finding in told} <= {"remark"}


class TestFolder:
    """`original`: a folder written again with the changes alone."""

    files = {  # noqa: RUF012
        "annotation.conf": b"[entities]\nDrug\n\n# ours\n",
        "w/a.txt": b"\xef\xbb\xbfno\r\naspirin\r\n",
        "w/a.ann": b"T1\tDrug 5 12\taspirin\r\nrubbish\r\n\r\nA1\tN T1 \r\n",
        "w/visual.conf": b"[labels]\n",
        "b.txt": b"aspirin",
        "b.ann": b"",
        "c.txt": b"aspirin",
        "p.txt": b"aspirin",
        "p.a1": b"T1\tDrug 0 7\taspirin\n",
    }

    @pytest.fixture
    def original(self, tmp_path: Path) -> Path:
        for name, data in self.files.items():
            path = tmp_path / "original" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return tmp_path / "original"

    def written(self, original: Path, documents: list[Document]) -> tuple[dict[str, bytes], list[Finding]]:
        destination = original.parent / "out"
        report = BratFormat().write(documents, destination, None, WriteOptions(original=original))
        files = [path for path in sorted(destination.rglob("*")) if path.is_file()]
        return {path.relative_to(destination).as_posix(): path.read_bytes() for path in files}, report.findings

    def test_without_changes(self, original: Path) -> None:
        files, told = self.written(original, list(BratFormat().read(original)))
        anew = {"p.ann": b"T1\tDrug 0 7\taspirin\n"}
        assert files == {name: data for name, data in self.files.items() if name != "p.a1"} | anew
        assert [(one.document, one.code, one.kind) for one in told] == [("p", "written anew", "remark")]

    def test_with_changes(self, original: Path) -> None:
        b, c, p, a = BratFormat().read(original)
        assert a.name == "w/a"
        a = with_row(a, [*row(a), Entity("T2", "Answer", (Span(0, 2),))])
        c = with_row(c, [Entity("T1", "Drug", (Span(0, 7),))])
        files, _ = self.written(original, [a, b, c, replace(p, text="aspirin!"), Document("new", "aspirin")])
        assert files["w/a.ann"] == self.files["w/a.ann"] + b"T2\tAnswer 1 3\tno\r\n"
        assert files["w/a.txt"] == self.files["w/a.txt"]
        assert (files["b.ann"], files["c.ann"]) == (b"", b"T1\tDrug 0 7\taspirin\n")
        assert (files["p.txt"], files["new.txt"]) == (b"aspirin!", b"aspirin")

    def test_another_text_is_written_anew(self, original: Path) -> None:
        files, told = self.written(original, [Document("b", "ibuprofen", (Entity("T1", "Drug", (Span(0, 9),)),))])
        assert files["b.ann"] == b"T1\tDrug 0 9\tibuprofen\n"
        assert [one.code for one in told] == ["written anew"]

    def test_an_export_with_an_offset_map_keeps_it(self, tmp_path: Path) -> None:
        document = Document("a", "no\r\naspirin", (Entity("T1", "Drug", (Span(4, 11),)),))
        BratFormat().write([document], tmp_path / "original")
        (read,) = BratFormat().read(tmp_path / "original")
        files, _ = self.written(tmp_path / "original", [changed(read, "T1", type="Medication")])
        assert files["a.ann"] == b"T1\tMedication 3 10\taspirin\n"
        assert files["a.offsets.json"] == (tmp_path / "original/a.offsets.json").read_bytes()
        assert files["a.txt"] == b"no\naspirin"

    def test_profiles_write_anew_and_so_do_not_go_with_it(self, original: Path) -> None:
        with pytest.raises(UsageError, match="profile"):
            BratFormat().write([], original.parent / "out", None, WriteOptions(original=original, profile="plain"))
        assert not (original.parent / "out").exists()
