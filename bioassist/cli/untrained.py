"""What to say about entity types that the model was never trained on."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bioassist.schema import Schema

# For the line above the note, where there is no room for names.
SHORT = "suggestions are untrained"


def untrained(schema: Schema, trained: Collection[str]) -> str | None:
    """The sentence for the person, or None if every type of `schema` that is not left to people is among the `trained`
    ones (their names)."""
    asked = [entity.name for entity in schema.entities if entity.suggest is not False]
    names = [name for name in asked if name not in trained]
    if not names:
        return None
    if len(names) == len(asked):
        return "this model was not trained for these labels: its suggestions are untrained guesses."
    return f"this model was not trained for {', '.join(names)}: suggestions for them are untrained guesses."
