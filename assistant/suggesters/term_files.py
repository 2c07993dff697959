"""Terminologies in files: tables with a row an entry, and OBO ontologies.

A table (CSV, or TSV by its name) has a row of names first: `term`; `type`, unless one type is given for all; and where
there is more to say `id` ("RXNORM:1191"; several with "|" between), `synonyms` (with "|" between), `case` ("exact" or
"any", of the term and its synonyms) and `confidence` (0 to 1). Other columns are left alone.

Of an OBO file the terms are taken that are not obsolete, under their name and their exact synonyms; their label is
their namespace.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from assistant.project.records import Reference
from assistant.suggesters.term_words import Case
from bioassist.errors import InputError
from converters.concepts import UNKNOWN, identifiers

# What nobody measured: a term that is there is mostly meant.
CONFIDENCE = 0.9
_COLUMNS = ("term", "type", "id", "synonyms", "case", "confidence")
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a terminology: what it is called, the first its own name. `line` is where it is in the file, or 0 if
    that is not known. `label` is "" if the file says none."""

    names: tuple[str, ...]
    label: str
    references: tuple[Reference, ...]
    line: int
    case: Case = ""
    confidence: float = CONFIDENCE


def entries(path: Path) -> Iterator[Entry]:
    """The entries of a terminology. Raises InputError with the line at fault, OSError if it cannot be read."""
    return _obo(path) if path.suffix.lower() == ".obo" else _table(path)


def _table(path: Path) -> Iterator[Entry]:
    csv.field_size_limit(_LONGEST_CELL)
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            header = _header(next(reader, []), path)
            line = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield _entry(cells, header, path, line)
                line = reader.line_num + 1
    except UnicodeDecodeError:
        raise InputError("it is not UTF-8.", where=str(path), next_step="Save the table as UTF-8.") from None
    except csv.Error as error:
        raise InputError(f"not CSV: {error}.", where=f"{path}:{line}") from None


def _header(cells: list[str], path: Path) -> Mapping[str, int]:
    names = [cell.strip().casefold() for cell in cells]
    twice = [name for name in _COLUMNS if names.count(name) > 1]
    if "term" not in names or twice:
        what = f"several columns are called {twice[0]!r}." if twice else "its first row names no column 'term'."
        raise InputError(what, where=f"{path}:1", next_step=f"A terminology has these columns: {', '.join(_COLUMNS)}.")
    return {"": len(cells)} | {name: names.index(name) for name in _COLUMNS if name in names}


def _entry(cells: list[str], header: Mapping[str, int], path: Path, line: int) -> Entry:
    where = f"{path}:{line}"
    if len(cells) != header[""]:
        raise InputError(
            f"this row has {len(cells)} cells, the first {header['']}.",
            where=where,
            next_step='Put a cell with a comma in quotes: "a, b".',
        )
    said = {name: cells[place].strip() for name, place in header.items() if name}
    names = [said["term"], *(one.strip() for one in said.get("synonyms", "").split("|"))]
    if not said["term"]:
        raise InputError("this row has no term.", where=where)
    case = said.get("case", "").casefold()
    if case not in get_args(Case):
        raise InputError(f"case is 'exact', 'any' or nothing, not {said['case']!r}.", where=where)
    return Entry(
        names=tuple(dict.fromkeys(name for name in names if name)),
        label=said.get("type", ""),
        references=_references(said.get("id", ""), said["term"], path, where),
        line=line,
        case=cast(Case, case),
        confidence=_confidence(said.get("confidence", ""), where),
    )


def _references(field: str, term: str, path: Path, where: str) -> tuple[Reference, ...]:
    if any(char.isspace() for char in field):
        raise InputError("an id holds no white space.", where=where, next_step="Put '|' between several.")
    return tuple(
        Reference(path.stem if database == UNKNOWN else database, identifier, term)
        for database, identifier in identifiers(field)
    )


def _confidence(cell: str, where: str) -> float:
    try:
        confidence = float(cell) if cell else CONFIDENCE
    except ValueError:
        confidence = -1.0
    if not 0 <= confidence <= 1:
        raise InputError(f"confidence is a number from 0 to 1, not {cell!r}.", where=where)
    return confidence


def _obo(path: Path) -> Iterator[Entry]:
    import fastobo

    try:
        with path.open("rb") as file:
            document = fastobo.iter(file, ordered=True)
            default = _default_namespace(document.header())
            for frame in document:
                if isinstance(frame, fastobo.term.TermFrame):
                    entry = _term(frame, default, path)
                    if entry is not None:
                        yield entry
    except SyntaxError as error:
        raise InputError(f"not OBO: {error.msg}.", where=f"{path}:{error.lineno}") from None
    except (ValueError, TypeError) as error:
        raise InputError(f"not OBO: {error}.", where=str(path)) from None


def _default_namespace(header: Any) -> str:
    return next((clause.raw_value() for clause in header if clause.raw_tag() == "default-namespace"), "")


def _term(frame: Any, namespace: str, path: Path) -> Entry | None:
    name, synonyms = "", []
    for clause in frame:
        match clause.raw_tag():
            case "name":
                name = clause.name
            case "synonym" if clause.synonym.scope == "EXACT":
                synonyms.append(clause.synonym.desc)
            case "namespace":
                namespace = clause.raw_value()
            case "is_obsolete" if clause.obsolete:
                return None
    if not name:
        return None
    database, colon, identifier = str(frame.id).partition(":")
    reference = Reference(database, identifier, name) if colon else Reference(path.stem, str(frame.id), name)
    return Entry(tuple(dict.fromkeys([name, *synonyms])), namespace, (reference,), 0)
