"""How well a model marks entities: the engine that users run, over gold documents stripped of their annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.engine.compile import Compiler
from assistant.engine.llama import Llama, Settings
from assistant.engine.scheduler import PREFIXES, Job, Scheduler
from bioassist.documents import Entity, Span
from bioassist.metrics import spans
from bioassist.tasks import ner
from trainer.corpora.splitting import Split
from trainer.mixture import MixtureSource, documents


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores with 95% intervals, over `documents` documents with `words` words."""

    exact: spans.Scores
    relaxed: spans.Scores
    documents: int
    words: int


def evaluate(
    model: Path,
    source: MixtureSource,
    corpora: Path,
    *,
    task: str,
    split: Split = "dev",
    adapter: Path | None = None,
    window_words: int = 40,
    limit: int | None = None,
    threads: int = 2,
    slots: int = 16,
    lookahead: int = 4,
) -> Evaluation:
    """Run `task` over the corpus of `source`, whole documents in windows, and compare spans by characters.

    Test splits are not read; `limit` takes the first documents alone.
    """
    settings = Settings(cells=16384, batch=512, sequences=slots + PREFIXES, threads=threads)
    llama = Llama(model, settings, adapter)
    try:
        compiler = Compiler(llama.vocabulary.tokenize, llama.vocabulary.bos)
        scheduler = Scheduler(
            llama, compiler, cells=settings.cells, batch=settings.batch, slots=slots, lookahead=lookahead
        )
        return _run(scheduler, compiler, ner.passes(task, list(source.types.values())), source, corpora, split,
                    window_words, limit)  # fmt: skip
    finally:
        llama.close()


def _run(
    scheduler: Scheduler,
    compiler: Compiler,
    passes: Sequence[ner.Ner],
    source: MixtureSource,
    corpora: Path,
    split: Split,
    window_words: int,
    limit: int | None,
) -> Evaluation:
    gold: list[tuple[Entity, ...]] = []
    words = 0
    jobs: dict[int, tuple[int, ner.Ner, tuple[Span, ...]]] = {}
    for number, document in enumerate(documents(source, corpora, split, window_words)):
        if limit is not None and number >= limit:
            break
        for cut, _ in document.windows:
            for task in passes:
                jobs[len(jobs)] = (number, task, cut)
                scheduler.submit(Job(len(jobs) - 1, compiler.compile(task.program(document.text, cut))))
            words += len(cut)
        gold.append(document.entities)
    found: list[list[Entity]] = [[] for _ in gold]
    while not scheduler.idle:
        for done in scheduler.step():
            number, task, cut = jobs[done.name]
            for mention in task.mentions(cut, done.answers):
                name = f"T{len(found[number]) + 1}"
                found[number].append(Entity(name, mention.type, (mention.span,)))
    pairs = list(zip(gold, found, strict=True))
    return Evaluation(spans.score(pairs, spans.exact), spans.score(pairs, spans.relaxed), len(gold), words)
