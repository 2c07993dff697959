"""What several annotators answered on one document, side by side: what they agree on, and the questions that are left.

Two entities are the same if their type and characters are, whatever their ids; two facts if they say the same of the
same. Entities that overlap are one question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.project.facts import aims, kind_of, value_to_json
from assistant.project.journal.decisions import spans_to_json
from assistant.project.journal.entries import canonical, digest
from assistant.project.records import DocumentRow
from assistant.project.state import Fold, Item, reading_order
from assistant.project.store import Project
from assistant.project.suggestions.facts import FactItem
from assistant.project.team.annotators import GOLD
from bioassist.agreement import differences, places
from bioassist.documents import Entity, Note, Span

# An entity, or a fact, by what it says.
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One annotator's answers on a document: the items that they kept, by what they are, and their facts.

    `settled` are the ids of all that they decided on; `done` says that they are through with the document.
    """

    annotator: str
    done: bool
    items: Mapping[Key, Item]
    facts: Mapping[Key, FactItem]
    settled: frozenset[str]

    def passed_over(self, item_id: str) -> bool:
        """Whether they decided against it, or left it out of a document that they are through with."""
        return self.done or item_id in self.settled


@dataclass(frozen=True, slots=True)
class Question:
    """Where annotators differ: `kind` as `bioassist.agreement.Disagreement` has it, "fact" for what is said of items or
    of the document. `said` are the items of each annotator there, `facts` what each says; `settled` if gold has an
    answer. `span` is None for what is said of the document."""

    span: Span | None
    kind: str
    said: tuple[tuple[Item, ...], ...]
    facts: tuple[FactItem | None, ...] = ()
    key: Key = ()
    settled: bool = False

    @property
    def items(self) -> list[Item]:
        return [item for every in self.said for item in every]


@dataclass(frozen=True, slots=True)
class Answers:
    """`agreed` is what all sides have, `agreed_facts` likewise."""

    sides: tuple[Side, ...]
    agreed: tuple[Item, ...]
    agreed_facts: Mapping[Key, FactItem]
    questions: tuple[Question, ...]

    @property
    def annotators(self) -> tuple[str, ...]:
        return tuple(side.annotator for side in self.sides)


def answers(project: Project, row: DocumentRow) -> Answers:
    """The answers of those who marked a document done; of all who decided anything on it, if fewer than two did."""
    every = [_side(project, row, one) for one in project.annotators(row.id) if one != GOLD]
    done = [side for side in every if side.done]
    sides = tuple(done if len(done) > 1 else every)
    said = [[Entity(item.id, item.type, item.spans) for item in side.items.values()] for side in sides]
    items = [{item.id: item for item in side.items.values()} for side in sides]
    disputed = [
        Question(
            place.span,
            place.kind,
            tuple(tuple(of[entity.id] for entity in those) for of, those in zip(items, place.said, strict=True)),
        )
        for place in differences(row.name, said)
    ]
    open_keys = {key_of(item) for question in disputed for item in question.items}
    agreed = [
        _chosen([of[entity.id] for of, those in zip(items, place, strict=True) for entity in those if _is(entity, one)])
        for place in places(said)
        for one in place[0]
        if (one.type, one.spans) not in open_keys
    ]
    facts: dict[Key, FactItem] = {}
    for side in sides:
        for key, fact in side.facts.items():
            facts.setdefault(key, fact)
    common = {key for key in facts if all(key in side.facts for side in sides)}
    disputed += [
        Question(
            _about(fact, sides), "fact", tuple(() for _ in sides), tuple(side.facts.get(key) for side in sides), key
        )
        for key, fact in facts.items()
        if key not in common
    ]
    disputed = _apart(row.text_sha, disputed, agreed)
    disputed.sort(key=lambda one: (one.span is None, one.span or Span(0, 0), one.kind == "fact"))
    return Answers(sides, tuple(agreed), {key: facts[key] for key in facts if key in common}, tuple(disputed))


def _apart(text_sha: str, questions: Sequence[Question], agreed: Sequence[Item]) -> list[Question]:
    """Questions that can be answered one by one. A suggestion that was moved far away by one annotator is in two of
    them: in the second it is an item of its own."""
    taken = {item.id for item in agreed}
    found = []
    for question in questions:
        said = tuple(tuple(_own(text_sha, item) if item.id in taken else item for item in of) for of in question.said)
        found.append(replace(question, said=said))
        taken |= {item.id for item in question.items}
    return found


def _own(text_sha: str, item: Item) -> Item:
    own = digest("a", [text_sha, item.type, spans_to_json(item.spans)])
    return replace(item, id=own, status="added", suggestion=None)


def key_of(item: Item) -> Key:
    return (item.type, item.spans)


def fact_key(fact: FactItem, known: Mapping[str, Key]) -> Key | None:
    """What a fact says, with what it is about instead of ids; None if that is not there. `known` has that by id."""
    targets = aims(fact.value)
    if any(target not in known for target in targets):
        return None
    plain = canonical(value_to_json(fact.value))
    for target in sorted(targets, key=len, reverse=True):
        plain = plain.replace(canonical(target), canonical(str(known[target])))
    return (kind_of(fact.value), plain)


def keyed_facts(facts: Sequence[FactItem], items: Mapping[str, Key]) -> dict[Key, FactItem]:
    """Facts by what they say; what is said of other facts behind those."""
    known, found, left = dict(items), dict[Key, FactItem](), list(facts)
    while left:
        ready = [(fact, key) for fact in left if (key := fact_key(fact, known)) is not None]
        for fact, key in ready:
            known[fact.id] = key
            found.setdefault(key, fact)
        if not ready:
            break
        placed = {fact.id for fact, _ in ready}
        left = [fact for fact in left if fact.id not in placed]
    return found


def _side(project: Project, row: DocumentRow, annotator: str) -> Side:
    seen = project.seen_by(annotator)
    decisions = seen.decisions(row.id)
    folded = Fold(seen.suggestions(row.id), decisions.values())
    items = sorted(folded.items(), key=reading_order)
    kept = {key_of(item): item for item in items if item.kept}
    rejected = {item.id for item in items if item.status == "rejected"}
    facts = [fact for fact in seen.fact_items(row.id, folded.hidden(), rejected) if fact.status != "pending"]
    said = [fact for fact in facts if fact.kept and not _is_remark(fact)]
    keyed = keyed_facts(said, {item.id: key for key, item in kept.items()})
    settled = frozenset([*decisions, *folded.hidden(), *(fact.id for fact in facts)])
    return Side(annotator, seen.document(row.id).done, kept, keyed, settled)


def _is_remark(fact: FactItem) -> bool:
    # What an annotator notes down is for people to read, not an answer.
    return isinstance(fact.value, Note) and fact.suggestion is None


def _chosen(items: Sequence[Item]) -> Item:
    """Of items that are the same, one that was suggested, if there is one."""
    return next((item for item in items if item.suggestion is not None), items[0])


def _is(entity: Entity, other: Entity) -> bool:
    return (entity.type, entity.spans) == (other.type, other.spans)


def _about(fact: FactItem, sides: Sequence[Side]) -> Span | None:
    items = {item.id: item for side in sides for item in side.items.values()}
    about = [items[target] for target in aims(fact.value) if target in items]
    return Span(min(item.start for item in about), max(item.end for item in about)) if about else None
