"""JSON lines hold everything, and a bad line is told with its number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from pathlib import Path

import pytest
from document_strategies import documents, lines
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bioassist.documents import (
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
    TextSource,
)
from bioassist.errors import InputError
from converters.jsonl import JSON_SCHEMA, JsonLinesFormat, dumps, loads
from converters.plain import without_text
from converters.report import Report

provenances = st.builds(
    Provenance,
    st.sampled_from(["unreviewed", "accepted", "edited", "added"]),
    lines,
    st.none() | st.floats(0, 1),
    st.none() | lines,
    st.none() | lines,
    st.booleans(),
    st.none() | lines,
    st.booleans(),
)
sources = st.builds(
    TextSource, lines, st.sampled_from(["utf-8", "cp1252"]), st.booleans(), st.sampled_from(["lf", "crlf"])
)


@given(
    documents() | documents(sound=False),
    st.lists(lines, max_size=2, unique=True),
    st.none() | sources,
    st.dictionaries(lines, provenances, max_size=2),
)
def test_a_document_comes_back_from_one_line(
    document: Document, classes: list[str], source: TextSource | None, provenance: dict[str, Provenance]
) -> None:
    whole = replace(document, classes=tuple(classes), source=source, provenance=provenance)
    line = dumps(whole)
    assert len(line.splitlines()) == 1
    assert loads(line) == whole


def test_the_form_of_a_line() -> None:
    document = Document(
        "ward/a",
        "Aspirin – 75mg",
        (Entity("T1", "Drug", (Span(0, 7),)),),
        provenance={"T1": Provenance("accepted", "model", 0.5)},
    )
    assert json.loads(dumps(document)) == {
        "bioassist": 1,
        "name": "ward/a",
        "text": "Aspirin – 75mg",
        "entities": [{"id": "T1", "type": "Drug", "spans": [[0, 7]]}],
        "provenance": {"T1": {"status": "accepted", "source": "model", "confidence": 0.5}},
    }
    assert "–" in dumps(document)


GOOD = {"bioassist": 1, "name": "a", "text": "aspirin"}


WRONG: list[tuple[dict[str, object], str]] = [
    ({"bioassist": 2}, "version 1"),
    ({"name": None}, "name must be a text"),
    ({"text": 5}, "text must be a text"),
    ({"text": "\ud800"}, "lone surrogate"),
    ({"labels": []}, "unknown keys: labels"),
    ({"entities": {}}, "entities must be a list"),
    ({"entities": ["T1"]}, "entities, number 1 must be an object"),
    ({"entities": [{"id": "T1", "type": "X"}]}, "entities, number 1 needs spans"),
    ({"entities": [{"id": "T1", "type": "X", "spans": []}]}, "pairs of whole numbers"),
    ({"entities": [{"id": "T1", "type": "X", "spans": [[0, 1.5]]}]}, "pairs of whole numbers"),
    ({"entities": [{"id": "T1", "type": "X", "spans": [[True, 1]]}]}, "pairs of whole numbers"),
    ({"entities": [{"id": "T1", "type": "X", "spans": [[0]]}]}, "list of pairs"),
    ({"entities": [{"id": "T1", "type": "X", "spans": [[3, 1]]}]}, "not a span"),
    ({"entities": [{"id": "T1", "type": "X", "spans": [[0, 8]]}]}, "T1 ends at 8, the text at 7"),
    ({"entities": [{"id": "T1", "type": "X", "spans": [[0, 1]], "colour": "red"}]}, "unknown keys: colour"),
    ({"entities": [{"id": "T1", "type": "X", "spans": [[0, 1]]}] * 2}, "'T1' is there twice"),
    ({"relations": [{"id": "R1", "type": "X", "arguments": [["a", "T1"]]}]}, "R1 needs two arguments"),
    ({"equivalences": [{"members": "T1"}]}, "must be a list"),
    ({"provenance": []}, "provenance must be an object"),
    ({"provenance": {"T1": {"status": "liked", "source": "me"}}}, "must be one of unreviewed"),
    ({"provenance": {"T1": {"status": "added", "source": "me", "confidence": 2}}}, "from 0 to 1"),
    ({"provenance": {"T1": {"status": "added", "source": "me", "trained": 1}}}, "true or false"),
    ({"provenance": {"T1": {"status": "accepted", "source": "me", "bulk": "yes"}}}, "true or false"),
    ({"source": None}, "source must be an object"),
]
# What a JSON Schema has no words for.
BEYOND = ("lone surrogate", "not a span", "T1 ends at 8", "'T1' is there twice")


@pytest.mark.parametrize(("change", "what"), WRONG, ids=str)
def test_what_is_wrong_with_a_document_is_said(change: dict[str, object], what: str) -> None:
    with pytest.raises(ValueError) as raised:
        loads(json.dumps(GOOD | change))
    assert what in str(raised.value)


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    published = json.loads(JSON_SCHEMA.read_bytes())
    Draft202012Validator.check_schema(published)
    return Draft202012Validator(published)


@given(documents() | documents(sound=False), st.lists(lines, max_size=2), st.none() | sources, provenances)
def test_documents_are_as_the_published_schema_says(
    schema: Draft202012Validator,
    document: Document,
    classes: list[str],
    source: TextSource | None,
    provenance: Provenance,
) -> None:
    whole = replace(document, classes=tuple(classes), source=source, provenance={"T1": provenance})
    schema.validate(json.loads(dumps(whole)))


def test_without_its_text_a_document_is_as_the_published_schema_says(schema: Draft202012Validator) -> None:
    bare = without_text(GOOD)
    schema.validate(bare)
    assert "text" not in bare and not schema.is_valid(GOOD | bare)
    with pytest.raises(ValueError, match="exported without its text"):
        loads(json.dumps(bare))


@pytest.mark.parametrize(("change", "what"), WRONG, ids=str)
def test_what_is_wrong_is_wrong_by_the_published_schema(
    schema: Draft202012Validator, change: dict[str, object], what: str
) -> None:
    assert schema.is_valid(GOOD | change) == any(words in what for words in BEYOND)


def test_the_published_schema_has_every_field(schema: Draft202012Validator) -> None:
    kinds = (Entity, Relation, Event, Attribute, Normalization, Note, Equivalence, TextSource, Provenance)
    names = {Equivalence: "equivalence", TextSource: "source"}
    for kind in kinds:
        entry = schema.schema["$defs"][names.get(kind, kind.__name__.lower())]
        there = fields(kind)
        assert list(entry["properties"]) == [field.name for field in there]
        assert entry["required"] == [field.name for field in there if field.default is MISSING]
        defaults = {name: said["default"] for name, said in entry["properties"].items() if "default" in said}
        written = {field.name: field.default for field in there if field.default is not MISSING}
        assert defaults == {name: default for name, default in written.items() if default != ()}


def test_bad_lines_are_told_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    good = json.dumps(GOOD).encode()
    bad = [b"{", b"[]", b'{"bioassist": NaN}', b"\xff", b"[" * 100_000, b'{"name": "secret", "text": "secret']
    path.write_bytes(b"\xef\xbb\xbf" + good + b"\n\n" + b"\n".join(bad) + b"\r\n" + good)
    report = Report()
    found = list(JsonLinesFormat().read(path, None, report))
    assert [document.name for document in found] == ["a", "a"]
    assert [finding.line for finding in report.findings] == [3, 4, 5, 6, 7, 8]
    assert {(finding.file, finding.kind) for finding in report.findings} == {(str(path), "loss")}
    assert "secret" not in "\n".join(report.lines(None))


def test_documents_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text("\n".join([json.dumps(GOOD)] * 3 + ["{"]))
    report = Report()
    reading = JsonLinesFormat().read(path, None, report)
    next(reading)
    assert (report.documents, report.findings) == (1, [])


def test_documents_are_written_one_at_a_time(tmp_path: Path) -> None:
    sizes: list[int] = []

    def many() -> Iterator[Document]:
        for number in range(3):
            yield Document(f"n{number}", "x" * 100_000)
            sizes.append(sum(path.stat().st_size for path in tmp_path.iterdir()))

    JsonLinesFormat().write(many(), tmp_path / "out.jsonl")
    assert sizes == sorted(sizes)
    assert sizes[0] >= 100_000


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_no_such_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(JsonLinesFormat().read(tmp_path / name))


def test_what_json_cannot_hold_is_left_out_and_told(tmp_path: Path) -> None:
    odd = [
        Document("a", "\ud800"),
        Document("b", "b", provenance={"T1": Provenance("added", "me", float("nan"))}),
        Document("c", "c"),
    ]
    report = JsonLinesFormat().write(odd, tmp_path / "out.jsonl")
    assert (report.documents, [finding.document for finding in report.findings]) == (1, ["a", "b"])
    assert [document.name for document in JsonLinesFormat().read(tmp_path / "out.jsonl")] == ["c"]
