"""How far annotators of the same documents agree, and where they do not.

Nobody is taken for right: every figure is the same whichever annotator is named first. Of several annotators, what is
defined for two (F1) is the mean over all pairs. Kappa and alpha are over words (of `bioassist.words`), each labelled
with the types of the entities on it; unitised alpha is over characters, see `bioassist.metrics.unitizing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from bioassist.documents import Document, Entity, Span
from bioassist.errors import UsageError
from bioassist.metrics.agreement import Ratings, cohen_kappa, fleiss_kappa, krippendorff_alpha
from bioassist.metrics.bootstrap import RESAMPLES, Interval, draws, interval
from bioassist.metrics.spans import Counts, exact, relaxed
from bioassist.metrics.unitizing import Continuum, continuum
from bioassist.words import words


@dataclass(frozen=True, slots=True)
class Annotator:
    """One annotator's documents, by the name that is the same for all annotators."""

    name: str
    documents: Mapping[str, Document]


@dataclass(frozen=True, slots=True)
class Figure:
    """A coefficient with its 95% interval by document. `value` is None where it is not defined."""

    value: float | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one type, or of all: how many entities each annotator has, and how far they agree.

    `kappa` is Cohen's for two annotators, Fleiss' for more.
    """

    entities: tuple[int, ...]
    strict: Figure
    relaxed: Figure
    kappa: Figure
    alpha: Figure
    unitised: Figure


@dataclass(frozen=True, slots=True)
class Agreement:
    """`documents` are those that all annotators have with the same text; the other ones are named with the reason."""

    annotators: tuple[str, ...]
    documents: tuple[str, ...]
    left_out: Mapping[str, str]
    together: Figures
    by_type: Mapping[str, Figures]
    pairs: Mapping[tuple[str, str], Figures] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A stretch of a document where annotators have different entities.

    `kind` is "missing" (somebody has nothing there), "type" (same characters, other types), "extent" (same types, other
    characters) or "both". `said` is what each annotator has there, in their order.
    """

    document: str
    span: Span
    kind: str
    said: tuple[tuple[Entity, ...], ...]


@dataclass
class _Row:
    """What one document says of one type, or of all."""

    entities: list[int]
    strict: Counts
    relaxed: Counts
    ratings: Counter[tuple[object, ...]]
    units: Continuum


def compare(
    annotators: Sequence[Annotator],
    *,
    types: Iterable[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Agreement:
    """Agreement on the entities of `types` (all that there are, if not given).

    Raises UsageError for fewer than two annotators, two of one name, or no document in common.
    """
    names = [annotator.name for annotator in annotators]
    if len(names) < 2 or len(set(names)) < len(names):
        raise UsageError("agreement takes two annotators or more, each with a name of their own.")
    shared, left_out = in_common(annotators)
    if not shared:
        raise UsageError(
            "these annotators have no document in common.",
            where=", ".join(names),
            next_step="Documents are matched by their names, and their texts must be the same.",
        )
    kept = None if types is None else set(types)
    documents = [_Document.of(name, annotators, kept) for name in shared]
    listed = sorted({entity.type for document in documents for said in document.said for entity in said})
    together = _figures([document.row(None) for document in documents], resamples, seed)
    by_type = {type_: _figures([document.row(type_) for document in documents], resamples, seed) for type_ in listed}
    pairs = {}
    if len(annotators) > 2:
        for one, other in combinations(range(len(annotators)), 2):
            rows = [document.only(one, other).row(None) for document in documents]
            pairs[names[one], names[other]] = _figures(rows, resamples, seed)
    return Agreement(tuple(names), tuple(shared), left_out, together, by_type, pairs)


def in_common(annotators: Sequence[Annotator]) -> tuple[list[str], dict[str, str]]:
    """Names of documents that all have with the same text, in the first one's order; the others with the reason."""
    every = dict.fromkeys(name for annotator in annotators for name in annotator.documents)
    shared, left_out = [], {}
    for name in every:
        without = [annotator.name for annotator in annotators if name not in annotator.documents]
        if without:
            left_out[name] = f"not among the documents of {', '.join(without)}"
        elif len({annotator.documents[name].text for annotator in annotators}) > 1:
            left_out[name] = "the texts differ"
        else:
            shared.append(name)
    return shared, left_out


def disagreements(annotators: Sequence[Annotator], *, types: Iterable[str] | None = None) -> list[Disagreement]:
    """Where annotators differ, in the order of documents and text; entities that overlap are one place."""
    kept = None if types is None else set(types)
    return [
        place
        for name in in_common(annotators)[0]
        for place in differences(name, [_entities(annotator, name, kept) for annotator in annotators])
    ]


def differences(document: str, said: Sequence[Sequence[Entity]]) -> list[Disagreement]:
    """Where annotators of one document differ, in the order of its text; `said` are the entities of each."""
    found = []
    for place in places(said):
        keys = [{_key(entity) for entity in every} for every in place]
        if any(key != keys[0] for key in keys):
            there = [entity for every in place for entity in every]
            span = Span(min(entity.start for entity in there), max(entity.end for entity in there))
            found.append(Disagreement(document, span, _kind(place), tuple(tuple(every) for every in place)))
    return found


def places(said: Sequence[Sequence[Entity]]) -> list[list[list[Entity]]]:
    """Entities that overlap, directly or through others, by annotator."""
    ordered = sorted(
        ((entity.start, entity.end, number, entity) for number, every in enumerate(said) for entity in every),
        key=lambda one: one[:3],
    )
    found: list[list[list[Entity]]] = []
    end = -1
    for start, until, number, entity in ordered:
        if start >= end:
            found.append([[] for _ in said])
        found[-1][number].append(entity)
        end = max(end, until)
    return found


@dataclass(frozen=True, slots=True)
class _Document:
    """The entities of one text, an annotator each, and its words."""

    name: str
    length: int
    words: Sequence[Span]
    said: Sequence[Sequence[Entity]]

    @classmethod
    def of(cls, name: str, annotators: Sequence[Annotator], types: set[str] | None) -> _Document:
        text = annotators[0].documents[name].text
        return cls(name, len(text), words(text), [_entities(annotator, name, types) for annotator in annotators])

    def only(self, one: int, other: int) -> _Document:
        return _Document(self.name, self.length, self.words, [self.said[one], self.said[other]])

    def row(self, type_: str | None) -> _Row:
        said = [[entity for entity in every if type_ in (None, entity.type)] for every in self.said]
        units = [[(span.start, span.end, entity.type) for entity in every for span in entity.spans] for every in said]
        return _Row(
            [len({_key(entity) for entity in every}) for every in said],
            _pairwise(said, exact),
            _pairwise(said, relaxed),
            Counter(zip(*(_labels(self.words, every) for every in said), strict=True)),
            continuum(units, self.length),
        )


def _entities(annotator: Annotator, name: str, types: set[str] | None) -> list[Entity]:
    return [entity for entity in annotator.documents[name].entities if types is None or entity.type in types]


def _pairwise(
    said: Sequence[Sequence[Entity]], count: Callable[[Iterable[Entity], Iterable[Entity]], Mapping[str, Counts]]
) -> Counts:
    """Counts added up over pairs of annotators: with equal weights their F1 is the same as that of the sums."""
    return sum(
        (counts for one, other in combinations(said, 2) for counts in count(one, other).values()),
        Counts(),
    )


def _labels(of: Sequence[Span], said: Sequence[Entity]) -> list[tuple[str, ...]]:
    """The types on each word, in order."""
    spans = sorted((span.start, span.end, entity.type) for entity in said for span in entity.spans)
    found: list[tuple[str, ...]] = []
    first = 0
    for word in of:
        while first < len(spans) and spans[first][1] <= word.start:
            first += 1
        on = set()
        for start, end, type_ in spans[first:]:
            if start >= word.end:
                break
            if end > word.start:
                on.add(type_)
        found.append(tuple(sorted(on)))
    return found


def _figures(rows: Sequence[_Row], resamples: int, seed: int) -> Figures:
    whole = _values(rows, [1] * len(rows))
    drawn: list[list[float]] = [[] for _ in whole]
    if len(rows) > 1:
        for times in draws(len(rows), resamples, seed):
            for values, value in zip(drawn, _values(rows, times), strict=True):
                if value is not None:
                    values.append(value)
    figures = [
        Figure(value, interval(values) if value is not None and values else None)
        for value, values in zip(whole, drawn, strict=True)
    ]
    entities = tuple(sum(row.entities[place] for row in rows) for place in range(len(rows[0].entities)))
    return Figures(entities, *figures)


def _values(rows: Sequence[_Row], times: Sequence[int]) -> list[float | None]:
    strict, loose, ratings, units = Counts(), Counts(), Counter[tuple[object, ...]](), Continuum()
    for row, count in zip(rows, times, strict=True):
        if not count:
            continue
        strict += _times(row.strict, count)
        loose += _times(row.relaxed, count)
        for combination, units_ in row.ratings.items():
            ratings[combination] += units_ * count
        units.add(row.units, count)
    return [_f1(strict), _f1(loose), _kappa(ratings), krippendorff_alpha(ratings), units.alpha]


def _times(counts: Counts, times: int) -> Counts:
    return Counts(counts.hits * times, counts.predicted * times, counts.gold * times)


def _f1(counts: Counts) -> float | None:
    return counts.f1 if counts.gold or counts.predicted else None


def _kappa(ratings: Ratings) -> float | None:
    two = all(len(combination) == 2 for combination in ratings)
    return cohen_kappa(ratings) if two else fleiss_kappa(ratings)


def _key(entity: Entity) -> tuple[str, tuple[tuple[int, int], ...]]:
    return entity.type, tuple((span.start, span.end) for span in entity.spans)


def _kind(place: Sequence[Sequence[Entity]]) -> str:
    if any(not said for said in place):
        return "missing"
    types = {tuple(sorted(entity.type for entity in said)) for said in place}
    extents = {tuple(sorted(_key(entity)[1] for entity in said)) for said in place}
    if len(types) > 1 and len(extents) > 1:
        return "both"
    return "type" if len(types) > 1 else "extent"
