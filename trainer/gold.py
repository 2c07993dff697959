"""Gold data as a person names them, FORMAT:PATH: annotated documents in any format that we read, IOB2, or a corpus.

brat:notes/   jsonl:notes.jsonl   spacy:dev.spacy   iob:dev.tsv   corpus:ncbi-disease
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioassist.documents import Document
from bioassist.errors import InputError, UsageError
from bioassist.schema import EntityType, Schema, built_in
from converters.formats import available, by_name
from converters.report import Report
from trainer import corpora as sources
from trainer.corpora.iob import IOB_CORPORA, read_iob
from trainer.corpora.samples import AnnotatedDocument, Sample, TokenizedSentence
from trainer.corpora.shelf import Shelf
from trainer.corpora.splitting import Split
from trainer.mixture import Mixture, MixtureSource, load
from trainer.rendering import Drawing, Rendered, render_source
from trainer.windowing import Windowed, joined, windowed

# Where labels of corpora get our names and descriptions from, in this order.
_MIXTURES = ("clinical", "open", "paper")


@dataclass(frozen=True, slots=True)
class Named:
    """FORMAT:PATH taken apart; for "corpus" the path is the corpus's name."""

    format: str
    path: str

    def __str__(self) -> str:
        return f"{self.format}:{self.path}"


def named(text: str) -> Named:
    """Raises UsageError for what is not FORMAT:PATH with a format that there is."""
    format_, colon, path = text.partition(":")
    known = ("iob", "corpus", *available())
    if not colon or not path or format_ not in known:
        raise UsageError(
            f"--data takes FORMAT:PATH, not {text!r}.", next_step=f"Formats: {', '.join(known)}. Example: brat:notes/"
        )
    return Named(format_, path)


def source_of(corpus: str, kinds: Sequence[str]) -> MixtureSource | None:
    """How a mixture of ours takes a corpus for one of the tasks `kinds` ("re.pairs"); the first that does."""
    for name in _MIXTURES:
        for source in load(name).sources:
            if source.corpus == corpus and source.task in kinds:
                return source
    return None


def documents(
    data: Named,
    shelf: Shelf,
    *,
    renamed: Mapping[str, str],
    wanted: Sequence[str] = (),
    schema: Schema | None = None,
    given_words: bool = True,
    window_words: int = 60,
    split: Split = "dev",
) -> tuple[list[Windowed], list[EntityType]]:
    """The documents in windows with their entities, and the entity types to look for.

    `renamed` maps types of the data to the names they are scored under; only `wanted` ones count, if given. The types
    are those of `schema`, else of the mixture that knows them, else the bare names. `given_words`: words as the data
    have them, where papers count; else cut by us, as a user's notes are. Raises InputError, UsageError.
    """
    samples = list(_samples(data, shelf, split))
    names = dict(renamed)
    source = source_of(data.path, ("ner.inline", "ner.typed")) if data.format == "corpus" else None
    if source is not None and not names:
        names = {theirs: entity.name for theirs, entity in source.types.items()}
    there = {entity.type for sample in samples for entity in _document(sample).entities}
    for type_ in sorted(there):
        if source is None or renamed:
            names.setdefault(type_, type_)
    listed = [name for name in dict.fromkeys(names.values()) if not wanted or name in wanted]
    missing = [name for name in wanted if name not in listed]
    if missing:
        raise UsageError(f"the data have no {', '.join(missing)}.", next_step=f"They have: {', '.join(sorted(there))}.")
    if not listed:
        raise InputError("there is no entity to score against.", where=str(data))
    names = {theirs: ours for theirs, ours in names.items() if ours in listed}
    types = _types(listed, source, schema)
    return list(_windowed(samples, names, given_words, window_words, data)), types


def samples(corpus: str, task: str, shelf: Shelf, window_words: int, split: Split = "dev") -> list[Rendered]:
    """A corpus as programs of `task`, which decide among labels. Raises UsageError if no mixture takes it so."""
    source = source_of(corpus, (task,))
    if source is None:
        raise UsageError(
            f"no mixture takes the corpus {corpus!r} for {task}.", next_step=f"Mixtures: {', '.join(_MIXTURES)}."
        )
    drawing = Drawing(Mixture("evaluation", (source,), window_words), split, random.Random(0))
    return list(render_source(source, shelf, split, drawing))


def has_words(corpus: str) -> bool:
    """Whether a corpus says what its words are."""
    return sources.by_name(corpus) in IOB_CORPORA


def _samples(data: Named, shelf: Shelf, split: Split) -> Iterable[Sample]:
    if data.format == "corpus":
        yield from shelf.open(sources.by_name(data.path), split)
    elif data.format == "iob":
        path = Path(data.path)
        if not path.is_file():
            raise InputError("there is no such file.", where=data.path)
        yield from read_iob(path, path.name, None)
    else:
        report = Report()
        for document in by_name(data.format).read(Path(data.path), None, report):
            yield AnnotatedDocument(document)
        if report.findings and not report.documents:
            raise InputError("nothing of it could be read.", where=data.path)


def _document(sample: Sample) -> Document:
    if isinstance(sample, AnnotatedDocument | TokenizedSentence):
        return sample.document
    raise InputError(f"this corpus has no entities: its samples are {type(sample).__name__}.")


def _windowed(
    samples: Sequence[Sample], names: Mapping[str, str], given_words: bool, target: int, data: Named
) -> Iterable[Windowed]:
    if given_words and all(isinstance(sample, TokenizedSentence) for sample in samples):
        yield from joined((one for one in samples if isinstance(one, TokenizedSentence)), names, target)
        return
    for sample in samples:
        words = sample.words if isinstance(sample, AnnotatedDocument | TokenizedSentence) and given_words else ()
        if given_words and not words:
            raise UsageError("these data do not say what their words are.", where=str(data), next_step="--tokens own")
        yield windowed(_document(sample), names, target, words)


def _types(listed: Sequence[str], source: MixtureSource | None, schema: Schema | None) -> list[EntityType]:
    """The types called `listed`, with the descriptions that a model most likely learned them under."""
    known: list[list[EntityType]] = []
    if schema is not None:
        known = [list(schema.entities)]
    elif source is not None:
        known = [list(source.types.values())]
    else:
        known = [list(one.types.values()) for name in _MIXTURES for one in load(name).sources if one.task[:4] == "ner."]
        known.append(list(built_in().entities))
    fitting = [types for types in known if set(listed) <= {entity.name for entity in types}]
    if not fitting:
        return [EntityType(name) for name in listed]
    best = {entity.name: entity for entity in min(fitting, key=len)}
    return [entity for name, entity in best.items() if name in listed]
