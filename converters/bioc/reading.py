"""The dictionaries and lists of a BioC document to a `Document`; what is wrong with them is told, and costs itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bioassist.documents import (
    Annotation,
    Argument,
    Document,
    Entity,
    Equivalence,
    Event,
    Note,
    Relation,
    Span,
)
from bioassist.errors import InputError
from bioassist.schema import Schema
from converters.annotations import name, row, with_row, without_dangling
from converters.bioc.marks import Infons, concepts, ids_in, record_of, restored, with_marks
from converters.bioc.places import WAYS, Laid, Passage, Way
from converters.bioc.writing import CLASS, KIND, OURS, TRIGGER, TYPE
from converters.bioc.xml import LINE, Plain
from converters.carrying import roles
from converters.concepts import CONCEPTS, nearest
from converters.report import Finding, Kind, Report

_CLASS = re.compile(rf"{CLASS}([0-9]+)")
_SPACE = re.compile(r"\s+")


def from_bioc(plain: Plain, file: str, report: Report, schema: Schema | None = None, number: int = 1) -> Document:
    """The document in `plain`, the `number`th of `file`. Raises InputError if it has no text."""
    return _Reading(plain, file, report, schema, _text(plain.get("id")) or str(number)).document()


@dataclass(frozen=True, slots=True)
class _Mention:
    """An annotation as BioC has it, with the offset of the passage or sentence that it is in."""

    plain: Plain
    base: int


@dataclass(slots=True)
class _Reading:
    plain: Plain
    file: str
    report: Report
    schema: Schema | None
    name: str
    passages: list[Passage] = field(default_factory=list)
    mentions: list[_Mention] = field(default_factory=list)
    related: list[Plain] = field(default_factory=list)
    unread: dict[str, None] = field(default_factory=dict)
    found: list[Annotation | Equivalence] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    numbers: dict[str, Iterator[int]] = field(default_factory=dict)
    infons: dict[str, Infons] = field(default_factory=dict)
    concepts: dict[str, list[Entity]] = field(default_factory=dict)

    def tell(self, code: str, message: str, at: Plain, kind: Kind = "loss", offset: int | None = None) -> None:
        self.report.add(Finding(self.name, code, message, offset, self.file, at.get(LINE), kind))

    def document(self) -> Document:
        self._collect(self.plain, 0, said=True)
        if not self.passages:
            where = f"{self.file}:{self.plain[LINE]}" if LINE in self.plain else self.file
            raise InputError("no passage of it has a text.", where=where)
        laid = self._laid()
        own = _infons(self.plain)
        record = self._record(own.pop(OURS, None))
        for one in self.mentions:
            self._mention(one, laid)
        for relation in self.related:
            self._relation(relation)
        text = restored(laid.text, record)
        if not self.taken.isdisjoint(ids_in(record)):
            self.tell(
                "user data", "what bioassist kept in it has ids that annotations have; it was not read.", self.plain
            )
            record = {}
        classes = {int(match[1]): own.pop(key) for key in [*own] if (match := _CLASS.fullmatch(key))}
        bare = Document(self.name, text, classes=tuple(classes[place] for place in sorted(classes)))
        document = with_marks(with_row(bare, self.found), self.infons, record)
        if own or self.unread:
            keys = ", ".join([*own, *self.unread])
            self.tell("infons", f"infons of the document and its passages were not read: {keys}.", self.plain)
        left, dangling = without_dangling(row(document))
        for lost in dangling:
            went = "it was left out" if lost.left_out else "it goes on without"
            message = f"{name(lost.annotation)} refers to {', '.join(lost.missing)}, not there; {went}."
            self.tell("unknown target", message, self.plain)
        return with_row(document, left)

    def _collect(self, plain: Plain, base: int, *, said: bool) -> None:
        """Texts, annotations and relations of the document, a passage or a sentence, and of what it holds.

        What is `said` already is not said again: a passage may have its text, and its sentences theirs.
        """
        mentions, related = _list(plain, "annotations"), _list(plain, "relations")
        self.mentions += [_Mention(one, base) for one in mentions]
        self.related += related
        self.given |= {_text(one.get("id")) for one in (*mentions, *related)}
        text = _text(plain.get("text"))
        if not said and (text or ("text" in plain and not _list(plain, "sentences"))):
            self.passages.append(Passage(base, text))
        for inner in ("passages", "sentences"):
            for one in _list(plain, inner):
                offset = _whole(one.get("offset"))
                if offset is None or offset < 0:
                    self.tell("bad offsets", f"one of its {inner} has no offset; it was not read.", one)
                    continue
                self.unread.update(dict.fromkeys(_infons(one)))
                self._collect(one, offset, said=plain is not self.plain and (said or bool(text)))

    def _laid(self) -> Laid:
        """The text by the way to count in which most annotations quote what they mark."""
        tried: list[tuple[int, Way, Laid]] = []
        for way in WAYS:
            laid = Laid(self.passages, way)
            wrong = sum(1 for one in self.mentions if not _quotes(one, laid))
            tried.append((wrong, way, laid))
            if not wrong:
                break
        _, way, laid = min(tried, key=lambda one: one[0])
        if way is not WAYS[0]:
            self.tell("counting", f"its offsets count {way.counts}.", self.plain, "remark")
        if not laid.apart:
            self.tell("passages", "passages overlap or lie far apart; offsets were moved.", self.plain, "change")
        return laid

    def _record(self, data: str | None) -> dict[str, Any]:
        """What bioassist kept; nothing, and a finding, if that is damaged."""
        try:
            return record_of(data) if data is not None else {}
        except ValueError as error:
            self.tell("user data", f"what bioassist kept in it is damaged: {error}", self.plain)
            return {}

    def _mention(self, one: _Mention, laid: Laid) -> None:
        plain, infons = one.plain, _infons(one.plain)
        type_ = infons.pop(TYPE, "") or "Entity"
        spans = _spans(one, laid)
        if not spans:
            given = _text(plain.get("id"))
            code, what = (
                ("no location", "has no location") if spans is not None else ("offset past end", "lies nowhere")
            )
            self.tell(code, f"{given} ({type_}) {what} in the text; it was left out.", plain)
            return
        entity = Entity(self._identity(plain, "T"), type_, spans)
        if not _quotes(one, laid):
            message = f"the text at {entity.id} is another than the one quoted."
            self.tell("text differs", message, plain, "remark", entity.start)
        self.found.append(entity)
        self.infons[entity.id] = infons
        for concept in concepts(type_, infons):
            self.concepts.setdefault(concept, []).append(entity)

    def _relation(self, plain: Plain) -> None:
        infons = _infons(plain)
        type_ = infons.pop(TYPE, "") or infons.pop("relation", "") or "Relation"
        kind = infons.get(KIND)
        nodes = [Argument(_text(node.get("role")), _text(node.get("refid"))) for node in _list(plain, "nodes")]
        if len(nodes) > 1 and (kind == "equivalence" or (len(nodes) > 2 and len({node.role for node in nodes}) == 1)):
            self.found.append(Equivalence(tuple(node.target for node in nodes), type_))
            return
        identity = self._identity(plain, "R")
        if kind == "event" and nodes and nodes[0].role == TRIGGER:
            del infons[KIND]
            self.found.append(Event(identity, type_, nodes[0].target, tuple(nodes[1:])))
        elif len(nodes) == 2:
            self.found.append(Relation(identity, type_, self._with_roles(type_, nodes[0], nodes[1])))
        elif nodes or not self._between_concepts(identity, type_, infons):
            self.tell("relation", f"{identity} ({type_}) is a relation of {len(nodes)}; it was left out.", plain)
            return
        self.infons[identity] = infons

    def _with_roles(self, type_: str, first: Argument, second: Argument) -> tuple[Argument, Argument]:
        left, right = roles(type_, self.schema)
        return Argument(first.role or left, first.target), Argument(second.role or right, second.target)

    def _between_concepts(self, identity: str, type_: str, infons: Infons) -> bool:
        """A relation whose infons name two mentioned concepts, as in BC5CDR and BioRED, between their mentions."""
        named = [key for key, value in infons.items() if value in self.concepts]
        if len(named) != 2:
            return False
        first, second = (infons.pop(key) for key in named)
        head, tail = nearest(self.concepts[first], self.concepts[second])
        ends = self._with_roles(type_, Argument("", head.id), Argument("", tail.id))
        self.found.append(Relation(identity, type_, ends))
        self.found.append(Note(self._free("#"), CONCEPTS, identity, f"{first} {second}"))
        return True

    def _identity(self, plain: Plain, letter: str) -> str:
        """The id that it has; a new one if that is none, or another's."""
        identity = given = _text(plain.get("id"))
        if not given or given in self.taken:
            identity = self._free(letter)
        if given and identity != given:
            self.tell("duplicate id", f"{given} is there already; this one became {identity}.", plain, "change")
        self.taken.add(identity)
        return identity

    def _free(self, letter: str) -> str:
        """An id that no annotation of the document has, read by now or not."""
        numbers = self.numbers.setdefault(letter, count(1))
        new = next(
            new for number in numbers if (new := f"{letter}{number}") not in self.given and new not in self.taken
        )
        self.taken.add(new)
        return new


def _spans(one: _Mention, laid: Laid) -> tuple[Span, ...] | None:
    """What the annotation marks; None if a part of that is nowhere in the text."""
    spans: list[Span] = []
    for location in _list(one.plain, "locations"):
        offset, length = _whole(location.get("offset")), _whole(location.get("length"))
        if offset is None or length is None or length < 0:
            return None
        span = laid.span(offset, length, one.base)
        if span is None:
            return None
        spans.append(span)
    return tuple(spans)


def _quotes(one: _Mention, laid: Laid) -> bool:
    """Whether the annotation quotes the text that it marks, its fragments joined in one way or another.

    One without a location, or without a quote, does.
    """
    spans = _spans(one, laid)
    quoted = _text(one.plain.get("text"))
    if not spans or not quoted:
        return spans is not None
    pieces = [span.of(laid.text) for span in spans]
    whole = laid.text[min(span.start for span in spans) : max(span.end for span in spans)]
    return _folded(quoted) in (_folded(" ".join(pieces)), _folded("".join(pieces)), _folded(whole))


def _folded(text: str) -> str:
    return _SPACE.sub(" ", text)


def _infons(plain: Plain) -> Infons:
    found = plain.get("infons")
    given = found.items() if isinstance(found, Mapping) else ()
    return {str(key): _text(value) for key, value in given if value is not None}


def _list(plain: Plain, key: str) -> list[Plain]:
    found = plain.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _whole(value: Any) -> int | None:
    if type(value) is int:
        return value
    digits = value.strip() if isinstance(value, str) else ""
    return int(digits) if re.fullmatch(r"-?[0-9]{1,18}", digits, re.ASCII) else None
