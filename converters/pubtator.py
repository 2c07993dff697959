"""PubTator: a block of lines for each abstract, with its mentions and the relations between what they mean.

    6794356|t|Tricuspid valve regurgitation and lithium toxicity.
    6794356|a|A newborn with massive regurgitation is described.
    6794356<TAB>34<TAB>41<TAB>lithium<TAB>Chemical<TAB>D008094
    6794356<TAB>CID<TAB>D008094<TAB>D014262
    (an empty line)

Offsets count code points of the title, one character, and the abstract; that one is a line end here, and all other
line ends of a text become spaces, so that offsets stay. A file is read and written one block at a time.

Mentions have no ids: they are T1, T2 ... in the order of their lines. A relation holds between two concepts of the
whole document; here it joins the two of their mentions that are nearest to each other, and a note of type "Concepts"
on it says which concepts were meant.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from bioassist.documents import Argument, Document, Entity, Normalization, Note, Relation, Span
from bioassist.errors import InputError
from bioassist.schema import Schema
from converters.annotations import row
from converters.carrying import carried, roles
from converters.concepts import CONCEPTS, UNKNOWN, identifiers, nearest
from converters.destination import new_file
from converters.formats import DEFAULTS, Feature, WriteOptions
from converters.report import Finding, Kind, Report

_TEXT = re.compile(r"([^|\t]+)\|([ta])\|(.*)", re.DOTALL)
_SEPARATORS = re.compile(r"[|\t\r\n]")
_BREAKS = re.compile(r"[\r\n]")
_COLUMN_BREAKS = re.compile(r"[\t\r\n]")
_DASH = "-"


class PubTatorFormat:
    """One PubTator file. `types` are those that mentions may have; any if None."""

    name = "pubtator"
    carries: frozenset[Feature] = frozenset({"names", "entities", "overlapping", "inside words"})

    def __init__(self, types: Collection[str] | None = None) -> None:
        self._types = types

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of the file `source`, named by their PMID; a line that cannot be read is a finding.

        The roles of relations are the schema's, or Arg1 and Arg2. An identifier without its terminology gets that of
        PubTator's own annotators, by the type of the mention.
        """
        told = Report() if report is None else report
        for block in _blocks(source, told):
            document = _Reading(block, str(source), self._types, schema, told).document()
            if document is not None:
                told.documents += 1
                told.annotations += len(row(document))
                yield document

    def write(
        self,
        documents: Iterable[Document],
        destination: Path,
        schema: Schema | None = None,
        options: WriteOptions = DEFAULTS,
    ) -> Report:
        """Write the file `destination`: a block for each document."""
        report = Report()
        with new_file(destination, force=options.force) as staged, staged.open("wb") as file:
            for document in documents:
                try:
                    data = "".join(f"{line}\n" for line in _Writing(document, schema, report).lines()).encode()
                except UnicodeEncodeError:
                    message = "a lone surrogate is in it, which is not text; the document was left out."
                    report.add(Finding(document.name, "not text", message, kind="loss"))
                    continue
                file.write(data + b"\n")
                report.documents += 1
        return report


Block = list[tuple[str, int]]


def _blocks(source: Path, report: Report) -> Iterator[Block]:
    """Lines with their numbers from 1, those of one document at a time. LF and CRLF alone end a line."""
    block: Block = []
    try:
        with source.open("rb") as file:
            for number, data in enumerate(file, 1):
                try:
                    line = data.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").decode()
                except UnicodeDecodeError as error:
                    what = f"not UTF-8: byte {error.start} of the line is {data[error.start]:#04x}."
                    report.add(Finding("", "bad line", what, file=str(source), line=number, kind="loss"))
                    continue
                line = line.removesuffix("\n").removesuffix("\r")
                text = _TEXT.match(line)
                # Some files have no empty line between documents.
                if block and (not line.strip() or (text and text[2] == "t")):
                    yield block
                    block = []
                if line.strip():
                    block.append((line, number))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", where=str(source)) from error
    if block:
        yield block


@dataclass(slots=True)
class _Reading:
    """One block to a document."""

    block: Block
    file: str
    types: Collection[str] | None
    schema: Schema | None
    report: Report
    identity: str = ""
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    normalizations: list[Normalization] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    concepts: dict[str, list[Entity]] = field(default_factory=dict)

    def tell(self, code: str, message: str, line: int, kind: Kind = "loss", offset: int | None = None) -> None:
        self.report.add(Finding(self.identity, code, message, offset, self.file, line, kind))

    def document(self) -> Document | None:
        title = _TEXT.match(self.block[0][0])
        if title is None or title[2] != "t":
            self.tell("no title", "no line PMID|t|text; what belongs to it was not read.", self.block[0][1])
            return None
        self.identity, self.text = title[1], title[3]
        rest = self.block[1:]
        abstract = _TEXT.match(rest[0][0]) if rest else None
        if abstract is not None and abstract[1] == self.identity:
            self.text = f"{self.text}\n{abstract[3]}"
            rest = rest[1:]
        else:
            self.tell("no abstract", "no line PMID|a|text.", (rest or self.block)[0][1], "remark")
        related: list[tuple[list[str], int]] = []
        for line, number in rest:
            columns = line.split("\t")
            numbers = len(columns) > 4 and columns[1].isdecimal() and columns[2].isdecimal()
            if columns[0] != self.identity:
                self.tell("bad line", f"a line of {columns[0][:40]} among those of {self.identity}.", number)
            elif numbers and len(columns) <= 7:
                self._mention(columns, number)
            elif len(columns) in (4, 5) and not columns[1].isdecimal():
                related.append((columns, number))
            else:
                self.tell("bad line", "neither a mention nor a relation.", number)
        for columns, number in related:
            self._relation(columns, number)
        return Document(
            self.identity,
            self.text,
            tuple(self.entities),
            tuple(self.relations),
            normalizations=tuple(self.normalizations),
            notes=tuple(self.notes),
        )

    def _mention(self, columns: list[str], line: int) -> None:
        start, end, quoted, type_ = int(columns[1]), int(columns[2]), columns[3], columns[4]
        if not start < end <= len(self.text):
            code = "offset past end" if start < end else "bad offsets"
            message = f"{start} to {end} is no place in the text, which ends at {len(self.text)}."
            self.tell(code, message, line)
            return
        if self.types is not None and type_ not in self.types:
            self.tell("unknown type", f"{type_!r} is not a type of this corpus.", line)
            return
        if _COLUMN_BREAKS.sub(" ", self.text[start:end]) != _COLUMN_BREAKS.sub(" ", quoted):
            self.tell("text differs", "the text there is another than the one quoted.", line, "remark", start)
        entity = Entity(f"T{len(self.entities) + 1}", type_, (Span(start, end),))
        self.entities.append(entity)
        for database, identifier in identifiers(columns[5], type_) if len(columns) > 5 else ():
            number = len(self.normalizations) + 1
            self.normalizations.append(Normalization(f"N{number}", entity.id, database, identifier))
            self.concepts.setdefault(identifier, []).append(entity)

    def _relation(self, columns: list[str], line: int) -> None:
        type_ = columns[1]
        first, second = (self._concept(field) for field in columns[2:4])
        if not first or not second:
            message = f"{type_} joins {columns[2]} and {columns[3]}, which are not both mentioned."
            self.tell("unknown target", message, line)
            return
        if len(columns) == 5 and columns[4].strip():
            self.tell("column", f"{type_} has a fifth column, which was not read.", line)
        head, tail = nearest(self.concepts[first], self.concepts[second])
        identity, (left, right) = f"R{len(self.relations) + 1}", roles(type_, self.schema)
        self.relations.append(Relation(identity, type_, (Argument(left, head.id), Argument(right, tail.id))))
        # A mention that means several concepts does not say which of them is related.
        self.notes.append(Note(f"#{len(self.notes) + 1}", CONCEPTS, identity, f"{first} {second}"))

    def _concept(self, field: str) -> str:
        """The mentioned concept that a relation names, with its terminology or without."""
        named = [field, *(identifier for _, identifier in identifiers(field))]
        return next((identifier for identifier in named if identifier in self.concepts), "")


@dataclass(slots=True)
class _Writing:
    """One document to the lines of its block; what they do not hold is told."""

    document: Document
    schema: Schema | None
    report: Report

    def tell(self, code: str, message: str, kind: Kind = "change", offset: int | None = None) -> None:
        self.report.add(Finding(self.document.name, code, message, offset, kind=kind))

    def lines(self) -> Iterator[str]:
        # Identifiers and relations go, but not as they are: what becomes of them is told here.
        features: frozenset[Feature] = PubTatorFormat.carries | {"normalizations", "relations"}
        held = carried(self._without_concepts(), features, "PubTator", self.schema)
        self.report.findings.extend(held.findings)
        concepts = {note.target: note.text for note in self.document.notes if note.type == CONCEPTS}
        document = held.document
        identity = self._identity()
        title, newline, abstract = document.text.partition("\n")
        if _BREAKS.search(title) or _BREAKS.search(abstract):
            self.tell("line ends", "line ends became spaces; offsets stay.")
        yield f"{identity}|t|{_BREAKS.sub(' ', title)}"
        if newline:
            yield f"{identity}|a|{_BREAKS.sub(' ', abstract)}"
        meant: dict[str, list[str]] = {}
        for one in document.normalizations:
            entry = self._entry(one)
            if entry is not None:
                meant.setdefault(one.target, []).append(entry)
        if [entity.id for entity in document.entities] != [f"T{n + 1}" for n in range(len(document.entities))]:
            self.tell("ids", "PubTator has no ids; mentions are T1, T2 ... in their order when it is read.")
        for entity in document.entities:
            quoted = _COLUMN_BREAKS.sub(" ", document.text[entity.start : entity.end])
            type_ = _SEPARATORS.sub("_", entity.type)
            if type_ != entity.type:
                self.tell("label", f"PubTator cannot hold the type of {entity.id}; it was written as {type_}.")
            entries = "|".join(meant.get(entity.id, ())) or _DASH
            yield f"{identity}\t{entity.start}\t{entity.end}\t{quoted}\t{type_}\t{entries}"
            self.report.annotations += 1 + len(meant.get(entity.id, ()))
        for relation in document.relations:
            yield from self._relation(relation, meant, concepts.get(relation.id), identity)

    def _without_concepts(self) -> Document:
        related = {relation.id for relation in self.document.relations}
        notes = (note for note in self.document.notes if note.type != CONCEPTS or note.target not in related)
        return replace(self.document, notes=tuple(notes))

    def _identity(self) -> str:
        identity = _SEPARATORS.sub("_", self.document.name) or "_"
        if identity != self.document.name:
            self.tell("name", f"it was written as {identity}.")
        return identity

    def _entry(self, one: Normalization) -> str | None:
        entry = one.identifier if one.database == UNKNOWN else f"{one.database}:{one.identifier}"
        if identifiers(entry) != [(one.database, one.identifier)] or _SEPARATORS.search(entry):
            self.tell("normalizations", f"PubTator cannot hold the entry of {one.id}; it was left out.", "loss")
            return None
        if one.label or one.type != "Reference":
            self.tell("normalizations", f"PubTator holds no label and type of an entry; {one.id} lost them.")
        return entry

    def _relation(
        self, relation: Relation, meant: dict[str, list[str]], concepts: str | None, identity: str
    ) -> Iterator[str]:
        sides = [meant.get(argument.target, []) for argument in relation.arguments]
        said = concepts.split(" ") if concepts else []
        if len(said) == 2:
            pair = [_entry_of(side, name) for side, name in zip(sides, said, strict=True)]
        elif all(sides):
            message = f"{relation.id} holds between the concepts of its mentions in PubTator, wherever they are."
            self.tell("relations", message)
            pair = [side[0] for side in sides]
        else:
            message = f"{relation.id} joins mentions without identifiers, which PubTator cannot; it was left out."
            self.tell("relations", message, "loss")
            return
        type_ = _SEPARATORS.sub("_", relation.type)
        yield f"{identity}\t{type_}\t{pair[0]}\t{pair[1]}"
        self.report.annotations += 1


def _entry_of(entries: list[str], name: str) -> str:
    """The one of a mention's entries that a note calls `name`, without its terminology."""
    named = (entry for entry in entries if name in (entry, entry.partition(":")[2]))
    return next(named, _SEPARATORS.sub("_", name))
