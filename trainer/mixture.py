"""A mixture: which corpora, how often, under which labels and renderings; and the programs with gold that it gives.

A sample's instruction lists exactly the types that its corpus annotates, or a random subset of them, so no corpus
teaches that something is outside which it never looked for.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from assistant.engine.windows import windows
from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError
from bioassist.schema import EntityType
from bioassist.tasks import ner
from bioassist.tasks.program import Program
from trainer.corpora import by_name
from trainer.corpora.samples import AnnotatedDocument, TokenizedSentence
from trainer.corpora.splitting import Split


@dataclass(frozen=True, slots=True)
class MixtureSource:
    """One corpus of a mixture. `types` maps the corpus's types to the label and the description to train them under."""

    corpus: str
    types: Mapping[str, EntityType]
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Mixture:
    """What to train on. `tasks` are the renderings, one drawn for each window; `subsets` a share between 0 and 1."""

    name: str
    tasks: tuple[str, ...]
    sources: tuple[MixtureSource, ...]
    window_words: int = 40
    subsets: float = 0.0

    @property
    def labels(self) -> dict[str, list[str]]:
        """The labels that a model of this mixture is trained on, by task."""
        names = sorted({entity.name for source in self.sources for entity in source.types.values()})
        return dict.fromkeys(self.tasks, names)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One window as a program with its gold answers. `lost` counts gold mentions that the program cannot say."""

    program: Program
    answers: tuple[str, ...]
    source: str
    document: str
    words: int
    lost: int


def load(name_or_path: str) -> Mixture:
    """A mixture of ours by its name, or a file. Raises InputError."""
    path = Path(name_or_path)
    built_in = resources.files("trainer") / "mixtures" / f"{name_or_path}.toml"
    if not path.exists() and not built_in.is_file():
        raise InputError("there is no such mixture.", where=name_or_path)
    text = path.read_text("utf-8") if path.exists() else built_in.read_text("utf-8")
    try:
        data = tomllib.loads(text)
        sources = tuple(
            MixtureSource(
                source["corpus"],
                {theirs: EntityType(ours, description) for theirs, (ours, description) in source["types"].items()},
                source.get("repeat", 1),
            )
            for source in data["sources"]
        )
        return Mixture(
            data["name"], tuple(data["tasks"]), sources, data.get("window_words", 40), data.get("subsets", 0.0)
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"this is not a mixture: {error!r}.", where=name_or_path) from None


def render(mixture: Mixture, corpora: Path, split: Split, seed: int) -> Iterator[Rendered]:
    """The windows of all sources, source by source; training draws renderings and subsets, dev takes each once."""
    chance = random.Random(seed)
    for source in mixture.sources:
        for _ in range(source.repeat if split == "train" else 1):
            for document in documents(source, corpora, split, mixture.window_words):
                for words, entities in document.windows:
                    yield _rendered(mixture, source, document.name, document.text, words, entities, chance, split)


@dataclass(frozen=True, slots=True)
class Windowed:
    """A document of a source, or a stretch of sentences, with `entities` under our labels, cut into windows.

    A window is its words and the entities that lie wholly in it, in offsets of `text`.
    """

    name: str
    text: str
    entities: tuple[Entity, ...]
    windows: tuple[tuple[tuple[Span, ...], tuple[Entity, ...]], ...]


def documents(source: MixtureSource, corpora: Path, split: Split, target: int) -> Iterator[Windowed]:
    """The documents of a source in windows of about `target` words."""
    waiting: list[TokenizedSentence] = []
    for sample in by_name(source.corpus).open(corpora, split):
        if isinstance(sample, AnnotatedDocument):
            yield _document(sample.document, source, target)
        elif isinstance(sample, TokenizedSentence):
            if waiting and sum(len(one.words) for one in waiting) + len(sample.words) > target:
                yield _joined(waiting, source)
                waiting = []
            waiting.append(sample)
        else:
            raise InputError("this corpus has no entities.", where=source.corpus)
    if waiting:
        yield _joined(waiting, source)


def _document(document: Document, source: MixtureSource, target: int) -> Windowed:
    entities = _ours(document.entities, source)
    cut = []
    for window in windows(document.text, target):
        if window.words:
            inside = tuple(e for e in entities if window.start <= e.start and e.end <= window.end)
            cut.append((window.words, inside))
    return Windowed(document.name, document.text, tuple(entities), tuple(cut))


def _joined(sentences: list[TokenizedSentence], source: MixtureSource) -> Windowed:
    text = ""
    words: list[Span] = []
    entities: list[Entity] = []
    for sentence in sentences:
        offset = len(text) + bool(text)
        text += (" " if text else "") + sentence.text
        words += [word.shifted(offset) for word in sentence.words]
        entities += [
            replace(entity, spans=tuple(span.shifted(offset) for span in entity.spans))
            for entity in _ours(sentence.entities, source)
        ]
    return Windowed(sentences[0].name, text, tuple(entities), ((tuple(words), tuple(entities)),))


def _ours(entities: Iterable[Entity], source: MixtureSource) -> list[Entity]:
    return [replace(e, type=source.types[e.type].name) for e in entities if e.type in source.types]


def _rendered(
    mixture: Mixture,
    source: MixtureSource,
    name: str,
    text: str,
    words: tuple[Span, ...],
    entities: tuple[Entity, ...],
    chance: random.Random,
    split: Split,
) -> Rendered:
    types = list(source.types.values())
    task = mixture.tasks[0]
    if split == "train":
        task = chance.choice(mixture.tasks)
        if chance.random() < mixture.subsets:
            types = chance.sample(types, chance.randint(1, len(types)))
    (program,) = ner.passes(task, types)
    listed = {entity.name for entity in types}
    answers, lost = program.answers(words, [entity for entity in entities if entity.type in listed])
    return Rendered(program.program(text, words), tuple(answers), source.corpus, name, len(words), len(lost))
