"""What corpora are read as: one frozen class for each shape of annotated data, offsets as in the core model.

A sample has a `name` that is unique in its corpus, and a `group`: samples of one group come from one document (or,
where the source does not say, share their text), so a split or a removal of duplicates must not part them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bioassist.documents import Document, Entity, Span


@dataclass(frozen=True, slots=True)
class TokenizedSentence:
    """One sentence with the words that its source gives, and entities whose edges are edges of words.

    `text` is the words with one space between them, which is all that remains of the original's white space.
    """

    name: str
    text: str
    words: tuple[Span, ...]
    entities: tuple[Entity, ...]

    @property
    def group(self) -> str:
        return self.text

    @property
    def document(self) -> Document:
        return Document(self.name, self.text, self.entities)


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A whole document. `words` and `sentences` are those that its source gives; empty if it gives none."""

    document: Document
    words: tuple[Span, ...] = ()
    sentences: tuple[Span, ...] = ()

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def group(self) -> str:
        return self.document.text


@dataclass(frozen=True, slots=True)
class PairSample:
    """Two entities of `document` (often one sentence), and how they are related: one of `options`.

    `options` are the labels that could stand here by the entities' types, with the label for "not related" among them.
    """

    name: str
    document: Document
    head: Entity
    tail: Entity
    label: str
    options: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class AssertionSample:
    """What `document` says of `target`: `values` maps a property ("negation") to one of `options[property]`."""

    name: str
    document: Document
    target: Entity
    values: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]]
    group: str = ""


@dataclass(frozen=True, slots=True)
class NliSample:
    """`label` is "entailment", "neutral" or "contradiction", whatever the source calls them; `options` those it uses.

    `evidence` are the lines of the premise that decide, where the source says so.
    """

    name: str
    premise: str
    hypothesis: str
    label: str
    options: tuple[str, ...]
    group: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassSample:
    """A document or a part of one; its `Document.classes` are the labels. `many`: any number of `options` may hold."""

    document: Document
    options: tuple[str, ...]
    many: bool = False
    group: str = ""

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def labels(self) -> tuple[str, ...]:
        return self.document.classes


@dataclass(frozen=True, slots=True)
class QaSample:
    """A question with what is given beside it.

    `answer` is free text, or one of `options` where there are some. `instruction` is the source's own, where it has
    one; `explanation` is the longer answer beside a short one; `facts` holds what else is known ("source": "umls").
    """

    name: str
    question: str
    answer: str
    context: str = ""
    instruction: str = ""
    options: tuple[str, ...] = ()
    explanation: str = ""
    group: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Sample = TokenizedSentence | AnnotatedDocument | PairSample | AssertionSample | NliSample | ClassSample | QaSample
