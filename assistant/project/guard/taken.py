"""What became of planted suggestions by the time that people were told of them.

The first time counts: what was disclosed, hidden by undo and disclosed again was known.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Literal

from assistant.project.file.database import Database
from assistant.project.journal.decisions import Extent, spans_from_json

Became = Literal["accepted", "corrected", "rejected", "left"]


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What was planted in a document for an annotator, and what became of each."""

    document: int
    planted: tuple[tuple[Extent, Became], ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """Planted suggestions of one label that were disclosed: those `shown`, and of these what became of them.

    Those that are kept in the end all the same, found again by who knew, were `right` and are in no other number.
    """

    shown: int = 0
    accepted: int = 0
    corrected: int = 0
    rejected: int = 0
    left: int = 0
    right: int = 0

    def plus(self, other: Planted) -> Planted:
        return Planted(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def disclosed(database: Database, of: str | None = None) -> dict[str, list[Disclosed]]:
    """By annotator, or `of` one alone; superseded versions of notes are left out."""
    found: dict[tuple[str, int], Disclosed] = {}
    for actor, document, payload in database.rows(
        "SELECT j.actor, j.document_id, j.payload FROM journal j JOIN documents d ON d.id = j.document_id"
        " WHERE j.action = 'disclose' AND NOT d.superseded AND j.actor = coalesce(?, j.actor) ORDER BY j.actor_seq",
        (of,),
    ):
        told = json.loads(payload)["planted"].values()
        planted = tuple(((one["type"], spans_from_json(one["spans"])), one["became"]) for one in told)
        found.setdefault((actor, document), Disclosed(document, planted))
    by_actor: dict[str, list[Disclosed]] = {}
    for (actor, _), one in found.items():
        by_actor.setdefault(actor, []).append(one)
    return by_actor


def counted(one: Disclosed, final: Collection[Extent]) -> dict[str, Planted]:
    """By label; `final` is what the annotator kept in the document in the end."""
    found: dict[str, Planted] = {}
    for extent, became in one.planted:
        counts = Planted(right=1) if extent in final else Planted(**{"shown": 1, became: 1})
        found[extent[0]] = found.get(extent[0], Planted()).plus(counts)
    return found
