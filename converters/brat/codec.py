r"""The records of an `.ann` file; nothing of a file is lost on the way.

`read_records` gives one record for each line with its line end, kept to the byte; `write_records` joins them again, so
that an unchanged file comes back as it was, however malformed. What a line says is in `Record.annotation`, with
offsets as they stand in the file; a line that says nothing to brat has None there, and a problem.

Both go line by line: of an open file no more is held than a few lines, and the ids that were there.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import count
from typing import BinaryIO, NamedTuple, Protocol

from bioassist.documents import Annotation, Argument, Attribute, Entity, Equivalence, Event, Relation, Span
from converters.brat.lines import ID, BadLineError, Line, Problem, begins, parse_entity, parse_line

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LOOKS_LIKE_ANNOTATION = re.compile(r"(?:[TREAMN][A-Za-z]*[0-9]+\S*|#[A-Za-z]*[0-9]+\S*|\*)\t")
_CHUNK = 1 << 20

# Nine lines of ten look like one of these, and need none of the care that the others do.
_WORD = r"[^\s\udc80-\udcff]+"
_ROLE = r"[^\s:\udc80-\udcff]+"
_END = r"\r?\n?\Z"
_PLAIN_ENTITY = re.compile(rf"(T[0-9]+)\t({_WORD}) ([0-9]{{1,18}}) ([0-9]{{1,18}})\t([^\r\n]*){_END}")
_PLAIN_RELATION = re.compile(rf"(R[0-9]+)\t({_WORD}) ({_ROLE}):({_WORD}) ({_ROLE}):({_WORD})[ \t]?{_END}")
_PLAIN_EVENT = re.compile(rf"(E[0-9]+)\t({_ROLE}):({_WORD})((?: {_ROLE}:{_WORD})*)[ \t]?{_END}")
_PLAIN_ARGUMENT = re.compile(rf" ({_ROLE}):({_WORD})")
_PLAIN_ATTRIBUTE = re.compile(rf"([AM][0-9]+)\t({_WORD}) ({_WORD})(?: ([^\s\\\udc80-\udcff]+))?{_END}")


class Record(NamedTuple):
    """One line of an `.ann` file, or the several over which a T line was broken.

    `raw` is the text with its line ends, bytes that are not UTF-8 as lone surrogates; `line` counts from 1.
    """

    raw: str
    line: int
    annotation: Annotation | Equivalence | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def breaks(self) -> int:
        """How many line ends are within it."""
        return len(_LINE.findall(self.raw)) - 1


class Seen(Protocol):
    """The ids that were there: a set, or what takes less memory."""

    def __contains__(self, identity: object, /) -> bool: ...
    def add(self, identity: str, /) -> None: ...


def read_records(data: bytes | BinaryIO, text: str | None = None, seen: Seen | None = None) -> Iterator[Record]:
    """The records of a file, in order; `data` is all of it, or the file opened for reading bytes.

    `text` is the text that its offsets count in, as they count it; without it nothing is checked against the text.
    `seen` holds ids that were given before, in another part of the same document.
    """
    if seen is None:
        seen = set()
    lines = _Lines(_LINE.findall(_decoded(data)) if isinstance(data, bytes) else _streamed(data))
    for raw in lines:
        number = lines.number
        record = _plain(raw, number, text)
        if record is None:
            if raw.startswith("T"):
                raw = _with_broken(raw, lines, text)
            record = _record(raw, number, text)
        annotation = record.annotation
        if annotation is not None and not isinstance(annotation, Equivalence):
            identity = annotation.id
            if identity in seen:
                problem = Problem("duplicate id", f"{identity} is there already; this line was not read.", kind="loss")
                record = Record(record.raw, record.line, None, (*record.problems, problem))
            seen.add(identity)
        yield record


def write_records(records: Iterable[Record]) -> bytes:
    """The bytes that `read_records` was given, if no record was changed."""
    return "".join(record.raw for record in records).encode("utf-8", "surrogateescape")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _streamed(file: BinaryIO) -> Iterator[str]:
    """The lines of `file`, a chunk of it at a time."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    pending: list[str] = []
    while True:
        data = file.read(_CHUNK)
        text = decoder.decode(data, final=not data)
        # A "\r" at the end may be the half of a line end.
        if "\n" not in text and "\r" not in text[:-1] and data:
            pending.append(text)
            continue
        found = _LINE.findall("".join([*pending, text]))
        pending = [found.pop()] if found and data else []
        yield from found
        if not data:
            return


class _Lines:
    """Lines one after the other, counted from 1, with a look at those to come."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._ahead: deque[str] = deque()
        self._given = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while True:
            raw = self._ahead.popleft() if self._ahead else next(self._lines, None)
            if raw is None:
                return
            self._given += 1
            self.number = self._given
            yield raw

    def ahead(self) -> Iterator[str]:
        """The lines to come, which stay to come."""
        for place in count():
            if place == len(self._ahead):
                raw = next(self._lines, None)
                if raw is None:
                    return
                self._ahead.append(raw)
            yield self._ahead[place]

    def taken(self, lines: int) -> str:
        """The next `lines` lines, as one."""
        self._given += lines
        return "".join(self._ahead.popleft() for _ in range(lines))


def _plain(raw: str, number: int, text: str | None) -> Record | None:
    """The record of a line that is as most are, or None."""
    letter = raw[0]
    if letter == "T":
        match = _PLAIN_ENTITY.match(raw)
        if match:
            identity, type_, first, last, quoted = match.groups()
            start, end = int(first), int(last)
            if start < end and end - start == len(quoted) and (text is None or text[start:end] == quoted):
                return Record(raw, number, Entity(identity, type_, (Span(start, end),)))
    elif letter == "R":
        match = _PLAIN_RELATION.match(raw)
        if match:
            identity, type_, role, target, other_role, other = match.groups()
            if role != other_role:
                arguments = (Argument(role, target), Argument(other_role, other))
                return Record(raw, number, Relation(identity, type_, arguments))
    elif letter == "E":
        match = _PLAIN_EVENT.match(raw)
        if match:
            identity, type_, trigger, pairs = match.groups()
            found = tuple(Argument(role, target) for role, target in _PLAIN_ARGUMENT.findall(pairs))
            return Record(raw, number, Event(identity, type_, trigger, found))
    elif letter in "AM":
        match = _PLAIN_ATTRIBUTE.match(raw)
        if match:
            return Record(raw, number, Attribute(*match.groups()))
    return None


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


def _with_broken(raw: str, lines: _Lines, text: str | None) -> str:
    """The T line `raw` with the lines that belong to it: some do if a newline in its span broke it. With the text at
    hand, what follows has to be what the span goes on with."""
    fields = raw.rstrip("\r\n").split("\t", 2)
    if len(fields) < 3 or not ID.match(fields[0]):
        return raw
    identity, data, quoted = fields
    try:
        entity = parse_entity(Line(identity, data, quoted))
    except BadLineError:
        return raw
    length = sum(len(span) for span in entity.spans) + len(entity.spans) - 1
    if len(quoted) >= length or (text is not None and not begins(entity, text, quoted)):
        return raw
    return raw + lines.taken(_belonging(quoted, lines, None if text is None else entity.of(text), length))


def _belonging(quoted: str, lines: _Lines, expected: str | None, length: int) -> int:
    """How many lines go on with a span that began with `quoted`, of `length` characters or as `expected`."""
    if expected is None:
        here, taken = len(quoted), 0
        for line in lines.ahead():
            if here >= length or _LOOKS_LIKE_ANNOTATION.match(line):
                break
            here, taken = here + 1 + len(line.rstrip("\r\n")), taken + 1
        return taken
    expected = expected.replace("\r\n", "\n").replace("\r", "\n")
    folded = " ".join(expected.split())
    # Where the next line has to go on: exactly, and with white space taken for one space. None: it differs already.
    exact = len(quoted) if expected.startswith(quoted) else None
    begun = " ".join(quoted.split())
    if exact is None and not folded.startswith(begun):
        return 0
    loose, here, taken = len(begun), len(quoted), 0
    for line in lines.ahead():
        if here >= len(expected):
            break
        content = line.rstrip("\r\n")
        words = " ".join(content.split())
        joined = f" {words}" if words and loose else words
        if exact is not None:
            exact = exact + 1 + len(content) if expected.startswith(f"\n{content}", exact) else None
        strange = not _LOOKS_LIKE_ANNOTATION.match(line)
        if exact is None and not (strange and folded.startswith(joined, loose)):
            break
        loose += len(joined)
        here, taken = here + 1 + len(content), taken + 1
    return taken
