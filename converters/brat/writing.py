"""brat files written, one document at a time, into a folder that is being filled."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path, PurePosixPath

from bioassist.documents import Annotation, Document, Equivalence
from bioassist.errors import InputError, UsageError
from converters.annotations import row
from converters.brat.codec import read_records, write_records
from converters.brat.conf import Configuration
from converters.brat.editing import rewritten
from converters.brat.form import brat_form
from converters.brat.lines import render
from converters.brat.names import create, safe_path
from converters.brat.opening import opened, records_of
from converters.brat.profiles import fitted
from converters.brat.sources import ANNOTATIONS, OFFSETS, TEXT, Sources, below, content, find
from converters.destination import Staging
from converters.formats import WriteOptions
from converters.report import Finding, Report

ZIP = ".zip"
# Zip files hold a time; with the earliest that they can, the same documents make the same file.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True)
class Writer:
    """Writes documents below `staging` and accounts for them in `report`."""

    staging: Staging
    configuration: Configuration
    options: WriteOptions
    report: Report
    _originals: dict[str, Sources] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.options.original is None:
            return
        if self.options.profile != "brat":
            raise UsageError("files can be kept as they were in the profile brat alone.", next_step="Leave one out.")
        self._originals = {files.name: files for files in find(self.options.original, Report())}

    def add(self, document: Document) -> None:
        if not self._keep(document):
            self._write(document)

    def _write(self, document: Document) -> None:
        form = brat_form(document)
        fit = fitted(form.document, self.options.profile, as_notes=self.options.uncarried == "note")
        text, annotations = fit.document.text, row(fit.document)
        try:
            text_data = text.encode()
            data = "".join(f"{render(one, text)}\n" for one in annotations).encode()
        except UnicodeEncodeError as error:
            message = "a lone surrogate is in it, which is not text; the document was left out."
            self.report.add(Finding(document.name, "not text", message, error.start, kind="loss"))
            return
        # As brat does: what cannot be read back is not written.
        if not _reads_back(data, text, annotations):
            message = "what was to be written would be read differently; the document was left out."
            self.report.add(Finding(document.name, "unsafe", message, kind="loss"))
            return
        if self.options.profile == "inception":
            path = self._place(document, ZIP, _zipped(safe_path(document.name).name, text_data, data))
        else:
            path = self._place(document, TEXT, text_data)
            (self.staging.path / f"{path}{ANNOTATIONS}").write_bytes(data)
        if form.offsets.changes:
            (self.staging.path / f"{path}{OFFSETS}").write_bytes(form.offsets.dumps(text).encode())
            self.report.offsets_mapped += 1
        else:
            self.staging.obsolete.append(Path(f"{path}{OFFSETS}"))
        self.configuration.observe(fit.document)
        self.report.documents += 1
        self.report.annotations += len(annotations)
        self.report.fragments_split += form.fragments_split
        self.report.findings += [*form.findings, *fit.findings]

    def _place(self, document: Document, extension: str, data: bytes) -> PurePosixPath:
        """Write the first file of `document`; the name that it got, without extension."""
        path = create(self.staging.path, safe_path(document.name), extension, data)
        if str(path) != document.name:
            self.report.add(Finding(document.name, "name", f"it was written as {path}.", kind="change"))
        return path

    def _keep(self, document: Document) -> bool:
        """Write the original files of `document` with its changes alone; False if that cannot be."""
        files = (self._originals or {}).get(document.name)
        original = self.options.original
        if files is None or original is None:
            return False
        if any(path.suffix != ANNOTATIONS for path in files.annotations):
            self._tell_new(document, "its annotations are in parts")
            return False
        try:
            was = opened(files, original, Report())
            records = records_of(files, was.view)
            text = content(files.text)
        except InputError as error:
            self._tell_new(document, error.what.rstrip("."))
            return False
        if was.document.text != document.text:
            self._tell_new(document, "its text is another one there")
            return False
        changed, findings = rewritten(records, was.view, was.document, document)
        path = self._place(document, TEXT, text)
        if files.annotations or changed:
            (self.staging.path / f"{path}{ANNOTATIONS}").write_bytes(write_records(changed))
        if files.offsets.is_file():
            (self.staging.path / f"{path}{OFFSETS}").write_bytes(content(files.offsets))
        self.report.documents += 1
        self.report.annotations += sum(1 for record in changed if record.annotation is not None)
        self.report.findings += findings
        return True

    def _tell_new(self, document: Document, why: str) -> None:
        message = f"it was written anew and not into the original: {why}."
        self.report.add(Finding(document.name, "written anew", message))

    def finish(self) -> None:
        """Write the configuration: the original's, or that of the schema and of the labels that were met."""
        if self.options.original is not None:
            for path in _configuration_files(self.options.original):
                target = self.staging.path / path.relative_to(self.options.original)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content(path))
            return
        if self.options.profile == "inception":
            return
        for name, text in self.configuration.files().items():
            (self.staging.path / name).write_bytes(text.encode())
        self.report.findings.extend(self.configuration.findings)


def _reads_back(data: bytes, text: str, annotations: Sequence[Annotation | Equivalence]) -> bool:
    """True if `data` is read as `annotations`, and nothing is wrong with it."""
    pairs = zip_longest(read_records(data, text), annotations)
    return all(record is not None and record.annotation == one and not record.problems for record, one in pairs)


def _configuration_files(folder: Path) -> Iterator[Path]:
    yield from (path for path in below(folder, Report()) if path.suffix == ".conf" and path.is_file())


def _zipped(name: str, text: bytes, annotations: bytes) -> bytes:
    """The zip file of one document, which INCEpTION takes as its two files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for extension, data in ((TEXT, text), (ANNOTATIONS, annotations)):
            archive.writestr(zipfile.ZipInfo(f"{name}{extension}", _NO_TIME), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()
