"""Documents through brat files: they come back, and brat's own parser sees the same in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import brat_parser
import pytest
from brat_oracle import as_brat_sees
from document_strategies import documents, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioassist.documents import (
    Argument,
    Attribute,
    Document,
    Entity,
    Equivalence,
    Event,
    Note,
    Provenance,
    Relation,
    Span,
)
from converters.annotations import row
from converters.brat import BratFormat, as_exported, brat_form, survey
from converters.report import Report

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
slow_disk = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def written(document: Document) -> Iterator[tuple[Path, Report]]:
    with TemporaryDirectory() as folder:
        destination = Path(folder) / "export"
        yield destination, BratFormat().write([document], destination)


def read(folder: Path) -> tuple[Document, Report]:
    report = Report()
    (document,) = BratFormat().read(folder, None, report)
    return replace(document, source=None), report


@slow_disk
@given(documents())
def test_a_document_comes_back(document: Document) -> None:
    with written(document) as (folder, report):
        # Labels that cannot stand in it are told when it is written.
        (folder / "annotation.conf").unlink()
        back, told = read(folder)
    assert back == document
    assert report.lossless
    assert {finding.code for finding in told.findings} <= {"circle"}
    assert (told.documents, told.annotations) == (1, len(row(document)))


@slow_disk
@given(documents(sound=False) | documents())
def test_an_export_is_a_collection_that_brat_serves(document: Document) -> None:
    with written(document) as (folder, report):
        found = survey(folder)
    assert found.documents == 1
    if not any(finding.code == "configuration" for finding in report.findings):
        # brat marks mentions of a type that triggers events elsewhere; attributes here have values now and then.
        assert {finding.code for finding in found.findings} <= {"circle", "no event", "attribute value"}


@slow_disk
@given(documents(sound=False))
def test_what_cannot_come_back_is_told_and_the_rest_comes_back(document: Document) -> None:
    with written(document) as (folder, report):
        back, _ = read(folder)
    assert back.text == document.text
    untouched = {entity.id for entity in document.entities}
    told = " ".join(finding.message for finding in report.findings)
    for entity in document.entities:
        there = next((other for other in back.entities if other.id == entity.id), None)
        if there != entity:
            untouched.discard(entity.id)
            assert re.search(rf"\b{entity.id}\b", told), f"{entity} became {there}"
    if untouched == {entity.id for entity in document.entities}:
        assert report.lossless
        assert back == document


@slow_disk
@given(documents(sound=False) | documents())
def test_what_an_export_will_be_read_as_is_known(document: Document) -> None:
    with written(document) as (folder, _):
        assert read(folder)[0] == as_exported(document)


@slow_disk
@given(documents(sound=False) | documents())
def test_brat_sees_what_was_written(document: Document) -> None:
    form = brat_form(document).document
    with written(document) as (folder, _):
        seen = as_brat_sees(folder / document.name)
    assert seen.failed == []
    assert seen.messages == []
    assert seen.text == form.text
    assert seen.quotes == {entity.id: entity.of(form.text) for entity in form.entities}
    assert seen.annotations == row(form)


@slow_disk
@given(documents(sound=False) | documents())
def test_mendelai_sees_spans_relations_and_attributes(document: Document) -> None:
    # It knows T, R and A lines with plain ids; values are words to it, and roles Arg1 and Arg2.
    form = brat_form(document).document
    known = {entity.id for entity in form.entities}
    plain = replace(
        document,
        events=(),
        normalizations=(),
        notes=(),
        equivalences=(),
        provenance={},
        relations=tuple(
            replace(one, arguments=(one.arguments[0], replace(one.arguments[1], role="Arg2")))
            for one in document.relations
        ),
        attributes=tuple(replace(one, value=None) for one in document.attributes if one.id.startswith("A")),
    )
    with written(plain) as (folder, _):
        parsed = brat_parser.parse(str(folder / f"{document.name}.ann"))
    assert {entity.id for entity in parsed.entities} == known
    spans = {entity.id: tuple((span.start, span.end) for span in entity.spans) for entity in form.entities}
    assert {entity.id: entity.span for entity in parsed.entities} == spans
    assert {entity.id: entity.text for entity in parsed.entities} == {
        one.id: one.of(form.text) for one in form.entities
    }
    expected = brat_form(plain).document
    assert [(one.id, one.type, one.subj, one.obj) for one in parsed.relations] == [
        (one.id, one.type, one.arguments[0].target, one.arguments[1].target) for one in expected.relations
    ]
    assert [(one.id, one.type, one.target) for one in parsed.attributes] == [
        (one.id, one.type, one.target) for one in expected.attributes
    ]


@slow_disk
@given(texts, st.data())
def test_a_span_anywhere_covers_the_same_characters_for_brat(text: str, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    with written(Document("a", text, (Entity("T1", "Problem", (Span(start, end),)),))) as (folder, _):
        seen = as_brat_sees(folder / "a")
    covered = "".join(text[start:end].split()).strip("\ufeff")
    quoted = "".join(seen.quotes.get("T1", "").split()).strip("\ufeff")
    assert quoted == covered


class TestForm:
    """What brat could not hold, or would refuse a whole document for."""

    @staticmethod
    def form(document: Document) -> tuple[list[str], list[str]]:
        """Its lines as brat sees them, and the codes of what was told."""
        with written(document) as (folder, report):
            seen = as_brat_sees(folder / document.name)
            assert (seen.failed, seen.messages) == ([], [])
            lines = (folder / f"{document.name}.ann").read_text("utf-8").splitlines()
        return lines, [f"{finding.kind}: {finding.code}" for finding in report.findings]

    text = "no chest\r\n\tpain \N{FACE WITH TEARS OF JOY} today"

    def entity(self, words: str, identity: str = "T1", type_: str = "Problem") -> Entity:
        start = self.text.index(words)
        return Entity(identity, type_, (Span(start, start + len(words)),))

    def test_a_span_over_a_line_end_is_fragments(self) -> None:
        document = Document("a", self.text, (self.entity("chest\r\n\tpain "),))
        assert self.form(document) == (
            ["T1\tProblem 3 8;10 14\tchest pain"],
            ["remark: fragments", "change: white space"],
        )

    def test_a_span_of_white_space_goes_and_what_refers_to_it(self) -> None:
        document = Document(
            "a",
            self.text,
            (self.entity("\r\n\t"), self.entity("pain", "T2")),
            relations=(Relation("R1", "Same", (Argument("Arg1", "T1"), Argument("Arg2", "T2"))),),
            attributes=(Attribute("A1", "Negation", "R1"),),
            notes=(Note("#1", "AnnotatorNotes", "A1", "why?"),),
            equivalences=(Equivalence(("T1", "T2")),),
        )
        lines, told = self.form(document)
        assert lines == ["T2\tProblem 10 14\tpain"]
        assert told == ["loss: no text"] + ["loss: target"] * 4

    def test_an_event_goes_on_without_an_argument_that_is_not_there(self) -> None:
        events = (Event("E1", "Problem", "T1", (Argument("Theme", "T9"), Argument("Site", "T2"))),)
        document = Document("a", self.text, (self.entity("pain"), self.entity("no", "T2")), events=events)
        assert self.form(document)[0][-1] == "E1\tProblem:T1 Site:T2"

    @pytest.mark.parametrize("trigger", ["T2", "T9"])
    def test_an_event_without_a_trigger_of_its_type_goes(self, trigger: str) -> None:
        entities = (self.entity("pain"), self.entity("no", "T2", "Other"))
        document = Document("a", self.text, entities, events=(Event("E1", "Problem", trigger),))
        lines, told = self.form(document)
        assert len(lines) == 2
        assert told == ["loss: trigger"]

    def test_what_is_on_a_trigger_goes_to_its_event(self) -> None:
        document = Document(
            "a",
            self.text,
            (self.entity("pain"),),
            events=(Event("E1", "Problem", "T1"),),
            attributes=(Attribute("A1", "Negation", "T1"),),
            provenance={"T1": Provenance("unreviewed", "model", 0.5)},
        )
        lines, told = self.form(document)
        assert lines[1:] == ["E1\tProblem:T1", "A1\tNegation E1", "#1\tAnnotationUnconfirmed E1\tp=0.5"]
        assert told == ["change: trigger"]

    def test_ids_that_brat_cannot_read_are_replaced_everywhere(self) -> None:
        document = Document(
            "a",
            self.text,
            (self.entity("pain", "s-0f3a"), self.entity("no", "T7")),
            relations=(Relation("T1", "Same", (Argument("Arg1", "s-0f3a"), Argument("Arg2", "T7"))),),
            attributes=(Attribute("M1", "Level", "s-0f3a", "high"),),
            provenance={"s-0f3a": Provenance("unreviewed", "model")},
        )
        lines, told = self.form(document)
        assert lines == [
            "T8\tProblem 10 14\tpain",
            "T7\tProblem 0 2\tno",
            "R1\tSame Arg1:T8 Arg2:T7",
            "A1\tLevel T8 high",
            "#8\tAnnotationUnconfirmed T8\t",
        ]
        assert told == ["change: id"] * 3

    def test_labels_that_brat_cannot_read_are_written_differently(self) -> None:
        document = Document(
            "a",
            self.text,
            (self.entity("pain", type_="side effect"),),
            relations=(Relation("R1", "goes with", (Argument("to", "T1"), Argument("to", "T1"))),),
            attributes=(Attribute("A1", "Level", "T1", " high\n"), Attribute("A2", "Level", "T1", "")),
        )
        lines, told = self.form(document)
        assert [line.partition("\t")[2] for line in lines] == [
            "side_effect 10 14\tpain",
            "goes_with to:T1 to2:T1",
            "Level T1 high",
            "Level T1",
        ]
        assert told == ["change: label"] * 5

    def test_classes_are_told_as_lost(self) -> None:
        assert self.form(Document("a", self.text, classes=("letter",)))[1] == ["loss: classes"]


class TestUnreviewed:
    text = "aspirin for chest pain"
    drug = Entity("T3", "Drug", (Span(0, 7),))
    pain = Entity("T5", "Symptom", (Span(12, 22),))

    def lines(self, document: Document) -> list[str]:
        with written(document) as (folder, _):
            back, _ = read(folder)
            assert back == replace(
                document,
                provenance={key: said for key, said in document.provenance.items() if said.status == "unreviewed"},
            )
            return (folder / "a.ann").read_text("utf-8").splitlines()

    def test_a_suggestion_says_who_made_it_and_how_sure_it_was(self) -> None:
        said = Provenance("unreviewed", "model", 0.83, "SmolLM2-135M", "ner.typed/1")
        document = Document("a", self.text, (self.drug, self.pain), provenance={"T3": said})
        assert self.lines(document)[2:] == [
            "#3\tAnnotationUnconfirmed T3\tmodel=SmolLM2-135M p=0.83 program=ner.typed/1"
        ]

    def test_an_untrained_label_is_called_so(self) -> None:
        said = Provenance("unreviewed", "model", 0.5, "m", trained=False)
        document = Document("a", self.text, (self.drug,), provenance={"T3": said})
        assert self.lines(document)[1:] == ["#3\tAnnotationUnconfirmed T3\tmodel=m p=0.5 untrained label"]

    @pytest.mark.parametrize("status", ["accepted", "edited", "added"])
    def test_a_decision_has_no_note(self, status: str) -> None:
        said = Provenance(status, "model", 0.83, "m", actor="ann")
        assert len(self.lines(Document("a", self.text, (self.drug,), provenance={"T3": said}))) == 1

    def test_ids_of_notes_stay_when_another_suggestion_is_decided_on(self) -> None:
        both = {"T3": Provenance("unreviewed", "model"), "T5": Provenance("unreviewed", "model")}
        document = Document("a", self.text, (self.drug, self.pain), provenance=both)
        assert [line.split("\t")[0] for line in self.lines(document)] == ["T3", "T5", "#3", "#5"]
        later = replace(document, provenance={"T5": both["T5"]})
        assert [line.split("\t")[0] for line in self.lines(later)] == ["T3", "T5", "#5"]

    def test_ids_of_notes_give_way_to_notes_that_are_there(self) -> None:
        notes = (Note("#3", "AnnotatorNotes", "T3", "check"),)
        document = Document(
            "a", self.text, (self.drug,), notes=notes, provenance={"T3": Provenance("unreviewed", "model")}
        )
        assert [line.split("\t")[0] for line in self.lines(document)] == ["T3", "#3", "#4"]

    def test_a_note_that_someone_wrote_over_still_says_unreviewed(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(self.text.encode())
        (tmp_path / "a.ann").write_bytes(b"T3\tDrug 0 7\taspirin\n#1\tAnnotationUnconfirmed T3\tis this a drug?\n")
        (document,) = BratFormat().read(tmp_path)
        assert document.provenance == {"T3": Provenance("unreviewed", "brat")}
        assert document.notes == (Note("#1", "AnnotationUnconfirmed", "T3", "is this a drug?"),)
        with written(document) as (folder, _):
            assert (folder / "a.ann").read_bytes() == (tmp_path / "a.ann").read_bytes()


def test_the_corpora_go_through_the_model_and_brat_reads_them(corpora: Path, tmp_path: Path) -> None:
    documents = list(BratFormat().read(corpora / "brat" / "maccrobat2020"))
    documents += list(BratFormat().read(corpora / "brat" / "ddi-2013" / "train" / "MedLine"))
    report = BratFormat().write(documents, tmp_path / "out")
    assert report.documents == len(documents) > 250
    # Three spans of MACCROBAT end in white space.
    assert [finding.code for finding in report.findings if finding.kind != "remark"] == ["white space"] * 3
    for document in documents:
        seen = as_brat_sees(tmp_path / "out" / document.name)
        assert (seen.failed, seen.messages) == ([], [])
        assert len(seen.quotes) == len(document.entities)
    for document, back in zip(
        sorted(documents, key=lambda one: one.name), BratFormat().read(tmp_path / "out"), strict=True
    ):
        assert (back.text, len(row(back))) == (document.text, len(row(document)))
