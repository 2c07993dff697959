"""Deciding on the suggestion in focus, and on many at once; taking it back."""

from __future__ import annotations

from collections.abc import Callable

from assistant.review.view import Saved, Undone
from assistant.tui.screens.behind import Behind
from assistant.tui.screens.workbench import Refusal

# Decisions that are made while the person does not notice; more of them are made behind a dialog.
AT_ONCE = 500


class Deciding(Behind):
    """Every action is saved when its key has been handled."""

    def _decide(self, call: Callable[[], Saved | None], nothing: str = "nothing in focus to decide on") -> Saved | None:
        """Make one decision and show that it is saved; what was saved, if it was."""
        before = self.open_id
        saved = self.attempt(call)
        if saved is None:
            self.status.say(nothing)
        elif not isinstance(saved, Refusal):
            self.status.saved(saved.at, saved.text)
        self.arrived(before, decided=True)
        return None if isinstance(saved, Refusal) else saved

    def action_accept(self) -> None:
        self._decide(self.session.accept)

    def action_reject(self) -> None:
        self._decide(self.session.reject)

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

    def action_undo(self) -> None:
        self._step_back(self.session.undo, self.session.next_undo_size, "nothing to undo")

    def action_redo(self) -> None:
        self._step_back(self.session.redo, self.session.next_redo_size, "nothing to redo")

    def _step_back(self, call: Callable[[], Undone | None], size: Callable[[], int], nothing: str) -> None:
        count = self.attempt(size)
        if isinstance(count, int):
            said = f"Changing {count:,} decisions…"
            self.alone(said, call, lambda undone: self._undone(undone, nothing), long=count > AT_ONCE)

    def _undone(self, undone: Undone | None, nothing: str) -> None:
        """Undo or redo reaches over the whole project: show the document that it touched."""
        if undone is None:
            self.status.say(nothing)
            return
        self.status.saved(undone.at, undone.text)
        self.banner.notice_read()
        view = self.session.current
        if view is None or view.row.id != undone.document_id:
            self.open(undone.document_id)
            self.session.focus(undone.item_id)
        self.reload_list()
        self.show()
