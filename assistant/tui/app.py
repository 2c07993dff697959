"""The application: themes, styles, and the door through which the engine's thread speaks."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from assistant.engine.events import Event
from assistant.tui.collecting import EVERY, Collecting
from assistant.tui.keymap.configuring import KeyMap
from assistant.tui.look import Look, shown_name
from assistant.tui.messages import EngineReport, NextTheme, Prioritiser
from assistant.tui.screens.dialogs import MessageDialog
from assistant.tui.screens.review import ReviewScreen
from assistant.tui.screens.too_small import TooSmallScreen, too_small

if TYPE_CHECKING:
    from assistant.review.session import ReviewSession

INTERRUPTED = 130
# Seconds after which a thread that computes (the engine's, one that loads a library) gives way to a key.
GIVE_WAY = 0.0005


class ReviewApp(App[None]):
    """Reviews a session's documents.

    `annotator` is asked to read first what the person opens; it is neither started nor stopped here. Whoever runs it
    passes its events to `report`. `notice` stands in the status line as long as the screen does, for example that
    the suggestions come from an untrained model. `look` says which themes there are and which it has, `keys` are those
    that a person chose, if any.
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
        look: Look | None = None,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__()
        self.keys = keys or KeyMap()
        self.set_keymap(dict(self.keys.changed))
        self.review = ReviewScreen(session, annotator, notice)
        self.review.key_map = self.keys
        self.look = look or Look()
        self._collecting: Collecting | None = None
        for theme in self.look.themes:
            self.register_theme(theme)
        self.theme = self.look.chosen

    def get_driver_class(self) -> type[Driver]:
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":  # in a browser, without a screen, on Windows: nothing to mend
            return chosen
        from assistant.tui.terminal import Terminal

        return Terminal

    def collect_in_pauses(self) -> None:
        """Let the garbage of this process be collected while no key comes; before it runs."""
        self._collecting = Collecting()

    def terminal_gone(self) -> None:
        """Nobody is there any more; what was decided is saved."""
        self.exit(return_code=INTERRUPTED)

    def report(self, event: Event) -> None:
        """Tell the screen about the engine. May be called from any thread, before, while and after the app runs."""
        self.post_message(EngineReport(event))

    def on_mount(self) -> None:
        sys.setswitchinterval(GIVE_WAY)
        self.push_screen(self.review)
        if self._collecting is not None:
            self._collecting.begin()
            self.set_interval(EVERY, self._collecting.look)
        if self.keys.problems:
            said = "\n\n".join((*self.keys.problems, "These actions have the program's own keys."))
            self.push_screen(MessageDialog("Some keys could not be taken", said, error=True))
        if self.look.problems:
            said = "\n\n".join((*self.look.problems, "The other themes are there; T goes round."))
            self.push_screen(MessageDialog("A theme could not be taken", said, error=True))

    def on_unmount(self) -> None:
        if self._collecting is not None:
            self._collecting.end()

    async def on_event(self, event: events.Event) -> None:
        if self._collecting is not None and isinstance(event, events.Key):
            self._collecting.touched()
        await super().on_event(event)

    def _fatal_error(self) -> None:
        """A defect of ours ends this. Textual would print the values of variables, words of notes among them."""
        self.bell()
        self._close_messages_no_wait()

    @property
    def defect(self) -> Exception | None:
        """What ended the application, if that was a defect of ours."""
        return self._exception

    def action_interrupt(self) -> None:
        """Ctrl-C arrives as a key while the screen is on; nothing is lost by stopping."""
        self.exit(return_code=INTERRUPTED)

    @on(EngineReport)
    def _engine_report(self, report: EngineReport) -> None:
        if self.review.is_attached:
            self.review.engine(report.event)

    def on_resize(self, event: events.Resize) -> None:
        if too_small(event.size) and not isinstance(self.screen, TooSmallScreen):
            self.push_screen(TooSmallScreen())

    @on(NextTheme)
    def _next_theme(self) -> None:
        self.theme = self.look.after(self.theme).name
        self.review.status.say(f"{shown_name(self.theme)} theme")
        self._remember(self.theme)

    @work(thread=True, exclusive=True, exit_on_error=True)
    def _remember(self, theme: str) -> None:
        try:
            self.look.remember(theme)
        except OSError as error:
            said = f"{shown_name(theme)} theme; it could not be kept for the next time: {error.strerror}"
            self.call_from_thread(self.review.status.say, said)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The command palette: every action of the key map, each label, and what is done while words are selected."""
        if screen is not self.review:
            return
        for key in self.keys.keys:
            yield SystemCommand(key.label, f"{key.help} ({key.shown})", self._command(key.action))
        for key, entity in zip(self.keys.digits, self.review.session.schema.entities, strict=False):
            said = f"label {entity.name} ({key.shown})"
            yield SystemCommand(f"Label {entity.name}", said, self._command(key.action))
        for key in self.keys.selecting:
            said = f"while words are selected: {key.help} ({key.shown})"
            yield SystemCommand(f"Select: {key.label}", said, self._command(key.action, selecting=True))

    def _command(self, action: str, *, selecting: bool = False) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            note = self.review.note
            if selecting and note.selecting is None:
                await self.review.run_action("select")
            await (note if selecting else self.review).run_action(action)

        return run
