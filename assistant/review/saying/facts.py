"""Decisions on what is said of the focused item, or of the document: relations, attributes, classes and others."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.project.facts import Value, aims, content, facts_to_json, kind_of, with_id
from assistant.project.state import Item
from assistant.project.suggestions.facts import FactItem
from assistant.review.view import Saved
from assistant.review.work import Work, saved
from bioassist.errors import UsageError


@dataclass(frozen=True, slots=True)
class Change:
    """What is to hold of a fact: `value`, or None for nothing. `fact` is None for one that is new."""

    fact: FactItem | None
    value: Value | None


class Facts(Work):
    """`facts` are those of the open document; a decision may be on one of them without a focus."""

    def facts(self) -> list[FactItem]:
        """All relations, attributes, classes and others of the open document, those that wait behind those decided."""
        return list(self._open.facts.all(self._open.fold)) if self._open is not None else []

    def accept_fact(self, fact_id: str | None = None) -> Saved | None:
        """Accept one of `facts`: the first that waits of those about the focused item, then of those about the
        document, unless one is named."""
        return self._settle_fact(fact_id, holds=True)

    def reject_fact(self, fact_id: str | None = None) -> Saved | None:
        """Reject it, or take out one that was accepted or added."""
        return self._settle_fact(fact_id, holds=False)

    def _settle_fact(self, fact_id: str | None, *, holds: bool) -> Saved | None:
        if fact_id is None:
            view = self.current
            listed = (*view.facts, *view.of_document) if view else ()
            fact = next((one for one in listed if one.status == "pending"), None)
        else:
            fact = next((one for one in self.facts() if one.id == fact_id), None)
        if fact is None or (fact.kept if holds else fact.status == "rejected"):
            return None
        return self._change([Change(fact, fact.value if holds else None)])

    # What actions on facts are made of

    def _change(self, changes: Iterable[Change], items: Mapping[str, Any] | None = None, **more: Any) -> Saved | None:
        """Save changes as one action, with what a "set" says of `items` and `more`; None if there is nothing in it.

        What a suggester said stays under its own id, where it was accepted or rejected. What a person makes of it is a
        fact of the person's.
        """
        facts: dict[str, tuple[str, Value | None]] = {}
        on, was = {}, {}
        for change in changes:
            fact, value = change.fact, change.value
            if fact is None:
                assert value is not None
                facts.update([_new(value)])
                continue
            kind = kind_of(fact.value)
            if fact.suggestion is None:
                was[fact.id] = fact.value
                facts[fact.id] = (kind, value if value is None else with_id(value, fact.id))
                continue
            on[fact.id] = fact.suggestion
            same = value is not None and content(value) == content(fact.value)
            facts[fact.id] = (kind, fact.value if same else None)
            if value is not None and not same:
                facts.update([_new(value)])
        if not facts and not items:
            return None
        return saved(self._append("set", {"items": items or {}, "facts": facts_to_json(facts, on, was), **more}))

    def _addition(self, value: Value) -> list[Change]:
        """What makes `value` hold: nothing if it does; if it was suggested, that is accepted."""
        ends = aims(value)
        beside = (one for one in self.facts() if aims(one.value) == ends)
        known = next((one for one in beside if content(one.value) == content(value)), None)
        if known is None:
            return [Change(None, value)]
        return [] if known.kept else [Change(known, known.value)]

    def _standing(self, wanted: Callable[[Value], bool]) -> list[FactItem]:
        """The facts that hold or wait, of those that are wanted."""
        return [one for one in self.facts() if one.status != "rejected" and wanted(one.value)]

    def _subject(self) -> Item:
        """The item that something is to be said of. Raises UsageError without a focus, and for a rejected item."""
        item = self._focused()
        if item is None:
            raise UsageError("nothing is in focus to say this of.")
        if item.status == "rejected":
            raise UsageError("this was rejected: nothing can be said of it.", next_step="Accept it first, with a.")
        return item


def _new(value: Value) -> tuple[str, tuple[str, Value]]:
    item_id = f"a-{secrets.token_hex(6)}"
    return item_id, (kind_of(value), with_id(value, item_id))
