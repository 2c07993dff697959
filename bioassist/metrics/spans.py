"""Precision, recall and F1 of spans with types, with bootstrap intervals.

Three ways to count a hit, each one to one, so that nothing is counted twice:

- `exact`: type and every fragment's characters are the same;
- `relaxed`: the type is the same and a character is shared (the most such pairs that there can be);
- `score_tags`: by given tokens in IOB2, equal to seqeval's strict mode, which is what papers report.

Micro scores add up all types. Two equal mentions in one document count once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul
from types import MappingProxyType
from typing import TypeVar

from bioassist.documents import Entity
from bioassist.metrics.bootstrap import RESAMPLES, Interval, draws, interval


@dataclass(frozen=True, slots=True)
class Counts:
    """`hits` of what was `predicted` and of what is `gold`."""

    hits: int = 0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.hits + other.hits, self.predicted + other.predicted, self.gold + other.gold)

    @property
    def precision(self) -> float:
        """0 to 1; 0 where nothing was predicted."""
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """0 to 1; 0 where there is no gold."""
        return self.hits / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """0 to 1; 0 where there is neither prediction nor gold."""
        return 2 * self.hits / (self.predicted + self.gold) if self.predicted + self.gold else 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """Counts with intervals of what follows from them; None where fewer than two documents say anything."""

    counts: Counts
    precision_interval: Interval | None = None
    recall_interval: Interval | None = None
    f1_interval: Interval | None = None

    @property
    def precision(self) -> float:
        return self.counts.precision

    @property
    def recall(self) -> float:
        return self.counts.recall

    @property
    def f1(self) -> float:
        return self.counts.f1


@dataclass(frozen=True, slots=True)
class Scores:
    """All types together, and each by itself."""

    micro: Score
    by_type: Mapping[str, Score] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def macro_f1(self) -> float:
        """The mean F1 of types, each counting the same."""
        return sum(score.f1 for score in self.by_type.values()) / len(self.by_type) if self.by_type else 0.0


# Counts of one document by type.
_Row = Mapping[str, Counts]
# A mention as a key: its type, then where it is.
_Mention = TypeVar("_Mention", tuple[str, tuple[tuple[int, int], ...]], tuple[str, int, int])


def exact(gold: Iterable[Entity], predicted: Iterable[Entity]) -> dict[str, Counts]:
    """Counts by type of one document, hits being of the same type and the same characters."""
    return _matched_sets({_key(entity) for entity in gold}, {_key(entity) for entity in predicted})


def relaxed(gold: Iterable[Entity], predicted: Iterable[Entity]) -> dict[str, Counts]:
    """Counts by type of one document, hits being of the same type and sharing a character."""
    wanted = _by_type({_key(entity): entity for entity in gold}.values())
    found = _by_type({_key(entity): entity for entity in predicted}.values())
    return {
        type_: Counts(
            _most_pairs(wanted.get(type_, []), found.get(type_, [])),
            len(found.get(type_, [])),
            len(wanted.get(type_, [])),
        )
        for type_ in sorted({*wanted, *found})
    }


def score(
    documents: Sequence[tuple[Iterable[Entity], Iterable[Entity]]],
    count: Callable[[Iterable[Entity], Iterable[Entity]], Mapping[str, Counts]] = exact,
    *,
    groups: Sequence[Hashable] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Scores:
    """Scores of (gold, predicted) pairs, counted by `exact` or `relaxed`.

    `groups` say which pairs belong to one document, where they are smaller than that; documents are what is resampled.
    No resamples, no intervals.
    """
    rows = _grouped([count(gold, predicted) for gold, predicted in documents], groups)
    return _scores(rows, resamples, seed)


def score_tags(
    gold: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    *,
    groups: Sequence[Hashable] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Scores:
    """Scores of tag sequences ("B-Disease", "I-Disease", "O"; bare B and I are the type "_").

    Equal to seqeval's `mode="strict", scheme=IOB2`: a mention begins with B and goes on with I of its type; any other I
    belongs to none. Raises ValueError if the two are not of one length, or a tag is none.
    """
    rows = []
    for wanted, found in zip(gold, predicted, strict=True):
        if len(wanted) != len(found):
            raise ValueError(f"{len(wanted)} gold tags and {len(found)} predicted ones for one sentence")
        rows.append(_matched_sets(set(tagged_mentions(wanted)), set(tagged_mentions(found))))
    return _scores(_grouped(rows, groups), resamples, seed)


def tagged_mentions(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """The mentions (type, first token, token behind the last) in IOB2 `tags`. Raises ValueError for other tags."""
    found: list[tuple[str, int, int]] = []
    type_, begin = "", -1
    for place, tag in enumerate((*tags, "O")):
        head, _, rest = tag.partition("-")
        if head not in ("B", "I", "O") or (head == "O" and tag != "O"):
            raise ValueError(f"{tag!r} is not an IOB2 tag")
        kind = rest or "_"
        if begin >= 0 and not (head == "I" and kind == type_):
            found.append((type_, begin, place))
            begin = -1
        if head == "B":
            type_, begin = kind, place
    return found


def inclusive(entities: Iterable[Entity]) -> list[dict[str, str | int]]:
    """Entities as nervaluate takes them: label, start and an end that is the last character's, not the one behind it.

    With half-open ends it would see [0, 4) and [4, 8) overlap. Raises ValueError for a discontinuous or empty entity,
    which it cannot express.
    """
    found: list[dict[str, str | int]] = []
    for entity in entities:
        if len(entity.spans) != 1 or not entity.spans[0]:
            raise ValueError(f"{entity.id} is discontinuous or empty, which inclusive ends cannot say")
        found.append({"label": entity.type, "start": entity.start, "end": entity.end - 1})
    return found


def _key(entity: Entity) -> tuple[str, tuple[tuple[int, int], ...]]:
    return entity.type, tuple(sorted((span.start, span.end) for span in entity.spans))


def _by_type(entities: Iterable[Entity]) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        found.setdefault(entity.type, []).append(entity)
    return found


def _matched_sets(gold: set[_Mention], predicted: set[_Mention]) -> dict[str, Counts]:
    counts: dict[str, Counts] = {}
    for mention in gold | predicted:
        one = Counts(int(mention in gold and mention in predicted), int(mention in predicted), int(mention in gold))
        counts[mention[0]] = counts.get(mention[0], Counts()) + one
    return counts


def _most_pairs(gold: list[Entity], predicted: list[Entity]) -> int:
    """The size of a maximum matching between overlapping entities (augmenting paths, Kuhn 1955)."""
    overlapping = [[place for place, one in enumerate(gold) if one.overlaps(other)] for other in predicted]
    taken: dict[int, int] = {}

    def place_for(number: int, tried: set[int]) -> bool:
        for place in overlapping[number]:
            if place in tried:
                continue
            tried.add(place)
            if place not in taken or place_for(taken[place], tried):
                taken[place] = number
                return True
        return False

    return sum(place_for(number, set()) for number in range(len(predicted)))


def _grouped(rows: Sequence[_Row], groups: Sequence[Hashable] | None) -> list[_Row]:
    if groups is None:
        return list(rows)
    joined: dict[Hashable, dict[str, Counts]] = {}
    for row, group in zip(rows, groups, strict=True):
        document = joined.setdefault(group, {})
        for type_, counts in row.items():
            document[type_] = document.get(type_, Counts()) + counts
    return list(joined.values())


def _scores(rows: Sequence[_Row], resamples: int, seed: int) -> Scores:
    types = sorted({type_ for row in rows for type_ in row})
    # One list of (document, counts) for everything that is scored; most documents have few types.
    columns: dict[str | None, list[tuple[int, Counts]]] = {type_: [] for type_ in types}
    columns[None] = []
    for document, row in enumerate(rows):
        for type_, counts in row.items():
            columns[type_].append((document, counts))
        if row:
            columns[None].append((document, sum(row.values(), Counts())))
    drawn = _drawn(columns, len(rows), resamples, seed)
    scored = {type_: _score(column, drawn[type_]) for type_, column in columns.items()}
    return Scores(scored[None], MappingProxyType({type_: scored[type_] for type_ in types}))


def _score(column: Sequence[tuple[int, Counts]], drawn: Sequence[Counts]) -> Score:
    counts = sum((counts for _, counts in column), Counts())
    if len(column) < 2 or not drawn:
        return Score(counts)
    return Score(
        counts,
        interval([one.precision for one in drawn]),
        interval([one.recall for one in drawn]),
        interval([one.f1 for one in drawn]),
    )


def _drawn(
    columns: Mapping[str | None, Sequence[tuple[int, Counts]]], documents: int, resamples: int, seed: int
) -> dict[str | None, list[Counts]]:
    """For each column its counts in every resample; all columns see the same draws."""
    drawn: dict[str | None, list[Counts]] = {type_: [] for type_ in columns}
    flat = {
        type_: ([place for place, _ in column], *zip(*((c.hits, c.predicted, c.gold) for _, c in column), strict=True))
        for type_, column in columns.items()
        if column
    }
    for times in draws(documents, resamples, seed):
        for type_, (places, hits, predicted, gold) in flat.items():
            weights = [times[place] for place in places]
            one = Counts(_dot(weights, hits), _dot(weights, predicted), _dot(weights, gold))
            # A resample without the type says nothing of it.
            if one.predicted or one.gold:
                drawn[type_].append(one)
    return drawn


def _dot(weights: Sequence[int], values: Sequence[int]) -> int:
    return sum(map(mul, weights, values))
