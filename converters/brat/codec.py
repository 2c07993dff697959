r"""The records of an `.ann` file; nothing of a file is lost on the way.

`read_records` gives one record for each line with its line end, kept to the byte; `write_records` joins them again, so
that an unchanged file comes back as it was, however malformed. What a line says is in `Record.annotation`, with
offsets as they stand in the file; a line that says nothing to brat has None there, and a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bioassist.documents import Annotation, Equivalence
from converters.brat.lines import ID, BadLineError, Line, Problem, parse_entity, parse_line

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LOOKS_LIKE_ANNOTATION = re.compile(r"(?:[TREAMN][A-Za-z]*[0-9]+\S*|#[A-Za-z]*[0-9]+\S*|\*)\t")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of an `.ann` file, or the several over which a T line was broken.

    `raw` is the text with its line ends, bytes that are not UTF-8 as lone surrogates; `line` counts from 1.
    """

    raw: str
    line: int
    annotation: Annotation | Equivalence | None = None
    problems: tuple[Problem, ...] = ()


def read_records(data: bytes, text: str | None = None) -> Iterator[Record]:
    """The records of a file, in order.

    `text` is the text that its offsets count in, as they count it; without it nothing is checked against the text.
    """
    lines = _LINE.findall(data.decode("utf-8", "surrogateescape"))
    seen: set[str] = set()
    place = 0
    while place < len(lines):
        following = place + 1
        if lines[place].startswith("T"):
            following = _end_of_broken_line(lines, place, text)
        record = _record("".join(lines[place:following]), place + 1, text)
        if isinstance(record.annotation, Annotation):
            identity = record.annotation.id
            if identity in seen:
                problem = Problem("duplicate id", f"{identity} is there already; this line was not read.", kind="loss")
                record = Record(record.raw, record.line, None, (*record.problems, problem))
            seen.add(identity)
        yield record
        place = following


def write_records(records: Iterable[Record]) -> bytes:
    """The bytes that `read_records` was given, if no record was changed."""
    return "".join(record.raw for record in records).encode("utf-8", "surrogateescape")


def _record(raw: str, number: int, text: str | None) -> Record:
    line = raw.removesuffix("\n").removesuffix("\r")
    marked: tuple[Problem, ...] = ()
    if line.startswith("\ufeff") and number == 1:
        marked = (Problem("byte order mark", "the file begins with a byte order mark; brat loses this line."),)
        line = line[1:]
    try:
        annotation, problems = parse_line(line, text)
    except BadLineError as error:
        return Record(raw, number, None, (*marked, error.problem))
    return Record(raw, number, annotation, (*marked, *problems))


def _end_of_broken_line(lines: list[str], place: int, text: str | None) -> int:
    """The place behind the last of `lines` that belongs to the T line at `place`: more than one if a newline in its
    span broke it. With the text at hand, what follows has to be what the span goes on with."""
    fields = lines[place].rstrip("\r\n").split("\t", 2)
    following = place + 1
    if len(fields) < 3 or not ID.match(fields[0]):
        return following
    identity, data, quoted = fields
    try:
        entity = parse_entity(Line(identity, data, quoted))
    except BadLineError:
        return following
    length = sum(len(span) for span in entity.spans) + len(entity.spans) - 1
    if text is None:
        while following < len(lines) and len(quoted) < length and not _LOOKS_LIKE_ANNOTATION.match(lines[following]):
            quoted += "\n" + lines[following].rstrip("\r\n")
            following += 1
        return following
    expected = _unified(entity.of(text))
    while following < len(lines) and len(quoted) < len(expected):
        quoted += "\n" + lines[following].rstrip("\r\n")
        strange = not _LOOKS_LIKE_ANNOTATION.match(lines[following])
        if not (expected.startswith(quoted) or (strange and _folded(expected).startswith(_folded(quoted)))):
            break
        following += 1
    return following


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _folded(text: str) -> str:
    return " ".join(text.split())
