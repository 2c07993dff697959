"""Attributes of the focused item, assertion among them: set, taken away, cycled through their values."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.project.facts import Value
from assistant.project.state import Item
from assistant.project.suggestions.facts import FactItem
from assistant.review.saying.facts import Change, Facts
from assistant.review.view import Saved
from bioassist.documents import Attribute
from bioassist.errors import UsageError
from bioassist.schema import AttributeType


@dataclass(frozen=True, slots=True)
class AttributeChoice:
    """One attribute that the focused item can have, with one of its values; None for one that holds by being there.

    `held` is the fact that says so already: accepted, added, or waiting.
    """

    type: str
    value: str | None
    held: FactItem | None
    description: str = ""
    key: str = ""


class Attributes(Facts):
    """An item has one value of an attribute at most."""

    def attribute_choices(self) -> list[AttributeChoice]:
        """What the schema lets be said of the focused item, in its order. Raises UsageError as `set_attribute` does."""
        item = self._subject()
        return [
            AttributeChoice(one.name, value, self._attribute_held(item, one.name, value), one.description, one.key)
            for one in self._attribute_types(item)
            for value in (one.values or (None,))
        ]

    def set_attribute(self, name: str, value: str | None = None) -> Saved | None:
        """Give the focused item an attribute, in place of another value of it; None if it has it.

        Where the same was suggested, that is accepted; other values that were suggested are rejected. Raises UsageError
        for an attribute or a value that the schema does not have for the item's type, without a focus and for a
        rejected item.
        """
        item = self._subject()
        self._attribute_type(item, name, value)
        others = [one for one in self._attributes_of(item, name) if _value(one) != value]
        wanted = self._addition(Attribute("", name, item.id, value))
        own = next((one for one in others if one.suggestion is None), None)
        if own is not None and wanted and wanted[0].fact is None:
            # The person's own attribute changes its value; it stays the same one in exports.
            wanted = [Change(own, wanted[0].value)]
            others.remove(own)
        return self._change([*(Change(one, None) for one in others), *wanted])

    def unset_attribute(self, name: str) -> Saved | None:
        """Take an attribute away, whatever its value, and reject what was suggested of it; None if there is nothing."""
        item = self._subject()
        return self._change(Change(one, None) for one in self._attributes_of(item, name))

    def toggle_attribute(self, name: str, value: str | None = None) -> Saved | None:
        """Take the attribute away if the item has it with this value, else give it to the item."""
        held = self._attribute_held(self._subject(), name, value)
        if held is not None and held.kept:
            return self.unset_attribute(name)
        return self.set_attribute(name, value)

    def cycle_attribute(self, name: str) -> Saved | None:
        """Go on to the next value of the schema, from the last to none, from none to the first."""
        item = self._subject()
        type_ = self._attribute_type(item, name)
        values: list[str | None] = [*type_.values] or [None]
        held = next((_value(one) for one in self._attributes_of(item, name) if one.kept), ...)
        if held is ...:
            return self.set_attribute(name, values[0])
        place = values.index(held) + 1 if held in values else len(values)
        return self.set_attribute(name, values[place]) if place < len(values) else self.unset_attribute(name)

    def _attribute_types(self, item: Item) -> list[AttributeType]:
        return [one for one in self.schema.attributes if not one.on or item.type in one.on]

    def _attribute_type(self, item: Item, name: str, *value: str | None) -> AttributeType:
        fitting = self._attribute_types(item)
        type_ = next((one for one in fitting if one.name == name), None)
        if type_ is None:
            known = ", ".join(one.name for one in fitting) or "none"
            raise UsageError(f"{name!r} is not an attribute of {item.type}.", next_step=f"Its attributes: {known}.")
        if value and value[0] not in (type_.values or (None,)):
            known = ", ".join(type_.values) or "none: it holds by being there"
            raise UsageError(f"{value[0]!r} is not a value of {name}.", next_step=f"Its values: {known}.")
        return type_

    def _attributes_of(self, item: Item, name: str) -> list[FactItem]:
        def wanted(value: Value) -> bool:
            return isinstance(value, Attribute) and (value.target, value.type) == (item.id, name)

        return self._standing(wanted)

    def _attribute_held(self, item: Item, name: str, value: str | None) -> FactItem | None:
        return next((one for one in self._attributes_of(item, name) if _value(one) == value), None)


def _value(fact: FactItem) -> str | None:
    return fact.value.value if isinstance(fact.value, Attribute) else None
