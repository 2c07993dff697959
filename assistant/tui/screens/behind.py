"""What takes long is done in a thread; when it is done the screen goes on with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual import on
from textual.message import Message

from assistant.tui.messages import Prioritiser
from assistant.tui.screens.busy import BusyDialog
from assistant.tui.screens.dialogs import MessageDialog
from assistant.tui.screens.workbench import Refusal, Workbench
from bioassist.errors import BioassistError

if TYPE_CHECKING:
    from assistant.review.session import ReviewSession

T = TypeVar("T")
ALONE = "alone"


class Behind(Workbench):
    """Of one `group` only what was asked for last counts."""

    def __init__(self, session: ReviewSession, annotator: Prioritiser | None, notice: str | None) -> None:
        super().__init__(session, annotator, notice)
        self._asked: dict[str, int] = {}

    class Ready(Message):
        """Something that was asked for is there, or was refused; `take` brings it onto the screen."""

        def __init__(self, group: str, number: int, take: Callable[[], None]) -> None:
            super().__init__()
            self.group, self.number, self.take = group, number, take

    def behind(self, group: str, call: Callable[[], T], then: Callable[[T], None]) -> None:
        """Call what reads the project in a thread, and `then`, here, with what it comes to; a problem is told."""
        number = self._asked[group] = self._asked.get(group, 0) + 1

        def work() -> None:
            try:
                found = call()
            except BioassistError as error:
                dialog = MessageDialog.of(error)
                self.post_message(self.Ready(group, number, lambda: self._refused(dialog)))
            else:
                self.post_message(self.Ready(group, number, lambda: then(found)))

        self.run_worker(work, group=group, thread=True, exit_on_error=True)

    @on(Ready)
    def _ready(self, ready: Ready) -> None:
        if self._asked.get(ready.group) == ready.number:
            if ready.group == ALONE and self.busy is not None:
                self.busy.dismiss()
                self.busy = None
            ready.take()

    def alone(self, said: str, call: Callable[[], T], then: Callable[[T], None], *, long: bool) -> None:
        """Call what needs the session for itself, and `then` with what it comes to.

        What takes `long` is done in a thread, behind a dialog that says so; until it is over nothing else asks anything
        of the session.
        """
        if not long:
            found = self.attempt(call)
            if not isinstance(found, Refusal):
                then(found)
            return

        def work() -> T:
            found = call()
            # What changed in thousands of notes is counted here, so that listing them does not hold up the screen.
            self.session.documents()
            return found

        self.busy = BusyDialog(said)
        self.app.push_screen(self.busy)
        self.behind(ALONE, work, then)

    def _refused(self, dialog: MessageDialog) -> None:
        self.app.push_screen(dialog)
