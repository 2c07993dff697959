"""The application: themes, styles, and the door through which the engine's thread speaks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from assistant.engine.events import Event
from assistant.tui.keymap import KEYS
from assistant.tui.messages import EngineReport, Prioritiser
from assistant.tui.screens.review import ReviewScreen
from assistant.tui.themes import DARK, LIGHT

if TYPE_CHECKING:
    from assistant.review.session import ReviewSession

INTERRUPTED = 130


class ReviewApp(App[None]):
    """Reviews a session's documents.

    `annotator` is asked to read first what the person opens; it is neither started nor stopped here. Whoever runs it
    passes its events to `report`. `notice` stands in the status line as long as the screen does, for example that
    the suggestions come from an untrained model.
    """

    TITLE = "bioassist"
    CSS_PATH = "app.tcss"
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "interrupt", show=False, system=True)]

    def __init__(
        self,
        session: ReviewSession,
        annotator: Prioritiser | None = None,
        notice: str | None = None,
        *,
        dark: bool = True,
    ) -> None:
        super().__init__()
        self.review = ReviewScreen(session, annotator, notice)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name if dark else LIGHT.name

    def report(self, event: Event) -> None:
        """Tell the screen about the engine. May be called from any thread, before, while and after the app runs."""
        self.post_message(EngineReport(event))

    def on_mount(self) -> None:
        self.push_screen(self.review)

    def action_interrupt(self) -> None:
        """Ctrl-C arrives as a key while the screen is on; nothing is lost by stopping."""
        self.exit(return_code=INTERRUPTED)

    @on(EngineReport)
    def _engine_report(self, report: EngineReport) -> None:
        if self.review.is_attached:
            self.review.engine(report.event)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The command palette: every action of the key map."""
        if screen is self.review:
            for key in KEYS:
                yield SystemCommand(key.label, f"{key.help} ({key.shown})", self._command(key.action))

    def _command(self, action: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await self.review.run_action(action)

        return run
