"""Prodigy's tasks: suggestions go to be corrected, answers come back as decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bioassist.documents import Argument, Document, Entity, Provenance, Relation, Span
from bioassist.schema import DocumentClass, RelationType, Schema
from converters.prodigy import ProdigyFormat
from converters.report import Report

TEXT = "Naloxone 5mg reversed the effect of morphine 😀."
NALOXONE, MORPHINE = Entity("T1", "Drug", (Span(0, 8),)), Entity("T2", "Drug", (Span(36, 44),))
SUGGESTED = Provenance("unreviewed", "model", 0.83, "SmolLM2-135M")


def written(tmp_path: Path, *documents: Document, schema: Schema | None = None) -> list[dict[str, Any]]:
    path = tmp_path / "tasks.jsonl"
    ProdigyFormat().write(documents, path, schema)
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def read(
    tmp_path: Path, tasks: Iterable[dict[str, Any]], schema: Schema | None = None
) -> tuple[list[Document], Report]:
    path, report = tmp_path / "answers.jsonl", Report()
    path.write_text("".join(json.dumps(task) + "\n" for task in tasks))
    return list(ProdigyFormat().read(path, schema, report)), report


def test_a_task_has_tokens_and_spans_on_them(tmp_path: Path) -> None:
    relation = Relation("R1", "Reverses", (Argument("Arg1", "T1"), Argument("Arg2", "T2")))
    (task,) = written(tmp_path, Document("ward/a", TEXT, (NALOXONE, MORPHINE), (relation,)))
    assert [token["text"] + " " * token["ws"] for token in task["tokens"]] == [
        "Naloxone ", "5", "mg ", "reversed ", "the ", "effect ", "of ", "morphine ", "😀", ".",
    ]  # fmt: skip
    for number, token in enumerate(task["tokens"]):
        assert (token["id"], TEXT[token["start"] : token["end"]]) == (number, token["text"])
    head, child = task["spans"]
    assert head == {"start": 0, "end": 8, "token_start": 0, "token_end": 0, "label": "Drug", "id": "T1"}
    assert (child["token_start"], child["token_end"]) == (7, 7)
    ends = {"head": 0, "child": 7, "head_span": head, "child_span": child}
    assert task["relations"] == [ends | {"label": "Reverses", "id": "R1"}]
    assert (task["answer"], task["meta"]) == ("accept", {"document": "ward/a"})


def test_tokens_are_cut_where_a_span_ends_inside_of_one(tmp_path: Path) -> None:
    (task,) = written(tmp_path, Document("a", "bradycardia", (Entity("T1", "Root", (Span(5, 9),)),)))
    assert [token["text"] for token in task["tokens"]] == ["brady", "card", "ia"]
    assert (task["spans"][0]["token_start"], task["spans"][0]["token_end"]) == (1, 1)


def test_a_task_with_suggestions_waits_for_an_answer(tmp_path: Path) -> None:
    document = Document("a", TEXT, (NALOXONE, MORPHINE), provenance={"T2": SUGGESTED})
    (task,) = written(tmp_path, document)
    assert "answer" not in task
    (back,), report = read(tmp_path, [task])
    assert (back.entities, dict(back.provenance)) == (document.entities, {"T2": SUGGESTED})
    assert report.lossless


def test_accepting_decides_on_suggestions(tmp_path: Path) -> None:
    (task,) = written(tmp_path, Document("a", TEXT, (NALOXONE, MORPHINE), provenance={"T2": SUGGESTED}))
    added = {"start": 9, "end": 12, "token_start": 1, "token_end": 2, "label": "Dose"}
    answered = task | {"answer": "accept", "_annotator_id": "ann", "spans": [*task["spans"], added]}
    (back,), _ = read(tmp_path, [answered])
    assert [(one.id, one.type, one.of(TEXT)) for one in back.entities] == [
        ("T1", "Drug", "Naloxone"),
        ("T2", "Drug", "morphine"),
        ("T3", "Dose", "5mg"),
    ]
    assert dict(back.provenance) == {
        "T2": Provenance("accepted", "model", 0.83, "SmolLM2-135M", actor="ann"),
        "T3": Provenance("accepted", "prodigy", actor="ann"),
    }


def test_what_nobody_answered_is_a_suggestion(tmp_path: Path) -> None:
    span = {"start": 0, "end": 8, "label": "Drug", "source": "en_core_med", "score": 0.5}
    (asked, ignored), _ = read(tmp_path, [{"text": TEXT, "spans": [span]},
                                          {"text": TEXT, "spans": [span], "answer": "ignore"}])  # fmt: skip
    assert asked.provenance == ignored.provenance == {"T1": Provenance("unreviewed", "en_core_med", 0.5)}
    assert (asked.name, ignored.name) == ("answers-1", "answers-2")


def test_a_rejected_task_is_left_out_and_told(tmp_path: Path) -> None:
    found, report = read(tmp_path, [{"text": TEXT, "answer": "reject", "_view_id": "ner_manual", "spans": []}])
    assert not found
    assert [(one.code, one.line, one.kind) for one in report.findings] == [("rejected", 1, "loss")]


def test_yes_or_no_answers_about_a_text_make_one_document(tmp_path: Path) -> None:
    def asked(start: int, end: int, label: str, answer: str) -> dict[str, Any]:
        return {"text": TEXT, "spans": [{"start": start, "end": end, "label": label}], "answer": answer,
                "_view_id": "ner", "_is_binary": True, "_session_id": "ner-ann"}  # fmt: skip

    answers = [
        asked(0, 8, "Drug", "accept"),
        {"text": "No rash.", "label": "letter", "answer": "accept"},
        asked(0, 8, "Problem", "reject"),
        {"text": "No rash.", "label": "discharge", "answer": "reject"},
        asked(36, 44, "Drug", "accept"),
        asked(0, 8, "Drug", "accept"),
        asked(9, 12, "Dose", "ignore"),
    ]
    (note, rash), report = read(tmp_path, answers)
    assert [(one.type, one.of(TEXT)) for one in note.entities] == [
        ("Drug", "Naloxone"),
        ("Drug", "morphine"),
        ("Dose", "5mg"),
    ]
    assert [note.provenance[one.id].status for one in note.entities] == ["accepted", "accepted", "unreviewed"]
    assert (rash.classes, rash.entities) == (("letter",), ())
    assert [(one.code, one.line) for one in report.findings] == [("yes or no", 1), ("yes or no", 2)]
    assert "1 of 5" in report.findings[0].message


def test_relations_find_their_spans_by_extent_or_by_last_token(tmp_path: Path) -> None:
    spans = [
        {"start": 0, "end": 12, "token_start": 0, "token_end": 2, "label": "Drug"},
        {"start": 36, "end": 44, "token_start": 7, "token_end": 7, "label": "Drug"},
    ]
    by_extent = {"head": 99, "child": 99, "label": "Reverses", "head_span": spans[0], "child_span": spans[1]}
    by_token = {"head": 7, "child": 2, "label": "Caused", "color": "#ffd882"}
    nowhere = {"head": 4, "child": 2, "label": "Reverses", "head_span": {"start": [], "end": {}}}
    schema = Schema("s", relations=(RelationType("Reverses", roles=("Agent", "Patient")),))
    task = {"text": TEXT, "spans": spans, "relations": [by_extent, by_token, nowhere], "answer": "accept"}
    (back,), report = read(tmp_path, [task], schema)
    assert [(one.type, one.arguments) for one in back.relations] == [
        ("Reverses", (Argument("Agent", "T1"), Argument("Patient", "T2"))),
        ("Caused", (Argument("Arg1", "T2"), Argument("Arg2", "T1"))),
    ]
    assert [(one.code, one.kind) for one in report.findings] == [("target", "loss")]


def test_classes_are_options(tmp_path: Path) -> None:
    schema = Schema("s", classes=(DocumentClass("letter"), DocumentClass("discharge")))
    (task,) = written(tmp_path, Document("a", TEXT, classes=("letter",)), schema=schema)
    assert task["options"] == [{"id": "letter", "text": "letter"}, {"id": "discharge", "text": "discharge"}]
    assert task["accept"] == ["letter"]
    (back,), _ = read(tmp_path, [task])
    assert back.classes == ("letter",)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": None}, "no text"),
        ({"text": "\ud800"}, "no text"),
        ({"spans": {}}, "spans"),
        ({"spans": ["Drug"]}, "spans"),
        ({"spans": [{"start": 0, "end": 8}]}, "label"),
        ({"spans": [{"start": 0, "end": 8, "label": "\ud800"}]}, "label"),
        ({"spans": [{"start": "0", "end": 8, "label": "Drug"}]}, "offset"),
        ({"spans": [{"start": True, "end": 8, "label": "Drug"}]}, "offset"),
        ({"spans": [{"start": 8, "end": 0, "label": "Drug"}]}, "offset"),
        ({"spans": [{"start": 4, "end": 4, "label": "Drug"}]}, "offset"),
        ({"spans": [{"start": -1, "end": 4, "label": "Drug"}]}, "offset"),
        ({"spans": [{"start": 0, "end": 400, "label": "Drug"}]}, "offset"),
        ({"spans": [{"start": 0, "end": 8, "label": "Drug", "provenance": {"status": "liked"}}]}, "provenance"),
        ({"relations": [5]}, "relations"),
        ({"accept": [5]}, "label"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_and_the_others_read(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    good = {"text": TEXT, "spans": [{"start": 36, "end": 44, "label": "Drug"}], "answer": "accept"}
    found, report = read(tmp_path, [good, good | change, good])
    assert [one.code for one in report.findings] == [code]
    assert report.findings[0].line == 2 and not report.lossless
    assert "Naloxone" not in str(report.findings[0])
    assert [one.entities[0].of(TEXT) for one in (found[0], found[-1])] == ["morphine", "morphine"]


def test_what_prodigy_has_no_place_for_is_told(tmp_path: Path) -> None:
    pieces = Entity("T3", "Drug", (Span(0, 8), Span(36, 44)))
    relation = Relation("R1", "Reverses", (Argument("Agent", "T1"), Argument("Arg2", "T3")))
    report = ProdigyFormat().write([Document("a", TEXT, (NALOXONE, pieces), (relation,))], tmp_path / "tasks.json")
    assert sorted((one.code, one.kind) for one in report.findings) == [("discontinuous", "change"), ("roles", "change")]
    (back,) = ProdigyFormat().read(tmp_path / "tasks.json")
    assert back.entities[1].spans == (Span(0, 44),)
