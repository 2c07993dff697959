"""What one annotator sees of a project: their decisions and done marks, and the counts that are made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from pathlib import Path
from typing import Self

from assistant.project.facts import Fact, SuggestedFact
from assistant.project.journal.chain import Journal
from assistant.project.journal.decisions import Decision
from assistant.project.journal.entries import Entry
from assistant.project.notes.documents import DocumentTable
from assistant.project.records import DocumentRow, Suggestion, Tally
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
    """

    path: Path
    journal: Journal
    assignments: AssignmentTable
    questions: QuestionTable
    near_misses: NearMissTable
    _documents: DocumentTable
    _suggestions: SuggestionTable
    _suggested_facts: FactSuggestionTable

    def __init__(self, actor: str, *, named: bool) -> None:
        self.actor = actor
        self._named = named
        self._shown: tuple[int, str] | None = None
        self._others: frozenset[int] = frozenset()

    def seen_by(self, annotator: str) -> Self:
        """The same open project as `annotator` has it, who decides in it then. It is closed where it was opened."""
        if self._named and annotator == self.actor:
            return self
        other = copy(self)
        other.actor, other._named, other._others = annotator, True, frozenset()
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
        return self.journal.decisions(document_id, self.view, of)

    def facts(self, document_id: int) -> dict[str, Fact]:
        """The last word on each relation, attribute and other annotation of a document, removed ones too."""
        return self.journal.facts(document_id, self.view)

    def suggestions(self, document_id: int, all_runs: bool = False) -> list[Suggestion]:
        """Suggestions in view, each once with all its sources (`assistant.project.suggestions.agreeing`); none of a
        blind document. With `all_runs` those of every run and suggester that ever was, one a source, whoever looks."""
        if all_runs:
            return self._suggestions.of(document_id, all_runs=True)[0]
        return [] if self.document(document_id).blind else self.suggestions_in_store(document_id)

    def suggestions_in_store(self, document_id: int) -> list[Suggestion]:
        """The same, also those that are kept from who looks."""
        return list(agreeing.merged(self._suggestions.of(document_id)[0]).values())

    def suggestions_after(self, document_id: int, number: int) -> tuple[list[Suggestion], int]:
        """Suggestions in view that were stored after `number` (0 for all), one a source; and the number to ask with
        next time. None of a blind document."""
        if self.document(document_id).blind:
            return [], number
        return self._suggestions.of(document_id, after=number)

    def suggested_facts(self, document_id: int) -> list[SuggestedFact]:
        """Those in view, each once; where runs agree the latest. None of a blind document."""
        return [] if self.document(document_id).blind else self._suggested_facts.of(document_id)

    def fact_items(self, document_id: int, hidden: Mapping[str, str], rejected: Collection[str]) -> list[FactItem]:
        """The facts under review; `hidden` and `rejected` as the fold of the document's entities has them."""
        return fact_items(self.suggested_facts(document_id), self.facts(document_id), hidden, rejected)

    def nearly_found(self, document_id: int) -> list[NearMiss]:
        """What the model nearly found, by place; nothing in a blind document."""
        return [] if self.document(document_id).blind else self.near_misses.of(document_id)

    def tallies(self) -> dict[int, dict[str, Tally]]:
        """Counts of items by document id and label; a document without items may be missing."""
        return self._suggestions.tallies(self.view)

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
