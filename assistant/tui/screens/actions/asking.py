"""Asking the team about a span, and the guideline about a label."""

from __future__ import annotations

from assistant.review.guidelines import Guideline
from assistant.tui.screens.actions.deciding import Deciding
from assistant.tui.screens.guideline_dialog import GuidelineDialog
from assistant.tui.screens.reason_dialog import ReasonDialog


class Asking(Deciding):
    """What one does not know."""

    def action_question(self) -> None:
        """Ask about the focus; what is asked of it already is answered, or closed by saying nothing."""
        view = self.session.current
        if view is None or view.focused is None:
            self.status.say("nothing in focus to ask about")
            return
        asked = self.session.open_question()
        if asked is None:
            dialog = ReasonDialog("Ask the team about this", "enter asks · esc leaves")
            self.app.push_screen(dialog, self._ask)
            return
        keys = "enter answers, empty closes it · esc leaves"
        dialog = ReasonDialog("Answer", keys, f"{asked.actor} asks: {asked.text}", empty=True)
        self.app.push_screen(dialog, lambda said: self._answer(asked.id, said))

    def _ask(self, said: str | None) -> None:
        if said is not None:
            self._decide(lambda: self.session.ask(said))

    def _answer(self, question_id: str, said: str | None) -> None:
        if said is not None:
            self._decide(lambda: self.session.answer(question_id, said))

    def action_guideline(self) -> None:
        view = self.session.current
        if view is None or view.focused is None:
            self.status.say("nothing in focus; l lists the labels, and ? there tells what one is for")
            return
        self.tell_guideline(view.focused.type)

    def tell_guideline(self, label: str) -> None:
        """Show what a label is for, once its examples are read."""

        def told(guideline: Guideline) -> None:
            self.app.push_screen(GuidelineDialog(guideline))

        self.behind("guideline", lambda: self.session.guideline(label), told)
