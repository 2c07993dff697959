"""Decisions on what is said of the focused item, or of the document: relations, attributes, classes and others."""

from __future__ import annotations

from assistant.project.fact_suggestions import FactItem
from assistant.project.facts import facts_to_json, kind_of
from assistant.review.view import Saved
from assistant.review.work import Work, saved


class Facts(Work):
    """`facts` are those of the open document; a decision may be on one of them without a focus."""

    def facts(self) -> list[FactItem]:
        """All relations, attributes, classes and others of the open document, those that wait behind those decided."""
        return list(self._open.facts.all(self._open.fold)) if self._open is not None else []

    def accept_fact(self, fact_id: str | None = None) -> Saved | None:
        """Accept one of `facts`: the first that waits of those about the focused item, unless one is named."""
        return self._settle_fact(fact_id, holds=True)

    def reject_fact(self, fact_id: str | None = None) -> Saved | None:
        """Reject it, or take out one that was accepted."""
        return self._settle_fact(fact_id, holds=False)

    def _settle_fact(self, fact_id: str | None, *, holds: bool) -> Saved | None:
        if fact_id is None:
            view = self.current
            fact = next((one for one in (view.facts if view else ()) if one.status == "pending"), None)
        else:
            fact = next((one for one in self.facts() if one.id == fact_id), None)
        if fact is None or (fact.kept if holds else fact.status == "rejected"):
            return None
        value = fact.value if holds else None
        on = {} if fact.suggestion is None else {fact.id: fact.suggestion}
        return saved(
            self._append("set", {"items": {}, "facts": facts_to_json({fact.id: (kind_of(fact.value), value)}, on)})
        )
