"""Entities: windows of documents, or sentences put together, as one of the NER programs."""

from __future__ import annotations

from collections.abc import Iterator

from bioassist.tasks import ner
from bioassist.tasks.lines import shown
from trainer.corpora import Split
from trainer.corpora.shelf import Shelf
from trainer.mixture import MixtureSource
from trainer.rendering.rendered import Drawing, Rendered
from trainer.windowing import documents


def render(source: MixtureSource, shelf: Shelf, split: Split, drawing: Drawing) -> Iterator[Rendered]:
    types = list(dict.fromkeys(source.types.values()))
    names = {theirs: entity.name for theirs, entity in source.types.items()}
    # The paper has one sentence a sample.
    join = source.task != "ner.paper"
    for document in documents(source.corpus, names, shelf, split, drawing.window_words, join=join):
        for window in document.windows:
            for task in ner.passes(source.task, drawing.some(types), drawing.wording()):
                listed = {entity.name for entity in task.types}
                gold = [entity for entity in window.entities if entity.type in listed]
                answers, lost = task.answers(window.words, gold)
                yield Rendered(
                    task.program(document.text, window.words),
                    tuple(answers),
                    source.corpus,
                    document.name,
                    document.group,
                    shown(document.text, window.words),
                    len(window.words),
                    len(lost),
                )
