"""Lines of tokens and tags to documents."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError
from converters.conll.spaces import gap, unescaped
from converters.conll.writing import START
from converters.report import Finding, Kind, Report
from converters.tags import Scheme, mentions, parsed, scheme

_NAMES = (
    re.compile(r"-DOCSTART-\s*\((.*)\)"),
    re.compile(r"# newdoc id = (.*)"),
    re.compile(r"#begin document \((.*)\)"),
    re.compile(r"###(\S+)\Z"),
)

Tell = Callable[[str, str, int, Kind], None]


def read_file(file: Path, stem: str, report: Report) -> Iterator[Document]:
    """The documents of one file, which are called after it (`stem`) where it does not say how.

    It is read twice, since what its tags mean is known at its end. Raises InputError if it cannot be read, and if its
    last column has no tags.
    """

    def tell(code: str, message: str, line: int, kind: Kind) -> None:
        report.add(Finding(stem, code, message, file=str(file), line=line, kind=kind))

    try:
        with file.open("rb") as lines:
            found = scheme(part.tags for part in _parts(lines, lambda *_: None) if isinstance(part, _Sentence))
        with file.open("rb") as lines:
            number = 0
            document = _Building(stem, found, tell)
            for part in _parts(lines, tell):
                if isinstance(part, _Sentence):
                    if not number and not document.words and not any(map(parsed, part.tags)):
                        raise InputError("the last column has no tags.", where=f"{file}:{part.lines[0]}")
                    document.add(part)
                    continue
                if document.begun:
                    yield document.made(report)
                number += 1
                document = _Building(part.name or f"{stem}-{number}", found, tell, part.before)
            if document.begun:
                yield document.made(report)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", where=str(file)) from error


@dataclass(frozen=True, slots=True)
class _Start:
    """The begin of a document, with the white space before its first word; None where the file has no such column."""

    name: str
    before: str | None


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The rows of a sentence: the number of each line, word, second column and tag."""

    lines: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    seconds: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def _parts(lines: BinaryIO, tell: Tell) -> Iterator[_Start | _Sentence]:
    sentence = _Sentence()
    width = 0
    for number, data in enumerate(lines, 1):
        try:
            line = data.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            tell("bad line", f"not UTF-8: byte {error.start} is {data[error.start]:#04x}.", number, "loss")
            continue
        columns = line.rstrip("\t ").split("\t") if "\t" in line else line.split(" ")
        columns = [column for column in columns if column] if "\t" not in line else columns
        start = _start(line, columns)
        comment = line.startswith("#") and (len(columns) != (width or len(columns)) or parsed(columns[-1]) is None)
        if not line.strip() or start or comment:
            if sentence.words:
                yield sentence
                sentence = _Sentence()
            if start:
                yield start
        elif len(columns) < 2 or not columns[0]:
            tell("bad line", "not a word and a tag; it was left out.", number, "loss")
        else:
            width = len(columns)
            if parsed(columns[-1]) is None:
                tell("tag", "the last column is no tag; the word was taken to be outside of all.", number, "change")
            sentence.lines.append(number)
            sentence.words.append(columns[0])
            sentence.seconds.append(columns[1])
            sentence.tags.append(columns[-1])
    if sentence.words:
        yield sentence


def _start(line: str, columns: list[str]) -> _Start | None:
    if not line.startswith((START, "#")):
        return None
    name = next(
        (match[1] for match in (one.match(columns[0] if "\t" in line else line) for one in _NAMES) if match), ""
    )
    if not name and not line.startswith(START):
        return None
    ours = len(columns) == 3 and columns[1].startswith(("_", "SpaceAfter=", "SpacesAfter="))
    return _Start(unescaped(name) if ours else name, gap(columns[1]) if ours else None)


class _Building:
    """A document on its way; `before` is the white space before its first word, if the file has a column for that."""

    def __init__(self, name: str, in_scheme: Scheme, tell: Tell, before: str | None = None) -> None:
        self._name = name
        self._scheme = in_scheme
        self._tell = tell
        self._exact = before is not None
        self._parts = [before] if before else []
        self._length = len(before or "")
        self._entities: list[Entity] = []
        self.words = 0

    @property
    def begun(self) -> bool:
        """Whether there is a document at all; an empty one only where the file says so."""
        return self._exact or self.words > 0

    def add(self, sentence: _Sentence) -> None:
        spans: list[Span] = []
        last = len(sentence.words) - 1
        if self.words and not self._exact:
            self._append("\n")
        for number, (word, second) in enumerate(zip(sentence.words, sentence.seconds, strict=True)):
            spans.append(Span(self._length, self._length + len(word)))
            self._append(word)
            self._append(gap(second) if self._exact else " " if number < last else "")
        self.words += len(sentence.words)
        found, broken = mentions(sentence.tags, self._scheme)
        for one in broken:
            message = f"broken tag sequence: {one.message}."
            self._tell("tag sequence", message, sentence.lines[one.place], "change")
        for mention in found:
            extent = Span(spans[mention.first].start, spans[mention.last].end)
            self._entities.append(Entity(f"T{len(self._entities) + 1}", mention.type or "Entity", (extent,)))

    def made(self, report: Report) -> Document:
        report.documents += 1
        report.annotations += len(self._entities)
        return Document(self._name, "".join(self._parts), tuple(self._entities))

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
