"""Natural language inference."""

from __future__ import annotations

from collections.abc import Iterator

from bioassist.errors import InputError
from bioassist.tasks.nli import Inference
from trainer.corpora import Split, by_name
from trainer.corpora.samples import NliSample
from trainer.corpora.shelf import Shelf
from trainer.mixture import MixtureSource
from trainer.rendering.rendered import Drawing, Rendered


def render(source: MixtureSource, shelf: Shelf, split: Split, drawing: Drawing) -> Iterator[Rendered]:
    for sample in shelf.open(by_name(source.corpus), split):
        if not isinstance(sample, NliSample):
            raise InputError(f"this corpus has no premises: it has {type(sample).__name__}.", where=source.corpus)
        task = Inference(sample.options, drawing.wording())
        yield Rendered(
            task.program(sample.premise, sample.hypothesis),
            (sample.label,),
            source.corpus,
            sample.name,
            sample.group,
            f"{sample.premise} {sample.hypothesis}",
        )
