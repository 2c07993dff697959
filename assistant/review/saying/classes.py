"""Classes of the open document."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.project.suggestions.facts import FactItem
from assistant.review.saying.facts import Change, Facts
from assistant.review.view import Saved
from bioassist.errors import UsageError


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """A class that the document can have. `held` is the fact that says so already: accepted, added, or waiting."""

    name: str
    held: FactItem | None
    description: str = ""
    key: str = ""


class Classes(Facts):
    """Where the schema says that one class holds of a note, another takes its place."""

    def class_choices(self) -> list[ClassChoice]:
        """The schema's classes in its order, then what else the document has: what statements turned out to be."""
        held = {one.value: one for one in self._standing(lambda value: isinstance(value, str))}
        own = [ClassChoice(one.name, held.get(one.name), one.description, one.key) for one in self.schema.classes]
        names = {one.name for one in own}
        return own + [ClassChoice(str(value), one) for value, one in held.items() if value not in names]

    def set_class(self, name: str, holds: bool = True) -> Saved | None:
        """Say that the document is of a class, or is not; None if that was said.

        Where it was suggested, that is accepted or rejected. Raises UsageError for a class that is neither in the
        schema nor suggested.
        """
        self._document()
        choices = {one.name: one for one in self.class_choices()}
        if name not in choices:
            known = ", ".join(choices) or "none"
            raise UsageError(f"{name!r} is not a class of this project.", next_step=f"Its classes: {known}.")
        held = choices[name].held
        if not holds:
            return self._change([] if held is None else [Change(held, None)])
        own = {one.name for one in self.schema.classes}
        others = [
            one.held
            for one in choices.values()
            if self.schema.class_task == "one" and {name, one.name} <= own and one.name != name and one.held is not None
        ]
        return self._change([*(Change(one, None) for one in others), *self._addition(name)])

    def toggle_class(self, name: str) -> Saved | None:
        """Take the class away if the document has it, else give it; what waits is accepted."""
        held = next((one.held for one in self.class_choices() if one.name == name), None)
        return self.set_class(name, held is None or not held.kept)
