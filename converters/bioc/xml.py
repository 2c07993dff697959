"""BioC XML to the dictionaries and lists of BioC JSON, one document at a time, and back.

The parser is Python's own, expat: it fetches nothing, and a file that declares an entity is refused before one is
expanded. Every dictionary has its line in the file under `LINE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from bioassist.errors import InputError
from converters.report import Finding, Report

Plain = dict[str, Any]

# No key of BioC's.
LINE = "<line>"
_CHUNK = 1 << 16
# Element -> the key of the list that its like are in.
_LISTS = {
    "document": "documents",
    "passage": "passages",
    "sentence": "sentences",
    "annotation": "annotations",
    "relation": "relations",
    "location": "locations",
    "node": "nodes",
}
_TEXTS = {"id", "offset", "text"}
_ATTRIBUTES = {"id", "key", "offset", "length", "refid", "role"}

# What XML 1.0 cannot hold, not even as a reference.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# White space that a reader would otherwise make one line feed, or a space, of.
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_TEXT = str.maketrans(_REFERENCES)
_IN_ATTRIBUTE = str.maketrans(_REFERENCES | {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def documents(source: Path, report: Report) -> Iterator[Plain]:
    """The documents of the BioC XML file `source`. What follows a fault in the XML is lost, with a finding.

    Raises InputError if the file cannot be read, is no BioC, or declares entities.
    """
    parsing = _Parsing(str(source))
    try:
        with source.open("rb") as file:
            more = True
            while more:
                data = file.read(_CHUNK)
                more = bool(data)
                try:
                    parsing.parser.Parse(data, not data)
                except (expat.ExpatError, LookupError) as error:
                    fault = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else error
                    line = parsing.parser.ErrorLineNumber
                    if not parsing.begun:
                        raise InputError(f"not XML: {fault}.", where=f"{source}:{line}") from None
                    what = f"not XML: {fault}. What follows was not read."
                    report.add(Finding("", "bad XML", what, file=str(source), line=line, kind="loss"))
                    more = False
                yield from parsing.take()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", where=str(source)) from error


class _Parsing:
    """The state of one pass over a file. `begun` is True once the collection is."""

    def __init__(self, file: str) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._refuse
        self.parser.SkippedEntityHandler = self._refuse
        self.begun = False
        self._file = file
        self._ready: list[Plain] = []
        self._open: list[tuple[str, Plain]] = []
        self._text: list[str] | None = None

    def take(self) -> list[Plain]:
        """The documents that ended since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def _where(self) -> str:
        return f"{self._file}:{self.parser.CurrentLineNumber}"

    def _refuse(self, *_: object) -> None:
        raise InputError(
            "it has entities to expand, which is how XML reads other files and fills the memory.",
            where=self._where(),
            next_step="Have the entities replaced by what they stand for.",
        )

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if not self.begun:
            if element != "collection":
                raise InputError("no BioC: its outermost element is not a collection.", where=self._where())
            self.begun = True
        opened: Plain = {key: value for key, value in attributes.items() if key in _ATTRIBUTES}
        opened[LINE] = self.parser.CurrentLineNumber
        if element in ("infon", *_TEXTS):
            self._text = []
        elif element in _LISTS:
            opened["infons"] = {}
            if element != "document" and self._open:
                self._open[-1][1].setdefault(_LISTS[element], []).append(opened)
        self._open.append((element, opened))

    def _end(self, element: str) -> None:
        _, closed = self._open.pop()
        text = "".join(self._text or ())
        if element == "document":
            self._ready.append(closed)
        elif self._open and element in _TEXTS:
            self._open[-1][1][element] = text
        elif self._open and element == "infon":
            self._open[-1][1].setdefault("infons", {})[closed.get("key", "")] = text
        if element in ("infon", *_TEXTS):
            self._text = None

    def _characters(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)


def clean(text: str) -> str:
    """`text` with a space for each character that XML cannot hold, so that offsets stay."""
    return _NOT_XML.sub(" ", text)


def collection_start(header: Mapping[str, str]) -> str:
    held = "".join(f"  <{key}>{_escaped(value)}</{key}>\n" for key, value in header.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<collection>\n{held}'


COLLECTION_END = "</collection>\n"


def rendered(document: Plain) -> str:
    """`document` as an element of the collection, in the order that BioC's DTD has."""
    return "".join(f"  {line}\n" for line in _element("document", document))


def _element(name: str, plain: Plain) -> Iterator[str]:
    attributes = "id" if name in ("annotation", "relation") else ""
    yield f'<{name} id="{_attribute(plain["id"])}">' if attributes else f"<{name}>"
    if name == "document":
        yield f"  <id>{_escaped(plain['id'])}</id>"
    for key, value in plain["infons"].items():
        yield f'  <infon key="{_attribute(key)}">{_escaped(value)}</infon>'
    if "offset" in plain:
        yield f"  <offset>{plain['offset']}</offset>"
    for location in plain.get("locations", ()):
        yield f'  <location offset="{location["offset"]}" length="{location["length"]}"/>'
    if "text" in plain:
        yield f"  <text>{_escaped(plain['text'])}</text>"
    for node in plain.get("nodes", ()):
        yield f'  <node refid="{_attribute(node["refid"])}" role="{_attribute(node["role"])}"/>'
    for inner in ("passage", "annotation", "relation"):
        for one in plain.get(_LISTS[inner], ()):
            yield from (f"  {line}" for line in _element(inner, one))
    yield f"</{name}>"


def _escaped(text: str) -> str:
    return clean(text).translate(_IN_TEXT)


def _attribute(text: str) -> str:
    return clean(text).translate(_IN_ATTRIBUTE)
