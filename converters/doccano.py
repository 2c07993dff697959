"""doccano's JSON lines, as it imports and exports them. https://doccano.github.io/doccano/tutorial/

    {"text": "...", "label": [[0, 8, "Drug"]]}                                             sequence labelling
    {"text": "...", "entities": [{"id": 1, "start_offset": 0, "end_offset": 8, "label": "Drug"}],
     "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "Reverses"}]}               with relations
    {"text": "...", "label": ["letter"]}                                                   document classification
    {"text": "...", "entities": [[0, 8, "Drug"]], "cats": ["letter"]}                      intents and slots

Offsets count UTF-16 code units, since doccano counts as the browser does; a project that counts grapheme clusters as
one character counts otherwise, and nothing in a file tells. Written is the form with relations if the schema or the
document has some, else that of sequence labelling; classes are "cats" beside either, and "label" where there is nothing
else. doccano has annotations alone: what comes from it is decided on. The name of a document is under "name", which
doccano keeps as metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bioassist.documents import Document
from bioassist.schema import Schema
from converters.annotations import row
from converters.carrying import carried
from converters.formats import DEFAULTS, Feature, WriteOptions
from converters.gathering import Gathering, is_text
from converters.json_records import Record, records, write_records
from converters.report import Finding, Report
from converters.utf16 import Utf16


class DoccanoFormat:
    """A file of doccano's: JSON lines, or a JSON list if it ends in ".json"."""

    name = "doccano"
    carries: frozenset[Feature] = frozenset(
        {"text", "names", "entities", "overlapping", "inside words", "relations", "classes"}
    )

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of the file `source`."""
        told = Report() if report is None else report
        for record in records(source, told):
            # Before version 1 it was called "data" in some exports.
            text = record.value.get("text", record.value.get("data"))
            if is_text(text):
                yield _document(record, text, source, schema, told)
            else:
                message = "there is no text in it; it was left out."
                told.add(Finding("", "no text", message, file=str(source), line=record.line, kind="loss"))

    def write(
        self,
        documents: Iterable[Document],
        destination: Path,
        schema: Schema | None = None,
        options: WriteOptions = DEFAULTS,
    ) -> Report:
        """Write the file `destination`."""
        related = bool(schema and schema.relations)

        def plain(document: Document, report: Report) -> dict[str, Any]:
            left = carried(document, self.carries, "doccano", schema)
            report.findings.extend(left.findings)
            report.annotations += len(row(left.document))
            return _example(left.document, related)

        as_list = destination.suffix == ".json"
        return write_records(documents, destination, plain, force=options.force, as_list=as_list)


def _example(document: Document, related: bool) -> dict[str, Any]:
    units = Utf16(document.text).units
    spans = [(units(entity.start), units(entity.end), entity.type) for entity in document.entities]
    example: dict[str, Any] = {"text": document.text, "name": document.name}
    if related or document.relations:
        numbers = {entity.id: number for number, entity in enumerate(document.entities, 1)}
        example["entities"] = [
            {"id": number, "start_offset": start, "end_offset": end, "label": label}
            for number, (start, end, label) in enumerate(spans, 1)
        ]
        example["relations"] = [
            {"id": number, "from_id": numbers[head.target], "to_id": numbers[tail.target], "type": relation.type}
            for number, relation in enumerate(document.relations, 1)
            for head, tail in [relation.arguments]
        ]
    elif spans or not document.classes:
        example["label"] = [list(span) for span in spans]
    if document.classes:
        example["cats" if len(example) > 2 else "label"] = list(document.classes)
    return example


def _document(record: Record, text: str, source: Path, schema: Schema | None, report: Report) -> Document:
    example = record.value
    given = example.get("name")
    name = given if is_text(given) and given else f"{source.stem}-{record.number}"
    found = Gathering(name, text, source, record.line, report, schema)
    counted = Utf16(text)
    numbers: dict[str, str] = {}
    for key in ("label", "labels", "entities"):
        for span in _list(example, key, found):
            _take(span, found, counted, numbers)
    for key in ("cats", "categories"):
        for one in _list(example, key, found):
            found.class_(one)
    for relation in _list(example, "relations", found):
        ends = relation if isinstance(relation, dict) else {}
        head, tail = numbers.get(str(ends.get("from_id"))), numbers.get(str(ends.get("to_id")))
        if head is None or tail is None:
            found.tell("target", "a relation that is not between two of the entities; it was left out.")
        else:
            found.relation(None, ends.get("type"), head, tail)
    if counted and found.entities:
        found.tell("counting", "it has characters beyond U+FFFF; offsets were taken to count each as two.", "remark")
    if example.get("Comments"):
        found.tell("comment", "it has comments on the whole text; they were left out.")
    return found.document()


def _list(example: dict[str, Any], key: str, found: Gathering) -> list[Any]:
    value = example.get(key)
    if isinstance(value, str):
        return [value]
    if value is None or isinstance(value, list):
        return value or []
    found.tell("list", f"{key} is not a list; it was left out.")
    return []


def _take(one: Any, found: Gathering, counted: Utf16, numbers: dict[str, str]) -> None:
    """Add what `one` of the labels is: a span as a list of three or as an object, or a class of the document."""
    if isinstance(one, str):
        found.class_(one)
        return
    number = None
    if isinstance(one, dict):
        number, one = one.get("id"), [one.get("start_offset"), one.get("end_offset"), one.get("label")]
    if not isinstance(one, list) or len(one) != 3:
        found.tell("label", "a label that is neither a text nor a start, an end and a text; it was left out.")
        return
    extent = found.extent(one[2], one[0], one[1], counted.code_points)
    if extent is not None:
        identity = found.entity(None, *extent)
        if number is not None:
            numbers[str(number)] = identity
