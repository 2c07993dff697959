r"""JSON lines: one document a line, with everything that is in it.

    {"bioassist": 1, "name": "ward/a", "text": "...", "entities": [{"id": "T1", "type": "Drug", "spans": [[0, 7]]}],
     "relations": [{"id": "R1", "type": "Treats", "arguments": [["Arg1", "T1"], ["Arg2", "T2"]]}],
     "events": [{"id": "E1", "type": "Binding", "trigger": "T3", "arguments": [["Theme", "T1"]]}],
     "attributes": [{"id": "A1", "type": "Assertion", "target": "T1", "value": "negated"}],
     "normalizations": [{"id": "N1", "target": "T1", "database": "RxNorm", "identifier": "1191", "label": "aspirin"}],
     "notes": [{"id": "#1", "type": "AnnotatorNotes", "target": "T1", "text": "check"}],
     "equivalences": [{"members": ["T1", "T2"]}], "classes": ["letter"],
     "source": {"path": "a.txt", "encoding": "utf-8", "bom": false, "newline": "crlf"},
     "provenance": {"T1": {"status": "unreviewed", "source": "model", "confidence": 0.83}}}

What is empty, or as it is by default, is left out. Spans are half-open and count code points of `text`. UTF-8, LF.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bioassist.documents import Document
from bioassist.errors import InputError
from bioassist.schema import Schema
from converters.annotations import row
from converters.destination import new_file
from converters.formats import DEFAULTS, WriteOptions
from converters.plain import from_plain, to_plain
from converters.report import Finding, Report

# Legal in JSON, but ends of lines to many readers of lines.
_BREAKS = re.compile("[\x85\u2028\u2029]")


class JsonLinesFormat:
    """One file of JSON lines, read and written one document at a time."""

    name = "jsonl"

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of the file `source`; a line that holds none is a finding with its number."""
        told = Report() if report is None else report
        try:
            with source.open("rb") as file:
                for number, data in enumerate(file, 1):
                    if not data.strip():
                        continue
                    try:
                        document = loads(data.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").decode())
                    except (ValueError, RecursionError) as error:
                        told.add(Finding("", "bad line", _what(error), file=str(source), line=number, kind="loss"))
                        continue
                    told.documents += 1
                    told.annotations += len(row(document))
                    yield document
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}.", where=str(source)) from error

    def write(
        self,
        documents: Iterable[Document],
        destination: Path,
        schema: Schema | None = None,
        options: WriteOptions = DEFAULTS,
    ) -> Report:
        """Write the file `destination`."""
        report = Report()
        with new_file(destination, force=options.force) as staged, staged.open("wb") as file:
            for document in documents:
                try:
                    data = dumps(document).encode()
                except ValueError as error:
                    what = "a lone surrogate" if isinstance(error, UnicodeEncodeError) else "a number that is not one"
                    message = f"{what} is in it, which JSON cannot hold; the document was left out."
                    report.add(Finding(document.name, "not text", message, kind="loss"))
                    continue
                file.write(data + b"\n")
                report.documents += 1
                report.annotations += len(row(document))
        return report


def dumps(document: Document) -> str:
    """`document` on one line, without its end."""
    line = json.dumps(to_plain(document), ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    return _BREAKS.sub(lambda match: f"\\u{ord(match.group()):04x}", line)


def loads(line: str) -> Document:
    """The document that `dumps` was given. Raises ValueError that says what is wrong, without quoting a text."""
    return from_plain(json.loads(line, parse_constant=_refuse_constant))


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON.")


def _what(error: ValueError | RecursionError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8: byte {error.start} is {error.object[error.start]:#04x}."
    # A JSONDecodeError carries the document, and so the note, in its attributes; its message does not.
    return f"not JSON: {error.msg} at column {error.colno}." if isinstance(error, json.JSONDecodeError) else str(error)
