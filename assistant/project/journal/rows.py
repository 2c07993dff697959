"""The journal's entries and decisions as rows of their tables, and back."""

from __future__ import annotations

import json
from typing import Any, cast

from assistant.project.journal.decisions import (
    Decision,
    DecisionStatus,
    counted,
    spans_from_text,
    spans_to_text,
    suggestion_from_json,
    suggestion_to_json,
)
from assistant.project.journal.entries import Action, Entry, canonical
from assistant.project.records import suggestion_id

ENTRY_COLUMNS = "seq, actor, actor_seq, at, document_id, document, text_sha, action, payload, previous, hash"
DECISION_COLUMNS = "item_id, status, type, spans, suggestion, actor, seq, source"
# Which rank a last word has in the table: what counts is 1.
CORRECTED, PLANTED = 1, 2


def entry_from_row(row: tuple[Any, ...]) -> Entry:
    """Of the columns `ENTRY_COLUMNS`."""
    return Entry(
        seq=row[0],
        actor=row[1],
        actor_seq=row[2],
        at=row[3],
        document_id=row[4],
        document=row[5],
        text_sha=row[6],
        action=cast(Action, row[7]),
        payload=json.loads(row[8]),
        previous=row[9],
        hash=row[10],
    )


def decision_from_row(row: tuple[Any, ...]) -> Decision:
    """Of the columns `DECISION_COLUMNS`, and any behind them."""
    item_id = str(row[0])
    return Decision(
        item_id=item_id,
        status=cast(DecisionStatus, row[1]),
        type=row[2],
        spans=spans_from_text(row[3]),
        suggestion=suggestion_from_json(item_id, json.loads(row[4])) if row[4] is not None else None,
        actor=row[5],
        seq=row[6],
        source=row[7],
    )


def decision_row(entry: Entry, decision: Decision) -> tuple[Any, ...]:
    """`DECISION_COLUMNS`, its extent, and whether it is on a planted suggestion: then it is as it counts, if it does.

    What does not count has PLANTED there, what a person made of a planted one CORRECTED.
    """
    as_counted = counted(decision)
    suggestion = None if decision.planted else decision.suggestion
    return (
        decision.item_id,
        decision.status if as_counted is None else as_counted.status,
        decision.type,
        spans_to_text(decision.spans),
        canonical(suggestion_to_json(suggestion)) if suggestion is not None else None,
        decision.actor,
        decision.seq,
        decision.source,
        # Also of what was accepted as it is: where its label was renamed since, its id is of the earlier one.
        suggestion_id(entry.text_sha, decision.type, decision.spans),
        (PLANTED if as_counted is None else CORRECTED) if decision.planted else 0,
    )
