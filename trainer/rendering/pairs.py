"""Relations: the candidate pairs of a document's windows in lines, or one marked pair a sample as in the paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.engine.windows import windows
from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError
from bioassist.tasks.lines import shown
from bioassist.tasks.relations import Marked, Pairs
from bioassist.words import sentences, words
from trainer.corpora import Split, by_name
from trainer.corpora.samples import AnnotatedDocument, PairSample
from trainer.corpora.shelf import Shelf
from trainer.mixture import MixtureSource
from trainer.rendering.rendered import Drawing, Rendered


def render(source: MixtureSource, shelf: Shelf, split: Split, drawing: Drawing) -> Iterator[Rendered]:
    for document, pairs, lost in _documents(source, shelf, split):
        stretches = _stretches(document, pairs, drawing.window_words)
        for words_, inside in stretches:
            task = Pairs(drawing.some(source.relations), drawing.wording())
            names = {relation.name for relation in task.types}
            asked = [pair for pair in inside if task.legal(pair.head.type, pair.tail.type)]
            for part in task.parts(asked):
                joined = [(pair.head, pair.tail) for pair in part]
                gold = [source.labels.get(pair.label, ("", ""))[0] for pair in part]
                yield Rendered(
                    task.program(document.text, words_, joined),
                    tuple(task.answers(joined, [name if name in names else None for name in gold])),
                    source.corpus,
                    document.name,
                    part[0].group,
                    shown(document.text, words_),
                    len(words_),
                    lost,
                )
                lost = 0


def render_marked(source: MixtureSource, shelf: Shelf, split: Split, drawing: Drawing) -> Iterator[Rendered]:
    """One pair a sample; `labels` name the corpus's labels as the paper does."""
    for document, pairs, _ in _documents(source, shelf, split):
        for pair in pairs:
            if pair.label not in source.labels or pair.head.overlaps(pair.tail):
                continue
            options = [source.labels[label] for label in pair.options if label in source.labels]
            task = Marked(pair.head.type, pair.tail.type, options)
            # Pairs that come one by one have their sentence for a document.
            whole = not by_name(source.corpus).rules
            sentence = Span(0, len(document.text)) if whole else _sentence(document.text, pair)
            yield Rendered(
                task.program(
                    sentence.of(document.text), _within_of(pair.head, sentence), _within_of(pair.tail, sentence)
                ),
                (source.labels[pair.label][0],),
                source.corpus,
                pair.name,
                pair.group,
                sentence.of(document.text),
            )


def _documents(source: MixtureSource, shelf: Shelf, split: Split) -> Iterator[tuple[Document, list[PairSample], int]]:
    """Documents with their candidate pairs, and how many relations no candidate stands for."""
    corpus = by_name(source.corpus)
    waiting: list[PairSample] = []
    for sample in shelf.open(corpus, split):
        if isinstance(sample, AnnotatedDocument):
            pairs, lost = corpus.pair_samples(sample)
            if pairs:
                yield sample.document, pairs, lost
        elif isinstance(sample, PairSample):
            if waiting and waiting[0].document.text != sample.document.text:
                yield _together(waiting)
                waiting = []
            waiting.append(sample)
        else:
            raise InputError(f"this corpus has no pairs: it has {type(sample).__name__}.", where=source.corpus)
    if waiting:
        yield _together(waiting)


def _together(samples: list[PairSample]) -> tuple[Document, list[PairSample], int]:
    """Pairs that come one by one over the same sentence, as pairs of one document."""
    first = samples[0].document
    return first, [replace(sample, document=first) for sample in samples], 0


def _stretches(
    document: Document, pairs: Sequence[PairSample], target: int
) -> Iterator[tuple[tuple[Span, ...], list[PairSample]]]:
    """Windows with the pairs that lie in them; a pair that lies in none gets the stretch that it spans."""
    left = list(pairs)
    for window in windows(document.text, target):
        inside = [one for one in left if _within(one.head, window.start, window.end)]
        inside = [one for one in inside if _within(one.tail, window.start, window.end)]
        if inside and window.words:
            taken = {one.name for one in inside}
            left = [one for one in left if one.name not in taken]
            yield window.words, inside
    every = words(document.text) if left else []
    for pair in left:
        start, end = min(pair.head.start, pair.tail.start), max(pair.head.end, pair.tail.end)
        touched = [place for place, word in enumerate(every) if word.start < end and start < word.end]
        around = max(0, target - len(touched)) // 2
        first, last = max(0, touched[0] - around), touched[-1] + 1 + around
        yield tuple(every[first:last]), [pair]


def _within(entity: Entity, start: int, end: int) -> bool:
    return start <= entity.start and entity.end <= end


def _sentence(text: str, pair: PairSample) -> Span:
    """The sentences that the pair lies in, which are all that the paper shows of a document."""
    start, end = min(pair.head.start, pair.tail.start), max(pair.head.end, pair.tail.end)
    touched = [one for one in sentences(text) if one.start < end and start < one.end]
    return Span(min(start, touched[0].start), max(end, touched[-1].end))


def _within_of(entity: Entity, stretch: Span) -> Span:
    return Span(entity.start, entity.end).shifted(-stretch.start)
