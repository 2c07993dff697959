"""How well a model does a task: the engine that users run, over gold data stripped of their annotations.

`entities` scores mentions, `decisions` every other task that chooses among labels. Both say how sure the model was and
how often it was right.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bioassist.documents import Entity, Span
from bioassist.metrics import labels, spans
from bioassist.metrics.bootstrap import Interval, draws, interval
from bioassist.metrics.calibrating import Decided
from bioassist.metrics.rouge import rouge_l
from bioassist.schema import EntityType
from bioassist.tasks import classification, ner, nli, relations
from bioassist.tasks.program import Answer, Choice, Program
from trainer.engine import Engine
from trainer.rendering import Rendered
from trainer.windowing import Windowed

T = TypeVar("T")

# Labels that stand for the absence of one.
NOTHING = {"re.pairs": {relations.NONE}, "class.many": {classification.NO}}
# Tasks whose first option is that nothing is to be said.
_DEFAULT_FIRST = ("assertion", "class.many", "re.pairs")


@dataclass(frozen=True, slots=True)
class EntityScores:
    """`exact` and `relaxed` spans with types; `sure` the (probability, right) of each mention found, exactly.

    `predicted` are the mentions found, by document as they were given.
    """

    exact: spans.Scores
    relaxed: spans.Scores
    sure: tuple[tuple[float, bool], ...]
    predicted: tuple[tuple[Entity, ...], ...]
    documents: int
    words: int
    words_per_s: float
    tokens_per_word: float
    too_long: int


@dataclass(frozen=True, slots=True)
class TextScores:
    """`rouge_l` is the mean F1 of written answers against gold ones, 0 to 1, with its 95% interval by group."""

    rouge_l: float
    interval: Interval | None
    samples: int
    tokens_per_s: float
    too_long: int


@dataclass(frozen=True, slots=True)
class DecisionScores:
    """Scores of single decisions; `sure` the (probability, right) of each.

    `sample_f1` is the mean over samples of the F1 of their classes, where a sample may have several; one without any
    that is found to have none counts as right. `suggested` are the decisions that `annotate` would show: those that say
    that something holds, under the model's label for it.
    """

    scores: labels.LabelScores
    sure: tuple[tuple[float, bool], ...]
    samples: int
    decisions_per_s: float
    too_long: int
    sample_f1: float | None = None
    suggested: tuple[Decided, ...] = ()


def entities(engine: Engine, documents: Sequence[Windowed], types: Sequence[EntityType], task: str) -> EntityScores:
    """Run the NER program `task` over `documents` and compare by characters with their entities."""
    found: list[list[ner.Mention]] = [[] for _ in documents]
    before = engine.seconds, engine.tokens, engine.too_long
    for number, one, words, answers in answered(engine, documents, types, task):
        found[number] += one.mentions(words, answers)
    return entity_scores(
        documents,
        found,
        seconds=engine.seconds - before[0],
        tokens=engine.tokens - before[1],
        too_long=engine.too_long - before[2],
    )


def answered(
    engine: Engine, documents: Sequence[Windowed], types: Sequence[EntityType], task: str
) -> Iterator[tuple[int, ner.Ner, Sequence[Span], Sequence[Answer]]]:
    """Run the NER program `task` over `documents`: the number of a document, a pass, words of it and their answers."""
    passes = ner.passes(task, types)
    asked = [
        (number, one, window.words)
        for number, document in enumerate(documents)
        for window in document.windows
        for one in passes
    ]
    programs = (one.program(documents[number].text, words) for number, one, words in asked)
    for place, answers in engine.run(programs):
        yield *asked[place], answers


def entity_scores(
    documents: Sequence[Windowed],
    mentions: Sequence[Sequence[ner.Mention]],
    *,
    seconds: float,
    tokens: int,
    too_long: int = 0,
) -> EntityScores:
    """Compare the mentions that were found in each document, in `seconds` and with `tokens` read, with its entities."""
    found: list[tuple[Entity, ...]] = []
    sure: list[tuple[float, bool]] = []
    for document, mine in zip(documents, mentions, strict=True):
        gold = {(entity.type, entity.spans) for entity in document.entities}
        found.append(tuple(Entity(f"T{n}", one.type, (one.span,)) for n, one in enumerate(mine, 1)))
        sure += [(one.confidence, (one.type, (one.span,)) in gold) for one in mine]
    pairs = [(document.entities, mine) for document, mine in zip(documents, found, strict=True)]
    groups = [document.group for document in documents]
    count = sum(len(window.words) for document in documents for window in document.windows)
    return EntityScores(
        spans.score(pairs, spans.exact, groups=groups),
        spans.score(pairs, spans.relaxed, groups=groups),
        tuple(sure),
        tuple(found),
        len(documents),
        count,
        count / max(seconds, 1e-9),
        tokens / max(count, 1),
        too_long,
    )


def decisions(engine: Engine, samples: Sequence[Rendered]) -> DecisionScores:
    """Run the programs of `samples`, all of one task, and compare each choice with the gold answer."""
    task = samples[0].program.task
    decided: list[tuple[str, str]] = []
    groups: list[str] = []
    sure: list[tuple[float, bool]] = []
    before = engine.seconds, engine.too_long
    programs: Iterable[Program] = (one.program for one in samples)
    by_sample: list[float] = []
    suggested: list[Decided] = []
    for place, answers in engine.run(programs):
        if task == "class.many":
            by_sample.append(_set_f1(samples[place], answers))
        for number, (wanted, answer) in enumerate(zip(samples[place].answers, answers, strict=True)):
            choice = samples[place].program.choices[number]
            decided.append((_label(choice, wanted), _label(choice, answer.option)))
            groups.append(samples[place].group)
            sure.append((answer.probability, answer.option == wanted))
            if _says_something(task, choice, answer.option):
                label = _label(choice, answer.option).strip()
                suggested.append(Decided(label, groups[-1], answer.probability, answer.option == wanted))
    scores = labels.score(decided, nothing=NOTHING.get(task, ()), groups=groups)
    seconds = engine.seconds - before[0]
    return DecisionScores(
        scores,
        tuple(sure),
        len(samples),
        len(decided) / max(seconds, 1e-9),
        engine.too_long - before[1],
        sum(by_sample) / len(by_sample) if by_sample else None,
        tuple(suggested),
    )


def _set_f1(sample: Rendered, answers: Sequence[Answer]) -> float:
    wanted = {place for place, answer in enumerate(sample.answers) if answer == classification.YES}
    found = {place for place, answer in enumerate(answers) if answer.option == classification.YES}
    if not wanted and not found:
        return 1.0
    return 2 * len(wanted & found) / (len(wanted) + len(found))


def texts(engine: Engine, samples: Sequence[Rendered]) -> TextScores:
    """Let the model write the answers of `samples`, and compare them with the gold ones by ROUGE-L."""
    by_group: dict[str, list[float]] = defaultdict(list)
    before = engine.seconds, engine.tokens, engine.too_long
    for place, (answer,) in engine.run(one.program for one in samples):
        by_group[samples[place].group].append(rouge_l(samples[place].answers[0], answer.option))
    groups = [(sum(values), len(values)) for values in by_group.values()]
    means = [
        sum(total * times for (total, _), times in zip(groups, drawn, strict=True))
        / sum(count * times for (_, count), times in zip(groups, drawn, strict=True))
        for drawn in draws(len(groups))
    ]
    count = sum(number for _, number in groups)
    return TextScores(
        sum(total for total, _ in groups) / max(count, 1),
        interval(means) if len(groups) > 1 else None,
        count,
        (engine.tokens - before[1]) / max(engine.seconds - before[0], 1e-9),
        engine.too_long - before[2],
    )


def _says_something(task: str, choice: Choice, option: str) -> bool:
    """Whether `annotate` makes a suggestion of an answer."""
    if task in _DEFAULT_FIRST:
        return option != choice.options[0]
    return not (task == "nli" and option == nli.NEUTRAL)


def _label(choice: Choice, option: str) -> str:
    """What a decision is counted under: the class that it affirms, or the option itself."""
    return choice.name if option == classification.YES else option


def some(all_: Sequence[T], limit: int | None, seed: int = 0) -> list[T]:
    """`limit` of them drawn at random in their order, or all."""
    if limit is None or limit >= len(all_):
        return list(all_)
    return [all_[place] for place in sorted(random.Random(seed).sample(range(len(all_)), limit))]
