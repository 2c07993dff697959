"""From the labels that a suggester's file uses to the types of a schema."""

from __future__ import annotations

from collections.abc import Mapping

from bioassist.errors import UsageError
from bioassist.schema import Schema


class Labels:
    """`renamed` maps labels of the file to types of `schema`; under "" it has the type of whatever has no label of
    its own there.

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
