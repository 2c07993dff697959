"""A task to a document: its annotation as decisions, its predictions as suggestions.

Of several annotations the first that is marked as ground truth is read, or the first. If somebody worked on the task,
which a "lead_time" tells, what the predictions have and the annotation does not was refused, and is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bioassist.documents import Document, Provenance, Span, Status
from bioassist.schema import Schema
from converters.gathering import Gathering, is_text, objects
from converters.json_records import Record
from converters.label_studio.writing import ORIGINS, Item
from converters.report import Finding, Report
from converters.utf16 import Utf16

_STATUSES: dict[Any, Status] = {origin: status for status, origin in ORIGINS.items()}  # type: ignore[misc]
_TOOL = "label-studio"


def read_task(record: Record, file: Path, schema: Schema | None, report: Report) -> Document | None:
    """The document in a task; None, and a finding, for one without a text."""
    task = record.value
    data = task.get("data")
    text = _text(data)
    if text is None:
        message = "no text in its data; the task was left out."
        report.add(Finding("", "no text", message, file=str(file), line=record.line, kind="loss"))
        return None
    given = data.get("name") if isinstance(data, dict) else None
    name = given if is_text(given) and given else f"{file.stem}-{task.get('id', record.number)}"
    found = _Task(Gathering(name, text, file, record.line, report, schema))
    chosen, worked_on = _chosen(task, found.gathering)
    if chosen is not None:
        found.take(_results(chosen, found.gathering), accepted=True, actor=_actor(chosen), default=_of_origin)
    if worked_on:
        return found.gathering.document()
    for prediction in objects(task.get("predictions"), "predictions", found.gathering):
        model = prediction.get("model_version")

        def suggested(item: Item, actor: str | None, model: Any = model) -> Provenance:
            return Provenance("unreviewed", _TOOL, _score(item), model if is_text(model) and model else None)

        found.take(_results(prediction, found.gathering), accepted=False, actor=None, default=suggested)
    return found.gathering.document()


@dataclass(slots=True)
class _Task:
    gathering: Gathering
    # The extents and labels that the annotation has; by region, those that were read already, and their entities.
    _decided: dict[tuple[str, Span], str] = field(default_factory=dict)
    _read: dict[tuple[object, str, Span], str] = field(default_factory=dict)

    def take(
        self,
        items: list[Item],
        *,
        accepted: bool,
        actor: str | None,
        default: Callable[[Item, str | None], Provenance | None],
    ) -> None:
        """Add the results of an annotation (which are `accepted`), or of a prediction."""
        offset = _counting(items, self.gathering)
        regions: dict[str, list[str]] = {}

        def say(identity: str, item: Item) -> None:
            self.gathering.say(identity, item, default(item, actor), accepted=accepted, actor=actor)

        for item in items:
            labels = _value(item).get("labels", _value(item).get("hypertextlabels"))
            for label in labels if isinstance(labels, list) else []:
                identity, new = self._entity(item, label, offset, accepted)
                if identity is not None:
                    regions.setdefault(str(item.get("id")), []).append(identity)
                if identity is not None and new:
                    say(identity, item)
        for item in items:
            for identity in self._other(item, regions):
                say(identity, item)

    def _entity(
        self, item: Item, label: Any, offset: Callable[[int], int] | None, accepted: bool
    ) -> tuple[str | None, bool]:
        """The entity that a region is, and whether it is new."""
        extent = self.gathering.extent(label, *_extent(item), offset)
        if extent is None:
            return None, False
        region = (str(item.get("id")), *extent)
        there = self._read.get(region) if accepted else self._decided.get(extent, self._read.get(region))
        if there is not None:
            return there, False
        identity = self._read[region] = self.gathering.entity(item.get("id"), *extent)
        if accepted:
            self._decided[extent] = identity
        for text in _meta(item):
            self.gathering.note(identity, text)
        return identity, True

    def _other(self, item: Item, regions: dict[str, list[str]]) -> list[str]:
        """Add what `item` is if it is no label of a region; the ids of what was added and may have a provenance."""
        kind, value = item.get("type"), _value(item)
        on = regions.get(str(item.get("id")), [])
        if kind == "relation":
            made = self._relation(item, regions)
            return [made] if made else []
        if kind == "choices":
            chosen = [one for one in _list(value.get("choices")) if is_text(one)]
            name = item.get("from_name")
            if not on and "start" not in value:
                for one in chosen:
                    self.gathering.class_(one)
            elif on and is_text(name):
                return [
                    self.gathering.attribute(name, target, None if one == name else one)
                    for target in on
                    for one in chosen
                ]
            return []
        if kind == "textarea" and on:
            for text in _list(value.get("text")):
                if is_text(text):
                    self.gathering.note(on[0], text)
        elif "labels" not in value and "hypertextlabels" not in value:
            self.gathering.tell("result", "a result that is no label, choice, relation or note; it was left out.")
        return []

    def _relation(self, item: Item, regions: dict[str, list[str]]) -> str | None:
        head, tail = regions.get(str(item.get("from_id"))), regions.get(str(item.get("to_id")))
        if not head or not tail:
            self.gathering.tell("target", "a relation that is not between two regions; it was left out.")
            return None
        if item.get("direction") == "left":
            head, tail = tail, head
        elif item.get("direction") == "bi":
            self.gathering.tell(
                "direction", "a relation in both directions became one from its first region.", "change"
            )
        labels = _list(item.get("labels"))
        if len(labels) > 1:
            self.gathering.tell("label", "a relation has several labels; the first was read.")
        return self.gathering.relation(None, labels[0] if labels else None, head[0], tail[0])


def _text(data: Any) -> str | None:
    if not isinstance(data, dict):
        return None
    texts = [value for key, value in data.items() if is_text(value) and key != "name"]
    text = data.get("text", texts[0] if len(texts) == 1 else None)
    return text if is_text(text) else None


def _chosen(task: dict[str, Any], found: Gathering) -> tuple[dict[str, Any] | None, bool]:
    """The annotation to read, and whether somebody made it in Label Studio."""
    there = [one for one in objects(task.get("annotations"), "annotations", found) if not one.get("was_cancelled")]
    if len(there) > 1:
        message = f"{len(there)} annotations; the one marked as ground truth was read, or else the first."
        found.tell("annotations", message)
    chosen = next((one for one in there if one.get("ground_truth")), there[0] if there else None)
    return chosen, any(isinstance(one.get("lead_time"), int | float) for one in there)


def _counting(items: list[Item], found: Gathering) -> Callable[[int], int] | None:
    """How the offsets of `items` count: None for code points, else a map from UTF-16 code units.

    Only quotes can tell; of two counts that fit as many quotes it is code points.
    """
    counted = Utf16(found.text)
    if not counted:
        return None
    fits = {True: 0, False: 0}
    for item in items:
        start, end = _extent(item)
        quote = _value(item).get("text")
        if type(start) is not int or type(end) is not int or not is_text(quote):
            continue
        for units in fits:
            try:
                first, last = (counted.code_points(start), counted.code_points(end)) if units else (start, end)
            except ValueError:
                continue
            fits[units] += first >= 0 and _bare(found.text[first:last]) == _bare(quote)
    if fits[True] <= fits[False]:
        return None
    found.tell("counting", "its offsets count UTF-16 code units, as older versions did.", "remark")
    return counted.code_points


def _bare(text: str) -> str:
    # White space in quotes is as the screen showed it; line ends may be there as a backslash and an n.
    return "".join(text.replace("\\n", "").split())


def _of_origin(item: Item, actor: str | None) -> Provenance | None:
    status = _STATUSES.get(item.get("origin") if is_text(item.get("origin")) else None)
    return Provenance(status or "accepted", _TOOL, actor=actor) if status or actor else None


def _actor(annotation: dict[str, Any]) -> str | None:
    by = annotation.get("completed_by")
    by = by.get("email", by.get("id")) if isinstance(by, dict) else by
    return str(by) if type(by) is int or (is_text(by) and by) else None


def _score(item: Item) -> float | None:
    score = item.get("score")
    return float(score) if isinstance(score, int | float) and 0 <= score <= 1 else None


def _results(one: dict[str, Any], found: Gathering) -> list[Item]:
    return list(objects(one.get("result"), "result", found))


def _value(item: Item) -> dict[str, Any]:
    value = item.get("value")
    return value if isinstance(value, dict) else {}


def _extent(item: Item) -> tuple[Any, Any]:
    value = _value(item)
    # In HTML "start" and "end" are paths; offsets in the whole text stand beside them.
    whole = value.get("globalOffsets")
    value = whole if isinstance(whole, dict) and type(value.get("start")) is not int else value
    return value.get("start"), value.get("end")


def _meta(item: Item) -> list[str]:
    meta = item.get("meta")
    return [one for one in _list(meta.get("text")) if is_text(one)] if isinstance(meta, dict) else []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
