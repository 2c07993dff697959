"""What one actor can take back, and what of that can be made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.project.entries import UNDOABLE, Action


@dataclass(frozen=True, slots=True)
class Step:
    """An action in the actor's own numbering."""

    actor_seq: int
    action: Action
    document_id: int


class History:
    """One actor's undo and redo stacks, over the whole project; made by taking the journal's actions in order."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def take(self, step: Step, target: int | None) -> None:
        if step.action == "undo":
            self._move(target, self._done, self._undone)
        elif step.action == "redo":
            self._move(target, self._undone, self._done)
        elif step.action in UNDOABLE:
            self._done.append(step)
            self._undone.clear()

    def next_undo(self, reachable: Callable[[int], bool]) -> Step | None:
        """The last step that stands, on a document that is still `reachable`."""
        return next((step for step in reversed(self._done) if reachable(step.document_id)), None)

    def next_redo(self, reachable: Callable[[int], bool]) -> Step | None:
        return next((step for step in reversed(self._undone) if reachable(step.document_id)), None)

    @staticmethod
    def _move(target: int | None, here: list[Step], there: list[Step]) -> None:
        place = next((place for place in reversed(range(len(here))) if here[place].actor_seq == target), None)
        if place is not None:
            there.append(here.pop(place))
