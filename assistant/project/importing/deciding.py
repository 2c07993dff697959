"""What a file says that the project does not know yet, as one entry of the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.project.facts import SuggestedFact, Value, aims, facts_to_json, kind_of
from assistant.project.importing.comparing import Said
from assistant.project.importing.present import Present
from assistant.project.importing.sent import Sent
from assistant.project.journal.decisions import Extent, evidence, restated, spans_to_json, suggestion_to_json
from assistant.project.journal.entries import undone_entries
from assistant.project.state import Item
from assistant.project.store import Project

SOURCE = "import"


@dataclass(slots=True)
class Decided:
    """What was written: how items were decided on ("accepted", "moved", ...), and facts by kind and how ("added", ...).

    `overruled` names items and facts on which the annotator had another word since the export. `done` is True if
    the document was marked done. `taken_over` counts what another had decided before the export and the file leaves so.
    """

    items: Counter[str] = field(default_factory=Counter)
    facts: Counter[tuple[str, str]] = field(default_factory=Counter)
    overruled: list[str] = field(default_factory=list)
    done: bool = False
    taken_over: int = 0

    def __bool__(self) -> bool:
        return bool(self.items or self.facts or self.done or self.taken_over)


def decide(
    project: Project, there: Present, sent: Sent, said: Said, *, format_name: str, named: bool, mark_done: bool
) -> Decided:
    """Save what `said` adds to what is there, by the project's actor, as one entry, and that the document is done.

    What the actor has said since the export is not said again: somebody may have decided otherwise after it.
    """
    row, decided = there.row, Decided()
    decisions, facts = project.journal.said_by(project.actor, row.id, sent.seq)
    known: set[object] = {(one.item_id, _sorted(one.extent) if one.kept else None) for one in decisions}
    known |= {(fact.item_id, fact.value) for fact in facts}
    items: dict[str, Any] = {}
    for item_id, extent in said.items.items():
        item = there.items.get(item_id)
        if (item_id, _sorted(extent)) in known or _is_so(item, extent):
            continue
        items[item_id] = _record(there, item_id, item, extent)
        decided.items[_how(there, item_id, item, extent)] += 1
    changed: dict[str, tuple[str, Value | None]] = {}
    for fact_id, (kind, value) in said.facts.items():
        was = there.facts.get(fact_id)
        confirmed = fact_id in there.waiting and value is not None
        if (fact_id, value) in known or (value in (was, there.shown.get(fact_id)) and not confirmed):
            continue
        changed[fact_id] = (kind, value)
        how = "accepted" if value == was else "changed"
        decided.facts[kind, "added" if was is None else "removed" if value is None else how] += 1
    _with_duplicates(there, said, items)
    back = {item_id for item_id in items if item_id in there.items and there.items[item_id].status == "rejected"}
    for fact_id, standing in there.shown.items():
        # What went with an entity does not come back with one that was marked anew.
        seq = there.seqs.get(fact_id, 0)
        if fact_id not in said.claimed and not back.isdisjoint(aims(standing)) and seq <= sent.seq:
            changed.setdefault(fact_id, (kind_of(standing), None))
        elif fact_id in said.claimed and _goes_on(there, said, items, fact_id):
            changed.setdefault(fact_id, (kind_of(standing), standing))
    if sent.exported:
        overruled = [one for one in (*items, *changed) if there.seqs.get(one, 0) > sent.seq]
        names = project.export_ids.known(row.id) if overruled else {}
        decided.overruled = [names.get(one, one) for one in overruled]
    on = {one: there.waiting[one] for one in changed if one in there.waiting}
    decided.taken_over = _take_over(there, items, changed, on)
    with project.transaction():
        if items or changed:
            payload = {
                "items": items,
                "facts": facts_to_json(changed, on),
                "source": SOURCE,
                "format": format_name,
                "named": named,
            }
            project.journal.append(project.actor, row.id, "set", payload)
            project.export_ids.keep(row.id, said.came_as)
        if mark_done and said.reviewed and not row.done and not _said_done(project, row.id, sent.seq):
            project.journal.append(project.actor, row.id, "done", {})
            decided.done = True
    return decided


def _take_over(
    there: Present,
    items: dict[str, Any],
    changed: dict[str, tuple[str, Value | None]],
    on: dict[str, SuggestedFact],
) -> int:
    """Add what another annotator had decided and the file says nothing against; how much that is."""
    decisions = {key: one for key, one in there.base.decisions.items() if key not in items}
    facts = {key: one for key, one in there.base.facts.items() if key not in changed and one.said is not None}
    for item_id, decision in decisions.items():
        items[item_id] = restated(decision)
    for fact_id, fact in facts.items():
        changed[fact_id] = (kind_of(fact.said), fact.value)  # type: ignore[arg-type]
        if fact.suggestion is not None:
            on[fact_id] = fact.suggestion
    return len(decisions) + len(facts)


def _with_duplicates(there: Present, said: Said, items: dict[str, Any]) -> None:
    """Of several items that were exported as one annotation, one alone goes on as what became of that."""
    kept = [item for item in there.items.values() if item.kept]
    changed = {(item.type, item.spans) for item in kept if item.id in items}
    for item in kept:
        if item.id not in items and item.id not in said.claimed and (item.type, item.spans) in changed:
            items[item.id] = _record(there, item.id, item, None)


def _goes_on(there: Present, said: Said, items: Mapping[str, Any], fact_id: str) -> bool:
    """Whether a fact that the file has must be said, or it would go with what was changed about its items.

    What a mention meant as it was suggested, it means in the file as it is now; and what is on a hidden suggestion
    stays with the item that it was shown on, whatever becomes of that.
    """
    standing = there.shown[fact_id]
    if fact_id in there.brought:
        (target,) = aims(standing)
        extent, item = said.items.get(target), there.items[target]
        return extent is not None and _sorted(extent) != _sorted((item.type, item.spans))
    hidden = standing != there.facts[fact_id] and fact_id not in there.waiting
    return hidden and not items.keys().isdisjoint(aims(standing))


def _is_so(item: Item | None, extent: Extent | None) -> bool:
    if extent is None:
        return item is None or item.status == "rejected"
    return item is not None and item.kept and _sorted((item.type, item.spans)) == _sorted(extent)


def _sorted(extent: Extent | None) -> Extent | None:
    # In which order the fragments stand is no difference.
    return None if extent is None else (extent[0], tuple(sorted(extent[1])))


def _record(there: Present, item_id: str, item: Item | None, extent: Extent | None) -> Mapping[str, Any]:
    suggestion = there.suggestions.get(item_id)
    record: dict[str, Any] = {}
    if item is not None:
        record["on"] = evidence(item.type, item.spans, item.suggestion)
    elif suggestion is not None:
        # Of an earlier model; the present one does not suggest it.
        record["on"] = suggestion_to_json(suggestion)
    if extent is None:
        record["status"] = "rejected"
    label, spans = extent or (item.type, item.spans)  # type: ignore[union-attr]
    return record | {"type": label, "spans": spans_to_json(spans)}


def _how(there: Present, item_id: str, item: Item | None, extent: Extent | None) -> str:
    suggestion = there.suggestions.get(item_id)
    was = (item.type, item.spans) if item else (suggestion.type, suggestion.spans) if suggestion else None
    if extent is None:
        return "deleted"
    if was is None:
        return "added"
    relabelled, moved = was[0] != extent[0], sorted(was[1]) != sorted(extent[1])
    if relabelled:
        return "relabelled and moved" if moved else "relabelled"
    return "moved" if moved else "accepted"


def _said_done(project: Project, document_id: int, since: int) -> bool:
    entries = project.journal.entries(document_id)
    undone = undone_entries(entries)
    return any(
        one.action == "done"
        and one.actor == project.actor
        and one.seq > since
        and (one.actor, one.actor_seq) not in undone
        for one in entries
    )
