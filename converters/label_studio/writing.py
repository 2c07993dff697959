"""A document to a task: decisions to an annotation, suggestions to predictions."""

from __future__ import annotations

from typing import Any

from bioassist.documents import Attribute, Document, Entity, Note
from converters.plain import provenance_to_plain
from converters.report import Finding, Report

NOTE = "AnnotatorNotes"
# What Label Studio says of a region: drawn by a person, taken from a prediction, or that and then changed.
ORIGINS = {"added": "manual", "accepted": "prediction", "edited": "prediction-changed"}

Item = dict[str, Any]


def task_of(document: Document, report: Report) -> dict[str, Any]:
    """`document`, which has what the format carries alone, as a task; what that changes goes to `report`."""
    task = _Task(document, report)
    for entity in document.entities:
        task.region(entity.id, task.results_of(entity.id))
    for attribute in document.attributes:
        task.attribute(attribute)
    for relation in document.relations:
        head, tail = (argument.target for argument in relation.arguments)
        results = task.results_of(relation.id, head, tail)
        task.region(head, results)
        task.region(tail, results)
        ends = {"type": "relation", "from_id": head, "to_id": tail, "direction": "right"}
        results.append(ends | {"labels": [relation.type]} | task.said(relation.id, results))
    if document.classes:
        shown = {"id": "class", "from_name": "class", "to_name": "text", "type": "choices"}
        task.decided.append(shown | {"value": {"choices": list(document.classes)}})
    made: dict[str, Any] = {"data": {"text": document.text, "name": document.name}}
    if task.decided:
        made["annotations"] = [{"result": task.decided}]
    if task.waiting:
        made["predictions"] = [_prediction(model, results) for model, results in task.waiting.items()]
    return made


class _Task:
    """The results of a task: those that are decided on, and those that wait, by the model that suggested them.

    A list has every region that something in it refers to, so a region may be in several.
    """

    def __init__(self, document: Document, report: Report) -> None:
        self.decided: list[Item] = []
        self.waiting: dict[str, list[Item]] = {}
        self._document = document
        self._report = report
        self._entities = {entity.id: entity for entity in document.entities}
        self._notes: dict[str, list[str]] = {}
        for note in document.notes:
            self._notes.setdefault(note.target, []).append(self._note(note))
        self._placed: set[tuple[str, int]] = set()

    def results_of(self, *ids: str) -> list[Item]:
        """The list that the first of the annotations `ids` which waits for a decision belongs to."""
        for identity in ids:
            said = self._document.provenance.get(identity)
            if said is not None and said.status == "unreviewed":
                return self.waiting.setdefault(said.model or said.source, [])
        return self.decided

    def region(self, identity: str, results: list[Item]) -> None:
        """Put the entity into `results`, unless it is there."""
        if (identity, id(results)) in self._placed:
            return
        self._placed.add((identity, id(results)))
        entity = self._entities[identity]
        item = self._item(entity, "label", "labels", entity.type) | self.said(identity, results)
        notes = self._notes.get(identity)
        results.append(item | {"meta": {"text": notes}} if notes else item)

    def attribute(self, one: Attribute) -> None:
        results = self.results_of(one.id, one.target)
        self.region(one.target, results)
        value = one.type if one.value is None else one.value
        if value == one.value == one.type:
            self._tell("attribute", f"the value of {one.id} is the name of its type, as if it had none.")
        item = self._item(self._entities[one.target], one.type, "choices", value)
        results.append(item | self.said(one.id, results))

    def said(self, identity: str, results: list[Item]) -> Item:
        """What an item in `results` says about where it comes from."""
        said = self._document.provenance.get(identity)
        if said is None:
            # Among suggestions this tells what is decided on.
            return {} if results is self.decided else {"provenance": None}
        plain: Item = {"provenance": provenance_to_plain(said)}
        if said.status in ORIGINS:
            plain["origin"] = ORIGINS[said.status]
        elif said.confidence is not None:
            plain["score"] = said.confidence
        return plain

    def _item(self, entity: Entity, control: str, kind: str, value: str) -> Item:
        extent = {"start": entity.start, "end": entity.end, "text": entity.of(self._document.text)}
        return {
            "id": entity.id,
            "from_name": control,
            "to_name": "text",
            "type": kind,
            "value": extent | {kind: [value]},
        }

    def _note(self, note: Note) -> str:
        if note.type != NOTE:
            self._tell("note", f"the type of {note.id} was left out; it is a note like any other there.")
        return note.text

    def _tell(self, code: str, message: str) -> None:
        self._report.add(Finding(self._document.name, code, message, kind="change"))


def _prediction(model: str, results: list[Item]) -> dict[str, Any]:
    scores = [item["score"] for item in results if "score" in item]
    # Label Studio orders tasks by it: one is as sure as what is least sure in it.
    return {"model_version": model} | ({"score": min(scores)} if scores else {}) | {"result": results}
