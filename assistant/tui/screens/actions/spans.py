"""Spans as they are drawn: reaching one by letters, moving its edges, its fragments, two made one and one made two."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual import on

from assistant.review.mentions.repeating import Plan, Repeated
from assistant.review.view import Saved
from assistant.tui.clock import now
from assistant.tui.screens.actions.deciding import AT_ONCE, Deciding
from assistant.tui.screens.repeat_dialog import RepeatDialog
from assistant.tui.screens.workbench import Refusal
from assistant.tui.widgets.note_view import NoteView
from bioassist.errors import UsageError

T = TypeVar("T")

NO_FOCUS = "nothing in focus"


class Spans(Deciding):
    """Reaching a span, changing what it covers, and the same words elsewhere."""

    def action_jump(self) -> None:
        view = self.session.current
        if view is None:
            return
        asked = self.note.ask_hint({item.id for item in view.items}, self._jumped)
        self.status.say("type the letters of a span; esc leaves" if asked else "no span in view")

    def _jumped(self, item_id: str) -> None:
        self.note.set_found(None)
        self.session.focus(item_id)
        self.status.say("")
        self.show()

    @on(NoteView.HintsChanged)
    def _hints_changed(self, event: NoteView.HintsChanged) -> None:
        self.refresh_bindings()
        if event.left:
            self.status.say("")

    def action_hold_left(self) -> None:
        self._hold("left")

    def action_hold_right(self) -> None:
        self._hold("right")

    def _hold(self, edge: str) -> None:
        if self.session.current is None or self.session.current.focused is None:
            self.status.say(NO_FOCUS)
            return
        self.note.hold(edge)
        self.refresh_bindings()
        self.status.say(f"← → move the {edge} edge by a character; esc lets go")

    @on(NoteView.Nudged)
    def _nudged(self, event: NoteView.Nudged) -> None:
        move = self.session.nudge_left if event.edge == "left" else self.session.nudge_right
        self._decide(lambda: move(event.by), "it goes no further")

    def action_sentence(self) -> None:
        self._shape(self.session.grow_to_sentence, "it is the sentence already")

    def action_fragment(self) -> None:
        selecting = self.note.selecting
        if selecting is None:
            self.status.say("v selects the words of a fragment")
            return
        span = selecting.span
        if self._shape(lambda: self.session.fragment(span.start, span.end), "nothing of it would be left"):
            self.note.stop_selecting()

    def action_merge(self) -> None:
        self._shape(self.session.merge, NO_FOCUS)

    def action_split(self) -> None:
        selecting = self.note.selecting
        caret = selecting.span.start if selecting is not None else None
        nothing = "it is one word" if caret is None else "the caret is not inside it"
        if self._shape(lambda: self.session.split(caret), nothing) and selecting is not None:
            self.note.stop_selecting()

    def action_repeat(self) -> None:
        self.status.say(NO_FOCUS)
        wanted = self.attempt(lambda: self._or_said(self.session.repeated))
        view = self.session.current
        if wanted is None or isinstance(wanted, Refusal) or view is None:
            return
        count = sum(1 for _ in wanted.words.places(view.text))
        said = f"Changing {count:,} places…"
        self.alone(said, self.session.repeat_in_note, self._repeated_in_note, long=count > AT_ONCE)

    def _repeated_in_note(self, done: Repeated | None) -> None:
        if done is None:
            return
        left = f"; {done.left} decided otherwise stay" if done.left else ""
        if done.saved is None:
            self.status.say(f"nothing to change at the same words{left}")
        else:
            self.status.saved(now(), f"{done.saved.text}{left}")
        self.show_decision()

    def action_repeat_everywhere(self) -> None:
        """The same in the whole project: a thread reads the notes, and the person says whether to go on."""
        self.status.say(NO_FOCUS)
        wanted = self.attempt(lambda: self._or_said(self.session.repeated))
        if wanted is None or isinstance(wanted, Refusal):
            return

        def saved(done: Saved) -> None:
            self.status.saved(done.at, done.text)
            self.reload_list()
            self.show_decision()

        def save(plan: Plan | None) -> None:
            if plan is not None:
                said, long = f"Changing {plan.places:,} places…", plan.places > AT_ONCE
                self.alone(said, lambda: self._repeat(plan), saved, long=long)

        dialog = RepeatDialog(wanted.label, keep=wanted.keep)
        self.status.say("")
        self.app.push_screen(dialog, save)
        self.behind("repeat", lambda: self.session.plan_repeating(wanted, dialog.go_on), dialog.planned)

    def _repeat(self, plan: Plan) -> Saved:
        return self.session.take_repeated(self.session.write_repeated(plan))

    def _shape(self, call: Callable[[], Saved | None], nothing: str) -> bool:
        """Change what the focus covers; what stands against it is told in the status line."""
        if self.session.current is None or self.session.current.focused is None:
            self.status.say(NO_FOCUS)
            return False
        self.status.say(nothing)
        saved = self.attempt(lambda: self._or_said(call))
        if saved is None or isinstance(saved, Refusal):
            return False
        self.status.saved(saved.at, saved.text)
        self.show_decision()
        return True

    def _or_said(self, call: Callable[[], T | None]) -> T | None:
        """Call the session; None where that cannot be done, and the status line says why."""
        try:
            return call()
        except UsageError as error:
            self.status.say(" ".join(filter(None, (error.what, error.next_step))))
            return None
