"""A project's annotations as documents that the converters write, with where each comes from."""

from __future__ import annotations

from collections.abc import Container, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal

from assistant.project.bulk import accepted_in_bulk
from assistant.project.records import DocumentRow
from assistant.project.state import Fold, Item, reading_order
from assistant.project.store import Project
from bioassist.documents import Document, Entity, Provenance, Status, TextSource

Include = Literal["accepted", "all"]
Which = Literal["done", "all"]


@dataclass(frozen=True, slots=True)
class Withheld:
    """What an export leaves out, so that no gap is silent.

    `not_done`, `unread` and `failed` count documents: not marked done by a person (where that was asked for), not yet
    read by the engine (and without a decision), failed. `pending` counts suggestions that wait for a decision, in the
    documents that are exported. `duplicates` are items with the type and extent of another. `provisional` counts
    annotations whose numbers could not be kept because the project was open for reading only.
    """

    not_done: int = 0
    unread: int = 0
    failed: int = 0
    pending: int = 0
    duplicates: int = 0
    provisional: int = 0


def documents_for_export(
    project: Project, include: Include = "accepted", documents: Which = "all"
) -> tuple[list[Document], Withheld]:
    """The documents in file order, and what was left out.

    `include` "accepted" takes what a person accepted, edited or added, "all" also what waits, marked "unreviewed".
    `documents` "done" takes documents that a person marked done alone. Ids are T1, T2 ... and stay with their
    annotations over later exports; numbers of annotations that are gone are not used again.
    """
    # One transaction, because each number that is kept would wait for the disk on its own.
    with nullcontext() if project.read_only else project.transaction():
        return _collected(project, include, documents)


def _collected(project: Project, include: Include, documents: Which) -> tuple[list[Document], Withheld]:
    exported: list[Document] = []
    left = dict.fromkeys(("not_done", "unread", "failed", "pending", "duplicates", "provisional"), 0)
    for row in project.documents():
        if not row.has_text or (row.state == "failed" and not project.decisions(row.id)):
            left["failed"] += 1
        elif documents == "done" and not row.done:
            left["not_done"] += 1
        elif row.state in ("pending", "reading") and not row.done and not project.decisions(row.id):
            left["unread"] += 1
        else:
            document, pending, duplicates, provisional = _document(project, row, include)
            exported.append(document)
            left["pending"] += pending
            left["duplicates"] += duplicates
            left["provisional"] += provisional
    return exported, Withheld(**left)


def _document(project: Project, row: DocumentRow, include: Include) -> tuple[Document, int, int, int]:
    folded = Fold(project.suggestions(row.id), project.decisions(row.id).values(), complete=row.state == "ready")
    items = sorted(folded.items(), key=reading_order)
    pending = [item for item in items if item.status == "pending"]
    chosen = [item for item in items if item.kept or (include == "all" and item.status == "pending")]
    bulk = accepted_in_bulk(project, row)
    single = _single(chosen, bulk)
    numbers, provisional = project.export_numbers.of(row.id, [item.id for item in single])
    entities = [(f"T{numbers[item.id]}", item) for item in single]
    document = Document(
        name=row.name,
        text=project.text(row.id),
        entities=tuple(Entity(number, item.type, item.spans) for number, item in entities),
        source=TextSource(row.path, row.encoding, row.bom, row.newline),
        provenance={number: _provenance(item, item.id in bulk) for number, item in entities},
    )
    return document, 0 if include == "all" else len(pending), len(chosen) - len(single), provisional


def _single(items: Iterable[Item], bulk: Container[str]) -> list[Item]:
    # Two suggestions can be edited to one extent; as annotations they are one, which a person looked at if at either.
    by_extent: dict[object, Item] = {}
    for item in items:
        there = by_extent.setdefault((item.type, item.spans), item)
        if there.id in bulk and item.id not in bulk:
            by_extent[(item.type, item.spans)] = item
    return list(by_extent.values())


def _provenance(item: Item, bulk: bool) -> Provenance:
    statuses: dict[str, Status] = {
        "pending": "unreviewed",
        "accepted": "accepted",
        "edited": "edited",
        "added": "added",
    }
    return Provenance(
        status=statuses[item.status],
        source=item.source,
        confidence=item.confidence,
        model=item.model,
        program=item.program,
        trained=item.trained,
        actor=item.actor,
        bulk=bulk,
    )
