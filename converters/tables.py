"""Tables as input: notes in a column of CSV or TSV, under a key of JSON lines, or in a column of parquet.

Rows are read one at a time. A row that is no note costs itself: it comes with what is wrong with it.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from bioassist.documents import Document
from bioassist.errors import InputError, UsageError
from bioassist.reading import DecodedText, decode
from bioassist.schema import Schema
from converters.json_records import records
from converters.report import Finding, Report

_CSV = {".csv", ".tsv", ".tab"}
_JSON_LINES = {".jsonl", ".ndjson"}
_PARQUET = {".parquet"}
SUFFIXES = frozenset(_CSV | _JSON_LINES | _PARQUET)

_ROW_OF = re.compile(
    rf"(.*(?:{'|'.join(map(re.escape, sorted(SUFFIXES | {'.json'})))})):[0-9]+", re.DOTALL | re.IGNORECASE
)
# What a note may have at most, as a file may (`assistant.project.notes.intake`).
_LONGEST = 100_000_000
_DELIMITERS = ",;\t|"
_PARQUET_ROWS = 64


@dataclass(frozen=True, slots=True)
class Table:
    """The notes in `text_column` of a file, named by `id_column`, or else by the number of their row, from 1.

    `encoding` is that of a CSV file which is not UTF-8.
    """

    path: Path
    text_column: str
    id_column: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, which begins in line `place` of its file; of a parquet file it is row `place`, from 1.

    `name` is None for a row that has none of its own. `text` is the bytes of its note in UTF-8; if there is no note,
    `fault` says why.
    """

    name: str | None
    text: bytes
    place: int
    fault: str | None = None


def is_table(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def file_of(place: str) -> str:
    """The file of a note whose place is "notes.csv:12"; a path of another kind as it is."""
    found = _ROW_OF.fullmatch(place)
    return found[1] if found else place


def rows(table: Table) -> Iterator[Row]:
    """All rows of `table`. Raises InputError if it cannot be read or has no such column."""
    suffix = table.path.suffix.lower()
    cells = _csv_cells if suffix in _CSV else _parquet_cells if suffix in _PARQUET else _json_cells
    seen: set[int] = set()
    try:
        for number, (place, cell, identity) in enumerate(cells(table), 1):
            name, fault = _name(identity, number, table)
            if isinstance(cell, _Fault):
                fault = cell.what
            # A number for a name keeps the memory small that a long table takes.
            if name is not None and table.id_column is not None:
                if hash(name) in seen:
                    name, fault = None, f"the id {name!r} is there already, in a row before; it was left out."
                else:
                    seen.add(hash(name))
            text, wrong = (b"", None) if isinstance(cell, _Fault) else _bytes(cell, table)
            fault = fault or wrong
            yield Row(name, b"" if fault else text, place, fault)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}.", where=str(table.path)) from error


def decoded(row: Row, where: str, encoding: str | None = None) -> DecodedText:
    """The note in `row`, with `where` as the place that it comes from. Raises InputError for what is no note."""
    if row.fault is not None:
        raise InputError(row.fault, where=where)
    found = decode(row.text, where)
    return DecodedText(found.text, replace(found.source, encoding=encoding)) if encoding else found


def notes(table: Table, report: Report) -> Iterator[Document]:
    """The notes of `table` as documents without annotations; rows that hold none are findings."""
    for row in rows(table):
        where = f"{table.path}:{row.place}"
        try:
            found = decoded(row, where, table.encoding)
        except InputError as error:
            what = f"{error.what} {error.next_step}" if error.next_step else error.what
            report.add(Finding(row.name or "", "no note", what, None, str(table.path), row.place, "loss"))
            continue
        report.documents += 1
        yield Document(row.name or str(row.place), found.text, source=found.source)


class TableFormat:
    """Tables as a format to convert from; made with what to read of them."""

    name = "table"

    def __init__(self, text_column: str, id_column: str | None = None, encoding: str | None = None) -> None:
        self._columns = text_column, id_column, encoding

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The notes in the file `source`."""
        yield from notes(Table(source, *self._columns), Report() if report is None else report)


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a row has no cells."""

    what: str


# Where a row is, the note in it, and its id.
_Cells = Iterator[tuple[int, Any, Any]]


def _name(identity: Any, number: int, table: Table) -> tuple[str | None, str | None]:
    """The name of a row, and what is wrong with its id."""
    if table.id_column is None:
        return str(number), None
    if isinstance(identity, float):
        # Whole numbers with some missing are kept as these, and what is missing as NaN.
        identity = int(identity) if identity.is_integer() else None if math.isnan(identity) else identity
    if identity is None or identity == "":
        return None, f"its {table.id_column!r} is empty; it was left out."
    try:
        given = identity.decode() if isinstance(identity, bytes) else identity
        if isinstance(given, bool) or not isinstance(given, str | int):
            return None, f"its {table.id_column!r} is neither a text nor a whole number; it was left out."
        name = str(given).strip()
        name.encode()
    except UnicodeError:
        return None, f"its {table.id_column!r} is not UTF-8; it was left out."
    return (name, None) if name else (None, f"its {table.id_column!r} is empty; it was left out.")


def _bytes(cell: Any, table: Table) -> tuple[bytes, str | None]:
    """The bytes of a note in UTF-8, and what is wrong with them."""
    if cell is None or (isinstance(cell, str | bytes) and not cell.strip()):
        return b"", f"its {table.text_column!r} is empty."
    if isinstance(cell, bytes):
        return cell, None
    if not isinstance(cell, str):
        return b"", f"its {table.text_column!r} is no text."
    try:
        return cell.encode("utf-8", "surrogateescape"), None
    except UnicodeEncodeError:
        return b"", f"its {table.text_column!r} has a lone surrogate, which is not text."


def _csv_cells(table: Table) -> _Cells:
    # Bytes that are not in the encoding come with the cell that they are in.
    encoding = table.encoding or "utf-8-sig"
    csv.field_size_limit(_LONGEST)
    with table.path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        reader, header = _header(file, table)
        text = _column(header, table.text_column, table)
        identity = None if table.id_column is None else _column(header, table.id_column, table)
        place = reader.line_num + 1
        while True:
            try:
                cells = next(reader, None)
            except UnicodeError:
                raise InputError(
                    f"not {encoding}.", where=f"{table.path}:{place}", next_step="Try another --encoding."
                ) from None
            except csv.Error as error:
                yield place, _Fault(f"not CSV: {error}; what was read as this row was left out."), None
                place = reader.line_num + 1
                continue
            if cells is None:
                return
            if cells and len(cells) != len(header):
                yield place, _Fault(f"it has {len(cells)} cells, and the first row {len(header)}."), None
            elif cells:
                yield place, cells[text], None if identity is None else cells[identity]
            place = reader.line_num + 1


def _header(file: IO[str], table: Table) -> tuple[Any, list[str]]:
    """The reader behind the first row, and that row, by the delimiter that gives it the columns that are wanted."""
    wanted = {table.text_column, table.id_column or table.text_column}
    tried: list[tuple[Any, list[str]]] = []
    for delimiter in "\t" if table.path.suffix.lower() in (".tsv", ".tab") else _DELIMITERS:
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            header = next(reader, [])
        except (csv.Error, UnicodeError) as error:
            raise InputError(f"its first row cannot be read: {error}.", where=f"{table.path}:1") from None
        if wanted <= {*header}:
            return reader, header
        tried.append((reader, header))
    return max(tried, key=lambda one: len(one[1]))


def _column(header: Sequence[str], name: str, table: Table) -> int:
    if name not in header:
        raise _no_column(name, header, table)
    if header.count(name) > 1:
        raise InputError(
            f"several columns are called {name!r}.", where=str(table.path), next_step="Rename all but one."
        )
    return header.index(name)


def _no_column(name: str, there: Sequence[str], table: Table) -> InputError:
    known = ", ".join(repr(one.encode("utf-8", "replace").decode()) for one in there[:40]) or "none"
    return InputError(f"there is no column {name!r}.", where=str(table.path), next_step=f"Its columns: {known}.")


def _json_cells(table: Table) -> _Cells:
    report = Report()
    told = 0
    for record in records(table.path, report):
        for bad in report.findings[told:]:
            yield bad.line or 0, _Fault(bad.message), None
        told = len(report.findings)
        there = record.value
        lacking = [name for name in (table.text_column, table.id_column) if name is not None and name not in there]
        if lacking:
            keys = ", ".join(repr(key) for key in [*there][:40]) or "none"
            yield record.line, _Fault(f"it has no {lacking[0]!r}; its keys: {keys}."), there.get(table.id_column or "")
        else:
            yield record.line, there[table.text_column], there.get(table.id_column or "")
    for bad in report.findings[told:]:
        yield bad.line or 0, _Fault(bad.message), None


def _parquet_cells(table: Table) -> _Cells:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ModuleNotFoundError:
        raise UsageError(
            "reading parquet needs pyarrow.",
            where=str(table.path),
            next_step="Run `pip install 'bioassist[parquet]'`, or save the table as CSV.",
        ) from None
    wanted = [table.text_column, *([table.id_column] if table.id_column else [])]
    place = 0
    try:
        with ParquetFile(table.path) as file:
            for name in wanted:
                _column(file.schema_arrow.names, name, table)
            for batch in file.iter_batches(_PARQUET_ROWS, columns=wanted):
                columns = [_values(batch.column(name)) for name in wanted]
                for cells in zip(*columns, strict=True):
                    place += 1
                    yield place, cells[0], cells[-1] if table.id_column else None
    except ArrowException as error:
        raise InputError("not parquet, or damaged.", where=str(table.path)) from error


def _values(column: Any) -> Iterator[Any]:
    """The cells of a parquet column; texts as their bytes, which need not be the UTF-8 that they should be."""
    from pyarrow import large_binary
    from pyarrow.types import is_large_string, is_string

    texts = is_string(column.type) or is_large_string(column.type)
    return (cell.as_py() for cell in (column.cast(large_binary()) if texts else column))
