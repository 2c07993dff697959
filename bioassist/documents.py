"""Documents and what is annotated on them: the model that every part of bioassist shares.

All offsets are half-open `[start, end)` and count Unicode code points of `Document.text`, which is never altered.
Ids are unique within a document and are kept as they were read (`T1`, `E3`, `#2`); annotations refer to each other by
id, so that an annotation on another is one more record, not a change to it. Everything here is frozen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text[start:end]`. Raises ValueError unless 0 <= start <= end."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def shifted(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)


def overlapping(some: Iterable[Span], others: Collection[Span]) -> bool:
    """Whether a fragment of the one extent overlaps one of the other."""
    return any(mine.overlaps(theirs) for mine in some for theirs in others)


@dataclass(frozen=True, slots=True)
class Entity:
    """A typed mention (also the trigger of an event). `spans` has one fragment, or several if it is discontinuous."""

    id: str
    type: str
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        if not self.spans:
            raise ValueError(f"entity {self.id} has no span")

    @property
    def start(self) -> int:
        return min(span.start for span in self.spans)

    @property
    def end(self) -> int:
        return max(span.end for span in self.spans)

    def of(self, text: str) -> str:
        """The mention's words, fragments joined by one space as brat writes them."""
        return " ".join(span.of(text) for span in self.spans)

    def overlaps(self, other: Entity) -> bool:
        return overlapping(self.spans, other.spans)


@dataclass(frozen=True, slots=True)
class Argument:
    """One role of a relation or an event, filled by the annotation with id `target`."""

    role: str
    target: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed binary relation. Its two arguments keep their roles and their order."""

    id: str
    type: str
    arguments: tuple[Argument, Argument]


@dataclass(frozen=True, slots=True)
class Event:
    """A typed n-ary event, anchored at the entity `trigger`; arguments may be entities or other events."""

    id: str
    type: str
    trigger: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of `target`. `value` is None for a binary attribute, which holds by being there."""

    id: str
    type: str
    target: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Normalization:
    """`target` means entry `identifier` (which may hold colons) of the terminology `database`."""

    id: str
    target: str
    database: str
    identifier: str
    label: str = ""
    type: str = "Reference"


@dataclass(frozen=True, slots=True)
class Note:
    """Free text on any annotation."""

    id: str
    type: str
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two or more annotations that stand for the same thing, or another n-ary relation without roles."""

    members: tuple[str, ...]
    type: str = "Equiv"


Annotation = Entity | Relation | Event | Attribute | Normalization | Note

Status = Literal["unreviewed", "accepted", "edited", "added"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an annotation comes from.

    `status` says what a person did with it; `source` is the kind of suggester ("model", "terms", ...), `model` which
    one of it; `also` names others that suggested the same ("terms:drugs.csv"); `confidence` is the highest probability
    (0 to 1) that any of them gave it;
    `trained` is False if the model was never trained on the label that served this type; `bulk` is True if a person
    accepted it with many others at once, without a look at each.
    """

    status: Status
    source: str
    confidence: float | None = None
    model: str | None = None
    program: str | None = None
    trained: bool = True
    actor: str | None = None
    bulk: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextSource:
    """How a document's text lay in its file. `newline` is "lf", "crlf", "cr", "mixed" or "none"."""

    path: str
    encoding: str = "utf-8"
    bom: bool = False
    newline: str = "lf"


@dataclass(frozen=True, slots=True)
class Document:
    """One note or article with its annotations.

    `name` is the path below the corpus folder, without extension, with "/" between folders: it is what exports are
    called. `classes` are document classes. `provenance` maps annotation ids, and `class_key` of classes, to where they
    come from.
    """

    name: str
    text: str
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    events: tuple[Event, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    normalizations: tuple[Normalization, ...] = ()
    notes: tuple[Note, ...] = ()
    equivalences: tuple[Equivalence, ...] = ()
    classes: tuple[str, ...] = ()
    source: TextSource | None = None
    provenance: Mapping[str, Provenance] = field(default_factory=lambda: MappingProxyType({}))

    def annotations(self) -> Iterator[Annotation]:
        """Everything with an id, kind by kind."""
        yield from self.entities
        yield from self.relations
        yield from self.events
        yield from self.attributes
        yield from self.normalizations
        yield from self.notes

    @property
    def sha256(self) -> str:
        return text_hash(self.text)


def class_key(name: str) -> str:
    """What stands for a document class where annotations are named by their ids."""
    return f"class:{name}"


def text_hash(text: str) -> str:
    """Hex SHA-256 of the UTF-8 bytes of `text`; lone surrogates, which no decoder here makes, are refused."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
