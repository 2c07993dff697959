"""Classification of documents and sections."""

from __future__ import annotations

from collections.abc import Iterator

from bioassist.errors import InputError
from bioassist.tasks.classification import Classification, opening
from bioassist.tasks.lines import shown
from trainer.corpora import Split, by_name
from trainer.corpora.samples import ClassSample
from trainer.corpora.shelf import Shelf
from trainer.mixture import MixtureSource
from trainer.rendering.rendered import Drawing, Rendered


def render(source: MixtureSource, shelf: Shelf, split: Split, drawing: Drawing) -> Iterator[Rendered]:
    many = source.task == "class.many"
    for sample in shelf.open(by_name(source.corpus), split):
        if not isinstance(sample, ClassSample):
            raise InputError(f"this corpus has no classes: it has {type(sample).__name__}.", where=source.corpus)
        gold = [source.labels[label][0] for label in sample.labels if label in source.labels]
        cut = opening(sample.document.text)
        if not cut or (not many and len(gold) != 1):
            continue
        classes = drawing.some(source.classes) if many else list(source.classes)
        task = Classification(classes, many=many, wording=drawing.wording())
        yield Rendered(
            task.program(sample.document.text, cut),
            tuple(task.answers(gold)),
            source.corpus,
            sample.name,
            sample.group,
            shown(sample.document.text, cut),
            len(cut),
        )
