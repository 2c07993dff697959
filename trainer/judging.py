"""One figure for each source of a mixture: how well a model does what the source teaches, on its development split."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bioassist.metrics.bootstrap import Interval
from trainer import evaluate
from trainer.corpora.shelf import Shelf
from trainer.engine import Engine
from trainer.mixture import Mixture, MixtureSource
from trainer.rendering import Drawing, render_source
from trainer.windowing import documents

# Tasks where most answers are "nothing", so that accuracy says little.
_RARE = ("re.pairs", "class.many")


@dataclass(frozen=True, slots=True)
class Judged:
    """`value` of `measure` (exact F1, micro F1, accuracy or ROUGE-L; 0 to 1) over `samples` documents or samples."""

    source: str
    task: str
    measure: str
    value: float
    interval: Interval | None
    samples: int

    @property
    def name(self) -> str:
        return f"{self.source} {self.task}"


def judge(
    engine: Engine, mixture: Mixture, source: MixtureSource, shelf: Shelf, limit: int | None = None
) -> Judged | None:
    """Judge one source; None if it has nothing to judge. `limit` samples are drawn with a fixed seed."""
    if source.task.startswith("ner."):
        names = {theirs: entity.name for theirs, entity in source.types.items()}
        every = list(documents(source.corpus, names, shelf, "dev", mixture.window_words))
        types = list(dict.fromkeys(source.types.values()))
        found = evaluate.entities(engine, evaluate.some(every, limit), types, source.task)
        score = found.exact.micro
        return Judged(source.corpus, source.task, "exact F1", score.f1, score.f1_interval, found.documents)
    samples = list(render_source(source, shelf, "dev", Drawing(mixture, "dev", random.Random(0))))
    if not samples:
        return None
    chosen = evaluate.some(samples, limit)
    if source.task == "qa.free":
        said = evaluate.texts(engine, chosen)
        return Judged(source.corpus, source.task, "ROUGE-L", said.rouge_l, said.interval, said.samples)
    decided = evaluate.decisions(engine, chosen)
    scores = decided.scores
    if source.task in _RARE:
        return Judged(source.corpus, source.task, "micro F1", scores.micro, scores.micro_interval, decided.samples)
    return Judged(source.corpus, source.task, "accuracy", scores.accuracy, scores.accuracy_interval, decided.samples)
