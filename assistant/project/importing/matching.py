"""Which annotation that came back is which that was sent out.

What has the same type and spans is the same, with its own id or another. Then ids tell: an annotation with the id of
another, over a part of the same text, is that one, changed; unless ids were given anew by another tool, that is if more
annotations that did not change are found under another id than under their own. What has no match by then is matched by
its spans, if one alone is left there on either side, and at last by the best overlap of the same type, if it is the
best of both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from bioassist.documents import Annotation, Document, Entity, Event, Span
from converters.annotations import retargeted, targets


@dataclass(frozen=True, slots=True)
class Matching:
    """`ids` are the ids of annotations that were sent, by those that were found; equivalences have none. `trusted` is
    False if ids were given anew. `by_content` counts what was found under another id."""

    ids: dict[str, str]
    trusted: bool
    by_content: int


def match(sent: Document, found: Document) -> Matching:
    """Ids of `found` to ids of `sent`."""
    entities = _Entities(sent, found)
    ids, trusted = entities.ids, entities.trusted
    facts, originals = _facts(found), _facts(sent)
    for kind in dict.fromkeys(type(one) for one in facts):
        mine, theirs = ([one for one in them if type(one) is kind] for them in (facts, originals))
        here = {one.id: _content(one, ids) for one in mine}
        if trusted and _ids_kept({one.id: _content(one, None) for one in theirs}, here):
            there = {one.id for one in theirs}
            ids |= {one.id: one.id for one in mine if one.id in there}
    _by_equal_content(facts, originals, ids)
    return Matching(ids, trusted, sum(1 for here, there in ids.items() if here != there))


def marked(document: Document) -> set[str]:
    """Ids of what is marked as unreviewed; brat has a trigger's mark on its event."""
    ids = {identity for identity, said in document.provenance.items() if said.status == "unreviewed"}
    others = {one.id for one in document.annotations() if one.id in ids and not isinstance(one, Event)}
    return others | {event.trigger for event in document.events if event.id in ids}


def entity_content(entity: Entity) -> tuple[str, tuple[Span, ...]]:
    return (entity.type, tuple(sorted(entity.spans)))


def _facts(document: Document) -> list[Annotation]:
    return [one for one in document.annotations() if not isinstance(one, Entity)]


class _Entities:
    """`ids` are the ids of entities that were sent, by those found; `trusted` as in `Matching`."""

    def __init__(self, sent: Document, found: Document) -> None:
        self.ids: dict[str, str] = {}
        self._found = found.entities
        self._left = {entity.id: entity for entity in sent.entities}
        here = {entity.id: entity_content(entity) for entity in found.entities}
        there = {entity.id: entity_content(entity) for entity in sent.entities}
        marked_here, marked_there = marked(found), marked(sent)
        self.trusted = _ids_kept(there, here)
        # Of two with one extent, the one that is unreviewed is the one that was.
        self._take_equal(
            {identity: (said, identity in marked_there) for identity, said in there.items()},
            {identity: (said, identity in marked_here) for identity, said in here.items()},
        )
        self._take_equal(there, here)
        if self.trusted:
            self._take_own(lambda entity, original: entity.overlaps(original))
        self._take_equal(
            {identity: spans for identity, (_, spans) in there.items()},
            {identity: spans for identity, (_, spans) in here.items()},
            alone=True,
        )
        for entity, original in _moved(self._open(), list(self._left.values())):
            self._take(entity, original)

    def _open(self) -> list[Entity]:
        return [entity for entity in self._found if entity.id not in self.ids]

    def _take(self, entity: Entity, original: Entity) -> None:
        self.ids[entity.id] = original.id
        del self._left[original.id]

    def _take_own(self, same: Callable[[Entity, Entity], bool]) -> None:
        for entity in self._open():
            original = self._left.get(entity.id)
            if original is not None and same(entity, original):
                self._take(entity, original)

    def _take_equal(self, there: Mapping[str, Hashable], here: Mapping[str, Hashable], *, alone: bool = False) -> None:
        """Match what says the same: under its own id first, and if `alone` only what is alone with that."""
        if self.trusted and not alone:
            self._take_own(lambda entity, original: here[entity.id] == there[original.id])
        theirs = _grouped(self._left.values(), lambda entity: there[entity.id])
        for said, mine in _grouped(self._open(), lambda entity: here[entity.id]).items():
            originals = theirs.get(said, [])
            if not alone or len(mine) == len(originals) == 1:
                for entity, original in zip(mine, originals, strict=False):
                    self._take(entity, original)


def _ids_kept(sent: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> bool:
    """Whether annotations that did not change, given as contents by ids, are rather under their own ids than others."""
    contents = set(sent.values())
    kept = sum(1 for identity, said in found.items() if sent.get(identity) == said)
    return kept >= sum(1 for said in found.values() if said in contents) - kept


def _moved(found: Sequence[Entity], sent: Sequence[Entity]) -> Iterator[tuple[Entity, Entity]]:
    """Pairs of one type that overlap each other more than any other left."""
    best: dict[tuple[bool, str], list[tuple[int, str]]] = defaultdict(list)
    for entity, original, common in _overlapping(found, sent):
        best[True, entity.id].append((common, original.id))
        best[False, original.id].append((common, entity.id))
    chosen = {key: _unique_best(them) for key, them in best.items()}
    originals = {original.id: original for original in sent}
    for entity in found:
        other = chosen.get((True, entity.id))
        if other is not None and chosen[False, other] == entity.id:
            yield entity, originals[other]


def _unique_best(them: list[tuple[int, str]]) -> str | None:
    most = max(common for common, _ in them)
    best = [identity for common, identity in them if common == most]
    return best[0] if len(best) == 1 else None


def _overlapping(found: Sequence[Entity], sent: Sequence[Entity]) -> Iterator[tuple[Entity, Entity, int]]:
    """Pairs of one type and how many characters they have in common, without a look at pairs that lie apart."""
    open_: dict[tuple[bool, str], list[Entity]] = defaultdict(list)
    marked = [(entity, True) for entity in found] + [(entity, False) for entity in sent]
    for entity, is_found in sorted(marked, key=lambda one: one[0].start):
        others = [other for other in open_[not is_found, entity.type] if other.end > entity.start]
        open_[not is_found, entity.type] = others
        open_[is_found, entity.type].append(entity)
        for other in others:
            if common := _common(entity, other):
                yield (entity, other, common) if is_found else (other, entity, common)


def _common(one: Entity, other: Entity) -> int:
    return sum(
        max(0, min(mine.end, theirs.end) - max(mine.start, theirs.start))
        for mine in one.spans
        for theirs in other.spans
    )


def _by_equal_content(found: Sequence[Annotation], sent: Sequence[Annotation], ids: dict[str, str]) -> None:
    """Match what says the same of the same annotations, then what says the same of these, and so on."""
    while True:
        taken = set(ids.values())
        left = _grouped((one for one in sent if one.id not in taken), lambda one: _content(one, None))
        matched = False
        for one in found:
            if one.id not in ids and all(target in ids for target in targets(one)):
                originals = left.get(_content(one, ids), [])
                if originals:
                    ids[one.id] = originals.pop(0).id
                    matched = True
        if not matched:
            return


def _content(one: Annotation, ids: dict[str, str] | None) -> Hashable:
    """What it says of what, apart from its own id; the ids it refers to as `ids` has them."""
    named = one if ids is None else retargeted(one, lambda target: ids.get(target, target))
    return replace(cast(Annotation, named), id="")


def _grouped(them: Iterable[Any], key: Callable[[Any], Hashable]) -> dict[Hashable, list[Any]]:
    groups: dict[Hashable, list[Any]] = {}
    for one in them:
        groups.setdefault(key(one), []).append(one)
    return groups
