"""The review screen: its actions by group, and those on the screen itself."""

from __future__ import annotations

from assistant.tui.keymap import KEYS, WHILE_SELECTING
from assistant.tui.screens.actions.adding import Adding
from assistant.tui.screens.actions.documents import Documents
from assistant.tui.screens.actions.moving import Moving
from assistant.tui.screens.help import HelpScreen
from assistant.tui.screens.reliability import ReliabilityDialog
from assistant.tui.screens.workbench import Refusal

ACTIONS = frozenset(key.action for key in KEYS)


class ReviewScreen(Moving, Adding, Documents):
    """What a person does with a document. The names of the actions are those of the key map."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        blocked = self.note.selecting is not None and action in ACTIONS and action not in WHILE_SELECTING
        return False if blocked else super().check_action(action, parameters)

    def action_rejected(self) -> None:
        self.note.set_rejected(not self.note.show_rejected)
        self.status.say("rejected ones are shown" if self.note.show_rejected else "rejected ones are hidden")

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
