"""Gold out of the answers of several annotators.

Gold is an annotator too: what is agreed on is its decision, in a chain of its own, undone as any. Its entries say who
adjudicated and what each annotator had said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from assistant.project.facts import Value, aimed, aims, facts_to_json, kind_of, value_to_json
from assistant.project.journal.decisions import spans_to_json, suggestion_to_json
from assistant.project.journal.entries import Action, Entry, digest
from assistant.project.state import Item
from assistant.project.store import Project
from assistant.project.suggestions.facts import FactItem
from assistant.project.team.annotators import GOLD
from assistant.review.session import ReviewSession
from assistant.review.team.answers import Answers, Question, answers, key_of, keyed_facts
from assistant.review.text.word_edges import Words
from assistant.review.view import Saved
from assistant.review.work import saved

SOURCE = "adjudication"
# A fact of an annotator, and what gold says of it: None if it does not hold.
Stated = tuple[FactItem, Value | None]


class Adjudication(ReviewSession):
    """`adjudicator` makes gold of a project's documents; what a session can do with a document, it can do with gold."""

    def __init__(self, project: Project, adjudicator: str, words: Words | None = None) -> None:
        super().__init__(project, GOLD, words)
        self.adjudicator = adjudicator
        self._found: tuple[object, Answers] | None = None

    @classmethod
    def beside(cls, session: ReviewSession) -> Self:
        """An adjudication by the person of a review."""
        return cls(session.project, session.actor, session._words)

    def answers(self) -> Answers:
        """Those on the open document, with what gold has settled of the questions."""
        row, heads = self._document().row, self.project.journal.heads()
        heads.pop(GOLD, None)
        if self._found is None or self._found[0] != (row.id, heads):
            self._found = ((row.id, heads), answers(self.project, row))
        found = self._found[1]
        return replace(found, questions=tuple(replace(one, settled=self._settled(one)) for one in found.questions))

    def agreed(self) -> int:
        """How many decisions `take_agreed` would make."""
        items, facts = self._agreed(self.answers())
        return len(items) + len(facts)

    def take_agreed(self) -> Saved | None:
        """Take over, as one action, what all annotators have, and reject what was suggested and none of them has."""
        found = self.answers()
        items, facts = self._agreed(found)
        if not items and not facts:
            return None
        return self._take(found, items, facts, None)

    def take(self, question: Question, sides: Collection[int]) -> Saved | None:
        """Answer a question with what the annotators with these numbers (from 0) have there: of one, of several, or of
        none of them. Asked again, the answer is another.

        Raises UsageError if no document is open.
        """
        found = self.answers()
        if question.kind == "fact":
            return self._take_fact(found, question, sides)
        sha = self._document().row.text_sha
        chosen = {key_of(item): item for number in sorted(sides) for item in question.said[number]}
        records: dict[str, Any] = {}
        for key, item in chosen.items():
            # One suggestion that two changed differently becomes two items.
            own = item.id if item.id not in records else digest("a", [sha, key[0], spans_to_json(key[1])])
            records[own] = _record(item, kept=True, on=own == item.id)
        gone = [*question.items, *self.gold_on(question)]
        records |= {item.id: _record(item, kept=False) for item in gone if item.id not in records}
        said = {
            annotator: [[item.type, spans_to_json(item.spans)] for item in theirs]
            for annotator, theirs in zip(found.annotators, question.said, strict=True)
        }
        made = self._take(found, records, {}, said)
        self.focus(next((one for one in records if records[one].get("status") != "rejected"), None))
        return made

    def next_to_settle(self) -> int | None:
        """Open the next document that somebody marked done and gold is not done with, round from the end to the
        beginning; its id, or None (and stays) if there is none."""
        rows = [row for row in self.project.documents() if row.has_text]
        waiting = {document for document, names in self.project.done_by().items() if set(names) - {GOLD}}
        here = next((place for place, row in enumerate(rows) if self._is_open(row.id)), -1)
        for row in (*rows[here + 1 :], *rows[: max(here, 0)]):
            if row.id in waiting and not row.done:
                self.open(row.id)
                return row.id
        return None

    def gold_on(self, question: Question) -> list[Item]:
        """What gold has made of a question so far."""
        where = question.span
        if where is None:
            return []
        return [one for one in self._document().items() if one.kept and any(map(where.overlaps, one.spans))]

    # What it is made of

    def _append(self, action: Action, payload: dict[str, Any]) -> Entry:
        return super()._append(action, {**payload, "adjudicator": self.adjudicator})

    def _take(
        self, found: Answers, items: Mapping[str, Any], facts: Mapping[str, Stated], said: dict[str, Any] | None
    ) -> Saved:
        on = {fact_id: fact.suggestion for fact_id, (fact, _) in facts.items() if fact.suggestion is not None}
        payload = {
            "items": dict(items),
            "facts": facts_to_json({one: (kind_of(fact.value), value) for one, (fact, value) in facts.items()}, on),
            "source": SOURCE,
            "annotators": list(found.annotators),
            **({"agreed": True} if said is None else {"said": said}),
        }
        return saved(self._append("set", payload))

    def _take_fact(self, found: Answers, question: Question, sides: Collection[int]) -> Saved | None:
        fact = next(one for one in question.facts if one is not None)
        held = next((one for number in sorted(sides) if (one := question.facts[number]) is not None), None)
        value = None if held is None else self._about_gold(found, held)
        if held is not None and value is None:
            return None
        every = zip(found.annotators, question.facts, strict=True)
        said = {annotator: None if one is None else value_to_json(one.value) for annotator, one in every}
        return self._take(found, {}, {fact.id: (fact, value)}, said)

    def _agreed(self, found: Answers) -> tuple[dict[str, Any], dict[str, Stated]]:
        document = self._document()
        decided, said = self.project.decisions(document.row.id), self.project.facts(document.row.id)
        items = {item.id: _record(item, kept=True) for item in found.agreed if item.id not in decided}
        facts: dict[str, Stated] = {}
        for fact in found.agreed_facts.values():
            value = self._about_gold(found, fact, found.agreed)
            if fact.id not in said and value is not None:
                facts[fact.id] = (fact, value)
        asked = {item.id for question in found.questions for item in question.items}
        asked |= {fact.id for question in found.questions for fact in question.facts if fact is not None}

        def nobodys(one: Item | FactItem) -> bool:
            open_ = one.status == "pending" and one.id not in {*items, *facts, *asked}
            return open_ and bool(found.sides) and all(side.passed_over(one.id) for side in found.sides)

        facts |= {fact.id: (fact, None) for fact in document.facts.all(document.fold) if nobodys(fact)}
        items |= {item.id: _record(item, kept=False) for item in document.items() if nobodys(item)}
        return items, facts

    def _about_gold(self, found: Answers, fact: FactItem, more: Sequence[Item] = ()) -> Value | None:
        """What an annotator's fact says, of gold's items and facts; None if gold has not all that it is about."""
        document = self._document()
        kept = [*more, *(item for item in document.items() if item.kept)]
        gold = {key_of(item): item.id for item in kept}
        stated = [one for one in document.facts.all(document.fold) if one.kept]
        gold |= {key: one.id for key, one in keyed_facts(stated, {item.id: key_of(item) for item in kept}).items()}
        theirs = {item.id: key for side in found.sides for key, item in side.items.items()}
        theirs |= {one.id: key for side in found.sides for key, one in side.facts.items()}
        at = {target: gold.get(theirs.get(target, ()), "") for target in aims(fact.value)}
        return aimed(fact.value, at) if all(at.values()) else None

    def _settled(self, question: Question) -> bool:
        document_id = self._document().row.id
        if question.kind == "fact":
            said = self.project.facts(document_id)
            return any(fact is not None and fact.id in said for fact in question.facts)
        decided = self.project.decisions(document_id)
        return all(item.id in decided for item in question.items)


def _record(item: Item, *, kept: bool, on: bool = True) -> dict[str, Any]:
    # What is rejected is what was suggested, not what somebody made of it.
    what = item if kept or item.suggestion is None else item.suggestion
    record: dict[str, Any] = {"type": what.type, "spans": spans_to_json(what.spans)}
    if on and item.suggestion is not None:
        record["on"] = suggestion_to_json(item.suggestion)
    return record if kept else record | {"status": "rejected"}
