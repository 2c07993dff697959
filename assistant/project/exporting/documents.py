"""A project's annotations as documents that the converters write, with where each comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from typing import Literal

from assistant.project.exporting.ids import sort_key
from assistant.project.exporting.sent import Sending
from assistant.project.facts import is_of_document
from assistant.project.journal.bulk import accepted_in_bulk
from assistant.project.records import DocumentRow
from assistant.project.state import Fold, Item, reading_order
from assistant.project.store import Project
from assistant.project.suggestions import agreeing
from assistant.project.suggestions.facts import FactItem
from assistant.project.suggestions.meanings import meanings
from bioassist.documents import (
    Annotation,
    Document,
    Entity,
    Equivalence,
    Note,
    Provenance,
    Status,
    TextSource,
    class_key,
)
from converters.annotations import retargeted, targets, with_row, without_dangling

Include = Literal["accepted", "all"]
Which = Literal["done", "all"]


@dataclass(frozen=True, slots=True)
class Withheld:
    """What an export leaves out, so that no gap is silent.

    `not_done`, `skipped`, `unread` and `failed` count documents: not marked done by a person (where that was asked
    for), left out by a person, not yet read by the engine (and without a decision), failed. `pending` counts
    suggestions that wait for a decision, in the documents that are exported. `duplicates` are items with the type and
    extent of another. `dangling` counts relations and others that refer to what is not exported, and events and
    equivalences that lost a part for that. `provisional` counts annotations whose ids could not be kept because the
    project was open for reading only.
    """

    not_done: int = 0
    unread: int = 0
    failed: int = 0
    pending: int = 0
    duplicates: int = 0
    dangling: int = 0
    provisional: int = 0
    skipped: int = 0


def documents_for_export(
    project: Project, include: Include = "accepted", documents: Which = "all", sending: Sending | None = None
) -> tuple[list[Document], Withheld]:
    """The documents in file order as the project is seen (`assistant.project.view`), and what was left out.

    `include` "accepted" takes what a person accepted, edited or added, "all" also what waits, marked "unreviewed".
    `documents` "done" takes documents that a person marked done alone. Ids are those that annotations came with, else
    T1, T2 ..., R1 ...; they stay with their annotations over later exports, and those of annotations that are gone are
    not used again. What is exported as `sending` is kept by the project, unless it is open for reading only: corrected
    files that come back are compared with it.
    """
    project = project.counted()
    # One transaction, because each id that is kept would wait for the disk on its own.
    with nullcontext() if project.read_only else project.transaction():
        return _collected(project, include, documents, sending)


def document_now(project: Project, row: DocumentRow) -> Document:
    """A document as it is now, with what waits, under the ids that were exported or came with it, if any: what has none
    has that of its item or fact."""
    known = project.export_ids.known(row.id)
    return _document(project, row, "all", lambda found: {one.id: known.get(one.id, one.id) for one in found})[0]


def _collected(
    project: Project, include: Include, documents: Which, sending: Sending | None
) -> tuple[list[Document], Withheld]:
    exported: list[Document] = []
    left = dict.fromkeys((field.name for field in fields(Withheld)), 0)
    for row in project.documents():
        decided = row.has_text and bool(project.decisions(row.id) or project.facts(row.id))
        if not row.has_text or (row.state == "failed" and not decided):
            left["failed"] += 1
        elif row.skipped is not None:
            left["skipped"] += 1
        elif documents == "done" and not row.done:
            left["not_done"] += 1
        elif row.state in ("pending", "reading") and not row.done and not decided:
            left["unread"] += 1
        else:
            document = _exported(project, row, include, left)
            if sending is not None and not project.read_only:
                project.exports.record(row.id, project.journal.length(), document, sending, project.view)
            exported.append(document)
    return exported, Withheld(**left)


def _exported(project: Project, row: DocumentRow, include: Include, left: dict[str, int]) -> Document:
    def given(annotations: Sequence[Annotation]) -> Mapping[str, str]:
        ids, provisional = project.export_ids.of(row.id, annotations)
        left["provisional"] += provisional
        return ids

    document, counts = _document(project, row, include, given)
    for what, number in counts.items():
        left[what] += number
    return document


def _document(
    project: Project,
    row: DocumentRow,
    include: Include,
    ids_of: Callable[[Sequence[Annotation]], Mapping[str, str]],
) -> tuple[Document, dict[str, int]]:
    """The document, and counts of what is not in it. `ids_of` gives annotations their exported ids."""
    decisions = project.decisions(row.id).values()
    sure = project.calibrations.confidence
    folded = Fold(project.suggestions(row.id), decisions, complete=row.state == "ready", sure=sure)
    items = sorted(folded.items(), key=reading_order)
    pending = [item for item in items if item.status == "pending"]
    chosen = [item for item in items if item.kept or (include == "all" and item.status == "pending")]
    rejected = {item.id for item in items if item.status == "rejected"}
    facts = project.fact_items(row.id, folded.hidden(), rejected)
    waiting = [fact for fact in facts if fact.status == "pending"]
    told = [fact for fact in facts if fact.kept or (include == "all" and fact.status == "pending")]
    others = [fact.value for fact in told if not isinstance(fact.value, str)]
    bulk = accepted_in_bulk(project, row)
    single = {item.id: item for item in _single(chosen, bulk, {target for one in others for target in targets(one)})}
    entities = [Entity(item.id, item.type, item.spans) for item in single.values()]
    brought = meanings(row.text_sha, single.values(), project.facts(row.id))
    annotations, dangling = without_dangling([*entities, *(_anchored(one, single) for one in others), *brought])
    said = {fact.id: fact for fact in told}
    ids = ids_of([one for one in annotations if isinstance(one, Annotation)])
    # What an item brought along comes from where the item does, and is confirmed with it.
    provenance = {
        ids[item_id]: _provenance(single[item_id], item_id in bulk) if item_id in single else _of_fact(said[item_id])
        for item_id in (one.id for one in annotations if isinstance(one, Annotation))
        if item_id in single or item_id in said
    }
    for fact in told:
        if isinstance(fact.value, str) and fact.status == "pending":
            provenance[class_key(fact.value)] = _of_fact(fact)
    bare = Document(
        name=row.name,
        text=project.text(row.id),
        classes=tuple(sorted({fact.value for fact in told if isinstance(fact.value, str)})),
        source=TextSource(row.path, row.encoding, row.bom, row.newline),
        provenance=provenance,
    )
    numbered = sorted(
        (one for one in annotations if not isinstance(one, Entity)),
        key=lambda one: sort_key(ids[one.id] if isinstance(one, Annotation) else ""),
    )
    return with_row(bare, [_under(ids, one) for one in (*entities, *numbered)]), {
        "pending": 0 if include == "all" else len(pending) + len(waiting),
        "duplicates": len(chosen) - len(single),
        "dangling": len(dangling),
    }


def _anchored(one: Annotation | Equivalence, items: Mapping[str, Item]) -> Annotation | Equivalence:
    """A note on the document stands on its first entity, since formats have notes on annotations alone."""
    if isinstance(one, Note) and is_of_document(one) and one.target not in items:
        return replace(one, target=next(iter(items), one.target))
    return one


def _under(ids: Mapping[str, str], one: Annotation | Equivalence) -> Annotation | Equivalence:
    own = one if isinstance(one, Equivalence) else replace(one, id=ids[one.id])
    return retargeted(own, ids.__getitem__)


def _single(items: Iterable[Item], bulk: Collection[str], referred: Collection[str]) -> list[Item]:
    # Two suggestions can be edited to one extent; as annotations they are one, which a person looked at if at either.
    # Who marks one extent twice in files, or says something of each, means two.
    single: list[Item] = []
    by_extent: dict[object, int] = {}
    for item in items:
        meant = item.imported or item.id in referred
        place = len(single) if meant else by_extent.setdefault((item.type, item.spans), len(single))
        if place == len(single):
            single.append(item)
        elif single[place].id in bulk and item.id not in bulk:
            single[place] = item
    return single


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
        also=tuple(agreeing.name(one) for one in item.suggestion.also) if item.suggestion is not None else (),
    )


def _of_fact(fact: FactItem) -> Provenance:
    status: Status = "added" if fact.status == "added" else "accepted" if fact.kept else "unreviewed"
    one = fact.suggestion
    if one is None:
        return Provenance(status, fact.source, actor=fact.actor)
    return Provenance(status, one.source, fact.confidence, one.model, one.program, one.trained, fact.actor)
