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
Written without texts, a line has `text_sha`, the hex SHA-256 of the text in UTF-8, in place of `text`.
`jsonl.schema.json`, beside this file, is its JSON Schema (2020-12).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bioassist.documents import Document
from bioassist.schema import Schema
from converters.annotations import row
from converters.formats import DEFAULTS, EVERYTHING, WriteOptions
from converters.json_records import dumped, loaded, records, write_records
from converters.plain import from_plain, to_plain, without_text
from converters.report import Finding, Report

JSON_SCHEMA = Path(__file__).with_name("jsonl.schema.json")


class JsonLinesFormat:
    """One file of JSON lines, read and written one document at a time."""

    name = "jsonl"
    carries = EVERYTHING

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of the file `source`; a line that holds none is a finding with its number."""
        told = Report() if report is None else report
        for record in records(source, told):
            try:
                document = from_plain(record.value)
            except ValueError as error:
                told.add(Finding("", "bad line", str(error), file=str(source), line=record.line, kind="loss"))
                continue
            told.documents += 1
            told.annotations += len(row(document))
            yield document

    def write(
        self,
        documents: Iterable[Document],
        destination: Path,
        schema: Schema | None = None,
        options: WriteOptions = DEFAULTS,
    ) -> Report:
        """Write the file `destination`."""

        def plain(document: Document, report: Report) -> dict[str, object]:
            report.annotations += len(row(document))
            whole = to_plain(document)
            return whole if options.text else without_text(whole)

        return write_records(documents, destination, plain, force=options.force)


def dumps(document: Document) -> str:
    """`document` on one line, without its end."""
    return dumped(to_plain(document))


def loads(line: str) -> Document:
    """The document that `dumps` was given. Raises ValueError that says what is wrong, without quoting a text."""
    return from_plain(loaded(line))
