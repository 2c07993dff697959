"""Formats by name, and conversions from one to another."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, EntryPoints
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from bioassist.documents import Document, Entity, Span
from bioassist.errors import UsageError
from bioassist.schema import Schema
from converters import formats
from converters.brat import BratFormat
from converters.docbin import DocBinFormat
from converters.formats import DEFAULTS, Copying, WriteOptions, convert
from converters.jsonl import JsonLinesFormat
from converters.report import Report

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Name -> object, as pyproject.toml registers them; what a test adds is registered too."""
    names: dict[str, str] = dict(tomllib.loads(PROJECT.read_text())["project"]["entry-points"][formats.GROUP])
    monkeypatch.setattr(
        formats,
        "entry_points",
        lambda group: EntryPoints(EntryPoint(name, value, group) for name, value in names.items()),
    )
    return names


def test_the_formats_that_come_with_bioassist(registered: dict[str, str]) -> None:
    assert formats.available() == ("brat", "jsonl", "spacy")
    for name, kind in {"brat": BratFormat, "jsonl": JsonLinesFormat, "spacy": DocBinFormat}.items():
        assert isinstance(formats.by_name(name), kind)
        assert formats.by_name(name).name == name
    assert [name for name in formats.available() if isinstance(formats.by_name(name), Copying)] == ["brat"]


def test_an_unknown_name_is_told_what_there_is(registered: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"'conll'.*brat, jsonl, spacy"):
        formats.by_name("conll")


def test_a_format_that_cannot_be_loaded_is_told(registered: dict[str, str]) -> None:
    registered["broken"] = "no_such_module:Format"
    with pytest.raises(UsageError, match=r"'broken' cannot be loaded.*no_such_module"):
        formats.by_name("broken")


def test_a_new_format_is_a_module_and_a_registration(
    registered: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lines:
        name = "lines"

        def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
            yield from (Document(str(number), line) for number, line in enumerate(source.read_text().splitlines()))

        def write(
            self,
            documents: Iterable[Document],
            destination: Path,
            schema: Schema | None = None,
            options: WriteOptions = DEFAULTS,
        ) -> Report:
            destination.write_text("".join(f"{document.text}\n" for document in documents))
            return Report(documents=2)

    module = ModuleType("lines_format")
    module.Lines = Lines  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lines_format", module)
    registered["lines"] = "lines_format:Lines"
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    report = convert(tmp_path / "a.txt", tmp_path / "a.jsonl", formats.by_name("lines"), formats.by_name("jsonl"))
    assert report.documents == 2
    convert(tmp_path / "a.jsonl", tmp_path / "b.txt", formats.by_name("jsonl"), formats.by_name("lines"))
    assert (tmp_path / "b.txt").read_text() == "one\ntwo\n"


def test_round_through_all_formats(tmp_path: Path) -> None:
    document = Document("ward/a", "aspirin\r\nfor pain", (Entity("T1", "Drug", (Span(0, 7),)),))
    JsonLinesFormat().write([document], tmp_path / "a.jsonl")
    steps = [
        (JsonLinesFormat(), "a.jsonl"),
        (BratFormat(), "b"),
        (DocBinFormat(), "c.spacy"),
        (JsonLinesFormat(), "d.jsonl"),
    ]
    for (reader, source), (writer, destination) in pairwise(steps):
        report = convert(tmp_path / source, tmp_path / destination, reader, writer)
        assert (report.documents, report.annotations, report.lossless) == (1, 1, True)
    (back,) = JsonLinesFormat().read(tmp_path / "d.jsonl")
    assert (back.name, back.text, back.entities) == (document.name, document.text, document.entities)


def test_what_the_reader_found_is_in_the_report(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("aspirin")
    (tmp_path / "in/a.ann").write_text("T1\tDrug 0 7\taspirin\nrubbish\n")
    report = convert(tmp_path / "in", tmp_path / "out.jsonl", BratFormat(), JsonLinesFormat())
    assert (report.documents, report.annotations) == (1, 1)
    assert [finding.where for finding in report.findings] == ["a.ann:2"]
    assert not report.lossless
