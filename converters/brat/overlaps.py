"""Spans that overlap where brat's configuration does not allow it."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from bioassist.documents import Entity, Span
from converters.brat.conf_lines import OVERLAP
from converters.brat.configuration import BratConfiguration, filled_by
from converters.brat.lines import Problem

# More entities, or overlaps, in one document than a person could look at are not compared; that is told.
_MOST_ENTITIES = 500_000
_MOST_PAIRS = 1_000_000

_WHAT = {
    "equal": "{} has the very span of {}",
    "contain": "{} lies within {}",
    "cross": "{} and {} overlap, neither within the other",
}


class Overlaps:
    """The entities of one document, compared as brat compares them: <OVERLAP> lines, or ENTITY-NESTING without any."""

    def __init__(self, configuration: BratConfiguration) -> None:
        self._configuration = configuration
        self._entities: list[tuple[int, int, int, Entity]] = []
        self._allowed: dict[tuple[str, str, str], bool] = {}
        self._too_many = False

    def add(self, line: int, entity: Entity) -> None:
        if entity.type not in self._configuration.entities:
            return
        if len(self._entities) == _MOST_ENTITIES:
            self._too_many = True
            return
        start, end = (entity.spans[0].start, entity.spans[0].end) if len(entity.spans) == 1 else _extent(entity)
        if start < end:
            self._entities.append((start, -end, line, entity))

    def problems(self) -> Iterator[tuple[int, Problem]]:
        """A problem for each two types that overlap as they may not, with the first line where they do."""
        found: dict[tuple[str, str, str], list[int]] = {}
        for kind, line, one, other in self._pairs():
            if not self._allows(kind, one.type, other.type):
                first = found.setdefault((kind, one.type, other.type), [line, 0])
                first[0] = min(first[0], line)
                first[1] += 1
        for (kind, one_type, other_type), (line, times) in found.items():
            what = _WHAT[kind].format(one_type, other_type)
            again = f" ({times} times in this document)" if times > 1 else ""
            yield line, Problem("overlap", f"{what}, which annotation.conf does not allow{again}.")
        if self._too_many:
            yield 1, Problem("overlap", "it has too many overlaps to compare them all.")

    def _pairs(self) -> Iterator[tuple[str, int, Entity, Entity]]:
        """Entities that overlap, the inner one first, how they do, and the line of the later one."""
        open_: list[tuple[int, int, Entity]] = []
        pairs = 0
        for start, behind, line, entity in sorted(self._entities, key=itemgetter(0, 1, 2)):
            open_ = [one for one in open_ if one[0] > start]
            pairs += len(open_)
            if pairs > _MOST_PAIRS:
                self._too_many = True
                return
            for _, number, other in open_:
                yield _how(entity, other, max(line, number))
            open_.append((-behind, line, entity))

    def _allows(self, kind: str, inner: str, outer: str) -> bool:
        key = (kind, inner, outer)
        if key not in self._allowed:
            one_way, other_way = self._kinds(inner, outer), self._kinds(outer, inner)
            # Containment has a direction, the others have none.
            either = one_way | (other_way if kind != "contain" else other_way & {"<ANY>"})
            self._allowed[key] = not {kind, "<ANY>"}.isdisjoint(either)
        return self._allowed[key]

    def _kinds(self, inner: str, outer: str) -> set[str]:
        matching = [
            one
            for one in self._configuration.overlaps
            if len(one.roles) == 2
            and filled_by(self._configuration, one.roles[0], inner)
            and filled_by(self._configuration, one.roles[1], outer)
        ]
        kinds = [set(one.said("<OVL-TYPE>")) for one in matching if one.name == OVERLAP]
        if kinds:
            return set().union(*kinds)
        return {"contain"} if matching else set()


def _extent(entity: Entity) -> tuple[int, int]:
    return entity.start, entity.end


def _how(one: Entity, other: Entity, line: int) -> tuple[str, int, Entity, Entity]:
    if set(one.spans) == set(other.spans):
        return "equal", line, one, other
    if _within(one.spans, other.spans):
        return "contain", line, one, other
    if _within(other.spans, one.spans):
        return "contain", line, other, one
    return "cross", line, one, other


def _within(inner: tuple[Span, ...], outer: tuple[Span, ...]) -> bool:
    return all(any(out.start <= span.start and span.end <= out.end for out in outer) for span in inner)
