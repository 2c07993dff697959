"""The review screen's actions: every key becomes a call of the session, saved when it returns."""

from __future__ import annotations

from collections.abc import Callable

from textual import on

from assistant.review.view import Saved, Undone
from assistant.tui.clock import now
from assistant.tui.keymap import KEYS, WHILE_SELECTING
from assistant.tui.screens.dialogs import LabelDialog, ThresholdDialog
from assistant.tui.screens.help import HelpScreen
from assistant.tui.screens.reliability import ReliabilityDialog
from assistant.tui.screens.workbench import Refusal, Workbench
from assistant.tui.widgets.document_list import DocumentList
from assistant.tui.widgets.note_view import NoteView
from assistant.tui.widgets.search_bar import SearchBar

ACTIONS = frozenset(key.action for key in KEYS)


class ReviewScreen(Workbench):
    """What a person does with a document. The names of the actions are those of the key map."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        blocked = self.note.selecting is not None and action in ACTIONS and action not in WHILE_SELECTING
        return False if blocked else super().check_action(action, parameters)

    # moving

    def action_next(self) -> None:
        self._move(self.session.focus_next, "that was the last suggestion; N goes to the next note")

    def action_previous(self) -> None:
        self._move(self.session.focus_previous, "that is the first suggestion")

    def action_next_pending(self) -> None:
        self._move(
            lambda: self.session.focus_next(pending_only=True), "nothing left to decide after this; D marks it done"
        )

    def action_previous_pending(self) -> None:
        self._move(lambda: self.session.focus_previous(pending_only=True), "nothing left to decide before this")

    def _move(self, move: Callable[[], object | None], at_end: str) -> None:
        self.note.set_found(None)
        if self.attempt(move) is None:
            self.status.say(at_end)
        self.show()

    # deciding

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

    def action_label(self, number: int) -> None:
        entities = self.session.schema.entities
        if number <= len(entities):
            self._label(entities[number - 1].name)

    def action_choose_label(self) -> None:
        view = self.session.current
        if view is None or (self.note.selecting is None and view.focused is None):
            self.status.say("nothing to label: v selects words")
            return
        adding = self.note.selecting is not None
        current = None if adding or view.focused is None else view.focused.type
        title = "Label of the new span" if adding else "Label"
        self.app.push_screen(LabelDialog(self.session.schema, current, title), self._label)

    def _label(self, label: str | None) -> None:
        """Put a label on the selected words, else on the focus."""
        if label is None:
            return
        selecting = self.note.selecting
        if selecting is None:
            self._decide(lambda: self.session.relabel(label), "it has that label already")
            return
        span = selecting.span
        nearly = span in self.note.near
        add = (
            self.session.add_near_miss if nearly else lambda span, label: self.session.add(span.start, span.end, label)
        )
        if not isinstance(self.attempt(lambda: add(span, label)), Refusal):
            self.status.saved(now(), f"added {label}")
            self.note.stop_selecting()
        self.show_decision()

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

    # adding

    def action_select(self) -> None:
        """Put a caret into the text; a second time, take it away."""
        if self.note.selecting is not None:
            self.note.stop_selecting()
        elif self.session.current is not None:
            self.note.focus()
            self.note.start_selecting()

    @on(NoteView.SelectingChanged)
    def _selecting_changed(self) -> None:
        self.refresh_bindings()
        self.show()

    @on(NoteView.Clicked)
    def _clicked(self, event: NoteView.Clicked) -> None:
        item_id, offset = event.item_id, event.offset
        if self.note.selecting is not None:
            self.note.stop_selecting()
        self.attempt(lambda: self.session.focus(item_id) if item_id is not None else self.session.focus_at(offset))
        self.show()

    # documents

    def action_next_document(self) -> None:
        self._change_document(self.session.next_document, "that was the last note")

    def action_previous_document(self) -> None:
        self._change_document(self.session.previous_document, "that is the first note")

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
            return
        self._decide(self.session.mark_done)
        now_open = self.session.current
        if now_open is not None and now_open.row.done:
            self._change_document(self.session.next_document, "done; that was the last note")

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

    # searching

    def action_search(self) -> None:
        self.search_bar.open()

    def action_search_next(self) -> None:
        query = self.search_bar.query_text
        if query:
            self._search(query, again=True)

    @on(SearchBar.Wanted)
    def _wanted(self, event: SearchBar.Wanted) -> None:
        self._search(event.query, event.again)

    def _search(self, query: str, again: bool) -> None:
        start = 0
        if self.found is not None:
            start = self.found.end if again else self.found.start
        found = self.session.find(query, start) if query else None
        self.found = found
        self.note.set_found(found)
        self.search_bar.say("" if found or not query else "not found")

    @on(SearchBar.Closed)
    def _search_closed(self) -> None:
        self.note.focus()

    # the screen itself

    def action_rejected(self) -> None:
        self.note.set_rejected(not self.note.show_rejected)
        self.status.say("rejected ones are shown" if self.note.show_rejected else "rejected ones are hidden")

    def action_near(self) -> None:
        self.near = not self.near
        self.show()
        count = len(self.note.near)
        self.status.say(f"{count} near misses; M selects the next" if self.near else "near misses are hidden")

    def action_next_near(self) -> None:
        """Select the near miss after the caret, or after the focus: a label makes it a span."""
        if not self.near:
            self.action_near()
        view, selecting = self.session.current, self.note.selecting
        if view is None:
            return
        place = selecting.span.end if selecting is not None else view.focused.start if view.focused is not None else -1
        following = [one for one in self.session.near_misses() if one.span.start >= place]
        if not following:
            self.status.say("no near miss after this")
            return
        nearest = following[0]
        self.note.focus()
        self.note.select(nearest.span)
        self.status.say(f"nearly found{f' as {nearest.type}' if nearest.type else ''}, with {nearest.probability:.2f}")

    def action_confidence(self) -> None:
        standing = self.attempt(self.session.confidence)
        if standing is None:
            self.status.say("no model has read these notes")
        elif not isinstance(standing, Refusal):
            self.app.push_screen(ReliabilityDialog(standing))

    def action_theme(self) -> None:
        self.app.theme = "bioassist-light" if self.app.current_theme.dark else "bioassist-dark"

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen())

    def action_quit(self) -> None:
        self.app.exit()
