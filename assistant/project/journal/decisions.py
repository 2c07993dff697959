"""What a journal entry decides about single items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.project.journal.entries import Entry
from assistant.project.records import Reference, Suggestion
from bioassist.documents import Span

DecisionStatus = Literal["accepted", "rejected", "edited", "added"]
Extent = tuple[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry's word on one item: its status, and the type and spans that the person saw or made.

    `suggestion` is what the suggester had proposed, None for an item that a person added. `source` is "person" for what
    was decided in bioassist, and "import" for what came with files that were corrected or made elsewhere.
    """

    item_id: str
    status: DecisionStatus
    type: str
    spans: tuple[Span, ...]
    suggestion: Suggestion | None
    actor: str
    seq: int
    source: str = "person"

    @property
    def kept(self) -> bool:
        return self.status != "rejected"

    @property
    def extent(self) -> Extent:
        return (self.type, self.spans)

    @property
    def planted(self) -> bool:
        """Whether it is on a suggestion that was planted."""
        return self.suggestion is not None and self.suggestion.planted


def spans_to_json(spans: Sequence[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def spans_from_json(pairs: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    if len(pairs) == 1:
        return (Span(*pairs[0]),)
    return tuple(Span(start, end) for start, end in pairs)


def spans_to_text(spans: Sequence[Span]) -> str:
    """As the tables hold them: "12-20", or "12-20 31-40" for a discontinuous mention."""
    return " ".join(f"{span.start}-{span.end}" for span in spans)


def spans_from_text(text: str) -> tuple[Span, ...]:
    return spans_from_json([[int(number) for number in pair.split("-")] for pair in text.split(" ")])


def evidence(item_type: str, spans: Sequence[Span], suggestion: Suggestion | None) -> dict[str, Any]:
    """What an entry keeps about an item it names, so that the journal alone tells what was decided on.

    The suggestion with its model, program, confidence and run; `seen` holds the type and spans on the screen where
    they are not the suggestion's.
    """
    if suggestion is None:
        return {"seen": {"type": item_type, "spans": spans_to_json(spans)}}
    record = suggestion_to_json(suggestion)
    if (item_type, tuple(spans)) != (suggestion.type, suggestion.spans):
        record["seen"] = {"type": item_type, "spans": spans_to_json(spans)}
    return record


def restated(decision: Decision) -> dict[str, Any]:
    """A decision as a record of a "set" entry, for somebody who says the same."""
    record: dict[str, Any] = {"type": decision.type, "spans": spans_to_json(decision.spans)}
    if decision.suggestion is not None:
        record["on"] = suggestion_to_json(decision.suggestion)
    return record if decision.kept else record | {"status": "rejected"}


def suggestion_to_json(suggestion: Suggestion) -> dict[str, Any]:
    """Everything but the id, which is the key it is kept under; what other sources said of it under "also"."""
    record = {"type": suggestion.type, "spans": spans_to_json(suggestion.spans)} | _said_to_json(suggestion)
    if suggestion.also:
        record["also"] = [_said_to_json(one) for one in suggestion.also]
    if suggestion.planted:
        record["planted"] = True
    return record


def _said_to_json(suggestion: Suggestion) -> dict[str, Any]:
    record: dict[str, Any] = {
        "confidence": suggestion.confidence,
        "source": suggestion.source,
        "model": suggestion.model,
        "program": suggestion.program,
        "trained": suggestion.trained,
        "run": suggestion.run,
    }
    if suggestion.references:
        record["references"] = references_to_json(suggestion.references)
    return record


def references_to_json(references: Sequence[Reference]) -> list[list[str]]:
    return [[one.database, one.identifier, one.term] for one in references]


def references_from_json(listed: Sequence[Sequence[str]]) -> tuple[Reference, ...]:
    return tuple(Reference(*one) for one in listed)


def suggestion_from_json(item_id: str, record: Mapping[str, Any]) -> Suggestion | None:
    """None if the record is of an item that no suggester made."""
    if "model" not in record:
        return None
    label, spans = record["type"], spans_from_json(record["spans"])
    said = _said_from_json(item_id, label, spans, record)
    if "also" not in record:
        return said
    return replace(said, also=tuple(_said_from_json(item_id, label, spans, one) for one in record["also"]))


def _said_from_json(item_id: str, label: str, spans: tuple[Span, ...], record: Mapping[str, Any]) -> Suggestion:
    return Suggestion(
        id=item_id,
        type=label,
        spans=spans,
        confidence=record["confidence"],
        source=record["source"],
        model=record["model"],
        program=record["program"],
        trained=record["trained"],
        run=record["run"],
        references=references_from_json(record.get("references", ())),
        planted=record.get("planted", False),
    )


def counted(decision: Decision) -> Decision | None:
    """A decision as it counts. On a planted suggestion it is no work: None; but what a person made of one by
    correcting it is theirs, as if they had added it."""
    if not decision.planted:
        return decision
    return replace(decision, status="added", suggestion=None) if decision.status == "edited" else None


def as_seen(decision: Decision, planted: Suggestion | None) -> Decision:
    """What the tables have of a decision on a `planted` suggestion, if it is on one, as the person made it."""
    if planted is None:
        return decision
    status = _kept_status(decision.type, decision.spans, planted) if decision.kept else decision.status
    return replace(decision, suggestion=planted, status=status)


def decisions_of(entry: Entry) -> Iterator[Decision]:
    """The decisions on items in an entry as the person saw them, on planted suggestions too (`counted`); none for done,
    reopen, undo and redo, and where it is about facts alone."""
    payload = entry.payload
    if entry.action in ("accept", "reject", "delete"):
        for item_id in payload["ids"]:
            record = payload["on"][item_id]
            suggestion = suggestion_from_json(item_id, record)
            if suggestion is not None and "seen" not in record:
                label, spans = suggestion.type, suggestion.spans
            else:
                label, spans = record["seen"]["type"], spans_from_json(record["seen"]["spans"])
            status = _kept_status(label, spans, suggestion) if entry.action == "accept" else "rejected"
            yield Decision(item_id, status, label, spans, suggestion, entry.actor, entry.seq)
    elif entry.action == "set":
        for item_id, record in payload["items"].items():
            yield _stated(entry, item_id, record, record.get("on", {}))
    elif "id" in payload:
        yield _stated(entry, payload["id"], payload, payload.get("on", {}).get(payload["id"], {}))


def _stated(entry: Entry, item_id: str, record: Mapping[str, Any], on: Mapping[str, Any]) -> Decision:
    """The decision of a record that says type and spans, made on what `on` says."""
    suggestion = suggestion_from_json(item_id, on)
    label, spans = record["type"], spans_from_json(record["spans"])
    status = "rejected" if record.get("status") == "rejected" else _kept_status(label, spans, suggestion)
    source = entry.payload.get("source", "person")
    return Decision(item_id, status, label, spans, suggestion, entry.owner, entry.seq, source)


def _kept_status(label: str, spans: tuple[Span, ...], suggestion: Suggestion | None) -> DecisionStatus:
    if suggestion is None:
        return "added"
    # An edit that comes back to what was suggested is an acceptance of it.
    return "accepted" if (label, spans) == (suggestion.type, suggestion.spans) else "edited"
