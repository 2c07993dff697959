"""Documents of a corpus in windows, as the assistant reads notes: several sentences under one instruction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.engine.windows import windows
from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError
from trainer.corpora import Split, by_name
from trainer.corpora.samples import AnnotatedDocument, TokenizedSentence
from trainer.corpora.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Stretch:
    """One window: its words and the entities that lie wholly in it, in offsets of the document's text."""

    words: tuple[Span, ...]
    entities: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class Windowed:
    """A document, or a stretch of sentences that stand together, with `entities` under our labels.

    `group` is the sample's: what a split or a removal of duplicates must not part.
    """

    name: str
    text: str
    group: str
    entities: tuple[Entity, ...]
    windows: tuple[Stretch, ...]


def documents(
    corpus: str, names: Mapping[str, str], shelf: Shelf, split: Split, target: int, *, join: bool = True
) -> Iterator[Windowed]:
    """The documents of a corpus in windows of about `target` words; `names` maps its entity types to ours.

    Sentences that come one by one are put together up to `target` words unless `join` is False. Raises InputError for
    a corpus without entities.
    """
    waiting: list[TokenizedSentence] = []
    for sample in shelf.open(by_name(corpus), split):
        if isinstance(sample, AnnotatedDocument):
            yield windowed(sample.document, names, target)
        elif isinstance(sample, TokenizedSentence):
            waiting.append(sample)
        else:
            kind = type(sample).__name__
            raise InputError(f"this corpus has no entities: its samples are {kind}.", where=corpus)
    yield from joined(waiting, names, target if join else 0)


def windowed(document: Document, names: Mapping[str, str], target: int, words: Sequence[Span] = ()) -> Windowed:
    """A whole document in windows; entities of types that `names` does not know are left out.

    `words` are those that its source gives; a window has those that lie in it, or is cut into words by us.
    """
    entities = _ours(document.entities, names)
    cut = []
    for window in windows(document.text, target):
        inside = window.words
        if words:
            inside = tuple(word for word in words if window.start <= word.start < window.end)
        if inside:
            within = tuple(e for e in entities if window.start <= e.start and e.end <= window.end)
            cut.append(Stretch(inside, within))
    return Windowed(document.name, document.text, document.text, tuple(entities), tuple(cut))


def joined(sentences: Iterable[TokenizedSentence], names: Mapping[str, str], target: int) -> Iterator[Windowed]:
    """Sentences put together, in their order, while they have at most `target` words; one alone may have more."""
    waiting: list[TokenizedSentence] = []
    for sentence in sentences:
        if waiting and sum(len(one.words) for one in waiting) + len(sentence.words) > target:
            yield _together(waiting, names)
            waiting = []
        waiting.append(sentence)
    if waiting:
        yield _together(waiting, names)


def _together(sentences: list[TokenizedSentence], names: Mapping[str, str]) -> Windowed:
    text = ""
    words: list[Span] = []
    entities: list[Entity] = []
    for sentence in sentences:
        offset = len(text) + bool(text)
        text += (" " if text else "") + sentence.text
        words += [word.shifted(offset) for word in sentence.words]
        entities += [
            replace(entity, id=f"T{len(entities) + n}", spans=tuple(span.shifted(offset) for span in entity.spans))
            for n, entity in enumerate(_ours(sentence.entities, names), 1)
        ]
    only = Stretch(tuple(words), tuple(entities))
    return Windowed(sentences[0].name, text, text, tuple(entities), (only,))


def _ours(entities: Iterable[Entity], names: Mapping[str, str]) -> list[Entity]:
    return [replace(e, type=names[e.type]) for e in entities if e.type in names]
