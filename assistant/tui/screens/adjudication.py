"""Making gold: the note as gold has it, and under it what each annotator said where they differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from assistant.project.facts import label_of
from assistant.review.team.adjudicating import Adjudication
from assistant.review.team.answers import Question
from assistant.review.view import Saved, Undone
from assistant.tui.keymap import bindings
from assistant.tui.keymap.team import ADJUDICATING, TAKING
from assistant.tui.screens.dialogs import LabelDialog, MessageDialog
from assistant.tui.widgets.answers_panel import AnswersPanel, Asked, item_in_words
from assistant.tui.widgets.key_line import KeyLine
from assistant.tui.widgets.note_view import NoteView
from assistant.tui.widgets.status_line import StatusLine
from assistant.tui.widgets.title_line import TitleLine
from bioassist.errors import BioassistError

T = TypeVar("T")


class AdjudicationScreen(Screen[None]):
    """One document at a time. `at` is a place in it whose question comes first."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ADJUDICATING, TAKING)]
    AUTO_FOCUS = ""

    def __init__(self, session: Adjudication, at: int | None = None) -> None:
        super().__init__()
        self.session = session
        self._at = at
        self.place: int | None = None
        self.title_line = TitleLine()
        self.note = NoteView(session.schema)
        self.panel = AnswersPanel()
        self.status = StatusLine(None)

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.note
        yield self.panel
        yield self.status
        yield KeyLine()

    def on_mount(self) -> None:
        self._opened()

    @property
    def question(self) -> Question | None:
        return self.session.answers().questions[self.place] if self.place is not None else None

    # showing

    def _opened(self) -> None:
        """Another document: to the question that was asked for, else to the first that is open, else to the first."""
        questions = self.session.answers().questions
        wanted = [n for n, one in enumerate(questions) if one.span and self._at in range(one.span.start, one.span.end)]
        left = [number for number, one in enumerate(questions) if not one.settled]
        self._at = None
        self._go(next(iter((*wanted, *left, *range(len(questions)))), None))

    def _go(self, place: int | None) -> None:
        self.place = place
        question = self.question
        mine = self.session.gold_on(question) if question is not None else []
        self.session.focus(mine[0].id if mine else None)
        self.show()

    def show(self) -> None:
        view, question = self.session.current, self.question
        if view is None:
            return
        self.title_line.show(view)
        self.note.show((view.row.id, view.row.text_sha), view.text, view.items, view.focus)
        self.note.set_found(question.span if question is not None else None)
        gold: list[str] = []
        if question is not None and question.kind == "fact":
            ids = {fact.id for fact in question.facts if fact is not None}
            gold = [label_of(fact.value) for fact in self.session.facts() if fact.id in ids and fact.kept]
        elif question is not None:
            gold = [item_in_words(item, view.text) for item in self.session.gold_on(question)]
        self.panel.show(Asked(self.session.answers(), self.place, gold, self.session.agreed(), view.text))

    # doing

    def _attempt(self, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except BioassistError as error:
            self.app.push_screen(MessageDialog.of(error))
            return None

    def _decide(self, call: Callable[[], Saved | None], nothing: str) -> bool:
        saved = self._attempt(call)
        if saved is None:
            self.status.say(nothing)
        else:
            self.status.saved(saved.at, saved.text)
        self.show()
        return saved is not None

    def action_question(self, by: int) -> None:
        count = len(self.session.answers().questions)
        if self.place is None or not count:
            self.status.say("there are no differences in this note")
        else:
            self._go((self.place + by) % count)

    def action_agreed(self) -> None:
        self._decide(self.session.take_agreed, "there is nothing more that all agree on")

    def action_take(self, number: int = 0) -> None:
        """Take what annotator `number` has, counted from 1; 0 takes none of it."""
        if number > len(self.session.answers().sides):
            self.status.say(f"there is no annotator {number} here")
        else:
            self._take([number - 1] if number else [])

    def action_both(self) -> None:
        self._take(list(range(len(self.session.answers().sides))))

    def _take(self, sides: list[int]) -> None:
        question = self.question
        if question is None:
            self.status.say("there are no differences in this note")
            return
        if self._decide(lambda: self.session.take(question, sides), "gold has not yet what this is said of"):
            questions = self.session.answers().questions
            here = self.place or 0
            ahead = [*range(here + 1, len(questions)), *range(here)]
            following = next((one for one in ahead if not questions[one].settled), None)
            if following is not None:
                self._go(following)

    def action_relabel(self) -> None:
        view = self.session.current
        item = view.focused if view is not None else None
        if item is None:
            self.status.say("take an answer first, then change it")
            return

        def chosen(label: str | None) -> None:
            if label is not None:
                self._decide(lambda: self.session.relabel(label), "it has this label")

        self.app.push_screen(LabelDialog(self.session.schema, item.type), chosen)

    def action_edge(self, which: str) -> None:
        moves: dict[str, Callable[[], Saved | None]] = {
            "grow_left": self.session.grow_left,
            "shrink_left": self.session.shrink_left,
            "grow_right": self.session.grow_right,
            "shrink_right": self.session.shrink_right,
        }
        self._decide(moves[which], "take an answer first; a last word stays")

    def action_undo(self) -> None:
        self._undone(self.session.undo, "nothing to undo")

    def action_redo(self) -> None:
        self._undone(self.session.redo, "nothing to redo")

    def _undone(self, call: Callable[[], Undone | None], nothing: str) -> None:
        undone = self._attempt(call)
        if undone is None:
            self.status.say(nothing)
            return
        self.status.saved(undone.at, undone.text)
        view = self.session.current
        if view is None or view.row.id != undone.document_id:
            self.session.open(undone.document_id)
            self._opened()
        self.show()

    def action_done(self) -> None:
        view, left = self.session.current, [one for one in self.session.answers().questions if not one.settled]
        if view is not None and view.row.done:
            self._decide(self.session.reopen, "it is open")
        elif left or self.session.agreed():
            what = f"{len(left)} questions are open" if left else "what all agree on is not taken over (a)"
            self.status.say(f"not done yet: {what}")
        elif self._decide(self.session.mark_done, "it is done"):
            self._next_note("gold is done with this note; no other waits")

    def action_next_note(self) -> None:
        self._next_note("no other note waits for gold")

    def _next_note(self, at_end: str) -> None:
        if self._attempt(self.session.next_to_settle) is None:
            self.status.say(at_end)
        else:
            self._opened()

    def action_leave(self) -> None:
        self.dismiss()
