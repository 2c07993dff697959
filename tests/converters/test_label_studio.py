"""Label Studio's tasks: suggestions are predictions there, decisions annotations, and so they come back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bioassist.documents import Argument, Attribute, Document, Entity, Note, Provenance, Relation, Span
from bioassist.schema import AttributeType, DocumentClass, EntityType, RelationType, Schema
from converters.label_studio import LabelStudioFormat
from converters.report import Report

TEXT = "Pt 😀 denies chest pain.\r\nNaloxone 5mg."
PAIN, NALOXONE = Entity("T1", "Problem", (Span(12, 22),)), Entity("T2", "Drug", (Span(25, 33),))
DOSE = Entity("T3", "Dose", (Span(34, 37),))
SUGGESTED = Provenance("unreviewed", "model", 0.83, "SmolLM2-135M", "ner.typed/1:0f3a", trained=False)


def region(start: int, end: int, label: str, identity: str = "Dx_aB91", **more: object) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": [label]}
    return {"id": identity, "from_name": "label", "to_name": "text", "type": "labels", "value": value} | more


def annotated(*results: object, **more: object) -> dict[str, Any]:
    return {"id": 7, "data": {"text": TEXT}, "annotations": [{"id": 1, "result": list(results)} | more]}


def read(tmp_path: Path, tasks: Iterable[object]) -> tuple[list[Document], Report]:
    path, report = tmp_path / "project-1.json", Report()
    path.write_text(json.dumps(list(tasks)))
    return list(LabelStudioFormat().read(path, None, report)), report


def written(tmp_path: Path, document: Document) -> dict[str, Any]:
    path = tmp_path / "out.json"
    LabelStudioFormat().write([document], path)
    (task,) = json.loads(path.read_text("utf-8"))
    path.unlink()
    return dict(task)


def test_suggestions_are_predictions_and_decisions_an_annotation(tmp_path: Path) -> None:
    document = Document("ward/a", TEXT, (PAIN, NALOXONE), provenance={"T2": SUGGESTED})
    task = written(tmp_path, document)
    assert task["data"] == {"text": TEXT, "name": "ward/a"}
    (annotation,), (prediction,) = task["annotations"], task["predictions"]
    assert annotation["result"] == [region(12, 22, "Problem", "T1")]
    assert (prediction["model_version"], prediction["score"]) == ("SmolLM2-135M", 0.83)
    assert prediction["result"][0]["score"] == 0.83
    assert prediction["result"][0]["value"] == {"start": 25, "end": 33, "text": "Naloxone", "labels": ["Drug"]}
    (back,), _ = read(tmp_path, [task])
    assert back == document


def test_a_relation_to_a_suggestion_brings_its_other_end(tmp_path: Path) -> None:
    relation = Relation("R1", "HasDose", (Argument("Arg1", "T2"), Argument("Arg2", "T3")))
    document = Document("a", TEXT, (DOSE, NALOXONE), (relation,), provenance={"T2": SUGGESTED})
    task = written(tmp_path, document)
    ids = [item["id"] for item in task["predictions"][0]["result"] if item["type"] == "labels"]
    assert ids == ["T2", "T3"]
    (back,), _ = read(tmp_path, [task])
    assert back == document


def test_everything_that_a_region_has(tmp_path: Path) -> None:
    document = Document(
        "a",
        TEXT,
        (PAIN,),
        attributes=(Attribute("A1", "Assertion", "T1", "negated"), Attribute("A2", "Chronic", "T1")),
        notes=(Note("#1", "AnnotatorNotes", "T1", "ask Dr Grey"),),
        classes=("letter", "discharge"),
    )
    task = written(tmp_path, document)
    labels, assertion, chronic, classes = task["annotations"][0]["result"]
    assert labels["meta"] == {"text": ["ask Dr Grey"]}
    assert (assertion["id"], assertion["from_name"], assertion["value"]["choices"]) == ("T1", "Assertion", ["negated"])
    assert chronic["value"]["choices"] == ["Chronic"]
    assert classes["value"] == {"choices": ["letter", "discharge"]}
    (back,), report = read(tmp_path, [task])
    assert back == document and report.lossless


def test_an_export_of_reviewed_tasks(tmp_path: Path) -> None:
    kept = region(25, 33, "Drug", "T2", origin="prediction", score=0.83)
    moved = region(12, 22, "Problem", "T1", origin="prediction-changed")
    drawn = region(34, 37, "Dose", origin="manual")
    task = annotated(kept, moved, drawn, completed_by={"id": 3, "email": "ann@ward"}, lead_time=31.5)
    task["predictions"] = [{"model_version": "SmolLM2-135M", "result": [kept, region(3, 11, "Problem", "T9")]}]
    (back,), report = read(tmp_path, [task])
    assert {one.of(TEXT): back.provenance[one.id].status for one in back.entities} == {
        "Naloxone": "accepted",
        "chest pain": "edited",
        "5mg": "added",
    }
    assert {said.actor for said in back.provenance.values()} == {"ann@ward"}
    assert (back.name, report.lossless) == ("project-1-7", True)


def test_predictions_that_nobody_looked_at_stay_suggestions(tmp_path: Path) -> None:
    task = annotated(region(25, 33, "Drug"), lead_time=None)
    suggested = [region(25, 33, "Drug", "p1", score=0.9), region(34, 37, "Dose", "p2", score=0.4)]
    task["predictions"] = [{"model_version": "en_core_med", "score": 0.4, "result": suggested}]
    (back,), _ = read(tmp_path, [task])
    assert [(one.id, one.of(TEXT)) for one in back.entities] == [("Dx_aB91", "Naloxone"), ("p2", "5mg")]
    assert dict(back.provenance) == {"p2": Provenance("unreviewed", "label-studio", 0.4, "en_core_med")}


def test_of_several_annotations_ground_truth_is_read(tmp_path: Path) -> None:
    task = annotated(region(25, 33, "Drug"))
    task["annotations"] += [
        {"result": [region(12, 22, "Problem", "b")], "ground_truth": True},
        {"result": [region(34, 37, "Dose", "c")], "was_cancelled": True},
    ]
    (back,), report = read(tmp_path, [task])
    assert [one.of(TEXT) for one in back.entities] == ["chest pain"]
    assert [(one.code, one.kind) for one in report.findings] == [("annotations", "loss")]


def test_offsets_of_older_versions_are_told_by_their_quotes(tmp_path: Path) -> None:
    in_units = [region(12, 22, "Problem", "a"), region(25, 33, "Drug", "b")]
    for item in in_units:
        item["value"] |= {"start": item["value"]["start"] + 1, "end": item["value"]["end"] + 1}
    without = [replace_text(item) for item in in_units]
    (told, guessed), report = read(tmp_path, [annotated(*in_units), annotated(*without)])
    assert [one.of(TEXT) for one in told.entities] == ["chest pain", "Naloxone"]
    assert [one.of(TEXT) for one in guessed.entities] == ["hest pain.", "aloxone "]
    assert [(one.code, one.line, one.kind) for one in report.findings] == [("counting", 1, "remark")]


def replace_text(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"value": {key: value for key, value in item["value"].items() if key != "text"}}


def test_relations_go_where_they_point(tmp_path: Path) -> None:
    ends = {"type": "relation", "from_id": "a", "to_id": "b", "labels": ["HasDose"]}
    task = annotated(region(34, 37, "Dose", "a"), region(25, 33, "Drug", "b"), ends | {"direction": "left"},
                     ends | {"direction": "bi"}, ends | {"labels": []}, ends | {"to_id": "c"})  # fmt: skip
    (back,), report = read(tmp_path, [task])
    assert [[one.target for one in relation.arguments] for relation in back.relations] == [["b", "a"], ["a", "b"]]
    assert [one.code for one in report.findings] == ["direction", "label", "target"]


def test_results_of_html_have_their_offsets_elsewhere(tmp_path: Path) -> None:
    value = {"start": "/div[1]/text()[1]", "end": "/div[1]/text()[1]", "startOffset": 3, "endOffset": 8,
             "globalOffsets": {"start": 25, "end": 33}, "hypertextlabels": ["Drug"]}  # fmt: skip
    (back,), _ = read(tmp_path, [annotated({"id": "a", "type": "hypertextlabels", "value": value})])
    assert [one.of(TEXT) for one in back.entities] == ["Naloxone"]


def test_the_text_may_be_called_otherwise(tmp_path: Path) -> None:
    (back,), _ = read(tmp_path, [{"data": {"report": TEXT, "patient": 5}}])
    assert (back.text, back.name) == (TEXT, "project-1-1")


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ({"data": {"image": 5}}, "no text"),
        ({"data": {"text": "\ud800"}}, "no text"),
        ({"data": {"a": "x", "b": "y"}}, "no text"),
        (annotated() | {"annotations": {}}, "annotations"),
        (annotated() | {"predictions": ["x"]}, "predictions"),
        (annotated(5), "result"),
        (annotated(region(25, 333, "Drug")), "offset"),
        (annotated(region(33, 25, "Drug")), "offset"),
        (annotated(region(25, 33, "")), "label"),
        (annotated({"id": "a", "type": "rectanglelabels", "value": {"x": 5}}), "result"),
        (annotated({"id": "a", "type": "textarea", "value": {"text": ["ask Dr Grey"]}}), "result"),
        (annotated(region(25, 33, "Drug", provenance={"status": "liked"})), "provenance"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_and_the_others_read(tmp_path: Path, task: dict[str, Any], code: str) -> None:
    good = annotated(region(25, 33, "Drug"))
    found, report = read(tmp_path, [good, task, good])
    assert [one.code for one in report.findings] == [code]
    assert not report.lossless
    assert not {"Naloxone", "Grey"} & set(report.findings[0].message.replace(".", "").split())
    assert [one.entities[0].of(TEXT) for one in (found[0], found[-1])] == ["Naloxone", "Naloxone"]


def test_a_folder_has_the_interface_that_its_tasks_need(tmp_path: Path) -> None:
    schema = Schema(
        "s",
        entities=(EntityType("Drug", colour="#7aa2f7"),),
        relations=(RelationType("HasDose"),),
        attributes=(AttributeType("Assertion", values=("negated", "possible")), AttributeType("Chronic")),
        classes=(DocumentClass("letter"),),
    )
    document = Document("a", TEXT, (Entity("T1", 'A "new" <type>', (Span(12, 22),)),))
    LabelStudioFormat().write([document], tmp_path / "out", schema)
    interface = ElementTree.fromstring((tmp_path / "out/config.xml").read_text("utf-8"))
    labels = interface.find("Labels")
    assert labels is not None
    assert [one.attrib["value"] for one in labels] == ["Drug", 'A "new" <type>']
    assert labels[0].attrib["background"] == "#7aa2f7"
    per_region = {
        one.attrib["name"]: [choice.attrib["value"] for choice in one] for one in interface.findall("Choices")
    }
    assert per_region == {"class": ["letter"], "Assertion": ["negated", "possible"], "Chronic": ["Chronic"]}
    (back,) = LabelStudioFormat().read(tmp_path / "out")
    assert replace(back, name="a") == document


def test_lines_for_who_wants_lines(tmp_path: Path) -> None:
    documents = [Document("a", TEXT, (PAIN,)), Document("b", TEXT)]
    LabelStudioFormat().write(documents, tmp_path / "out.jsonl")
    assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == 2
    assert list(LabelStudioFormat().read(tmp_path / "out.jsonl")) == documents
