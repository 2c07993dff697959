"""Relations between the focused item and others, of the types and between the ends that the schema allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.project.state import Item
from assistant.project.suggestions.facts import FactItem
from assistant.review.saying.facts import Change, Facts
from assistant.review.view import Saved
from bioassist.documents import Argument, Relation
from bioassist.errors import UsageError
from bioassist.schema import RelationType


@dataclass(frozen=True, slots=True)
class RelationChoice:
    """A type that fits two items, and which of them is its first argument and which its second. `held` is the fact
    that says so already: accepted, added, or waiting."""

    type: str
    first: Item
    second: Item
    held: FactItem | None
    description: str = ""


class Relations(Facts):
    """The direction of a relation is that of the schema's arguments, whichever end is in focus."""

    def partners(self) -> list[Item]:
        """The items that some relation type allows beside the focused one; none without a focus."""
        item = self._focused()
        if item is None or item.status == "rejected" or self._open is None:
            return []
        types = set(self._types_beside(item.type))
        return [
            one for one in self._open.items() if one.id != item.id and one.status != "rejected" and one.type in types
        ]

    def relation_choices(self, other_id: str) -> list[RelationChoice]:
        """The types that fit the focused item and another, in the schema's order; both directions where both fit.

        Raises UsageError for an item that is not there, is rejected or is the focused one, and where no type fits.
        """
        item, other = self._relation_ends(other_id)
        found = list(self._fitting(item, other))
        if not found:
            raise UsageError(
                f"the schema has no relation between {item.type} and {other.type}.",
                next_step=self._relatable(item.type),
            )
        return found

    def relate(self, other_id: str, type_: str, *, to_focus: bool | None = None) -> Saved | None:
        """Say that a relation holds between the focused item and another; None if it was said already.

        `to_focus` chooses the direction where the schema allows both: True if the focused item is the second argument,
        else it is the first. Where the same was suggested, that is accepted. Raises UsageError as `relation_choices`
        does, and for a type that does not fit.
        """
        choice = self._relation_choice(other_id, type_, to_focus)
        if choice.held is not None:
            return self._change([] if choice.held.kept else [Change(choice.held, choice.held.value)])
        return self._change(self._addition(self._relation(choice)))

    def retype_relation(self, fact_id: str, other_id: str, type_: str, *, to_focus: bool | None = None) -> Saved | None:
        """Make a relation between the focused item and another one of another type; None if it is that already."""
        choice = self._relation_choice(other_id, type_, to_focus)
        fact = next((one for one in self._relations_between(choice.first, choice.second) if one.id == fact_id), None)
        if fact is None:
            raise UsageError("there is no such relation between the two.")
        held = choice.held
        if held is not None and held.id == fact.id:
            return self._change([] if fact.kept else [Change(fact, fact.value)])
        if held is None:
            wanted = self._addition(self._relation(choice))
        else:
            wanted = [] if held.kept else [Change(held, held.value)]
        if wanted and wanted[0].fact is None:
            return self._change([Change(fact, wanted[0].value)])
        # The other type is there already, or was suggested: one of the two is enough.
        return self._change([Change(fact, None), *wanted])

    def _relation_ends(self, other_id: str) -> tuple[Item, Item]:
        item = self._subject()
        other = self._document().fold.item(other_id)
        if other is None or other.status == "rejected":
            raise UsageError("the other end is not there, or was rejected.")
        if other.id == item.id:
            raise UsageError("a relation needs two ends.")
        return item, other

    def _relation_choice(self, other_id: str, type_: str, to_focus: bool | None) -> RelationChoice:
        item, other = self._relation_ends(other_id)
        fitting = [one for one in self.relation_choices(other_id) if one.type == type_]
        if to_focus is not None:
            fitting = [one for one in fitting if (one.second.id == item.id) == to_focus]
        if not fitting:
            raise UsageError(
                f"{type_} does not go from {item.type} to {other.type} in the schema.",
                next_step=self._relatable(item.type),
            )
        return fitting[0]

    def _fitting(self, item: Item, other: Item) -> Iterator[RelationChoice]:
        for type_ in self.schema.relations:
            for first, second in ((item, other), (other, item)):
                if first.type in type_.head and second.type in type_.tail:
                    yield RelationChoice(
                        type_.name, first, second, self._relation_held(type_, first, second), type_.description
                    )
                    if type_.symmetric:
                        break

    def _relation_held(self, type_: RelationType, first: Item, second: Item) -> FactItem | None:
        for fact in self._relations_between(first, second):
            assert isinstance(fact.value, Relation)
            if fact.value.type == type_.name and (type_.symmetric or fact.value.arguments[0].target == first.id):
                return fact
        return None

    def _relations_between(self, one: Item, other: Item) -> list[FactItem]:
        ends = {one.id, other.id}
        return self._standing(lambda value: isinstance(value, Relation) and _ends_of(value) == ends)

    def _relation(self, choice: RelationChoice) -> Relation:
        type_ = next(one for one in self.schema.relations if one.name == choice.type)
        first, second = type_.roles
        return Relation("", type_.name, (Argument(first, choice.first.id), Argument(second, choice.second.id)))

    def _types_beside(self, type_: str) -> Iterator[str]:
        for relation in self.schema.relations:
            if type_ in relation.head:
                yield from relation.tail
            if type_ in relation.tail:
                yield from relation.head

    def _relatable(self, type_: str) -> str:
        beside = sorted(set(self._types_beside(type_)))
        return f"{type_} can be related to: {', '.join(beside)}." if beside else f"No relation takes {type_}."


def _ends_of(relation: Relation) -> set[str]:
    return {argument.target for argument in relation.arguments}
