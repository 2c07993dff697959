"""Deciding on the suggestion in focus, on what is said of it, and on many at once; taking it back."""

from __future__ import annotations

from collections.abc import Callable

from assistant.review.view import Saved, Undone
from assistant.tui.clock import now
from assistant.tui.screens.dialogs import ThresholdDialog
from assistant.tui.screens.workbench import Refusal, Workbench


class Deciding(Workbench):
    """Every action is saved when its key has been handled."""

    def _decide(self, call: Callable[[], Saved | None], nothing: str = "nothing in focus to decide on") -> None:
        """Make one decision and show that it is saved."""
        saved = self.attempt(call)
        if saved is None:
            self.status.say(nothing)
        elif not isinstance(saved, Refusal):
            self.status.saved(saved.at, saved.text)
        self.show_decision()

    def action_accept(self) -> None:
        self._decide(self.session.accept)

    def action_reject(self) -> None:
        self._decide(self.session.reject)

    def action_accept_fact(self) -> None:
        self._decide(self.session.accept_fact, "nothing is said of it that waits")

    def action_reject_fact(self) -> None:
        self._decide(self.session.reject_fact, "nothing is said of it that waits")

    def action_delete(self) -> None:
        self._decide(self.session.delete)

    def action_grow_left(self) -> None:
        self._decide(self.session.grow_left, "there is no word before it")

    def action_shrink_left(self) -> None:
        self._decide(self.session.shrink_left, "it is one word already")

    def action_grow_right(self) -> None:
        self._decide(self.session.grow_right, "there is no word after it")

    def action_shrink_right(self) -> None:
        self._decide(self.session.shrink_right, "it is one word already")

    def action_accept_over(self) -> None:
        view = self.session.current
        if view is None:
            return
        pending = [item.confidence or 0.0 for item in view.items if item.status == "pending"]
        if not pending:
            self.status.say("nothing left to decide in this note")
            return
        dialog = ThresholdDialog(lambda over: sum(one >= over for one in pending), len(pending))
        self.app.push_screen(dialog, self._accept_over)

    def _accept_over(self, threshold: float | None) -> None:
        if threshold is None:
            return
        count = self.attempt(lambda: self.session.accept_over(threshold))
        if count == 0:
            self.status.say(f"no open suggestion reaches {threshold:.2f}")
        elif not isinstance(count, Refusal):
            self.status.saved(now(), f"accepted {count} over {threshold:.2f}")
        self.show_decision()

    def action_undo(self) -> None:
        self._undone(self.session.undo, "nothing to undo")

    def action_redo(self) -> None:
        self._undone(self.session.redo, "nothing to redo")

    def _undone(self, call: Callable[[], Undone | None], nothing: str) -> None:
        """Undo or redo reaches over the whole project: show the document that it touched."""
        undone = self.attempt(call)
        if undone is None:
            self.status.say(nothing)
        if undone is None or isinstance(undone, Refusal):
            return
        self.status.saved(undone.at, undone.text)
        view = self.session.current
        if view is None or view.row.id != undone.document_id:
            self.open(undone.document_id)
        self.reload_list()
        self.show()
