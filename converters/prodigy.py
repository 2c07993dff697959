"""Prodigy's JSON lines: tasks to annotate, and what `prodigy db-out` gives back. https://prodi.gy/docs/api-interfaces

    {"text": "Naloxone reverses morphine", "meta": {"document": "ward/a"},
     "tokens": [{"text": "Naloxone", "start": 0, "end": 8, "id": 0, "ws": true}, ...],
     "spans": [{"start": 0, "end": 8, "token_start": 0, "token_end": 0, "label": "Drug", "id": "T1"}, ...],
     "relations": [{"head": 0, "child": 2, "head_span": {...}, "child_span": {...}, "label": "Reverses", "id": "R1"}],
     "options": [{"id": "letter", "text": "letter"}], "accept": ["letter"], "answer": "accept"}

Offsets count code points; `token_end` is the last token itself, which is also what `head` and `child` name. A task
whose annotations are all decided on is written as accepted; one that holds unreviewed suggestions has no answer, and
shows them for correction. Where an annotation comes from stands on it as "provenance", which Prodigy hands through.

Of what comes back, accepted annotations are decided on, those of a task without an answer or an ignored one are
suggestions, and a rejected task is left out. Answers to yes-or-no questions about one text, as `ner.teach` asks them,
become one document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bioassist.documents import Document, Entity, Provenance, Span
from bioassist.schema import Schema
from converters.annotations import row
from converters.carrying import carried
from converters.formats import DEFAULTS, Feature, WriteOptions
from converters.gathering import Gathering, is_text, objects
from converters.json_records import Record, records, write_records
from converters.plain import provenance_to_plain
from converters.report import Finding, Report
from converters.tokens import Tokens, tokens

_BINARY_VIEWS = ("ner", "spans", "classification", "textcat")


class ProdigyFormat:
    """A file of Prodigy tasks: JSON lines, or a JSON list if it ends in ".json"."""

    name = "prodigy"
    carries: frozenset[Feature] = frozenset(
        {
            "text",
            "names",
            "entities",
            "overlapping",
            "inside words",
            "relations",
            "classes",
            "unreviewed",
            "provenance",
        }
    )

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents of the file `source`, those that yes-or-no answers make last."""
        told = Report() if report is None else report
        asked: dict[str, list[Record]] = {}
        for record in records(source, told):
            text = record.value.get("text")
            if not is_text(text):
                message = "a task without a text; it was left out."
                told.add(Finding("", "no text", message, file=str(source), line=record.line, kind="loss"))
            elif _is_binary(record.value):
                asked.setdefault(text, []).append(record)
            else:
                found = _document(record, source, schema, told)
                if found is not None:
                    yield found
        for answers in asked.values():
            yield _answered(answers, source, schema, told)

    def write(
        self,
        documents: Iterable[Document],
        destination: Path,
        schema: Schema | None = None,
        options: WriteOptions = DEFAULTS,
    ) -> Report:
        """Write the file `destination`."""
        classes = [entry.name for entry in schema.classes] if schema else []

        def plain(document: Document, report: Report) -> dict[str, Any]:
            left = carried(document, self.carries, "Prodigy", schema)
            report.findings.extend(left.findings)
            report.annotations += len(row(left.document))
            return _task(left.document, classes)

        as_list = destination.suffix == ".json"
        return write_records(documents, destination, plain, force=options.force, as_list=as_list)


def _task(document: Document, classes: list[str]) -> dict[str, Any]:
    from bioassist.words import words

    edges = {edge for entity in document.entities for edge in (entity.start, entity.end)}
    among = tokens(document.text, words(document.text), edges)
    waiting = any(said.status == "unreviewed" for said in document.provenance.values())
    spans = {entity.id: _span(entity, among) for entity in document.entities}
    task: dict[str, Any] = {
        "text": document.text,
        "meta": {"document": document.name},
        "tokens": [
            {"text": text, "start": start, "end": start + len(text), "id": number, "ws": space}
            for number, (text, start, space) in enumerate(zip(among.texts, among.starts, among.spaces, strict=True))
        ],
        "spans": [span | _said(document, identity, waiting) for identity, span in spans.items()],
    }
    if document.relations:
        task["relations"] = []
    for relation in document.relations:
        head, child = (spans[argument.target] for argument in relation.arguments)
        ends = {"head": head["token_end"], "child": child["token_end"], "head_span": head, "child_span": child}
        said = _said(document, relation.id, waiting)
        task["relations"].append(ends | {"label": relation.type, "id": relation.id} | said)
    if classes or document.classes:
        task["options"] = [{"id": one, "text": one} for one in dict.fromkeys((*classes, *document.classes))]
        task["accept"] = list(document.classes)
    if not waiting and (document.entities or document.classes):
        task["answer"] = "accept"
    return task


def _span(entity: Entity, among: Tokens) -> dict[str, Any]:
    start, end = entity.start, entity.end
    ends = {"token_start": among.at(start), "token_end": among.at(end - 1)}
    return {"start": start, "end": end, **ends, "label": entity.type, "id": entity.id}


def _said(document: Document, identity: str, waiting: bool) -> dict[str, Any]:
    said = document.provenance.get(identity)
    if said is None:
        # In a task without an answer this tells what is decided on from what is not.
        return {"provenance": None} if waiting else {}
    return {"provenance": provenance_to_plain(said)}


def _is_binary(task: dict[str, Any]) -> bool:
    view = task.get("_view_id")
    return bool(task.get("_is_binary")) or view in _BINARY_VIEWS or (view is None and is_text(task.get("label")))


def _document(record: Record, source: Path, schema: Schema | None, report: Report) -> Document | None:
    task = record.value
    found = _gathering(record, source, schema, report)
    if task.get("answer") == "reject":
        found.tell("rejected", "this task was rejected; it was left out.")
        return None
    spans = list(objects(task.get("spans"), "spans", found))
    known: dict[str, str] = {}
    for span in spans:
        extent = found.extent(span.get("label"), span.get("start"), span.get("end"))
        if extent is not None:
            identity = found.entity(span.get("id"), *extent)
            _decide(found, identity, span, task)
            for key in _keys(span):
                known.setdefault(key, identity)
    for relation in objects(task.get("relations"), "relations", found):
        head, child = _end(relation, "head", known), _end(relation, "child", known)
        if head is None or child is None:
            found.tell("target", "a relation whose head or child is none of the spans; it was left out.")
            continue
        made = found.relation(relation.get("id"), relation.get("label"), head, child)
        if made is not None:
            _decide(found, made, relation, task)
    chosen = task.get("accept")
    for one in chosen if isinstance(chosen, list) else []:
        found.class_(one)
    return found.document()


def _keys(span: dict[str, Any]) -> Iterator[str]:
    """What a relation may know a span by, the surest first; as texts, since in a bad file it may be anything."""
    for names in (("id",), ("start", "end", "label"), ("start", "end"), ("token_end",)):
        if all(name in span for name in names):
            yield f"{names} {[span[name] for name in names]}"


def _end(relation: dict[str, Any], end: str, known: dict[str, str]) -> str | None:
    given = relation.get(f"{end}_span")
    span = {"token_end": relation.get(end)} | (given if isinstance(given, dict) else {})
    return next((known[key] for key in _keys(span) if key in known), None)


def _answered(answers: list[Record], source: Path, schema: Schema | None, report: Report) -> Document:
    """The document that yes-or-no answers about one text make."""
    found = _gathering(answers[0], source, schema, report)
    refused = 0
    seen: set[tuple[str, Span]] = set()
    for record in answers:
        task, found.line = record.value, record.line
        if task.get("answer") == "reject":
            refused += 1
            continue
        if is_text(task.get("label")) and not task.get("spans") and task.get("answer") == "accept":
            found.class_(task["label"])
        for span in objects(task.get("spans"), "spans", found):
            extent = found.extent(span.get("label", task.get("label")), span.get("start"), span.get("end"))
            if extent is not None and extent not in seen:
                seen.add(extent)
                _decide(found, found.entity(span.get("id"), *extent), span, task)
    found.line = answers[0].line
    what = f"{refused} of {len(answers)} answers about it say no" if refused else "it has yes-or-no answers"
    found.tell("yes or no", f"{what}; nobody looked for what was not asked.", "remark")
    return found.document()


def _gathering(record: Record, source: Path, schema: Schema | None, report: Report) -> Gathering:
    meta = record.value.get("meta")
    given = meta.get("document") if isinstance(meta, dict) else None
    name = given if is_text(given) and given else f"{source.stem}-{record.number}"
    return Gathering(name, record.value["text"], source, record.line, report, schema)


def _decide(found: Gathering, identity: str, one: dict[str, Any], task: dict[str, Any]) -> None:
    """Note where annotation `identity`, which is `one` of `task`, comes from."""
    accepted = task.get("answer") == "accept"
    actor = task.get("_annotator_id") or task.get("_session_id")
    who = actor if is_text(actor) else None
    default = Provenance("accepted", "prodigy") if who else None
    if not accepted:
        source, score = one.get("source"), one.get("score")
        sure = float(score) if isinstance(score, int | float) and 0 <= score <= 1 else None
        default = Provenance("unreviewed", source if is_text(source) and source else "prodigy", sure)
    found.say(identity, one, default, accepted=accepted, actor=who)
