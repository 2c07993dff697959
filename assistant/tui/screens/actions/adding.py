"""Labels: on the suggestion in focus, or on words that were selected, which makes them a span."""

from __future__ import annotations

from textual import on

from assistant.tui.clock import now
from assistant.tui.keymap.configuring import KeyMap
from assistant.tui.screens.actions.asking import Asking
from assistant.tui.screens.dialogs import LabelDialog
from assistant.tui.screens.workbench import Refusal
from assistant.tui.widgets.note_view import NoteView


class Adding(Asking):
    """Selecting words, and what the model nearly found."""

    key_map = KeyMap()

    def action_label(self, number: int) -> None:
        entities = self.session.schema.entities
        if number <= len(entities):
            self._label(entities[number - 1].name)

    def action_choose_label(self) -> None:
        view = self.session.current
        if view is None or (self.note.selecting is None and view.focused is None):
            self.status.say("nothing to label: v selects words")
            return
        if not self.session.schema.entities:
            self.status.say("this schema has no labels for words")
            return
        adding = self.note.selecting is not None
        current = None if adding or view.focused is None else view.focused.type
        title = "Label of the new span" if adding else "Label"
        self.app.push_screen(LabelDialog(self.session.schema, current, title, self.tell_guideline), self._label)

    def _label(self, label: str | None) -> None:
        """Put a label on the selected words, else on the focus."""
        if label is None:
            return
        selecting = self.note.selecting
        if selecting is None:
            view = self.session.current
            waited = view is not None and view.focused is not None and view.focused.status == "pending"
            if self._decide(lambda: self.session.relabel(label), "it has that label already") is not None and waited:
                self._lead_on()
            return
        span = selecting.span
        nearly = span in self.note.near
        add = (
            self.session.add_near_miss if nearly else lambda span, label: self.session.add(span.start, span.end, label)
        )
        refused = isinstance(self.attempt(lambda: add(span, label)), Refusal)
        if not refused:
            self.status.saved(now(), f"added {label}")
            self.note.stop_selecting()
        self.show_decision()
        if not refused:
            self._lead_on()

    def _lead_on(self) -> None:
        """To what is to be decided next, for who chose that a label leads there."""
        before = self.open_id
        if self.key_map.go_on and not isinstance(
            self.attempt(lambda: self.session.focus_next(pending_only=True)), Refusal
        ):
            self.arrived(before)

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
