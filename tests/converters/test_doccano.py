"""doccano's files, in the forms that its projects give out, with offsets as the browser counts them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioassist.documents import Argument, Document, Entity, Relation, Span
from bioassist.schema import RelationType, Schema
from converters.doccano import DoccanoFormat
from converters.report import Report

TEXT = "Pt 👨🏻 denies chest pain. Naloxone 5mg."
PAIN, NALOXONE = Entity("T1", "Problem", (Span(13, 23),)), Entity("T2", "Drug", (Span(25, 33),))


def read(tmp_path: Path, *lines: object, name: str = "admin.jsonl") -> tuple[list[Document], Report]:
    path, report = tmp_path / name, Report()
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return list(DoccanoFormat().read(path, None, report)), report


def written(tmp_path: Path, document: Document, schema: Schema | None = None) -> dict[str, Any]:
    DoccanoFormat().write([document], tmp_path / "out.jsonl", schema)
    line: dict[str, Any] = json.loads((tmp_path / "out.jsonl").read_text("utf-8"))
    return line


def test_offsets_count_as_the_browser_does(tmp_path: Path) -> None:
    line = written(tmp_path, Document("ward/a", TEXT, (PAIN, NALOXONE)))
    assert line == {"text": TEXT, "name": "ward/a", "label": [[15, 25, "Problem"], [27, 35, "Drug"]]}
    in_units = TEXT.encode("utf-16-le")
    assert in_units[2 * 27 : 2 * 35].decode("utf-16-le") == "Naloxone"
    (back,), report = read(tmp_path, line)
    assert (back.name, back.entities, report.lossless) == ("ward/a", (PAIN, NALOXONE), True)
    assert [one.code for one in report.findings] == ["counting"]


@given(st.text(st.sampled_from("a 😀𝔸é\n"), min_size=1, max_size=20), st.data())
def test_spans_come_back_wherever_they_are(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    entity = Entity("T1", "Drug", (Span(start, data.draw(st.integers(start + 1, len(text)))),))
    folder = tmp_path_factory.mktemp("doccano")
    DoccanoFormat().write([Document("a", text, (entity,))], folder / "a.jsonl")
    (back,) = DoccanoFormat().read(folder / "a.jsonl")
    assert (back.text, back.entities) == (text, (entity,))


def test_a_project_with_relations_has_numbered_entities(tmp_path: Path) -> None:
    relation = Relation("R1", "Relieves", (Argument("Arg1", "T2"), Argument("Arg2", "T1")))
    line = written(tmp_path, Document("a", TEXT, (PAIN, NALOXONE), (relation,)))
    assert line["entities"][1] == {"id": 2, "start_offset": 27, "end_offset": 35, "label": "Drug"}
    assert line["relations"] == [{"id": 1, "from_id": 2, "to_id": 1, "type": "Relieves"}]
    (back,), _ = read(tmp_path, line)
    assert back.relations == (relation,)
    schema = Schema("s", relations=(RelationType("Relieves"),))
    (tmp_path / "out.jsonl").unlink()
    assert written(tmp_path, Document("a", TEXT, (PAIN,)), schema)["relations"] == []


@pytest.mark.parametrize(
    "line",
    [
        {"id": 7, "text": TEXT, "label": [[15, 25, "Problem"]], "Comments": []},
        {"id": 7, "text": TEXT, "labels": [[15, 25, "Problem"]]},
        {"id": 7, "data": TEXT, "label": [[15, 25, "Problem"]]},
        {"id": 7, "text": TEXT, "entities": [{"id": 31, "start_offset": 15, "end_offset": 25, "label": "Problem"}]},
        {"id": 7, "text": TEXT, "entities": [[15, 25, "Problem"]], "cats": []},
    ],
    ids=str,
)
def test_every_form_of_a_span_is_read(tmp_path: Path, line: dict[str, Any]) -> None:
    (found,), report = read(tmp_path, line)
    assert [(one.type, one.of(TEXT)) for one in found.entities] == [("Problem", "chest pain")]
    assert (found.name, dict(found.provenance), report.lossless) == ("admin-1", {}, True)


@pytest.mark.parametrize(
    "line",
    [
        {"text": TEXT, "label": ["letter", "oncology"]},
        {"text": TEXT, "cats": ["letter", "oncology"], "entities": []},
        {"text": TEXT, "label": ["letter", "oncology", "letter"]},
    ],
    ids=str,
)
def test_classes_of_the_whole_document(tmp_path: Path, line: dict[str, Any]) -> None:
    (found,), _ = read(tmp_path, line)
    assert (found.classes, found.entities) == (("letter", "oncology"), ())


def test_one_class_may_stand_without_a_list(tmp_path: Path) -> None:
    (found,), _ = read(tmp_path, {"text": TEXT, "label": "letter"})
    assert found.classes == ("letter",)


def test_classes_alone_are_the_labels_and_beside_spans_the_categories(tmp_path: Path) -> None:
    assert written(tmp_path, Document("a", TEXT, classes=("letter",)))["label"] == ["letter"]
    (tmp_path / "out.jsonl").unlink()
    line = written(tmp_path, Document("a", TEXT, (PAIN,), classes=("letter",)))
    assert (line["label"], line["cats"]) == ([[15, 25, "Problem"]], ["letter"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": 5}, "no text"),
        ({"label": {}}, "list"),
        ({"label": [[0, 2]]}, "label"),
        ({"label": [[0, 2, None]]}, "label"),
        ({"label": [5]}, "label"),
        ({"label": [[0, 2.5, "Drug"]]}, "offset"),
        ({"label": [[2, 0, "Drug"]]}, "offset"),
        ({"label": [[2, 2, "Drug"]]}, "offset"),
        ({"label": [[0, 9999, "Drug"]]}, "offset"),
        ({"label": [[0, 4, "Drug"]]}, "offset"),
        ({"cats": [""]}, "label"),
        ({"relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "Relieves"}]}, "target"),
        ({"relations": ["Relieves"]}, "target"),
        ({"Comments": ["ask Dr Grey"]}, "comment"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_and_the_others_read(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    good = {"text": TEXT, "label": [[27, 35, "Drug"]]}
    found, report = read(tmp_path, good, good | change, good)
    told = [one for one in report.findings if one.kind != "remark"]
    assert [(one.code, one.line) for one in told] == [(code, 2)]
    assert not {"Naloxone", "Grey"} & set(told[0].message.replace(".", "").split())
    assert [one.entities[0].of(TEXT) for one in (found[0], found[-1])] == ["Naloxone", "Naloxone"]
