"""What the same words in the whole project would become, before it is saved."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.review.mentions.repeating import Plan

TELL = 0.2  # seconds from one count of what was read to the next


class RepeatDialog(ModalScreen[Plan | None]):
    """Counts while a thread reads the notes, says what would change, and answers with the plan if the person wants it.

    Nothing may be decided meanwhile.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Cancel"),
        Binding("enter", "save", "Change them"),
    ]

    def __init__(self, label: str, *, keep: bool) -> None:
        super().__init__()
        self._title = f"{label} for the same words in all notes" if keep else f"No {label} for the same words anywhere"
        self._read = (0, 0)
        self._left = False
        self._plan: Plan | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = "esc cancels"
            yield Static("Reading the notes …", id="count")

    def on_mount(self) -> None:
        self.set_interval(TELL, self._tell)

    def go_on(self, read: int, all_: int) -> bool:
        """Take note of how far the reading is; False once the person has left. May be called in any thread."""
        self._read = (read, all_)
        return not self._left

    def _tell(self) -> None:
        if self._plan is None:
            read, all_ = self._read
            self.query_one("#count", Static).update(Text(f"Reading the notes … {read:,} of {all_:,}"))

    def planned(self, plan: Plan | None) -> None:
        """The notes are read."""
        if plan is None or self._left:
            return
        self._plan = plan
        box = self.query_one(".dialog")
        box.border_subtitle = "enter changes them · esc cancels" if plan.changes else "esc closes"
        self.query_one("#count", Static).update(Text("\n".join(_told(plan))))

    def action_save(self) -> None:
        if self._plan is not None and self._plan.changes:
            self.dismiss(self._plan)

    def action_leave(self) -> None:
        self._left = True
        self.dismiss(None)


def _told(plan: Plan) -> list[str]:
    told = ["There is nothing to change."]
    if plan.places:
        told = [f"{_number(plan.places, 'other place')} in {_number(plan.notes, 'note')}. One undo takes all back."]
    elif plan.changes:
        told = ["These words are nowhere else; enter accepts this span alone."]
    if plan.left:
        told.append(f"{_number(plan.left, 'place')} where something else was decided: left as it is.")
    if plan.closed:
        told.append(f"{_number(plan.closed, 'note')} with these words that are done or skipped: left as they are.")
    return told


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
