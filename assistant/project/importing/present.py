"""A document of the project as it is, for the decisions that come in on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from assistant.project.facts import Fact, SuggestedFact, Value, aimed, latest_facts
from assistant.project.journal.decisions import Decision
from assistant.project.journal.entries import of_annotator
from assistant.project.records import DocumentRow, Suggestion
from assistant.project.state import Fold, Item, latest_decisions
from assistant.project.store import Project
from assistant.project.suggestions.facts import fact_items
from assistant.project.suggestions.meanings import meanings


@dataclass(frozen=True, slots=True)
class Base:
    """What an annotator had decided on a document when it was exported, and another has not: what the file leaves as it
    was becomes the other's decision too."""

    decisions: Mapping[str, Decision] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, there: DocumentRow, annotator: str, *, until: int | None) -> Base:
        """What `annotator` had decided by journal entry number `until` (None: by now) and the project's own has not."""
        entries = (one for one in project.journal.entries(there.id) if until is None or one.seq <= until)
        said = of_annotator(entries, annotator)
        own: set[str] = {*project.decisions(there.id), *project.facts(there.id)}
        return cls(
            {key: one for key, one in latest_decisions(said).items() if key not in own},
            {key: one for key, one in latest_facts(said).items() if key not in own},
        )


@dataclass(frozen=True, slots=True)
class Present:
    """`items` and `facts` are those that stand or wait, `waiting` the suggestions of facts that wait, `brought` the ids
    of facts that go with an item (`assistant.project.suggestions.meanings`).

    `shown` are facts as an export has them: what is on a suggestion that hides behind a kept item is on that.
    `suggestions` are those of every run. `seqs` are the numbers of the journal entries that said the last word on an
    item or fact. `base` is what another annotator had decided, and counts where this one said nothing.
    """

    row: DocumentRow
    items: Mapping[str, Item]
    facts: Mapping[str, Value]
    shown: Mapping[str, Value]
    suggestions: Mapping[str, Suggestion]
    seqs: Mapping[str, int]
    waiting: Mapping[str, SuggestedFact]
    brought: Collection[str]
    base: Base

    @classmethod
    def of(cls, project: Project, there: DocumentRow, base: Base | None = None) -> Present:
        base = base or Base()
        current = project.suggestions(there.id)
        decisions = {**base.decisions, **project.decisions(there.id)}
        fold = Fold(current, decisions.values(), complete=there.state == "ready")
        # A suggestion that hides behind a kept item of its extent may have been exported before that was there.
        items = {item.id: item for item in (*Fold(current).items(), *fold.items())}
        hidden, facts = fold.hidden(), {**base.facts, **project.facts(there.id)}
        rejected = {item.id for item in items.values() if item.status == "rejected"}
        suggested = project.suggested_facts(there.id)
        waiting = {
            one.id: one.suggestion
            for one in fact_items(suggested, facts, hidden, rejected, sure=project.calibrations.confidence_of_fact)
            if one.status == "pending" and one.suggestion is not None
        }
        standing = {item_id: fact.value for item_id, fact in facts.items() if fact.value is not None}
        standing |= {item_id: one.value for item_id, one in waiting.items()}
        brought = meanings(there.text_sha, items.values(), facts)
        standing |= {one.id: one for one in brought}
        return cls(
            there,
            items,
            standing,
            {item_id: aimed(value, hidden) for item_id, value in standing.items()},
            {one.id: one for one in project.suggestions(there.id, all_runs=True)},
            {item.id: item.seq for item in items.values() if item.seq is not None}
            | {item_id: fact.seq for item_id, fact in facts.items()},
            waiting,
            frozenset(one.id for one in brought),
            base,
        )
