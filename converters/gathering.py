"""One record of an annotation tool on its way to a document: everything in it is looked at before it is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeGuard

from bioassist.documents import Argument, Attribute, Document, Entity, Note, Provenance, Relation, Span
from bioassist.schema import Schema
from converters.carrying import roles
from converters.plain import provenance_from_plain
from converters.report import Finding, Kind, Report


@dataclass(slots=True)
class Gathering:
    """The document `name` with `text`, from `line` of `file`; what is wrong with its annotations goes to `report`."""

    name: str
    text: str
    file: Path
    line: int
    report: Report
    schema: Schema | None = None
    entities: list[Entity] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _numbers: dict[str, Iterator[int]] = field(default_factory=dict)

    def tell(self, code: str, message: str, kind: Kind = "loss", offset: int | None = None) -> None:
        self.report.add(Finding(self.name, code, message, offset, str(self.file), self.line, kind))

    def extent(
        self, type_: Any, start: Any, end: Any, offset: Callable[[int], int] | None = None
    ) -> tuple[str, Span] | None:
        """The type and the stretch of text that an entity may be made of; None, and a finding, if they are none.

        `offset` maps the record's offsets to code points, and raises ValueError for those that are none.
        """
        if not _is_label(type_):
            self.tell("label", "a span has no label; it was left out.")
            return None
        if type(start) is not int or type(end) is not int:
            self.tell("offset", f"a span ({type_}) has no whole numbers for its start and end; it was left out.")
            return None
        try:
            first, last = (offset(start), offset(end)) if offset else (start, end)
        except ValueError as error:
            self.tell("offset", f"a span ({type_}): {error} It was left out.")
            return None
        if not 0 <= first < last <= len(self.text):
            what = f"[{start}, {end}) is no stretch of the text, which has {len(self.text)} characters"
            self.tell("offset", f"a span ({type_}): {what}; it was left out.")
            return None
        return type_, Span(first, last)

    def entity(self, wanted: Any, type_: str, span: Span) -> str:
        """Add an entity; its id, which is `wanted` if that is one and free."""
        identity = self._id(wanted, "T")
        self.entities.append(Entity(identity, type_, (span,)))
        return identity

    def relation(self, wanted: Any, type_: Any, first: str, second: str) -> str | None:
        """Add a relation between two entities, with the roles that the schema gives it; its id."""
        if not _is_label(type_):
            self.tell("label", "a relation has no label; it was left out.")
            return None
        identity = self._id(wanted, "R")
        head, tail = roles(type_, self.schema)
        self.relations.append(Relation(identity, type_, (Argument(head, first), Argument(tail, second))))
        return identity

    def attribute(self, type_: str, target: str, value: str | None) -> str:
        identity = self._id(None, "A")
        self.attributes.append(Attribute(identity, type_, target, value))
        return identity

    def note(self, target: str, text: str) -> None:
        self.notes.append(Note(self._id(None, "#"), "AnnotatorNotes", target, text))

    def class_(self, name: Any) -> None:
        if not _is_label(name):
            self.tell("label", "a document class is no text; it was left out.")
        elif name not in self.classes:
            self.classes.append(name)

    def say(
        self, identity: str, record: dict[str, Any], default: Provenance | None, *, accepted: bool, actor: str | None
    ) -> None:
        """Note where annotation `identity` comes from: what its `record` says under "provenance", or `default`.

        What was `accepted`, by `actor` if that is known, is unreviewed no more.
        """
        said = default
        if "provenance" in record:
            try:
                said = None if record["provenance"] is None else provenance_from_plain(record["provenance"])
            except ValueError as error:
                self.tell("provenance", f"{identity}: {error}", "change")
        if said is None:
            return
        if accepted:
            status = "accepted" if said.status == "unreviewed" else said.status
            said = replace(said, status=status, actor=actor or said.actor)
        self.provenance[identity] = said

    def document(self) -> Document:
        made = Document(
            self.name,
            self.text,
            tuple(self.entities),
            tuple(self.relations),
            attributes=tuple(self.attributes),
            notes=tuple(self.notes),
            classes=tuple(self.classes),
            provenance=MappingProxyType(self.provenance),
        )
        self.report.documents += 1
        self.report.annotations += len(list(made.annotations()))
        return made

    def _id(self, wanted: Any, letter: str) -> str:
        chosen = wanted
        numbers = self._numbers.setdefault(letter, count(1))
        while not _is_label(chosen) or chosen in self._taken:
            chosen = f"{letter}{next(numbers)}"
        self._taken.add(chosen)
        return str(chosen)


def objects(value: Any, what: str, gathering: Gathering) -> Iterator[dict[str, Any]]:
    """The objects in the list `value`, called `what` in findings about what is none; nothing for None."""
    if value is None:
        return
    if not isinstance(value, list):
        gathering.tell(what, f"{what} is not a list; it was left out.")
        return
    for one in value:
        if isinstance(one, dict):
            yield one
        else:
            gathering.tell(what, f"{what} holds something that is not an object; it was left out.")


def is_text(value: Any) -> TypeGuard[str]:
    """Whether `value` is a text, which a string with a lone surrogate is not."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def _is_label(value: Any) -> TypeGuard[str]:
    return is_text(value) and bool(value)
