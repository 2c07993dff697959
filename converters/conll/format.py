"""The format that the command line knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bioassist.documents import Document
from bioassist.errors import InputError
from bioassist.schema import Schema
from converters.conll.reading import read_file
from converters.conll.writing import written
from converters.destination import new_file
from converters.formats import DEFAULTS, Feature, WriteOptions
from converters.report import Finding, Report

EXTENSIONS = (".conll", ".iob", ".iob2", ".bio", ".tsv")


class ConllFormat:
    """Tokens and tags: one file, or a folder of them to read."""

    name = "conll"
    carries: frozenset[Feature] = frozenset({"text", "names", "entities"})

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of the file `source`, or of the files below the folder `source`.

        Lines that are neither a word with a tag nor the begin of a document, and broken sequences of tags, are
        findings. Raises InputError for a file that cannot be read, or whose last column has no tags.
        """
        told = Report() if report is None else report
        files = sorted(path for path in source.rglob("*") if path.suffix in EXTENSIONS) if source.is_dir() else [source]
        if not files:
            raise InputError(f"holds no files with {', '.join(EXTENSIONS)}.", where=str(source))
        for file in files:
            stem = file.relative_to(source).with_suffix("").as_posix() if source.is_dir() else file.stem
            try:
                yield from read_file(file, stem, told)
            except InputError as error:
                if not source.is_dir():
                    raise
                told.add(Finding(stem, "unreadable", error.what, file=str(file), kind="loss"))

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
                told = Report(documents=1)
                try:
                    data = written(document, self.carries, schema, options.misaligned, told).encode()
                except UnicodeEncodeError:
                    message = "a lone surrogate is in it, which is not text; the document was left out."
                    report.add(Finding(document.name, "not text", message, kind="loss"))
                    continue
                file.write(data)
                report.merge(told)
        return report
