"""Other annotators: how far they agree, and gold out of what they said."""

from __future__ import annotations

from assistant.review.team.adjudicating import Adjudication
from assistant.tui.screens.actions.deciding import Deciding
from assistant.tui.screens.adjudication import AdjudicationScreen
from assistant.tui.screens.agreement import AgreementScreen, Compared, Place, compare
from assistant.tui.screens.workbench import Refusal


class Team(Deciding):
    """What the team's screens are opened by, and where they lead."""

    def action_agreement(self) -> None:
        project = self.session.project
        self.alone("comparing the annotators", lambda: compare(project), self._compared, long=True)

    def _compared(self, found: Compared) -> None:
        self.app.push_screen(AgreementScreen(found), self._go_to)

    def _go_to(self, place: Place | None) -> None:
        row = next((one for one in self.documents.rows if place is not None and one.name == place.document), None)
        if place is None or row is None or not self.open(row.id):
            return
        if place.adjudicate:
            self._adjudicate(place.span.start)
            return
        self.session.focus_at(place.span.start)
        self.show()
        self.note.set_found(place.span)

    def action_adjudicate(self) -> None:
        self._adjudicate(None)

    def _adjudicate(self, at: int | None) -> None:
        session, view = Adjudication.beside(self.session), self.session.current
        here = None if view is None else self.attempt(lambda: session.open(view.row.id))
        if isinstance(here, Refusal):
            return
        if view is None or not session.answers().sides:
            found = self.attempt(session.next_to_settle)
            if isinstance(found, Refusal):
                return
            if found is None:
                self.status.say("no other annotator has marked a note done, so there is nothing to make gold of")
                return
        self.app.push_screen(AdjudicationScreen(session, at), lambda _: self._adjudicated())

    def _adjudicated(self) -> None:
        # Who reviews as gold sees what was decided.
        view = self.session.current
        if view is not None and self.session.actor == "gold":
            self.attempt(lambda: self.session.open(view.row.id))
        self.reload_list()
        self.show()
