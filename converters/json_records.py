"""Files of JSON objects: one a line, or a list of them. Read and written one object at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bioassist.documents import Document
from bioassist.errors import InputError
from converters.destination import new_file
from converters.report import Finding, Report

# Legal in JSON, but ends of lines to many readers of lines.
_BREAKS = re.compile("[\x85\u2028\u2029]")
_CHUNK = 1 << 16
_BETWEEN = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Record:
    """One object, the line of the file that it begins in, and its number among the values there, from 1."""

    value: dict[str, Any]
    line: int
    number: int


def records(source: Path, report: Report) -> Iterator[Record]:
    """The objects in `source`, which is JSON lines or a JSON list; what is none is a finding with its line.

    A line that cannot be read costs itself alone; a list ends where it cannot be read.
    Raises InputError if `source` cannot be read.
    """
    try:
        with source.open("rb") as file:
            whole = _values(file) if _is_list(file) else _lines(file)
            for number, (line, value) in enumerate(whole, 1):
                if isinstance(value, dict):
                    yield Record(value, line, number)
                    continue
                what = _what(value) if isinstance(value, Exception) else "not an object."
                report.add(Finding("", "bad line", what, file=str(source), line=line, kind="loss"))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", where=str(source)) from error


def write_records(
    documents: Iterable[Document],
    destination: Path,
    plain: Callable[[Document, Report], Any],
    *,
    force: bool = False,
    as_list: bool = False,
) -> Report:
    """Write what `plain` makes of each document to the file `destination`: a line each, or all as a JSON list.

    A document that JSON cannot hold is left out, with a finding.
    """
    report = Report()
    with new_file(destination, force=force) as staged, staged.open("wb") as file:
        if as_list:
            file.write(b"[")
        for document in documents:
            told = Report()
            try:
                data = dumped(plain(document, told)).encode()
            except ValueError as error:
                what = "a lone surrogate" if isinstance(error, UnicodeEncodeError) else "a number that is not one"
                message = f"{what} is in it, which JSON cannot hold; the document was left out."
                report.add(Finding(document.name, "not text", message, kind="loss"))
                continue
            if as_list:
                file.write(b",\n" if report.documents else b"\n")
            file.write(data if as_list else data + b"\n")
            report.documents += 1
            report.merge(told)
        if as_list:
            file.write(b"\n]\n")
    return report


def dumped(value: Any) -> str:
    """`value` as JSON on one line, without its end, whatever a reader takes for the end of a line."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    return _BREAKS.sub(lambda match: f"\\u{ord(match.group()):04x}", line)


def loaded(text: str) -> Any:
    """The JSON value in `text`. Raises ValueError; NaN and the infinities are not JSON."""
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON.")


def _is_list(file: BinaryIO) -> bool:
    start = file.read(len(codecs.BOM_UTF8))
    if start != codecs.BOM_UTF8:
        file.seek(0)
    begin = file.tell()
    first = b" "
    while first and first.isspace():
        first = file.read(1)
    file.seek(begin)
    return first == b"["


def _lines(file: BinaryIO) -> Iterator[tuple[int, Any]]:
    for number, data in enumerate(file, 1):
        if data.strip():
            try:
                yield number, loaded(data.decode())
            except (ValueError, RecursionError) as error:
                yield number, error


def _values(file: BinaryIO) -> Iterator[tuple[int, Any]]:
    """The elements of a JSON list, one at a time, each with its line; an exception for what cannot be read."""
    parser = json.JSONDecoder(parse_constant=_refuse_constant)
    decode = codecs.getincrementaldecoder("utf-8")().decode
    text, at, line = "", 0, 1

    def filled() -> bool:
        # As much again as there is, so that no character of a long element is looked at over and over.
        nonlocal text, at
        data = file.read(max(_CHUNK, len(text) - at))
        text, at = text[at:] + decode(data, not data), 0
        return bool(data)

    try:
        while "[" not in text:
            filled()
        at = text.index("[") + 1
        line += text.count("\n", 0, at)
        while True:
            begin = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
            line += text.count("\n", at, begin)
            at = begin
            if text.startswith("]", at):
                if text[at + 1 :].strip():
                    yield line, ValueError("something follows the end of the list.")
                return
            try:
                value, end = parser.raw_decode(text, at)
            except json.JSONDecodeError as error:
                if filled():
                    continue
                raise _UnreadableError(line + text.count("\n", at, error.pos), f"not JSON: {error.msg}.") from None
            # A number may go on in the next part.
            if end == len(text) and filled():
                continue
            yield line, value
            line += text.count("\n", at, end)
            at = end
    except _UnreadableError as error:
        yield error.line, error
    except (ValueError, RecursionError) as error:
        yield line, error


class _UnreadableError(ValueError):
    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


def _what(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8: byte {error.start} is {error.object[error.start]:#04x}."
    if isinstance(error, RecursionError):
        return "nested too deeply."
    # A JSONDecodeError carries the document, and so the note, in its attributes; its message does not.
    return f"not JSON: {error.msg} at column {error.colno}." if isinstance(error, json.JSONDecodeError) else str(error)
