"""A note that changed on the disk: its new version, and the decisions that still hold on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.project.exporting.ids import ExportIds
from assistant.project.facts import SuggestedFact, aimed, aims, fact_id, facts_to_json, kind_of, with_id
from assistant.project.file.database import Database
from assistant.project.journal.chain import Journal
from assistant.project.journal.decisions import Decision, evidence, spans_to_json
from assistant.project.notes.documents import DocumentTable
from assistant.project.notes.unchanged import Carrier
from assistant.project.records import DocumentRow, suggestion_id
from bioassist.documents import text_hash
from bioassist.reading import DecodedText


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The row of the new version; how many decisions were carried over, how many stay with the old version alone."""

    row: DocumentRow
    carried: int
    left: int


def take_in(
    database: Database,
    documents: DocumentTable,
    journal: Journal,
    export_ids: ExportIds,
    actor: str,
    name: str,
    decoded: DecodedText,
) -> NewVersion:
    """Put `decoded` in the place of the present version of `name`, and carry over what any annotator decided on
    unchanged text. `actor` does that, and is whose entries say so.

    A note that is new to the project, or could not be read before, is added; one that did not change stays.
    """
    with database.transaction():
        old = documents.named(name)
        if old is None or not old.has_text or old.text_sha == text_hash(decoded.text):
            return NewVersion(documents.add(name, decoded), 0, 0)
        carrier = Carrier(documents.text(old.id), decoded.text)
        row = documents.replace(old, decoded)
        documents.set_state(row.id, "pending", None, None)
        ids: dict[str, str] = {}
        carried = left = 0
        for annotator in journal.annotators(old.id):
            own, here, gone = _carry(journal, actor, annotator, old, row, carrier)
            ids |= own
            carried, left = carried + here, left + gone
        export_ids.carry(old.id, row.id, ids)
        return NewVersion(documents.get(row.id), carried, left)


def _carry(
    journal: Journal, actor: str, annotator: str, old: DocumentRow, new: DocumentRow, carrier: Carrier
) -> tuple[dict[str, str], int, int]:
    """Carry over what one annotator decided: new ids by old ones, how many decisions were carried, how many left."""
    decided, present = journal.decisions(old.id, annotator), journal.decisions(new.id, annotator)
    ids: dict[str, str] = {}
    carried = 0
    for decision in decided.values():
        moved = _moved(decision, old, new, carrier)
        if moved is None:
            continue
        carried += 1
        ids[decision.item_id] = moved.item_id
        if not _same(moved, present.get(moved.item_id)):
            _append(journal, actor, old, new, decision, moved)
    facts_carried, facts_left = _carry_facts(journal, actor, annotator, old, new, ids)
    return ids, carried + facts_carried, len(decided) - carried + facts_left


def _moved(decision: Decision, old: DocumentRow, new: DocumentRow, carrier: Carrier) -> Decision | None:
    """The decision on the new text; None if the text it covers changed."""
    spans = carrier.spans(decision.spans)
    if spans is None:
        return None
    suggestion = decision.suggestion
    if suggestion is None:
        return replace(decision, spans=spans)
    where = carrier.spans(suggestion.spans)
    if where is None:
        # The person's extent stands, what was suggested does not: from here on it is the person's own.
        own = hashlib.sha256(f"{old.text_sha} {decision.item_id}".encode()).hexdigest()[:12]
        return replace(decision, item_id=f"a-{own}", spans=spans, suggestion=None)
    item_id = suggestion_id(new.text_sha, suggestion.type, where)
    return replace(decision, item_id=item_id, spans=spans, suggestion=replace(suggestion, id=item_id, spans=where))


def _same(one: Decision, other: Decision | None) -> bool:
    return other is not None and (one.kept, one.type, one.spans) == (other.kept, other.type, other.spans)


def _append(
    journal: Journal, actor: str, old: DocumentRow, new: DocumentRow, decision: Decision, moved: Decision
) -> None:
    payload: dict[str, Any] = {
        "from_document": old.text_sha,
        "from_id": decision.item_id,
        "id": moved.item_id,
        "type": moved.type,
        "spans": spans_to_json(moved.spans),
        "status": decision.status,
        "by": decision.actor,
    }
    if decision.source != "person":
        payload["source"] = decision.source
    if moved.suggestion is not None:
        payload["on"] = {moved.item_id: evidence(moved.type, moved.spans, moved.suggestion)}
    journal.append(actor, new.id, "carry", payload)


def _carry_facts(
    journal: Journal, actor: str, annotator: str, old: DocumentRow, new: DocumentRow, ids: dict[str, str]
) -> tuple[int, int]:
    """Carry over the facts that refer to nothing but what was carried; how many, and how many were left.

    `ids` are the new ids of the entities that were carried, by their old ones; those of suggested facts are added.
    """
    facts, present = journal.facts(old.id, annotator), journal.facts(new.id, annotator)
    said = {item_id: value for item_id, fact in facts.items() if (value := fact.said) is not None}
    carried = dict(said)
    while lost := [one for one, value in carried.items() if not all(t in ids or t in carried for t in aims(value))]:
        for item_id in lost:
            del carried[item_id]
    suggested = {
        item_id: _suggested_anew(fact.suggestion, new.text_sha, ids)
        for item_id, fact in facts.items()
        if fact.suggestion is not None and item_id in carried and ids.keys() >= {*aims(fact.suggestion.value)}
    }
    ids.update((item_id, one.id) for item_id, one in suggested.items())
    for item_id, fact in facts.items():
        if item_id in said and item_id not in carried:
            continue
        there, on = ids.get(item_id, item_id), suggested.get(item_id)
        value = None if fact.value is None else with_id(aimed(fact.value, ids), there)
        was = present.get(there)
        if value == (was.value if was else None) and (on is None or was is not None):
            continue
        known = (value, on.value if on else None, was.value if was else None)
        kind = kind_of(next(one for one in known if one is not None))
        payload = {
            "from_document": old.text_sha,
            "from_id": item_id,
            "facts": facts_to_json({there: (kind, value)}, {} if on is None else {there: on}),
            "by": fact.actor,
            "source": fact.source,
        }
        journal.append(actor, new.id, "carry", payload)
    return len(carried), len(said) - len(carried)


def _suggested_anew(one: SuggestedFact, text_sha: str, ids: Mapping[str, str]) -> SuggestedFact:
    """A suggestion on the new text, under the id that it has there."""
    value = aimed(one.value, ids)
    item_id = fact_id(text_sha, value)
    return replace(one, id=item_id, value=with_id(value, item_id))
