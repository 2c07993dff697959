"""Reading the files of corpora, so that what is broken is said with file and line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bioassist.errors import InputError

_CUT = (EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, tarfile.TarError, gzip.BadGzipFile)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what goes wrong with the file `path` as a whole into an InputError."""
    try:
        yield
    except _CUT as error:
        raise InputError(
            "the archive is cut short or damaged.", where=str(path), next_step="Fetch the file again."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"not {error.encoding}: byte {error.start} is {error.object[error.start]:#04x}.",
            where=str(path),
            next_step="Take the file as its owners distribute it.",
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}.", where=str(path)) from error


def text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file, line ends as they are; of a `.gz` file what is packed in it."""
    with reading(path):
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        decoded = data.decode(encoding).removeprefix("\ufeff")
    if not decoded.strip():
        raise InputError("the file is empty.", where=str(path), next_step="Fetch the file again.")
    return decoded


def lines(path: Path, encoding: str = "utf-8") -> Iterator[tuple[str, int]]:
    """The lines of a file without their ends, with their numbers from 1.

    Only LF and CRLF end a line: other separators of Unicode are in the text of some corpora.
    """
    for number, line in enumerate(text(path, encoding).split("\n"), 1):
        yield line.removesuffix("\r"), number


def json_lines(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """The objects of a JSON lines file, with `file:line` for each."""
    for line, number in lines(path):
        if line.strip():
            yield json_object(line, f"{path}:{number}"), f"{path}:{number}"


def json_object(data: str | bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError as error:
        raise InputError(
            f"not JSON: {error}.", where=where, next_step="The file was cut short or changed; fetch it again."
        ) from None
    if not isinstance(value, dict):
        raise InputError("not a JSON object.", where=where)
    return value


def rows(path: Path) -> Iterator[tuple[dict[str, str], str]]:
    """The rows of a CSV file by column name, with `file:line` of where each ends."""
    reader = csv.DictReader(io.StringIO(text(path), newline=""), strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            where = f"{path}:{reader.reader.line_num}"
            raise InputError(f"not CSV: {error}.", where=where, next_step="Fetch the file again.") from None
        if row is None:
            return
        where = f"{path}:{reader.line_num}"
        if None in row or None in row.values():
            raise InputError(
                f"has not {len(reader.fieldnames or ())} columns.", where=where, next_step="Fetch the file again."
            )
        yield row, where


def value(record: dict[str, Any], key: str, where: str) -> str:
    """The text under `key`. Raises InputError with `where` if there is none."""
    found = record.get(key)
    if not isinstance(found, str):
        raise InputError(
            f"has no text under {key!r}.", where=where, next_step="Take the file as its owners distribute it."
        )
    return found


def label(said: str, known: dict[str, str], where: str) -> str:
    """What `known` makes of the label `said`. Raises InputError with `where` for another."""
    if said not in known:
        raise InputError(
            f"{said!r} is not a label of this corpus.", where=where, next_step=f"Known: {', '.join(known)}."
        )
    return known[said]
