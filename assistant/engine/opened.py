"""A document on its way through the worker: what of it is announced, read, or waits for something."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from assistant.engine.units import Block, EntityUnit, Gap, Result, Unit
from assistant.engine.windows import Window
from bioassist.documents import Entity


@dataclass(slots=True)
class OpenDocument:
    """A document that is being read.

    `left` are windows whose entities are not all known, with the number of units that tell them; `told` those whose
    entities are known, and `awaited` those of them that the application was asked about; `standing` its answers. One
    that ended a worker is read with `care`: piece by piece, each told before it is read. `block` is what was announced
    last, where that is what digits depend on. `met` are results by key that other documents had for units whose
    announcement was not answered yet, `again` units that they are the results of.
    """

    id: int
    text: str
    priority: int
    units: Iterator[Unit | Gap]
    care: bool = False
    block: Block | None = None
    announced: dict[str, Unit] = field(default_factory=dict)
    met: dict[str, Result] = field(default_factory=dict)
    again: list[tuple[Unit, Result]] = field(default_factory=list)
    ready: deque[Unit] = field(default_factory=deque)
    asking: bool = False
    cut: bool = False
    running: int = 0
    left: dict[int, tuple[Window, int]] = field(default_factory=dict)
    told: deque[Window] = field(default_factory=deque)
    awaited: dict[int, Window] = field(default_factory=dict)
    standing: deque[tuple[Window, list[Entity]]] = field(default_factory=deque)
    following: deque[Unit | Gap] = field(default_factory=deque)

    def key(self, unit: Unit) -> str:
        """What the unit's result is kept under."""
        return self.block.key(unit) if self.block is not None else unit.key

    def answer(self, known: Collection[str]) -> None:
        """The units with these names need not be read; those need not either that were read elsewhere meanwhile."""
        for name, unit in self.announced.items():
            if name in known:
                self.end(unit)
            elif unit.key in self.met:
                self.again.append((unit, self.met[unit.key]))
            else:
                self.ready.append(unit)
        self.announced, self.met, self.asking = {}, {}, False

    def meet(self, key: str, result: Result) -> None:
        """A unit with this key was read: those of this document need not be read any more."""
        self.again += [(unit, result) for unit in self.ready if unit.key == key]
        self.ready = deque(unit for unit in self.ready if unit.key != key)
        if any(unit.key == key for unit in self.announced.values()):
            # The application was asked before it had this result, and may have another one.
            self.met[key] = result

    def take(self, busy: Collection[str]) -> Unit | None:
        """The next unit to read; one whose key is among the `busy` ones is being read already, and waits for that."""
        place = next((place for place, unit in enumerate(self.ready) if unit.key not in busy), None)
        if place is None:
            return None
        unit = self.ready[place]
        del self.ready[place]
        return unit

    def expect(self, unit: EntityUnit) -> None:
        """One more unit tells the entities of its window."""
        if unit.group in self.left:
            window, number = self.left[unit.group]
            self.left[unit.group] = (window, number + 1)

    def end(self, unit: Unit) -> None:
        """A unit's result is known, or that there will be none."""
        if isinstance(unit, EntityUnit) and unit.group in self.left:
            window, number = self.left.pop(unit.group)
            if number > 1:
                self.left[unit.group] = (window, number - 1)
            else:
                self.told.append(window)

    @property
    def quiet(self) -> bool:
        """Nothing that was announced is left to read."""
        return not (self.asking or self.ready or self.running or self.again)

    @property
    def answered(self) -> bool:
        """Of all entities that are known, it is known which stand."""
        return not (self.told or self.awaited)

    @property
    def finished(self) -> bool:
        return self.cut and self.quiet and self.answered and not (self.standing or self.following)
