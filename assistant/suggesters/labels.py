"""From the labels that a suggester's file uses to the types of a schema."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bioassist.errors import UsageError
from bioassist.schema import Schema

_SHOWN = 20


class Labels:
    """`renamed` maps labels of the file to types of `schema`; under "" it has the type of the rest: of what has no
    label, and of labels that lead to no type otherwise.

    A label that is not renamed is the type of that name, else the one that it is the model's label of.
    Raises UsageError for a type that the schema does not have.
    """

    def __init__(self, schema: Schema, renamed: Mapping[str, str], where: str) -> None:
        self._types = {entity.served_by: entity.name for entity in schema.entities}
        self._types |= {entity.name: entity.name for entity in schema.entities}
        self._renamed = renamed
        self.known = ", ".join(entity.name for entity in schema.entities)
        for wanted in renamed.values():
            if schema.entity(wanted) is None:
                raise UsageError(
                    f"{wanted!r} is not a type of the schema.", where=where, next_step=f"Its types: {self.known}."
                )

    def type_of(self, label: str) -> str | None:
        """None if the label leads to no type."""
        return self._renamed.get(label) or self._types.get(label) or self._renamed.get("")

    def remarks(self, present: Collection[str]) -> list[str]:
        """What a person should know of how they renamed the labels that are `present` in the file; "" is none."""
        own = listed(filter(None, present)) or "none"
        remarks = [
            f"it has no label {label!r}, which was to be {named}; its labels: {own}."
            for label, named in self._renamed.items()
            if label and label not in present
        ]
        rest = self._renamed.get("")
        if rest is not None:
            if taken := [one for one in present if one not in self._renamed and one not in self._types]:
                remarks.append(f"these labels are no types of the schema, and count as {rest}: {listed(taken)}.")
            elif "" not in present:
                remarks.append(f"nothing in it counts as {rest}: all of it has a type of its own.")
        return remarks


def listed(labels: Iterable[str]) -> str:
    """Labels in a message: in order, and not hundreds of them."""
    ordered = sorted(labels)
    return ", ".join(ordered[:_SHOWN]) + (f" and {len(ordered) - _SHOWN:,} more" if len(ordered) > _SHOWN else "")
