"""brat folders: documents found in one, read one at a time; written whole or not at all; copied byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bioassist.documents import Document
from bioassist.errors import InputError, UsageError
from bioassist.schema import Schema
from converters.annotations import row
from converters.brat.codec import read_records, write_records
from converters.brat.conf import Configuration
from converters.brat.form import brat_form
from converters.brat.lines import render
from converters.brat.names import create, safe_path
from converters.brat.reading import assemble, best_view, decoded, text_source
from converters.brat.text import OffsetMap
from converters.destination import Staging, new_folder
from converters.formats import DEFAULTS, WriteOptions
from converters.report import Finding, Report

TEXT = ".txt"
ANNOTATIONS = ".ann"
# Annotations in parts, as the shared tasks gave them out; read where there is no `.ann`.
PARTS = (".a1", ".a2", ".rel", ".co")
OFFSETS = ".offsets.json"


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of one document: its text, and what annotates it (none, one `.ann`, or parts)."""

    name: str
    text: Path
    annotations: tuple[Path, ...]


class BratFormat:
    """brat standoff: a folder of `NAME.txt` and `NAME.ann` with brat's configuration, or one document's files."""

    name = "brat"

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents below the folder `source`, by name; or the one whose `.ann` or `.txt` it is.

        Where a valid offset map lies beside a text, the document gets the text and the offsets of before the export.
        Lines that brat would not read, and documents that cannot be read, are findings.
        """
        told = Report() if report is None else report
        for files in find(source, told):
            try:
                document = read_document(files, source, told)
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
        """Write the folder `destination`: a `.txt` and an `.ann` for each document, and the configuration."""
        report = Report()
        configuration = Configuration(schema)
        with new_folder(destination, force=options.force) as staging:
            for document in documents:
                _write_document(document, staging, configuration, report)
            for name, content in configuration.files().items():
                (staging.path / name).write_bytes(content.encode())
            report.findings.extend(configuration.findings)
        return report

    def copy(self, source: Path, destination: Path, options: WriteOptions = DEFAULTS) -> Report:
        """Copy the folder `source` byte for byte, `.ann` files through the codec; the report says what is in them."""
        if not source.is_dir():
            raise UsageError("is not a folder.", where=str(source), next_step="Name the folder of the corpus.")
        if destination.resolve() != source.resolve() and destination.resolve().is_relative_to(source.resolve()):
            raise UsageError("lies inside of what is to be copied.", where=str(destination))
        report = Report()
        for _ in self.read(source, None, report):
            pass
        with new_folder(destination, force=options.force) as staging:
            for path in _below(source, Report()):
                target = staging.path / path.relative_to(source)
                if path.is_dir():
                    target.mkdir()
                    continue
                data = _bytes(path)
                if path.suffix == ANNOTATIONS:
                    data = write_records(read_records(data))
                target.write_bytes(data)
        return report


def find(source: Path, report: Report) -> Iterator[Sources]:
    """The documents at `source`, by name. Raises InputError if there are none."""
    if source.is_file():
        stem = source.with_name(source.name.removesuffix(source.suffix))
        there = {path.suffix for path in _files_of(stem) if path.is_file()}
        annotations = _annotations(stem, there) if source.suffix == TEXT else (source,)
        yield Sources(stem.name, _files_of(stem)[0], annotations)
        return
    if not source.is_dir():
        raise InputError("there is no such file or folder.", where=str(source))
    found: dict[Path, set[str]] = {}
    for path in _below(source, report):
        if path.suffix in (TEXT, ANNOTATIONS, *PARTS) and path.is_file():
            found.setdefault(path.with_name(path.name.removesuffix(path.suffix)), set()).add(path.suffix)
    if not found:
        raise InputError(
            "holds no .txt and no .ann files.", where=str(source), next_step="Name a folder of brat files."
        )
    for stem, extensions in sorted(found.items()):
        name = stem.relative_to(source).as_posix()
        annotations = _annotations(stem, extensions)
        if TEXT not in extensions:
            shown = _shown(annotations[0], source)
            report.add(
                Finding(name, "no text", "there is no .txt beside it; it was not read.", file=shown, kind="loss")
            )
            continue
        if not annotations:
            report.add(Finding(name, "no annotations", "there is no .ann beside it.", file=f"{name}{TEXT}"))
        yield Sources(name, _files_of(stem)[0], annotations)


def read_document(files: Sources, source: Path, report: Report) -> Document:
    """One document. Raises InputError if its files cannot be read or its text is not UTF-8."""
    shown = _shown(files.text, source)
    text, bom = decoded(_bytes(files.text), shown)
    parts = [_bytes(path) for path in files.annotations]
    if len(parts) > 1:
        parts = [part if part.endswith(b"\n") else part + b"\n" for part in parts if part]
    view, records = best_view(b"".join(parts), text, bom)
    offsets = view.offsets
    if bom or "\r" in text:
        report.add(Finding(files.name, "counting", f"its offsets count {view.counts}.", file=shown))
    else:
        kept = _offsets_beside(files, source, text, report)
        text, offsets = kept.restore(text), kept
    document, problems = assemble(files.name, text, records, offsets, text_source(shown, text, bom))
    for line, problem in problems:
        file, number = _line_in(files.annotations, parts, line)
        place = _shown(file, source)
        report.add(Finding(files.name, problem.code, problem.message, problem.offset, place, number, problem.kind))
    return document


def _offsets_beside(files: Sources, source: Path, text: str, report: Report) -> OffsetMap:
    path = files.text.with_name(files.text.name.removesuffix(TEXT) + OFFSETS)
    if not path.is_file():
        return OffsetMap()
    try:
        return OffsetMap.loads(_bytes(path).decode(), text)
    except ValueError as error:
        message = f"the offset map is not used: {error}."
        report.add(Finding(files.name, "offset map", message, file=_shown(path, source), kind="change"))
        return OffsetMap()


def _line_in(paths: tuple[Path, ...], parts: list[bytes], line: int) -> tuple[Path, int]:
    for path, part in zip(paths[:-1], parts[:-1], strict=False):
        length = sum(record.raw.count("\n") for record in read_records(part))
        if line <= length:
            return path, line
        line -= length
    return paths[-1], line


def _write_document(document: Document, staging: Staging, configuration: Configuration, report: Report) -> None:
    form = brat_form(document)
    text, annotations = form.document.text, row(form.document)
    try:
        text_data = text.encode()
        data = "".join(f"{render(one, text)}\n" for one in annotations).encode()
    except UnicodeEncodeError as error:
        message = "a lone surrogate is in it, which is not text; the document was left out."
        report.add(Finding(document.name, "not text", message, error.start, kind="loss"))
        return
    # As brat does: what cannot be read back is not written.
    records = list(read_records(data, text))
    if [record.annotation for record in records] != annotations or any(record.problems for record in records):
        message = "what was to be written would be read differently; the document was left out."
        report.add(Finding(document.name, "unsafe", message, kind="loss"))
        return
    path = create(staging.path, safe_path(document.name), TEXT)
    if str(path) != document.name:
        report.add(Finding(document.name, "name", f"it was written as {path}.", kind="change"))
    (staging.path / f"{path}{TEXT}").write_bytes(text_data)
    (staging.path / f"{path}{ANNOTATIONS}").write_bytes(data)
    if form.offsets.changes:
        (staging.path / f"{path}{OFFSETS}").write_bytes(form.offsets.dumps(text).encode())
        report.offsets_mapped += 1
    else:
        staging.obsolete.append(Path(f"{path}{OFFSETS}"))
    configuration.observe(form.document)
    report.documents += 1
    report.annotations += len(annotations)
    report.fragments_split += form.fragments_split
    report.findings.extend(form.findings)


def as_exported(document: Document) -> Document:
    """What reading an unchanged export of `document` gives, in the offsets of its text: what a corrected one differs
    from by its corrections alone. Raises ValueError for a document that cannot be exported (a lone surrogate)."""
    form = brat_form(document)
    data = "".join(f"{render(one, form.document.text)}\n" for one in row(form.document)).encode()
    return assemble(document.name, document.text, read_records(data), form.offsets, document.source)[0]


def _files_of(stem: Path) -> list[Path]:
    return [stem.with_name(stem.name + extension) for extension in (TEXT, ANNOTATIONS, *PARTS)]


def _annotations(stem: Path, there: set[str]) -> tuple[Path, ...]:
    _, whole, *parts = _files_of(stem)
    return (whole,) if ANNOTATIONS in there else tuple(part for part in parts if part.suffix in there)


def _below(folder: Path, report: Report) -> Iterator[Path]:
    """All files and folders below `folder`, in order; links that lead out of it, and to folders, are findings."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        report.add(Finding("", "unreadable", f"cannot be read: {error.strerror}.", file=str(folder), kind="loss"))
        return
    for path in entries:
        if path.is_symlink() and (path.is_dir() or not path.is_file() or not _stays(path, folder)):
            report.add(Finding("", "link", "this link was not followed.", file=str(path), kind="loss"))
            continue
        yield path
        if path.is_dir():
            yield from _below(path, report)


def _stays(link: Path, folder: Path) -> bool:
    return link.resolve().is_relative_to(folder.resolve())


def _shown(path: Path, source: Path) -> str:
    return path.relative_to(source if source.is_dir() else source.parent).as_posix()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", where=str(path)) from error
