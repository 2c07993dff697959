"""brat folders: documents found in one, read one at a time; written whole or not at all; copied byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bioassist.documents import Document
from bioassist.errors import InputError
from bioassist.schema import Schema
from converters.annotations import row
from converters.brat.codec import read_records
from converters.brat.conf import Configuration
from converters.brat.configuration import Configurations
from converters.brat.copying import copied
from converters.brat.form import brat_form
from converters.brat.lines import render
from converters.brat.opening import opened
from converters.brat.profiles import CARRIES, fitted
from converters.brat.reading import assemble
from converters.brat.sources import find
from converters.brat.writing import Writer
from converters.destination import new_folder
from converters.formats import DEFAULTS, Profile, WriteOptions
from converters.report import Finding, Report


class BratFormat:
    """brat standoff: a folder of `NAME.txt` and `NAME.ann` with brat's configuration, or one document's files."""

    name = "brat"
    carries = CARRIES["brat"]

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents below the folder `source`, by name; or the one whose `.ann` or `.txt` it is.

        Where a valid offset map lies beside a text, the document gets the text and the offsets of before the export.
        Lines that brat would not read, what the configuration there does not allow, and documents that cannot be read,
        are findings.
        """
        told = Report() if report is None else report
        configurations = Configurations(source if source.is_dir() else source.parent, told)
        for files in find(source, told):
            try:
                document = opened(files, source, told, configurations.of(files.text.parent)).document
            except InputError as error:
                if source.is_file():
                    raise
                told.add(Finding(files.name, "unreadable", error.what, file=error.where, kind="loss"))
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
        """Write the folder `destination`: a `.txt` and an `.ann` for each document, and the configuration.

        The profile "inception" has a zip of the two instead, which is what INCEpTION imports, and no configuration.
        """
        report = Report()
        with new_folder(destination, force=options.force) as staging:
            writer = Writer(staging, Configuration(schema, options.label_keys), options, report)
            for document in documents:
                writer.add(document)
            writer.finish()
        return report

    def copy(self, source: Path, destination: Path, options: WriteOptions = DEFAULTS) -> Report:
        """Copy the folder `source` byte for byte, and report what is in it; for another profile, write it anew."""
        if options.profile == "brat" and options.original is None:
            return copied(source, destination, force=options.force)
        report = Report()
        written = self.write(self.read(source, None, report), destination, None, options)
        report.documents = report.annotations = 0
        report.merge(written)
        return report


def as_exported(document: Document, profile: Profile = "brat", *, as_notes: bool = False) -> Document:
    """What reading an unchanged export of `document` gives, in the offsets of its text: what a corrected one differs
    from by its corrections alone. Raises ValueError for a document that cannot be exported (a lone surrogate)."""
    form = brat_form(document)
    written = fitted(form.document, profile, as_notes=as_notes).document
    data = "".join(f"{render(one, written.text)}\n" for one in row(written)).encode()
    return assemble(document.name, document.text, read_records(data), form.offsets, document.source)[0]
