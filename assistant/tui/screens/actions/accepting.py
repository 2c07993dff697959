"""Accepting everything over a confidence, in the note or in all of them."""

from __future__ import annotations

from assistant.tui.clock import now
from assistant.tui.screens.accept_over import AcceptOverDialog, Chosen
from assistant.tui.screens.actions.deciding import AT_ONCE, Deciding


class Accepting(Deciding):
    """Decisions on what nobody has looked at."""

    def action_accept_over(self) -> None:
        view = self.session.current
        if view is None:
            return
        waiting = any(item.status == "pending" for item in view.items)
        if not waiting and not any(row.pending for row in self.documents.rows):
            self.status.say("nothing left to decide")
            return

        def ask(everywhere: bool) -> None:
            if not everywhere and len(view.items) <= AT_ONCE:
                dialog.take(everywhere, self.session.estimates())
                return
            self.behind(
                f"estimates {everywhere}",
                lambda: self.session.estimates(everywhere=everywhere),
                lambda estimates: dialog.take(everywhere, estimates) if dialog.is_attached else None,
            )

        dialog = AcceptOverDialog(str(self.session.filter or ""), ask, everywhere=not waiting)
        self.app.push_screen(dialog, self._accept_over)

    def _accept_over(self, chosen: Chosen | None) -> None:
        if chosen is None:
            return

        def call() -> int:
            return self.session.accept_over(chosen.threshold, everywhere=chosen.everywhere)

        def then(count: int) -> None:
            if count:
                where = " in all notes" if chosen.everywhere else ""
                self.status.saved(now(), f"accepted {count:,} over {chosen.threshold:.2f}{where}")
            else:
                self.status.say(f"no open suggestion reaches {chosen.threshold:.2f}")
            self.show_decision()
            if chosen.everywhere:
                self.reload_list()

        self.alone(f"Accepting {chosen.suggestions:,} suggestions…", call, then, long=chosen.suggestions > AT_ONCE)
