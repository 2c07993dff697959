"""What one actor can take back, and what of that can be made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.project.journal.entries import UNDOABLE, Action


@dataclass(frozen=True, slots=True)
class Step:
    """An action in the actor's own numbering. `group` is that of actions which were made together, else None.

    `bound` is a change of the schema's labels: it is not made again, and what came before it not taken back alone.
    """

    actor_seq: int
    action: Action
    document_id: int
    group: int | None = None
    bound: bool = False


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

    def together(self, step: Step, reachable: Callable[[int], bool]) -> list[Step]:
        """What goes with a step, the step itself first: all of its group that stands, or was taken back, as it is."""
        stack = self._done if step in self._done else self._undone
        group = [one for one in reversed(stack) if one.group == step.group and reachable(one.document_id)]
        return group if step.group is not None else [step]

    def group(self, number: int) -> list[Step]:
        """What stands of the actions that were made together under that number, the last first."""
        return [step for step in reversed(self._done) if step.group == number]

    @staticmethod
    def _move(target: int | None, here: list[Step], there: list[Step]) -> None:
        place = next((place for place in reversed(range(len(here))) if here[place].actor_seq == target), None)
        if place is not None:
            step = here.pop(place)
            if step.bound:
                # What was taken back before it was done under labels that are gone with it.
                there.clear()
            else:
                there.append(step)
