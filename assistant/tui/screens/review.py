"""The review screen: its actions by group, and those on the screen itself."""

from __future__ import annotations

from assistant.tui.keymap import KEYS, STEPPING, WHILE_SELECTING
from assistant.tui.messages import NextTheme
from assistant.tui.screens.actions.accepting import Accepting
from assistant.tui.screens.actions.adding import Adding
from assistant.tui.screens.actions.documents import Documents
from assistant.tui.screens.actions.following import Following
from assistant.tui.screens.actions.order import Order
from assistant.tui.screens.actions.saying import Saying
from assistant.tui.screens.actions.spans import Spans
from assistant.tui.screens.actions.team import Team
from assistant.tui.screens.help import HelpScreen
from assistant.tui.screens.reliability import ReliabilityDialog
from assistant.tui.screens.workbench import Refusal

ACTIONS = frozenset(key.action for key in KEYS)


class ReviewScreen(Order, Accepting, Adding, Spans, Saying, Team, Documents, Following):
    """What a person does with a document. The names of the actions are those of the key map."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        selecting, asked = self.note.selecting is not None, self.note.hints is not None
        # In a queue of near misses what is selected is what is in turn.
        free = WHILE_SELECTING if self.session.near_in_turn is None else WHILE_SELECTING | STEPPING
        blocked = action in ACTIONS and (asked or (selecting and action not in free))
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
        self.app.post_message(NextTheme())

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.key_map.keys))
