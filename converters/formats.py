"""The formats that documents can be read from and written to.

A format is a class with the methods of `Format`, registered in the entry-point group "bioassist.formats" under the
name that the command line takes:

    [project.entry-points."bioassist.formats"]
    brat = "converters.brat:BratFormat"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Literal, Protocol, get_args, runtime_checkable

from bioassist.documents import Document
from bioassist.errors import UsageError
from bioassist.schema import Schema
from converters.report import Report

GROUP = "bioassist.formats"

Misaligned = Literal["snap", "leave out", "split"]
MISALIGNED: Final[tuple[Misaligned, ...]] = get_args(Misaligned)
Profile = Literal["brat", "inception", "plain"]
Uncarried = Literal["list", "note"]

# What a format may be able to hold. "text": every character of it, line ends and white space included; "names": the
# documents'; "entities": of one fragment, apart from each other, with edges between words; "overlapping", nested ones
# too; "inside words": edges there; "roles": the names of a relation's arguments; "unreviewed": that a suggestion is not
# decided on; "provenance": who decided on the others, and what suggested them.
Feature = Literal[
    "text",
    "names",
    "entities",
    "overlapping",
    "discontinuous",
    "inside words",
    "relations",
    "roles",
    "events",
    "attributes",
    "normalizations",
    "notes",
    "equivalences",
    "classes",
    "unreviewed",
    "provenance",
]
LABEL_KEYS: Final = tuple("123456789")
EVERYTHING: Final[frozenset[Feature]] = frozenset(get_args(Feature))


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write.

    `force` writes over an existing destination; files there that have nothing to do with the export stay.
    `misaligned` says what happens to a span whose edges are not edges of tokens, in formats that have tokens:
    "snap" it outward to whole tokens, "leave out" the span, or "split" the token there.
    `dev_share` of the documents become development data and `test_share` test data, in formats that have such a split;
    `language` is the ISO 639-1 code of the notes, for formats that want one.
    `profile` is the tool that brat files are for, and `uncarried` says what becomes of what it has no place for: a
    "note" on what it belongs to, or a line in the report alone ("list"). `original` is a brat folder that the documents
    were read from: what is unchanged stays there as it is, to the byte. `text` False leaves the texts out, in formats
    that can hold offsets alone. `label_keys` are the keys of the first labels on the review screen, in their order, for
    formats that hold shortcuts; of several, with commas between them, the first that there is a shortcut for counts.
    """

    force: bool = False
    misaligned: Misaligned = "snap"
    dev_share: float = 0.2
    test_share: float = 0.0
    language: str = "en"
    profile: Profile = "brat"
    uncarried: Uncarried = "list"
    original: Path | None = None
    text: bool = True
    label_keys: tuple[str, ...] = LABEL_KEYS


DEFAULTS = WriteOptions()


class Reader(Protocol):
    """Reads one file format."""

    @property
    def name(self) -> str:
        """What the command line calls it."""

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of `source`, one at a time; what is wrong with them goes to `report.findings`.

        Raises InputError if `source` cannot be read at all; one bad document of several is a finding.
        """


class Format(Reader, Protocol):
    """Reads and writes one file format. Made without arguments."""

    @property
    def carries(self) -> frozenset[Feature]:
        """What comes back if a document is written and read again. What else a document has, `write` reports; it may
        be silent about "provenance" alone, which says nothing about the text."""

    def write(
        self,
        documents: Iterable[Document],
        destination: Path,
        schema: Schema | None = None,
        options: WriteOptions = DEFAULTS,
    ) -> Report:
        """Write all `documents`, or nothing.

        Raises UsageError if `destination` exists and is not to be written over, or cannot be written.
        """


@runtime_checkable
class Copying(Protocol):
    """A format that can copy its own files byte for byte, where going through documents would tidy them."""

    def copy(self, source: Path, destination: Path, options: WriteOptions = DEFAULTS) -> Report: ...


def available() -> tuple[str, ...]:
    """The names of all registered formats."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)}))


def by_name(name: str) -> Format:
    """The format that is registered as `name`. Raises UsageError that lists the names there are."""
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            try:
                made: Format = entry.load()()
            except Exception as error:
                raise UsageError(
                    f"the format {name!r} cannot be loaded: {error}.", next_step=f"It is registered as {entry.value}."
                ) from error
            return made
    raise UsageError(f"there is no format called {name!r}.", next_step=f"Known: {', '.join(available()) or 'none'}.")


def convert(
    source: Path,
    destination: Path,
    reader: Reader,
    writer: Format,
    schema: Schema | None = None,
    options: WriteOptions = DEFAULTS,
) -> Report:
    """Read `source` with one format and write it with another; the report covers both.

    Between a format and itself the files are copied as they are, if the format can do that.
    """
    if reader.name == writer.name and isinstance(reader, Copying):
        return reader.copy(source, destination, options)
    report = Report()
    written = writer.write(reader.read(source, schema, report), destination, schema, options)
    # What a reader counts is what it handed over, which the writer counts again.
    report.documents = report.annotations = 0
    report.merge(written)
    return report
