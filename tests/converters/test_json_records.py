"""Objects from files of JSON, one a line or in a list, whatever is between them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioassist.documents import Document
from converters import json_records
from converters.json_records import dumped, records, write_records
from converters.report import Report

texts = st.text(st.sampled_from('a,[]{}"\\\n\u2028é😀 7'), max_size=8)
objects = st.dictionaries(texts, texts | st.integers() | st.lists(texts, max_size=2), max_size=3)


def read(path: Path) -> tuple[list[tuple[int, dict[str, Any]]], Report]:
    report = Report()
    return [(record.line, record.value) for record in records(path, report)], report


@given(st.lists(objects, max_size=5), st.sampled_from([None, 0, 3]), st.integers(1, 40))
def test_a_list_comes_element_by_element_with_its_lines(
    tmp_path_factory: pytest.TempPathFactory, values: list[dict[str, Any]], indent: int | None, chunk: int
) -> None:
    path = tmp_path_factory.mktemp("list") / "tasks.json"
    path.write_text(f"\n {json.dumps(values, indent=indent, ensure_ascii=False)}\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_records, "_CHUNK", chunk)
        found, report = read(path)
    assert [value for _, value in found] == values
    assert not report.findings
    lines = path.read_text("utf-8").split("\n")
    assert all("{" in lines[line - 1] for line, _ in found)
    assert indent is None or [line for line, _ in found] == sorted({line for line, _ in found})


@given(st.lists(objects, max_size=5))
def test_what_is_written_is_one_line_for_every_reader_of_lines(values: list[dict[str, Any]]) -> None:
    written = [dumped(value) for value in values]
    assert all(len(line.splitlines()) == 1 for line in written)
    assert [json.loads(line) for line in written] == values


@pytest.mark.parametrize(
    ("content", "good", "line", "what"),
    [
        (b'[{"a": 1}, 5, {"b": 2}]', 2, 1, "not an object"),
        (b'[{"a": 1},\n{"b": 2,\n}]', 1, 3, "not JSON"),
        (b'[{"a": 1},\n', 1, 2, "not JSON"),
        (b'[{"a": 1}', 1, 1, "not JSON"),
        (b'[{"a": 1}]\n[]', 1, 1, "follows the end"),
        (b'[{"a": 1},\n{"a": NaN}]', 1, 2, "NaN is not JSON"),
        (b'[{"a": "\xff"}]', 0, 1, "not UTF-8"),
        (b'[{"a": "\xc3', 0, 1, "not UTF-8"),
        (b"[" * 100_000, 0, 1, "nested too deeply"),
        (b'{"a": 1}\n{"secret": "secret\n{"a": 2}\n', 2, 2, "not JSON"),
        (b'{"a": 1}\n\n"secret"\n', 1, 3, "not an object"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, content: bytes, good: int, line: int, what: str
) -> None:
    path = tmp_path / "tasks.json"
    path.write_bytes(content)
    found, report = read(path)
    assert len(found) == good
    (finding,) = report.findings
    assert (finding.line, finding.file, finding.kind) == (line, str(path), "loss")
    assert what in finding.message
    assert "secret" not in finding.message


@pytest.mark.parametrize("content", [b"[]", b"\xef\xbb\xbf[\n]\n", b"", b"\n \n", b"\xef\xbb\xbf"])
def test_nothing_is_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tasks.json"
    path.write_bytes(content)
    assert read(path) == ([], Report())


def test_a_long_list_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps([{"text": "x" * 1000}] * 2000))
    largest = 0
    parse = json.JSONDecoder.raw_decode

    def watched(self: json.JSONDecoder, text: str, at: int = 0) -> tuple[Any, int]:
        nonlocal largest
        largest = max(largest, len(text))
        return parse(self, text, at)

    monkeypatch.setattr(json.JSONDecoder, "raw_decode", watched)
    found, _ = read(path)
    assert len(found) == 2000
    assert largest < 200_000


@pytest.mark.parametrize("as_list", [True, False])
def test_written_records_are_read_again(tmp_path: Path, as_list: bool) -> None:
    path = tmp_path / "out"
    documents = [Document("a", "one"), Document("b", "\ud800"), Document("c", "two")]
    report = write_records(documents, path, lambda one, _: {"text": one.text}, as_list=as_list)
    found, read_again = read(path)
    assert [value for _, value in found] == [{"text": "one"}, {"text": "two"}]
    assert not read_again.findings
    assert (report.documents, [finding.document for finding in report.findings]) == (2, ["b"])


def test_a_stream_that_is_no_list_is_read_by_lines() -> None:
    assert not json_records._is_list(io.BytesIO(b"  {}\n[]"))
    assert json_records._is_list(io.BytesIO(b"\xef\xbb\xbf\r\n\t [1]"))
