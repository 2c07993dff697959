"""Formats by name, and conversions from one to another."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint, EntryPoints
from itertools import pairwise
from pathlib import Path

import pytest

from bioassist.documents import Document, Entity, Span
from bioassist.errors import UsageError
from converters import formats
from converters.brat import BratFormat
from converters.docbin import DocBinFormat
from converters.formats import Copying, convert
from converters.jsonl import JsonLinesFormat

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
    made = {name: formats.by_name(name) for name in formats.available()}
    assert list(made) == sorted(registered)
    assert {"brat", "spacy", "jsonl", "conll", "prodigy", "doccano", "label-studio"} <= set(made)
    for name, one in made.items():
        assert one.name == name
        assert one.carries <= formats.EVERYTHING
    assert [name for name, one in made.items() if isinstance(one, Copying)] == ["brat"]


def test_what_is_registered_here_is_installed() -> None:
    assert formats.available() == tuple(
        sorted(tomllib.loads(PROJECT.read_text())["project"]["entry-points"][formats.GROUP])
    )


def test_an_unknown_name_is_told_what_there_is(registered: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"'xmi'.*brat, .*spacy"):
        formats.by_name("xmi")


def test_a_format_that_cannot_be_loaded_is_told(registered: dict[str, str]) -> None:
    registered["broken"] = "no_such_module:Format"
    with pytest.raises(UsageError, match=r"'broken' cannot be loaded.*no_such_module"):
        formats.by_name("broken")


LINES = '''
from bioassist.documents import Document
from converters.report import Report


class Lines:
    """A document a line."""

    name = "lines"
    carries = frozenset({"entities"})

    def read(self, source, schema=None, report=None):
        for number, line in enumerate(source.read_text("utf-8").splitlines()):
            yield Document(str(number), line)

    def write(self, documents, destination, schema=None, options=None):
        texts = [document.text for document in documents]
        destination.write_text("".join(f"{text}\\n" for text in texts), "utf-8")
        return Report(documents=len(texts))
'''


def test_a_new_format_is_a_module_and_a_registration(tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    (installed / "lines_format-1.0.dist-info").mkdir(parents=True)
    (installed / "lines_format.py").write_text(LINES)
    registration = f"[{formats.GROUP}]\nlines = lines_format:Lines\n"
    (installed / "lines_format-1.0.dist-info/entry_points.txt").write_text(registration)
    (installed / "lines_format-1.0.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: lines-format\nVersion: 1.0\n"
    )

    def bioassist(*arguments: str) -> str:
        command = [sys.executable, "-c", "from bioassist.cli import main; main()", *arguments]
        paths = os.pathsep.join([str(installed), *filter(None, sys.path)])
        variables = {**os.environ, "PYTHONPATH": paths}
        done = subprocess.run(command, capture_output=True, encoding="utf-8", env=variables, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    assert "lines" in bioassist("convert", "--help").split("--to FORMAT")[1].replace(",", "").split()
    (tmp_path / "a.txt").write_text("No fever.\nNaloxone 5mg\n")
    assert "2 documents" in bioassist("convert", "a.txt", "a.jsonl", "--from", "lines", "--to", "jsonl")
    assert [document.text for document in JsonLinesFormat().read(tmp_path / "a.jsonl")] == ["No fever.", "Naloxone 5mg"]
    bioassist("convert", "a.jsonl", "b.txt", "--from", "jsonl", "--to", "lines")
    assert (tmp_path / "b.txt").read_text() == "No fever.\nNaloxone 5mg\n"


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
