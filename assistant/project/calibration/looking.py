"""What people decided on single suggestions, with the probabilities that a model gave them.

Only looks at single suggestions count: what was accepted in bulk was not looked at, and of those the wrong ones come
back to be looked at later, so they say nothing about the model at any time. Corrections that were made in other
programs are left out likewise: what was left alone there may not have been read. The last decision of each annotator on
a suggestion counts: it was right if it was kept as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from assistant.project.calibration.stored import Whose
from assistant.project.facts import Fact, facts_of, label_of
from assistant.project.guard.first_answers import FirstAnswer, first_answer
from assistant.project.journal.decisions import Decision, decisions_of
from assistant.project.journal.entries import Entry, undone_entries
from assistant.project.suggestions.agreeing import said_by
from bioassist.metrics.calibrating import Decided

if TYPE_CHECKING:
    from assistant.project.store import Project


def looked_at(project: Project) -> dict[Whose, list[Decided]]:
    """What people decided on single suggestions of models, by model and program, with the probabilities they gave."""
    entries = project.journal.entries()
    undone = undone_entries(entries)
    found = _mentions(project, entries, undone)
    for whose, facts in _facts(project, entries, undone).items():
        # One program tells the classes of notes, which are facts, and those of sections, which are spans.
        found.setdefault(whose, []).extend(facts)
    return found


def _mentions(project: Project, entries: Sequence[Entry], undone: Set[tuple[str, int]]) -> dict[Whose, list[Decided]]:
    """Of entities. In a note that began blind what somebody had found before they saw that it was suggested counts as
    right: nothing is decided on it later, and without it only the others would count.
    """
    last: dict[tuple[str, int, str], tuple[str, Decision]] = {}
    in_bulk: set[tuple[str, int, str]] = set()
    blindly: dict[tuple[str, int], FirstAnswer] = {}
    for entry in entries:
        if entry.action == "reveal":
            blindly.setdefault((entry.actor, entry.document_id), first_answer(entry.document_id, entry.payload))
        # A decision that was carried over to a new version of a note was made, and counts, on the old one.
        if (entry.actor, entry.actor_seq) in undone or entry.action == "carry":
            continue
        for decision in decisions_of(entry):
            item = (decision.actor, entry.document_id, decision.item_id)
            if entry.payload.get("bulk") or decision.source != "person":
                in_bulk.add(item)
            last[item] = (entry.document, decision)
    judged = [
        (document, decision.suggestion, decision.status == "accepted")
        for item, (document, decision) in last.items()
        if item not in in_bulk and decision.suggestion is not None and not decision.planted
    ]
    for (actor, document_id), first in blindly.items():
        seen = project.seen_by(actor)
        row = seen.document(document_id)
        if row.done and not row.superseded:
            found = first.kept & {one.extent for one in seen.decisions(document_id).values() if one.kept}
            alone = (one for one in seen.suggestions_in_store(document_id) if (one.type, one.spans) in found)
            judged += [(row.name, one, True) for one in alone if (actor, document_id, one.id) not in last]
    by_whose: dict[Whose, list[Decided]] = defaultdict(list)
    for document, suggestion, right in judged:
        for said in said_by(suggestion):
            whose = project.calibrations.whose(said)
            if whose is not None:
                label = project.calibrations.label(said.type)
                by_whose[whose].append(Decided(label, document, said.confidence, right))
    return by_whose


def _facts(project: Project, entries: Sequence[Entry], undone: Set[tuple[str, int]]) -> dict[Whose, list[Decided]]:
    """Of relations, attributes and classes."""
    last: dict[tuple[str, int, str], tuple[str, Fact]] = {}
    in_bulk: set[tuple[str, int, str]] = set()
    for entry in entries:
        if (entry.actor, entry.actor_seq) in undone or entry.action == "carry":
            continue
        for fact in facts_of(entry):
            item = (fact.actor, entry.document_id, fact.item_id)
            if entry.payload.get("bulk") or fact.source != "person":
                in_bulk.add(item)
            last[item] = (entry.document, fact)
    found: dict[Whose, list[Decided]] = defaultdict(list)
    for item, (document, fact) in last.items():
        suggested = fact.suggestion
        if suggested is None or item in in_bulk:
            continue
        whose = project.calibrations.whose(suggested)
        if whose is not None:
            kept = fact.value is not None and label_of(fact.value) == label_of(suggested.value)
            label = project.calibrations.label_of_fact(suggested)
            found[whose].append(Decided(label, document, suggested.confidence, kept))
    return found
