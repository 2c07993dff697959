"""Questions with answers to choose from, or to write."""

from __future__ import annotations

from collections.abc import Iterator

from bioassist.errors import InputError
from bioassist.tasks.qa import Choosing, Writing
from trainer.corpora import Split, by_name
from trainer.corpora.samples import QaSample
from trainer.corpora.shelf import Shelf
from trainer.mixture import MixtureSource
from trainer.rendering.rendered import Drawing, Rendered


def _samples(source: MixtureSource, shelf: Shelf, split: Split) -> Iterator[QaSample]:
    for sample in shelf.open(by_name(source.corpus), split):
        if not isinstance(sample, QaSample):
            raise InputError(f"this corpus has no questions: it has {type(sample).__name__}.", where=source.corpus)
        # The mixture may take some of a collection's parts alone: `labels` names them.
        if not source.labels or sample.facts.get("source") in source.labels:
            yield sample


def render_choice(source: MixtureSource, shelf: Shelf, split: Split, drawing: Drawing) -> Iterator[Rendered]:
    for sample in _samples(source, shelf, split):
        if not sample.options:
            continue
        task = Choosing(sample.options, drawing.wording())
        yield _rendered(task, sample, source, sample.answer)


def render_free(source: MixtureSource, shelf: Shelf, split: Split, drawing: Drawing) -> Iterator[Rendered]:
    for sample in _samples(source, shelf, split):
        task = Writing(wording=drawing.wording(), instruction=sample.instruction)
        yield _rendered(task, sample, source, task.answer(sample.explanation or sample.answer))


def _rendered(task: Choosing | Writing, sample: QaSample, source: MixtureSource, answer: str) -> Rendered:
    return Rendered(
        task.program(sample.question, sample.context),
        (answer,),
        source.corpus,
        sample.name,
        sample.group,
        f"{sample.question} {sample.context}".strip(),
    )
