"""The two formats: a file of BioC XML or JSON, or a folder of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bioassist.documents import Document
from bioassist.errors import InputError
from bioassist.schema import Schema
from converters.annotations import row
from converters.bioc import xml
from converters.bioc.reading import from_bioc
from converters.bioc.writing import to_bioc
from converters.destination import new_file
from converters.formats import DEFAULTS, EVERYTHING, WriteOptions
from converters.json_records import dumped, loaded, records
from converters.report import Finding, Report

_HEADER = {"source": "bioassist", "date": "", "key": "Offsets and lengths count Unicode code points."}
# Under which keys those who write BioC JSON have a list of documents, or of collections.
_HOLDING = ("documents", "PubTator3", "collections")

Plain = dict[str, Any]


class BioCXmlFormat:
    """BioC XML, read and written one document at a time."""

    name = "bioc-xml"
    carries = EVERYTHING

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of the file `source`, or of all `.xml` files below the folder `source`.

        Passages become one text; offsets may count bytes or characters, of the document or the passage. A file with
        entities to expand is refused.
        """
        yield from _read(source, ".xml", xml.documents, schema, Report() if report is None else report)

    def write(
        self,
        documents: Iterable[Document],
        destination: Path,
        schema: Schema | None = None,
        options: WriteOptions = DEFAULTS,
    ) -> Report:
        """Write the file `destination`. What XML cannot hold, such as form feeds, becomes spaces that bioassist can
        read back."""
        report = Report()
        with new_file(destination, force=options.force) as staged, staged.open("wb") as file:
            file.write(xml.collection_start(_HEADER).encode())
            for data in _written(documents, report, lambda one: xml.rendered(_for_xml(one, report))):
                file.write(data)
            file.write(xml.COLLECTION_END.encode())
        return report


class BioCJsonFormat:
    """BioC JSON, written one document at a time; a collection is read as a whole, JSON lines one at a time."""

    name = "bioc-json"
    carries = EVERYTHING

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of the file `source`, or of all `.json` files below the folder `source`.

        A file holds a collection, a list of documents or of collections, or a document a line; otherwise as with XML.
        """
        yield from _read(source, ".json", _json_documents, schema, Report() if report is None else report)

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
            header = dumped({"bioctype": "BioCCollection", **_HEADER, "version": "1.0", "infons": {}})
            file.write(header.removesuffix("}").encode() + b', "documents": [')
            between = b"\n"
            for data in _written(documents, report, lambda one: dumped(to_bioc(one))):
                file.write(between + data)
                between = b",\n"
            file.write(b"\n]}\n")
        return report


def _read(
    source: Path,
    extension: str,
    documents: Callable[[Path, Report], Iterable[Plain]],
    schema: Schema | None,
    report: Report,
) -> Iterator[Document]:
    files = sorted(source.rglob(f"*{extension}")) if source.is_dir() else [source]
    if not files:
        raise InputError(f"holds no {extension} files.", where=str(source))
    for file in files:
        try:
            for number, plain in enumerate(documents(file, report), 1):
                try:
                    document = from_bioc(plain, str(file), report, schema, number)
                except (InputError, RecursionError) as error:
                    what = error.what if isinstance(error, InputError) else "nested too deeply."
                    line = plain.get(xml.LINE)
                    told = f"{what} The document was not read."
                    report.add(Finding(str(plain.get("id", number)), "unreadable", told, None, str(file), line, "loss"))
                    continue
                report.documents += 1
                report.annotations += len(row(document))
                yield document
        except InputError as error:
            if not source.is_dir():
                raise
            report.add(Finding("", "unreadable", error.what, file=error.where, kind="loss"))


def _json_documents(source: Path, report: Report) -> Iterator[Plain]:
    try:
        whole = loaded(source.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        if not error.msg.startswith("Extra data"):
            raise InputError(f"not JSON: {error.msg}.", where=f"{source}:{error.lineno}") from None
        # A document a line.
        for record in records(source, report):
            yield from ({**one, xml.LINE: record.line} for one in _held(record.value))
        return
    except UnicodeDecodeError as error:
        what = f"not UTF-8: byte {error.start} is {error.object[error.start]:#04x}."
        raise InputError(what, where=str(source)) from None
    except (ValueError, RecursionError) as error:
        what = "nested too deeply." if isinstance(error, RecursionError) else str(error)
        raise InputError(what, where=str(source)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", where=str(source)) from error
    held = _held(whole)
    if not held:
        raise InputError("no BioC: there is no document in it.", where=str(source))
    yield from held


def _held(value: Any) -> list[Plain]:
    """The documents in a document, a collection, or a list of either."""
    if isinstance(value, list):
        return [document for one in value for document in _held(one)]
    if not isinstance(value, dict):
        return []
    inner = next((value[key] for key in _HOLDING if isinstance(value.get(key), list)), None)
    return _held(inner) if inner is not None else [value] if "passages" in value else []


def _for_xml(document: Document, report: Report) -> Plain:
    names = [document.name, *document.classes]
    for one in row(document):
        names += [one.type, *(argument.role for argument in getattr(one, "arguments", ()))]
    if any(xml.clean(name) != name for name in names):
        message = "a name, a label or a role has characters that XML cannot hold; they became spaces."
        report.add(Finding(document.name, "label", message, kind="change"))
    return to_bioc(document, xml.clean)


def _written(documents: Iterable[Document], report: Report, rendered: Callable[[Document], str]) -> Iterator[bytes]:
    for document in documents:
        try:
            data = rendered(document).encode()
        except ValueError as error:
            what = "a lone surrogate" if isinstance(error, UnicodeEncodeError) else "a number that is not one"
            message = f"{what} is in it, which BioC cannot hold; the document was left out."
            report.add(Finding(document.name, "not text", message, kind="loss"))
            continue
        yield data
        report.documents += 1
        report.annotations += len(row(document))
