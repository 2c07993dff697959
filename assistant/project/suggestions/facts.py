"""Suggested facts of a project (relations, attributes, classes, notes), and which of them wait for a decision.

They are kept run by run, as suggestions of entities are; those of the current run are in view.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from assistant.project.facts import (
    Fact,
    SuggestedFact,
    Value,
    aimed,
    aims,
    content,
    kind_of,
    label_of,
    value_from_json,
    value_to_json,
)
from assistant.project.file.database import Database
from assistant.project.journal.decisions import spans_from_text, spans_to_text
from assistant.project.journal.entries import canonical
from assistant.project.records import Tally
from assistant.project.remembered import Blind, RememberedByActor

_COLUMNS = "id, kind, value, confidence, source, model, program, trained, run_id, spans"
LabelTallies = dict[str, Tally]


class FactSuggestionTable:
    """`blind` says which documents, of all or among some, an annotator is to work on without suggestions."""

    def __init__(self, database: Database, blind: Blind) -> None:
        self._database = database
        self._blind = blind
        self._tallies: RememberedByActor[LabelTallies] = RememberedByActor(database, self._load_tallies)
        self._changes: dict[int, int] = {}

    def add(self, document_id: int, run_id: int, facts: Iterable[SuggestedFact]) -> None:
        """Add what a run suggests. What it has suggested before, of another window, is as sure as the surest, and shown
        by what shows that."""
        self._database.execute_many(
            "INSERT INTO suggested_facts"
            " (document_id, run_id, id, kind, label, value, about, confidence, source, model, program, trained, spans)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET confidence = excluded.confidence, spans = excluded.spans WHERE excluded.confidence > confidence",
            (
                (
                    document_id,
                    run_id,
                    one.id,
                    kind_of(one.value),
                    label_of(one.value),
                    canonical(value_to_json(one.value)),
                    canonical(list(aims(one.value))),
                    one.confidence,
                    one.source,
                    one.model,
                    one.program,
                    one.trained,
                    spans_to_text(one.spans),
                )
                for one in facts
            ),
        )
        self._changed(document_id)

    def supersede(self, document_id: int, keep_run: int) -> None:
        self._database.execute(
            "UPDATE suggested_facts SET current = 0 WHERE document_id = ? AND run_id <> ? AND current",
            (document_id, keep_run),
        )
        self._changed(document_id)

    def of(self, document_id: int) -> list[SuggestedFact]:
        """Those in view, each once; where runs agree the latest."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM suggested_facts WHERE document_id = ? AND current ORDER BY number", (document_id,)
        )
        return list({row[0]: _suggested(row) for row in rows}.values())

    def changes(self, document_id: int) -> int:
        """How often facts of this document were suggested, withdrawn or decided on since the project was opened."""
        with self._database.lock:
            return self._changes.get(document_id, 0)

    def tallies(self, actor: str) -> dict[int, LabelTallies]:
        """Counts of facts by document and label, as an annotator has them; a document without facts may be missing."""
        return self._tallies.of(actor).all()

    def decided(self, document_id: int) -> None:
        """Something was decided or taken back on a document: its counts are to be read anew."""
        self._changed(document_id)

    def _changed(self, document_id: int) -> None:
        with self._database.lock:
            self._changes[document_id] = self._changes.get(document_id, 0) + 1
        self._tallies.touch(document_id)

    def recount(self) -> None:
        """Count everything anew: the schema changed, and with it who sees what."""
        self._tallies.forget()

    def _load_tallies(self, actor: str, wanted: set[int] | None) -> dict[int, LabelTallies]:
        found: dict[int, LabelTallies] = {document_id: {} for document_id in wanted or ()}

        def count(document_id: int, label: str, tally: Tally) -> None:
            labels = found.setdefault(document_id, {})
            labels[label] = labels.get(label, Tally()).plus(tally)

        blind = self._blind(actor, wanted)
        for document_id, label, number in self._rows(_PENDING, "s", actor, wanted):
            if document_id not in blind:
                count(document_id, label, Tally(pending=number, suggested=number))
        for document_id, item_id, kind, value, on in self._rows(_DECIDED, "f", actor, wanted):
            suggestion = None if on is None else json.loads(on)
            if value is not None:
                status = "added" if suggestion is None else "accepted"
            elif suggestion is not None:
                status, kind, value = "rejected", suggestion["kind"], canonical(suggestion["value"])
            else:
                continue
            label = label_of(value_from_json(item_id, kind, json.loads(value)))
            count(document_id, label, Tally(**{status: 1}, suggested=int(suggestion is not None)))
        return found

    def _rows(self, sql: str, table: str, actor: str, wanted: set[int] | None) -> Iterator[tuple[Any, ...]]:
        if wanted is None:
            yield from self._database.rows(sql.format(which=""), (actor,))
        for document_id in sorted(wanted or ()):
            yield from self._database.rows(sql.format(which=f"AND {table}.document_id = ?2"), (actor, document_id))


# For an annotator, ?1, a suggested fact waits unless it was decided, the same was said, or what it is about rejected.
_PENDING = """
    SELECT s.document_id, s.label, count(DISTINCT s.id) FROM suggested_facts s
    WHERE s.current {which} AND NOT EXISTS (
        SELECT 1 FROM facts f
        WHERE f.document_id = s.document_id AND f.item_id = s.id AND +f.actor = ?1 AND f.latest = 1
    ) AND NOT EXISTS (
        SELECT 1 FROM facts f
        WHERE f.document_id = s.document_id AND f.content = s.id AND f.actor = ?1 AND f.latest = 1
    ) AND NOT EXISTS (
        SELECT 1 FROM json_each(s.about) t JOIN decisions d ON d.document_id = s.document_id
        AND d.item_id = t.value AND +d.actor = ?1 AND d.latest = 1 AND d.status = 'rejected'
    ) GROUP BY s.document_id, s.label"""
_DECIDED = """
    SELECT f.document_id, f.item_id, f.kind, f.value, f.suggestion FROM facts f
    WHERE f.actor = ?1 AND f.latest = 1 {which}"""

FactStatus = Literal["pending", "accepted", "rejected", "added"]


@dataclass(frozen=True, slots=True)
class FactItem:
    """A fact under review: what a suggester proposes and waits, or what a person decided.

    `value` is what was suggested where it was rejected. `suggestion` is None for a fact that a person added, and so is
    `confidence`, the probability as it is shown.
    """

    id: str
    value: Value
    status: FactStatus
    suggestion: SuggestedFact | None
    confidence: float | None = None
    actor: str | None = None
    source: str = "person"

    @property
    def kept(self) -> bool:
        """Whether a person decided that this holds."""
        return self.status in ("accepted", "added")


def fact_items(
    suggested: Iterable[SuggestedFact],
    decided: Mapping[str, Fact],
    hidden: Mapping[str, str],
    rejected: Collection[str] = (),
    *,
    sure: Callable[[SuggestedFact], float],
) -> list[FactItem]:
    """The facts of a document: those decided, then those that wait; `sure` gives a suggestion's probability.

    `hidden` are suggestions of entities that hide behind kept items of their extent (`Fold.hidden`): what is said of
    them is said of those. What is about `rejected` entities does not wait.
    """
    items: list[FactItem] = []
    for fact in decided.values():
        said = fact.said
        if said is None:
            continue
        kept: FactStatus = "added" if fact.suggestion is None else "accepted"
        status: FactStatus = kept if fact.value is not None else "rejected"
        confidence = None if fact.suggestion is None else sure(fact.suggestion)
        items.append(
            FactItem(fact.item_id, aimed(said, hidden), status, fact.suggestion, confidence, fact.actor, fact.source)
        )
    known = {content(item.value) for item in items}
    for one in suggested:
        value = aimed(one.value, hidden)
        if one.id in decided or content(value) in known or not set(aims(value)).isdisjoint(rejected):
            continue
        known.add(content(value))
        items.append(FactItem(one.id, value, "pending", one, sure(one), source=one.source))
    return items


def _suggested(row: tuple[Any, ...]) -> SuggestedFact:
    item_id, kind, value, confidence, source, model, program, trained, run, spans = row
    said = value_from_json(item_id, kind, json.loads(value))
    where = spans_from_text(spans) if spans else ()
    return SuggestedFact(item_id, said, confidence, source, model, program, bool(trained), run, where)
