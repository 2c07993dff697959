"""What people had in blind documents before they saw the suggestions, against what they had in the end.

The first answer counts: suggestions that were shown, hidden by undo and shown again do not make another.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from assistant.project.file.database import Database
from assistant.project.journal.decisions import Extent, spans_from_json, spans_to_json
from bioassist.documents import Span, overlapping


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What an annotator had in a document before the suggestions came, and what was suggested then."""

    document: int
    kept: frozenset[Extent]
    suggested: frozenset[Extent]


@dataclass(frozen=True, slots=True)
class Blindly:
    """Spans of one label in documents that were worked on without suggestions first, and are done.

    Of the `final` ones, `found` were in the first answer as they are now, `changed` are over words of one that was
    there, be it of another label, and `missed` are over no such words: they were found after the suggestions came.
    `dropped` ones of the first answer are neither in the final one, nor over words of one there. Of the `suggested`
    ones, `right` are in the final answer as they were suggested, of which `own` were in the first answer too.
    """

    final: int = 0
    found: int = 0
    changed: int = 0
    missed: int = 0
    dropped: int = 0
    suggested: int = 0
    right: int = 0
    own: int = 0

    def plus(self, other: Blindly) -> Blindly:
        return Blindly(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def extents_to_json(items: Iterable[tuple[str, str, Sequence[Span]]]) -> dict[str, Any]:
    """Items, given by id, type and spans, as a "reveal" entry holds them."""
    return {item_id: {"type": label, "spans": spans_to_json(spans)} for item_id, label, spans in items}


def first_answers(database: Database, of: str | None = None) -> dict[str, list[FirstAnswer]]:
    """By annotator, or `of` one alone; superseded versions of notes are left out."""
    found: dict[tuple[str, int], FirstAnswer] = {}
    for actor, document, payload in database.rows(
        "SELECT j.actor, j.document_id, j.payload FROM journal j JOIN documents d ON d.id = j.document_id"
        " WHERE j.action = 'reveal' AND NOT d.superseded AND j.actor = coalesce(?, j.actor) ORDER BY j.actor_seq",
        (of,),
    ):
        found.setdefault((actor, document), first_answer(document, json.loads(payload)))
    by_actor: dict[str, list[FirstAnswer]] = {}
    for (actor, _), answer in found.items():
        by_actor.setdefault(actor, []).append(answer)
    return by_actor


def first_answer(document: int, payload: Mapping[str, Any]) -> FirstAnswer:
    """What a "reveal" entry holds."""
    return FirstAnswer(document, _extents(payload["kept"]), _extents(payload["suggested"]))


def compared(first: FirstAnswer, final: Collection[Extent]) -> dict[str, Blindly]:
    """A first answer against the final one of the same document, by label."""
    counts: dict[str, dict[str, int]] = {}

    def count(extent: Extent, *what: str) -> None:
        of = counts.setdefault(extent[0], {})
        of.update((one, of.get(one, 0) + 1) for one in what)

    for extent in final:
        if extent in first.kept:
            count(extent, "final", "found")
        else:
            count(extent, "final", "changed" if _touches(extent, first.kept) else "missed")
    for extent in first.kept:
        if extent not in final and not _touches(extent, final):
            count(extent, "dropped")
    for extent in first.suggested:
        right = ("right", "own") if extent in first.kept else ("right",)
        count(extent, "suggested", *(right if extent in final else ()))
    return {label: Blindly(**of) for label, of in counts.items()}


def _touches(one: Extent, others: Iterable[Extent]) -> bool:
    return any(overlapping(one[1], spans) for _, spans in others)


def _extents(told: Mapping[str, Any]) -> frozenset[Extent]:
    return frozenset((one["type"], spans_from_json(one["spans"])) for one in told.values())
