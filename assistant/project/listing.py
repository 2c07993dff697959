"""Items of many documents as the tables' columns tell them, without folding a document: for orders, filters and counts.

A project of 10,000 notes is listed in parts, so that whoever waits for the database between two parts gets it. What an
item is, what it is called and how sure it is, is what the fold (`assistant.project.state`) says of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.project.calibration.stored import Applied, CalibrationTable
from assistant.project.file.database import Database
from assistant.project.journal.decisions import spans_from_text, spans_to_text, suggestion_from_json
from assistant.project.records import Suggestion
from assistant.project.remembered import Blind
from assistant.project.state import Item
from assistant.project.suggestions import agreeing
from assistant.project.suggestions.entities import COLUMNS, WAITS, suggestion_from_row
from bioassist.documents import Span

# Documents that are read between two moments in which the database is free for others.
TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """An item of document number `document`: see `assistant.project.state.Item` for what it has from there.

    `where` are its spans as the tables write them, "12-20 31-40". `origin` says where the calibration of its confidence
    comes from, None if its confidence is shown as it was given.
    """

    document: int
    id: str
    type: str
    where: str
    status: str
    confidence: float | None
    origin: str | None

    @property
    def spans(self) -> tuple[Span, ...]:
        return spans_from_text(self.where)


class Listing:
    """`blind` says which documents an annotator is to work on without suggestions."""

    def __init__(self, database: Database, calibrations: CalibrationTable, blind: Blind) -> None:
        self._database = database
        self._calibrations = calibrations
        self._blind = blind

    def pending(self, document_ids: Iterable[int], actor: str) -> Iterator[tuple[int, list[Listed]]]:
        """Each document with its items that wait for an annotator, in no order; documents as they are given."""
        for part in _parts(document_ids):
            rows = self._database.rows_in(
                f"SELECT {COLUMNS}, number, document_id FROM suggestions s WHERE {WAITS} AND document_id IN",
                set(part) - self._blind(actor, part),
                (actor,),
            )
            yield from self._by_document(part, self._waiting(rows))

    def decided(self, document_ids: Iterable[int], actor: str) -> Iterator[tuple[int, list[Listed]]]:
        """Each document with the items that an annotator decided on, rejected ones too."""
        for part in _parts(document_ids):
            rows = self._database.rows_in(
                "SELECT document_id, item_id, type, spans, status, suggestion FROM decisions"
                " WHERE actor = ? AND latest = 1 AND document_id IN",
                part,
                (actor,),
            )
            yield from self._by_document(part, [self._settled(row) for row in rows])

    def overlapping(self, document_ids: Iterable[int]) -> Iterator[int]:
        """The documents with suggestions in view that overlap: elsewhere no source says otherwise than another."""
        for part in _parts(document_ids):
            rows = self._database.rows_in(
                "SELECT document_id, id, spans FROM suggestions s WHERE current AND document_id IN", part
            )
            places: dict[int, dict[str, tuple[Span, ...]]] = {}
            for document_id, item_id, where in rows:
                places.setdefault(document_id, {})[item_id] = spans_from_text(where)
            yield from (one for one in part if _overlap(places.get(one, {}).values()))

    @staticmethod
    def _by_document(part: Sequence[int], listed: Iterable[Listed]) -> Iterator[tuple[int, list[Listed]]]:
        found: dict[int, list[Listed]] = {document_id: [] for document_id in part}
        for one in listed:
            found[one.document].append(one)
        yield from found.items()

    def _waiting(self, rows: list[tuple[Any, ...]]) -> Iterator[Listed]:
        # Later rows of a source take the place of earlier ones.
        sources: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
        for row in sorted(rows, key=lambda row: (row[-1], row[-2])):
            sources.setdefault((row[-1], row[0]), []).append(row)
        # By type, source, model, program and run.
        curves: dict[tuple[Any, ...], tuple[Applied | None, str]] = {}
        for (document_id, item_id), said in sources.items():
            row = said[0]
            if len(said) > 1:
                confidence, origin = self._surest(agreeing.merged(map(suggestion_from_row, said))[item_id])
            else:
                # Thousands share a curve: it is looked up once.
                key = row[1], row[4:7], row[8]
                if key not in curves:
                    curves[key] = (self._calibrations.to(suggestion_from_row(row)), self._calibrations.label(row[1]))
                applied, label = curves[key]
                confidence = applied.calibration.of(label, row[3]) if applied is not None else row[3]
                origin = str(applied) if applied is not None else None
            yield Listed(document_id, item_id, row[1], row[2], "pending", confidence, origin)

    def item(self, document_id: int, item: Item) -> Listed:
        """An item of a fold."""
        confidence, origin = self._surest(item.suggestion) if item.suggestion is not None else (None, None)
        return Listed(document_id, item.id, item.type, spans_to_text(item.spans), item.status, confidence, origin)

    def _settled(self, row: tuple[Any, ...]) -> Listed:
        document_id, item_id, type_, where, status, record = row
        suggestion = suggestion_from_json(item_id, json.loads(record)) if record is not None else None
        confidence, origin = self._surest(suggestion) if suggestion is not None else (None, None)
        return Listed(document_id, item_id, type_, where, status, confidence, origin)

    def _surest(self, suggestion: Suggestion) -> tuple[float, str | None]:
        sure = self._calibrations.confidence
        surest = max(agreeing.said_by(suggestion), key=sure)
        applied = self._calibrations.to(surest)
        return sure(surest), str(applied) if applied is not None else None


def _parts(document_ids: Iterable[int]) -> Iterator[list[int]]:
    listed = list(document_ids)
    return (listed[start : start + TOGETHER] for start in range(0, len(listed), TOGETHER))


def _overlap(places: Iterable[tuple[Span, ...]]) -> bool:
    end = 0
    for start, stop in sorted((min(spans).start, max(span.end for span in spans)) for spans in places):
        if start < end:
            return True
        end = max(end, stop)
    return False
