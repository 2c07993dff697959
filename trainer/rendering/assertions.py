"""Assertion: the mentions of a window that can bear an attribute, one line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.engine.windows import windows
from bioassist.errors import InputError
from bioassist.tasks.assertion import Assertion
from bioassist.tasks.lines import shown
from trainer.corpora import Split, by_name
from trainer.corpora.samples import AnnotatedDocument, AssertionSample
from trainer.corpora.shelf import Shelf
from trainer.mixture import MixtureSource
from trainer.rendering.rendered import Drawing, Rendered


def render(source: MixtureSource, shelf: Shelf, split: Split, drawing: Drawing) -> Iterator[Rendered]:
    for found in by_document(source.corpus, shelf, split):
        yield from _windows(source, found, drawing)


def by_document(name: str, shelf: Shelf, split: Split) -> Iterator[list[AssertionSample]]:
    """The assertions of the corpus `name`, those of a document together. Raises InputError for one without any."""
    corpus = by_name(name)
    for sample in shelf.open(corpus, split):
        if isinstance(sample, AnnotatedDocument):
            found = corpus.assertion_samples(sample)
        elif isinstance(sample, AssertionSample):
            found = [sample]
        else:
            raise InputError(f"this corpus asserts nothing: it has {type(sample).__name__}.", where=name)
        if found:
            yield found


def _windows(source: MixtureSource, samples: list[AssertionSample], drawing: Drawing) -> Iterator[Rendered]:
    """The samples of one document, window by window."""
    document = samples[0].document
    assert source.attribute is not None
    for window in windows(document.text, drawing.window_words):
        inside = [one for one in samples if window.start <= one.target.start and one.target.end <= window.end]
        if not inside or not window.words:
            continue
        # All values stay in the instruction: what is negated is not present, whatever is listed.
        task = Assertion(replace(source.attribute, on=tuple({one.target.type for one in inside})), drawing.wording())
        values = {one.target.id: value_of(source, one) for one in inside}
        mentions = task.mentions(one.target for one in inside)
        yield Rendered(
            task.program(document.text, window.words, mentions),
            tuple(task.answers([values[mention.id] for mention in mentions])),
            source.corpus,
            document.name,
            inside[0].group,
            shown(document.text, window.words),
            len(window.words),
        )


def value_of(source: MixtureSource, sample: AssertionSample) -> str | None:
    """Our value: the first of the source's labels ("negation.negated") that holds; None if none does."""
    held = {f"{property_}.{value}" for property_, value in sample.values.items()}
    return next((ours for theirs, (ours, _) in source.labels.items() if theirs in held), None)
