"""What one annotator sees of a project: their decisions and done marks, and the counts that are made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import Self

from assistant.project.calibration.stored import CalibrationTable
from assistant.project.facts import Fact, SuggestedFact, aims
from assistant.project.guard.counting import PlantedCounts
from assistant.project.guard.plants import Plants
from assistant.project.guard.roles import Roles
from assistant.project.journal.chain import Journal
from assistant.project.journal.decisions import Decision
from assistant.project.journal.entries import Entry
from assistant.project.listing import Listed, Listing
from assistant.project.notes.documents import DocumentTable
from assistant.project.records import DocumentRow, Suggestion, Tally
from assistant.project.state import Fold, Item
from assistant.project.suggestions import agreeing
from assistant.project.suggestions.entities import SuggestionTable
from assistant.project.suggestions.facts import FactItem, FactSuggestionTable, fact_items
from assistant.project.suggestions.near_misses import NearMiss, NearMissTable
from assistant.project.team.annotators import GOLD
from assistant.project.team.assignments import AssignmentTable
from assistant.project.team.questions import QuestionTable


class View:
    """The part of a project that depends on who looks at it.

    `actor` is who decides. Whose decisions are shown is theirs too, if they were named or have decided anything; the
    project of one other annotator is shown as that one has it.

    What is planted is no part of it, nor what was said of that: but in the view that `with_planted` gives, which is for
    the screens of the very annotator.
    """

    path: Path
    journal: Journal
    assignments: AssignmentTable
    questions: QuestionTable
    near_misses: NearMissTable
    listing: Listing
    calibrations: CalibrationTable
    _roles: Roles
    _documents: DocumentTable
    _suggestions: SuggestionTable
    _suggested_facts: FactSuggestionTable

    def __init__(self, actor: str, *, named: bool) -> None:
        self.actor = actor
        self._named = named
        self._shown: tuple[int, str] | None = None
        self._others: frozenset[int] = frozenset()
        self._planted: PlantedCounts | None = None

    def seen_by(self, annotator: str) -> Self:
        """The same open project as `annotator` has it, who decides in it then. It is closed where it was opened."""
        if self._named and annotator == self.actor:
            return self.counted()
        other = copy(self.counted())
        other.actor, other._named, other._others = annotator, True, frozenset()
        return other

    def with_planted(self) -> Self:
        """The same with what is planted for who decides in it, as long as they do not know."""
        other = copy(self)
        other._planted = PlantedCounts()
        return other

    def counted(self) -> Self:
        """The same without that."""
        if self._planted is None:
            return self
        other = copy(self)
        other._planted = None
        return other

    def mine(self) -> Self:
        """The same without the documents that are assigned to others alone; all of them for somebody who has none."""
        other = self.seen_by(self.actor)
        other = copy(other) if other is self else other
        other._others = self.assignments.present().of_others(self.actor)
        return other

    @property
    def left_out(self) -> int:
        """How many documents are not shown, since they are for others."""
        return len(self._others)

    @property
    def view(self) -> str:
        """Whose decisions are shown."""
        if self._named:
            return self.actor
        length = self.journal.length()
        if self._shown is None or self._shown[0] != length:
            self._shown = (length, _shown(self.actor, self.annotators()))
        return self._shown[1]

    def annotators(self, document_id: int | None = None) -> list[str]:
        """Who decided something that stands, or marked a document done: in the project, or on one document."""
        return self.journal.annotators(document_id)

    def documents(self, include_superseded: bool = False) -> list[DocumentRow]:
        """All documents in the order they came; a new version has the place of the old one."""
        rows = self._documents.all(include_superseded, self.view)
        return [row for row in rows if row.id not in self._others] if self._others else rows

    def document(self, document_id: int) -> DocumentRow:
        """Raises ProjectError if there is none with this id."""
        return self._documents.get(document_id, self.view)

    def document_named(self, name: str) -> DocumentRow | None:
        """The present version of a note."""
        return self._documents.named(name, self.view)

    def done_by(self) -> dict[int, list[str]]:
        """Who marked which document done, by document id; names in order."""
        return self._documents.done_by()

    def decisions(self, document_id: int, of: Entry | None = None) -> dict[str, Decision]:
        """The last word on each decided item of a document, or on those alone that entry `of` names."""
        if self._planted is not None:
            return self.journal.decisions_as_seen(document_id, self.view, of)
        return self.journal.decisions(document_id, self.view, of)

    def facts(self, document_id: int) -> dict[str, Fact]:
        """The last word on each relation, attribute and other annotation of a document, removed ones too."""
        return self.journal.facts(document_id, self.view)

    def suggestions(self, document_id: int, all_runs: bool = False) -> list[Suggestion]:
        """Suggestions in view, each once with all its sources (`assistant.project.suggestions.agreeing`); none of a
        blind document. With `all_runs` those of every run and suggester that ever was, one a source, whoever looks."""
        if all_runs:
            return self._suggestions.of(document_id, all_runs=True)[0]
        if self.document(document_id).blind:
            return []
        plants = self._plants(document_id)
        found = [one for one in self.suggestions_in_store(document_id) if one.id not in plants.hidden]
        return [*found, *plants.suggestions.values()]

    def suggestions_in_store(self, document_id: int) -> list[Suggestion]:
        """The same, also those that are kept from who looks, and none that is planted."""
        return list(agreeing.merged(self._suggestions.of(document_id)[0]).values())

    def suggestions_after(self, document_id: int, number: int) -> tuple[list[Suggestion], int]:
        """Suggestions in view that were stored after `number` (0 for all), one a source; and the number to ask with
        next time. None of a blind document."""
        if self.document(document_id).blind:
            return [], number
        fresh, last = self._suggestions.of(document_id, after=number)
        plants = self._plants(document_id)
        found = [one for one in fresh if one.id not in plants.hidden]
        return [*found, *([] if number else plants.suggestions.values())], last

    def suggested_facts(self, document_id: int) -> list[SuggestedFact]:
        """Those in view, each once; where runs agree the latest. None of a blind document."""
        if self.document(document_id).blind:
            return []
        found, hidden = self._suggested_facts.of(document_id), self._plants(document_id).hidden
        return [one for one in found if hidden.isdisjoint(aims(one.value))] if hidden else found

    def fact_items(self, document_id: int, hidden: Mapping[str, str], rejected: Collection[str]) -> list[FactItem]:
        """The facts under review; `hidden` and `rejected` as the fold of the document's entities has them."""
        suggested, sure = self.suggested_facts(document_id), self.calibrations.confidence_of_fact
        return fact_items(suggested, self.facts(document_id), hidden, rejected, sure=sure)

    def nearly_found(self, document_id: int) -> list[NearMiss]:
        """What the model nearly found, by place; nothing in a blind document."""
        return [] if self.document(document_id).blind else self.near_misses.of(document_id)

    def tallies(self) -> dict[int, dict[str, Tally]]:
        """Counts of items by document id and label; a document without items may be missing."""
        counts = self._suggestions.tallies(self.view)
        if self._planted is None or not (planted := self.journal.plants.documents(self.view)):
            return counts
        return counts | {one: self._planted.of(one, counts.get(one), self._items) for one in planted}

    def listed(self, document_ids: Collection[int], *, pending: bool) -> Iterator[tuple[int, list[Listed]]]:
        """Each document with its items that wait, or with those that were decided on; see `Listing`."""
        listed = (self.listing.pending if pending else self.listing.decided)(document_ids, self.view)
        planted = self.journal.plants.documents(self.view) if self._planted is not None else ()
        for document_id, items in listed:
            if document_id in planted:
                there = (item for item in self._items(document_id) if (item.status == "pending") == pending)
                yield document_id, [self.listing.item(document_id, one) for one in there]
            else:
                yield document_id, items

    def _plants(self, document_id: int) -> Plants:
        """But for those whose label was renamed since: they would stand out."""
        if self._planted is None:
            return Plants()
        plants = self.journal.plants.of(document_id, self.view)
        return plants if self._roles.known(one.type for one in plants.suggestions.values()) else Plants()

    def _items(self, document_id: int) -> list[Item]:
        sure = self.calibrations.confidence
        decided = self.decisions(document_id).values()
        return list(Fold(self.suggestions(document_id), decided, sure=sure).items())

    def fact_tallies(self) -> dict[int, dict[str, Tally]]:
        """Counts of facts by document id and label, see `assistant.project.facts.label_of`."""
        return self._suggested_facts.tallies(self.view)

    def _decided(self, document_id: int, annotator: str) -> None:
        self._suggestions.decided(document_id, annotator)
        self._suggested_facts.decided(document_id)
        self.questions.decided(document_id)


def _shown(actor: str, annotators: Collection[str]) -> str:
    if actor in annotators:
        return actor
    if len(annotators) == 1:
        return next(iter(annotators))
    return GOLD if GOLD in annotators else actor
