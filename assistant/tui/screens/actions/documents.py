"""Notes: the next one, the list of them, and marking one done."""

from __future__ import annotations

from collections.abc import Callable

from textual import on

from assistant.tui.screens.actions.deciding import Deciding
from assistant.tui.screens.not_whole_dialog import NotWholeDialog
from assistant.tui.screens.reason_dialog import ReasonDialog
from assistant.tui.screens.workbench import Refusal
from assistant.tui.widgets.document_list import DocumentList


class Documents(Deciding):
    """From note to note."""

    def action_next_document(self) -> None:
        self._change_document(self.session.next_document, "that was the last note")

    def action_previous_document(self) -> None:
        self._change_document(self.session.previous_document, "that is the first note")

    def _go_on(self, at_end: str) -> None:
        """To the next note, but not to one that was skipped."""
        self._change_document(lambda: self.session.next_document(skipped=False), at_end)

    def _change_document(self, change: Callable[[], int | None], at_end: str) -> None:
        opened = self.attempt(change)
        if opened is None:
            self.status.say(at_end)
        elif not isinstance(opened, Refusal):
            self.opened()

    def action_done(self) -> None:
        view = self.session.current
        if view is None:
            return
        if view.row.done:
            self._decide(self.session.reopen)
        elif self.being_read:
            self.app.push_screen(NotWholeDialog(view.row), self._done_as_it_is)
        else:
            self._done()

    def _done_as_it_is(self, document_id: int | None) -> None:
        view = self.session.current
        if document_id is None or view is None or view.row.id != document_id:
            return
        if view.row.state == "ready":
            self.status.say("it was read to its end meanwhile; D marks it done")
        else:
            self._done()

    def _done(self) -> None:
        before = self.session.current
        saved = self._decide(self.session.mark_done)
        now_open = self.session.current
        if saved is not None and before is not None and before.row.planted:
            self.banner.say_until_read(f"{saved.text}. D marks the note done.")
        if now_open is not None and now_open.row.done:
            self._go_on("done; that was the last note")

    def action_skip(self) -> None:
        """Ask for the reason; on a note that is skipped, take it back."""
        view = self.session.current
        if view is None:
            return
        if view.row.skipped is not None:
            self._decide(self.session.reopen)
            return
        self.app.push_screen(ReasonDialog("Skip this note, because", "enter skips · esc leaves"), self._skip)

    def _skip(self, reason: str | None) -> None:
        if reason is None:
            return
        self._decide(lambda: self.session.skip(reason))
        now_open = self.session.current
        if now_open is not None and now_open.row.skipped is not None:
            self._go_on("skipped; that was the last note")

    def action_documents(self) -> None:
        """Show and focus the list; from the list, back to the text."""
        if self.documents.has_focus:
            self._leave_list()
        else:
            self.set_class(True, "-documents")
            self.documents.focus()

    @on(DocumentList.Chosen)
    def _document_chosen(self, event: DocumentList.Chosen) -> None:
        if self.open(event.document_id):
            self._leave_list()

    @on(DocumentList.Left)
    def _leave_list(self) -> None:
        self.set_class(False, "-documents")
        self.note.focus()
