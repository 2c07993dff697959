"""The format that the command line knows: a file of tasks, or a folder with the labelling interface beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bioassist.documents import Document
from bioassist.schema import Schema
from converters.annotations import row
from converters.carrying import carried
from converters.destination import new_folder
from converters.formats import DEFAULTS, Feature, WriteOptions
from converters.json_records import records, write_records
from converters.label_studio.interface import Interface
from converters.label_studio.reading import read_task
from converters.label_studio.writing import task_of
from converters.report import Report

TASKS = "tasks.json"
INTERFACE = "config.xml"


class LabelStudioFormat:
    """Tasks of Label Studio."""

    name = "label-studio"
    carries: frozenset[Feature] = frozenset(
        {
            "text",
            "names",
            "entities",
            "overlapping",
            "inside words",
            "relations",
            "attributes",
            "notes",
            "classes",
            "unreviewed",
            "provenance",
        }
    )

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of the file `source`, or of the tasks in the folder `source`."""
        told = Report() if report is None else report
        file = source / TASKS if source.is_dir() else source
        for record in records(file, told):
            found = read_task(record, file, schema, told)
            if found is not None:
                yield found

    def write(
        self,
        documents: Iterable[Document],
        destination: Path,
        schema: Schema | None = None,
        options: WriteOptions = DEFAULTS,
    ) -> Report:
        """Write JSON lines if `destination` ends in ".jsonl", a JSON list if in ".json", else a folder."""
        if destination.suffix in (".json", ".jsonl"):
            return self._write(documents, destination, schema, None, force=options.force)
        interface = Interface(schema)
        with new_folder(destination, force=options.force) as staging:
            report = self._write(documents, staging.path / TASKS, schema, interface)
            (staging.path / INTERFACE).write_bytes(interface.xml().encode())
        return report

    def _write(
        self,
        documents: Iterable[Document],
        file: Path,
        schema: Schema | None,
        interface: Interface | None,
        *,
        force: bool = False,
    ) -> Report:
        def plain(document: Document, report: Report) -> dict[str, Any]:
            left = carried(document, self.carries, "Label Studio", schema)
            report.findings.extend(left.findings)
            report.annotations += len(row(left.document))
            if interface:
                interface.observe(left.document)
            return task_of(left.document, report)

        return write_records(documents, file, plain, force=force, as_list=file.suffix == ".json")
