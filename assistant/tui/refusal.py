"""A screen that says why the review screen cannot open, for where there is no terminal to say it on."""

from __future__ import annotations

from typing import Any

from textual.app import App

from assistant.tui.screens.dialogs import MessageDialog
from assistant.tui.themes import DARK
from bioassist.errors import BioassistError


class RefusalApp(App[None]):
    TITLE = "bioassist"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, error: BioassistError) -> None:
        super().__init__()
        self._error = error
        self.register_theme(DARK)
        self.theme = DARK.name

    def on_mount(self) -> None:
        error = self._error
        said = [error.what if error.where is None else f"{error.where}: {error.what}", error.next_step or ""]
        dialog = MessageDialog("The review screen cannot open", "\n\n".join(filter(None, said)), error=True)
        self.push_screen(dialog, self._leave)

    def _leave(self, _: Any) -> None:
        self.exit(return_code=self._error.exit_code)
