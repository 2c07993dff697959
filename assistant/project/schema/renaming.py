"""Labels that are called otherwise from now on, in everything that annotators decided.

A rename is one action of each annotator, in the annotator's own chain: entries "set" with `how` "rename", a group over
all their documents. What bears the old name is said again under the new one, with its id, so that what is said of an
item stays with it; what it was decided on is named anew too, so that an acceptance stays one. Where it came from, and
whether it was accepted in bulk, is kept.

What was suggested under the old name, and rejected or changed, is rejected under the new name as well: the next reading
finds it under that name, and nobody is to be asked again. The rejection under the old name stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from assistant.project.facts import Fact, Value, facts_to_json, kind_of, with_id
from assistant.project.journal.bulk import accepted_in_bulk
from assistant.project.journal.decisions import Decision, spans_to_json, suggestion_to_json
from assistant.project.journal.entries import RENAME, Action
from assistant.project.records import DocumentRow, Suggestion, suggestion_id
from assistant.project.store import Project
from bioassist.documents import Attribute, Relation

# New names by old ones, in each table of the schema (`bioassist.schema.comparing.LABELLED`).
Names = Mapping[str, Mapping[str, str]]
Payload = dict[str, Any]


def rename(project: Project, names: Names) -> dict[str, int]:
    """Rename in all documents with text, superseded ones too; the group of each annotator who bore one of the names.

    All or nothing.
    """
    groups: dict[str, int] = {}
    if unchanged(names):
        return groups
    rows = [row for row in project.documents(include_superseded=True) if row.has_text]
    with project.transaction():
        for annotator in project.annotators():
            seen = project.seen_by(annotator)
            actions: list[tuple[int, Action, Payload]] = [
                (row.id, "set", payload) for row in rows for payload in _said(seen, row, names)
            ]
            if actions:
                groups[annotator] = project.journal.append_together(annotator, actions)[0].actor_seq
    return groups


def _said(project: Project, row: DocumentRow, names: Names) -> Iterator[Payload]:
    """What one annotator's entries on a document say: one for all that has the same source, and was or was not accepted
    in bulk."""
    decided = project.decisions(row.id)
    types = names.get("entities", {})
    again = [one for one in decided.values() if one.kept and one.type in types]
    turned_down = list(_turned_down(row.text_sha, decided, types))
    facts = [one for one in project.facts(row.id).values() if _bears(one, names)]
    if not (again or turned_down or facts):
        return
    bulk = accepted_in_bulk(project, row) if again else frozenset()
    entries: dict[tuple[str, bool], Payload] = {}

    def entry(source: str, in_bulk: bool) -> Payload:
        return entries.setdefault((source, in_bulk), {"items": {}, "facts": {}})

    for decision in again:
        entry(decision.source, decision.item_id in bulk)["items"][decision.item_id] = _record(decision, types)
    for fact in facts:
        entry(fact.source, False)["facts"] |= _fact_record(fact, names)
    for suggestion in turned_down:
        # Nobody looked at it under this name.
        entry("person", True)["items"][suggestion.id] = {
            "type": suggestion.type,
            "spans": spans_to_json(suggestion.spans),
            "status": "rejected",
            "on": suggestion_to_json(suggestion),
        }
    for (source, in_bulk), said in entries.items():
        more: Payload = {"source": source} if source != "person" else {}
        yield said | {"how": RENAME} | more | ({"bulk": True} if in_bulk else {})


def _record(decision: Decision, types: Mapping[str, str]) -> Payload:
    """A kept decision under its new name."""
    record: Payload = {"type": types[decision.type], "spans": spans_to_json(decision.spans)}
    if decision.suggestion is not None:
        record["on"] = suggestion_to_json(_renamed_suggestion(decision.suggestion, types))
    return record


def _turned_down(text_sha: str, decided: Mapping[str, Decision], types: Mapping[str, str]) -> Iterator[Suggestion]:
    """Suggestions, as they will come under the new names, that were rejected or changed under the old ones."""
    kept = {(types.get(one.type, one.type), one.spans) for one in decided.values() if one.kept}
    for decision in decided.values():
        suggestion = decision.suggestion
        if suggestion is None or suggestion.type not in types:
            continue
        if decision.kept and (decision.type, decision.spans) == (suggestion.type, suggestion.spans):
            continue
        named = _renamed_suggestion(suggestion, types)
        coming = suggestion_id(text_sha, named.type, named.spans)
        # A rejection that has the id already is said again, under the new name.
        unsaid = coming not in decided or (coming == decision.item_id and not decision.kept)
        if unsaid and (named.type, named.spans) not in kept:
            yield replace(named, id=coming, also=tuple(replace(one, id=coming) for one in named.also))


def _renamed_suggestion(suggestion: Suggestion, types: Mapping[str, str]) -> Suggestion:
    name = types.get(suggestion.type, suggestion.type)
    return replace(suggestion, type=name, also=tuple(replace(one, type=name) for one in suggestion.also))


def _bears(fact: Fact, names: Names) -> bool:
    return fact.said is not None and _renamed_value(fact.said, names) != fact.said


def _fact_record(fact: Fact, names: Names) -> Payload:
    said = fact.said
    assert said is not None
    kept = None if fact.value is None else with_id(_renamed_value(fact.value, names), fact.item_id)
    on = fact.suggestion
    if on is not None:
        on = replace(on, value=_renamed_value(on.value, names))
    return facts_to_json(
        {fact.item_id: (kind_of(said), kept)},
        {} if on is None else {fact.item_id: on},
        {fact.item_id: fact.value} if on is None and fact.value is not None else {},
    )


def _renamed_value(value: Value, names: Names) -> Value:
    known = names.get(kind_of(value), {})
    if isinstance(value, str):
        return known.get(value, value)
    if isinstance(value, Relation | Attribute):
        return replace(value, type=known.get(value.type, value.type))
    return value


def unchanged(names: Names) -> bool:
    """Whether nothing is renamed."""
    return not any(names.values())


def one_to_one(types: Mapping[str, str], present: Iterable[str]) -> dict[str, str]:
    """Those of the renamed types that take a name for themselves: none that is `present`, nor one that others take."""
    taken = set(present)
    new = list(types.values())
    return {old: name for old, name in types.items() if name not in taken and new.count(name) == 1}
