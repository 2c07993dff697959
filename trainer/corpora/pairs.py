"""Pairs of entities that could be related, from documents with relations: the positive ones and the rest.

A corpus says by `PairRule` which types its relations join. Candidates are all pairs of those types within a sentence,
since that is where annotators looked and where a model will; relations that reach further are counted, not used.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bioassist.documents import Document, Entity, Span
from trainer.corpora.samples import PairSample

NONE = "none"


@dataclass(frozen=True, slots=True)
class PairRule:
    """Relations `labels` join a head of one of the types `head` to a tail of one of `tail`.

    `symmetric`: the order of arguments says nothing; the entity that comes first in the text is the head.
    """

    head: tuple[str, ...]
    tail: tuple[str, ...]
    labels: tuple[str, ...]
    symmetric: bool = False


def candidate_pairs(
    document: Document, rules: Sequence[PairRule], sentences: Sequence[Span], group: str = ""
) -> tuple[list[PairSample], int]:
    """The candidate pairs of `document` in the order of the text, and how many relations none of them stands for.

    `sentences` tile or list the sentences; an entity lies in the sentence where it starts. Where two relations of one
    rule join the same pair, the first counts.
    """
    triggers = {event.id: event.trigger for event in document.events}
    related: dict[tuple[str, str], list[str]] = {}
    for relation in document.relations:
        first, second = (triggers.get(argument.target, argument.target) for argument in relation.arguments)
        related.setdefault((first, second), []).append(relation.type)
    starts = [sentence.start for sentence in sentences]
    inside: dict[int, list[Entity]] = {}
    for entity in sorted(document.entities, key=lambda entity: (entity.start, entity.end, entity.id)):
        inside.setdefault(bisect_right(starts, entity.start), []).append(entity)
    samples: list[PairSample] = []
    used = 0
    for entities in inside.values():
        for head, tail, rule in _fitting(entities, rules):
            said = related.get((head.id, tail.id), [])
            if rule.symmetric:
                said = [*said, *related.get((tail.id, head.id), [])]
            said = [label for label in said if label in rule.labels]
            used += len(said)
            samples.append(
                PairSample(
                    f"{document.name}#{head.id}-{tail.id}",
                    document,
                    head,
                    tail,
                    said[0] if said else NONE,
                    (*rule.labels, NONE),
                    group or document.text,
                )
            )
    return samples, len(document.relations) - used


def _fitting(entities: list[Entity], rules: Sequence[PairRule]) -> Iterator[tuple[Entity, Entity, PairRule]]:
    for rule in rules:
        for head in entities:
            if head.type not in rule.head:
                continue
            for tail in entities:
                ordered = (head.start, head.end, head.id) < (tail.start, tail.end, tail.id)
                if head.id != tail.id and tail.type in rule.tail and (ordered or not rule.symmetric):
                    yield head, tail, rule
