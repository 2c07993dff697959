"""Cuts a document into what is read at once, each piece so short that its programs fit the model.

What cannot be cut short enough is a gap: it is told, and the rest of the document is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.engine.compile import Compiler
from assistant.engine.followups import FollowUps
from assistant.engine.units import EntityUnit, Gap, Keys, Unit
from assistant.engine.windows import Window, halves, windows
from bioassist.documents import Entity
from bioassist.errors import EngineError
from bioassist.tasks.ner import Ner

# What a program needs beside its instruction to say anything at all, in tokens.
_LEAST = 16


class Cutting:
    """`passes` over windows of about `target` words, and `followups`; a program may fill `longest` cells."""

    def __init__(
        self, compiler: Compiler, passes: Sequence[Ner], followups: FollowUps, keys: Keys, *, longest: int, target: int
    ) -> None:
        self._compiler = compiler
        self._passes = passes
        self._followups = followups
        self._keys = keys
        self._longest = longest
        self._target = target

    @property
    def about_entities(self) -> bool:
        """Whether anything is asked about entities."""
        return self._followups.asking.about_entities

    def pieces(self, text: str) -> Iterator[tuple[Window, list[EntityUnit], list[Unit | Gap]]]:
        """Window by window the passes over it and what is read besides. Raises EngineError if nothing can fit."""
        for window in windows(text, self._target):
            if not window.words:
                continue
            found: list[Unit | Gap] = [
                unit for task in self._passes for unit in self.fitting(text, window, window.start, task)
            ]
            entities = [unit for unit in found if isinstance(unit, EntityUnit)]
            others = [unit for unit in found if not isinstance(unit, EntityUnit)]
            yield window, entities, [*others, *self._followups.of_window(text, window)]

    def whole(self, text: str) -> Iterator[Unit | Gap]:
        """What is asked of the document as a whole."""
        yield from self._followups.of_document(text)

    def about(self, text: str, window: Window, entities: Sequence[Entity]) -> Iterator[Unit | Gap]:
        """What is asked about the entities of a window."""
        yield from self._followups.of_entities(text, window, entities)

    def fitting(self, text: str, window: Window, group: int, task: Ner) -> Iterator[EntityUnit | Gap]:
        """The window as one unit, or as several if its program is too long for the model."""
        compiled = self._compiler.compile(task.program(text, window.words))
        if compiled.cells <= self._longest:
            names = [entity.name for entity in task.types]
            key = self._keys.of(task.fingerprint, task.instruction, text, window, names)
            yield EntityUnit(key, window, task, compiled, group)
            return
        if len(compiled.shared) + _LEAST > self._longest:
            raise EngineError(
                f"the instruction alone takes {len(compiled.shared)} of the model's {self._longest} tokens.",
                next_step="Use a schema with fewer types or shorter descriptions.",
            )
        yield from self._halved(text, window, group, task)

    def shorter(self, text: str, unit: EntityUnit) -> list[EntityUnit | Gap]:
        """A unit that did not fit after all, in two."""
        return list(self._halved(text, unit.window, unit.group, unit.task))

    def _halved(self, text: str, window: Window, group: int, task: Ner) -> Iterator[EntityUnit | Gap]:
        try:
            parts = halves(text, window)
        except ValueError as error:
            yield Gap(window.start, window.end, task.task, str(error))
            return
        for part in parts:
            yield from self.fitting(text, part, group, task)
