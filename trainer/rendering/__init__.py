"""Samples of corpora as programs with their gold answers: the same programs that the assistant runs.

    for one in render(load("clinical"), Shelf(root), "train", seed=0):
        one.program.filled(one.answers)

One module a kind of task. Training draws wordings and subsets of the types; development samples take each as it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from trainer.corpora import Split
from trainer.corpora.shelf import Shelf
from trainer.mixture import Mixture, MixtureSource
from trainer.rendering import assertions, classes, entities, inference, pairs, questions
from trainer.rendering.rendered import Drawing, Rendered

__all__ = ["Drawing", "Rendered", "render", "render_source"]

_Renderer = Callable[[MixtureSource, Shelf, Split, Drawing], Iterator[Rendered]]

_RENDERERS: dict[str, _Renderer] = {
    "ner.typed": entities.render,
    "ner.inline": entities.render,
    "ner.paper": entities.render,
    "re.pairs": pairs.render,
    "re.paper": pairs.render_marked,
    "assertion": assertions.render,
    "class.one": classes.render,
    "class.many": classes.render,
    "nli": inference.render,
    "qa.choice": questions.render_choice,
    "qa.free": questions.render_free,
}


def render(mixture: Mixture, shelf: Shelf, split: Split, seed: int) -> Iterator[Rendered]:
    """The samples of all sources, source by source. Raises InputError for a corpus that is missing or broken."""
    for number, source in enumerate(mixture.sources):
        # A source draws for itself, so that leaving one out changes nothing in the others.
        drawing = Drawing(mixture, split, random.Random(f"{seed}/{number}/{source.corpus}/{source.task}"))
        yield from render_source(source, shelf, split, drawing)


def render_source(source: MixtureSource, shelf: Shelf, split: Split, drawing: Drawing) -> Iterator[Rendered]:
    """The samples of one source, its training samples as often as it says."""
    if split == "train" and source.take:
        yield from drawing.reservoir(_RENDERERS[source.task](source, shelf, split, drawing), source.take)
        return
    whole, part = divmod(source.repeat, 1.0) if split == "train" else (1.0, 0.0)
    for _ in range(int(whole)):
        yield from _RENDERERS[source.task](source, shelf, split, drawing)
    if part:
        for one in _RENDERERS[source.task](source, shelf, split, drawing):
            if drawing.chance.random() < part:
                yield one
