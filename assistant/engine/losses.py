"""What a run learns from workers that ended: whom to suspect, what to leave out, and how much the machine can bear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assistant.engine.machine import Shape
from assistant.engine.units import Gap

# A document may end so many workers with stretches of its own before it is given up.
_MOST_BARRED = 3
_SHOWN = 5


def told(gaps: Iterable[Gap]) -> str:
    """All gaps of a document in a sentence or two."""
    found = list(gaps)
    more = [f"and {len(found) - _SHOWN} more stretches"] if len(found) > _SHOWN else []
    return "; ".join([*map(str, found[:_SHOWN]), *more]) + "."


class Losses:
    """`shape` is what workers are started with, less after one that ran out of memory."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._suspects: set[int] = set()
        self._barred: dict[int, dict[str, Gap]] = {}

    def suspected(self, document_id: int) -> bool:
        """Whether a worker ended while it read this document: then it is read by itself, stretch by stretch."""
        return document_id in self._suspects

    def barred(self, document_id: int) -> Mapping[str, Gap]:
        """Stretches of a document that ended a worker, by the name that the worker announces them with."""
        return self._barred.get(document_id, {})

    def lost(self, document_id: int, reading: tuple[str, Gap] | None) -> bool:
        """A worker ended while it read this document; whether it is worth another try.

        `reading` is the stretch that it was reading, where it read one by one.
        """
        if document_id not in self._suspects:
            self._suspects.add(document_id)
            return True
        if reading is None:
            return False
        name, gap = reading
        barred = self._barred.setdefault(document_id, {})
        barred[name] = gap
        return len(barred) < _MOST_BARRED

    def ran_out_of_memory(self) -> str | None:
        """Go on with less, and say so; None if there is no less."""
        smaller = self.shape.smaller()
        if smaller is None:
            return None
        self.shape = smaller
        return f"memory seems to have run out: it goes on with {smaller}"
