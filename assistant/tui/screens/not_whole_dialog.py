"""Asked before a note is marked done that the model has not read to its end."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.project.records import DocumentRow

TO_COME = (
    "The model has not read this note to its end. Done says that all of it is right, also where nothing is marked; "
    "what the model finds in the rest would still come, and wait."
)
BLIND = (
    "The model has not read this note to its end. You would be shown what was suggested so far, and your first answer "
    "would be compared with that alone."
)
SAFE = "What you decided is saved. N goes on to the next note; this one is read meanwhile."


class NotWholeDialog(ModalScreen[int | None]):
    """The id of the document if it is to be done as it is; None if it is left open. A second D is not an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "done", "Done as it is"),
        Binding("escape,q", "leave", "Leave it open"),
    ]

    def __init__(self, row: DocumentRow) -> None:
        super().__init__()
        self._row = row

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = "Not whole yet"
            box.border_subtitle = "enter: done as it is · esc leaves it open"
            yield Static(Text(f"{BLIND if self._row.blind else TO_COME}\n\n{SAFE}"), classes="dialog--body")

    def action_done(self) -> None:
        self.dismiss(self._row.id)

    def action_leave(self) -> None:
        self.dismiss(None)
