"""How far a model's confidence can be trusted on gold data, under every definition of it; and what it nearly found.

The model is run once: all definitions, all ways to calibrate them and all thresholds are judged on the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bioassist.documents import Span
from bioassist.metrics import calibrating
from bioassist.metrics.calibrating import Decided
from bioassist.metrics.calibration import Calibration, auroc, ece, log_loss
from bioassist.schema import EntityType
from bioassist.tasks.confidence import DEFINITIONS, IN_USE, Said, definition_of
from bioassist.tasks.ner import Mention, NearMiss
from trainer.engine import Engine
from trainer.evaluate import answered
from trainer.windowing import Windowed

THRESHOLDS = (0.4, 0.3, 0.2, 0.1, 0.05)


@dataclass(frozen=True, slots=True)
class Judged:
    """A mention that was found: the model's label for it, its document, what the model said of it, the gold's word."""

    label: str
    group: str
    said: Said
    right: bool


@dataclass(slots=True)
class Observed:
    """What a model found and nearly found in some documents; add up what several sources give.

    `missed` counts gold mentions that no mention found touches; `near` has, for each threshold of `THRESHOLDS`, how
    many near misses there are, how many of those touch such a gold mention, and how many such mentions they touch.
    """

    judged: list[Judged] = field(default_factory=list)
    words: int = 0
    documents: int = 0
    missed: int = 0
    near: dict[float, tuple[int, int, int]] = field(default_factory=dict)

    def decided(self, definition: str = IN_USE) -> list[Decided]:
        """The mentions with their confidence under a definition."""
        sure = DEFINITIONS[definition]
        return [Decided(one.label, one.group, sure(one.said), one.right) for one in self.judged]


@dataclass(frozen=True, slots=True)
class Row:
    """One definition, or one way to calibrate, and how good it is; `loss` is the mean log loss."""

    name: str
    auroc: float | None
    ece: float
    loss: float


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What probabilities are worth on one of the sources that a calibration is fitted to: expected calibration errors
    as the model gives them, by the fit to all sources together, and by one to this source alone. Fits are
    cross-validated by document; `alone` is None where there are too few documents."""

    name: str
    suggestions: int
    right: int
    auroc: float | None
    given: float
    together: float
    alone: float | None


@dataclass(frozen=True, slots=True)
class NearRow:
    """Near misses over a threshold: how many in 1,000 words, the share of them that touches a mention that was missed,
    and the share of missed mentions that they touch."""

    threshold: float
    per_1000_words: float
    precision: float
    recall: float


def observe(
    engine: Engine, documents: Sequence[Windowed], types: Sequence[EntityType], task: str, observed: Observed
) -> None:
    """Run the NER program `task` over `documents`, and add what it finds to `observed`."""
    label = {entity.name: entity.served_by for entity in types}
    found: list[list[Mention]] = [[] for _ in documents]
    near: list[dict[float, list[NearMiss]]] = [{least: [] for least in THRESHOLDS} for _ in documents]
    for number, one, words, answers in answered(engine, documents, types, task):
        found[number] += one.mentions(words, answers)
        for least in THRESHOLDS:
            near[number][least] += one.near_misses(words, answers, least)
    for document, mentions, nearly in zip(documents, found, near, strict=True):
        gold = {(entity.type, entity.spans) for entity in document.entities}
        observed.judged += [
            Judged(label[one.type], document.group, one.said, (one.type, (one.span,)) in gold)
            for one in mentions
            if one.said is not None
        ]
        observed.documents += 1
        observed.words += sum(len(window.words) for window in document.windows)
        taken = [one.span for one in mentions]
        missed = [entity.spans for entity in document.entities if not _touched(entity.spans, taken)]
        observed.missed += len(missed)
        for least, misses in nearly.items():
            spans = [one.span for one in misses]
            touching = sum(any(_touched(gold_spans, [span]) for gold_spans in missed) for span in spans)
            counts = len(spans), touching, sum(_touched(gold_spans, spans) for gold_spans in missed)
            before = observed.near.get(least, (0, 0, 0))
            observed.near[least] = (before[0] + counts[0], before[1] + counts[1], before[2] + counts[2])


def definitions(observed: Observed) -> list[Row]:
    """Every definition of a mention's confidence, as the model gives it."""
    return [_row(name, _pairs(observed.decided(name))) for name in DEFINITIONS]


def methods(decided: Sequence[Decided]) -> list[Row]:
    """Every way to calibrate what was decided, cross-validated by document."""
    return [_row(name, calibrating.cross_validated(decided, method)) for name, method in calibrating.METHODS.items()]


def by_source(sources: Sequence[tuple[str, Sequence[Decided]]]) -> list[SourceRow]:
    """How far the calibration that is fitted to all of them goes for each, by its name."""
    together = calibrating.cross_validated([one for _, decided in sources for one in decided])
    rows, begin = [], 0
    for name, decided in sources:
        pairs, begin = together[begin : begin + len(decided)], begin + len(decided)
        own = calibrating.cross_validated(decided) if calibrating.documents_of(decided) > 1 else None
        rows.append(
            SourceRow(
                name,
                len(decided),
                sum(one.right for one in decided),
                auroc(pairs),
                ece(_pairs(decided)),
                ece(pairs),
                ece(own) if own is not None else None,
            )
        )
    return rows


def near_misses(observed: Observed) -> list[NearRow]:
    return [
        NearRow(least, 1000 * count / max(observed.words, 1), touching / max(count, 1), hit / max(observed.missed, 1))
        for least, (count, touching, hit) in sorted(observed.near.items(), reverse=True)
    ]


def calibration(
    decided: Sequence[Decided], documents: int, program: str, model: dict[str, str], source: Iterable[str]
) -> Calibration:
    """Fit a calibration to what was decided in `documents` documents by `program`, a fingerprint."""
    fitted = calibrating.curves(decided)
    return Calibration(
        definition=definition_of(program),
        program=program,
        model=model,
        source=tuple(source),
        decisions=len(decided),
        documents=documents,
        pooled=fitted.pooled,
        labels=fitted.labels,
        measured=calibrating.measured(decided),
    )


def _row(name: str, predicted: Sequence[tuple[float, bool]]) -> Row:
    return Row(name, auroc(predicted), ece(predicted), log_loss(predicted))


def _pairs(decided: Iterable[Decided]) -> list[tuple[float, bool]]:
    return [(one.probability, one.right) for one in decided]


def _touched(spans: Sequence[Span], by: Sequence[Span]) -> bool:
    return any(mine.overlaps(theirs) for mine in spans for theirs in by)
