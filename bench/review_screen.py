"""The real review screen before a terminal that keeps the time: when was a key posted, when was its effect written out.

The terminal takes what the screen writes, escape sequences and all, and throws it away, as fast as any real one may.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual import events
from textual.driver import Driver
from textual.pilot import Pilot
from textual.screen import Screen

from assistant.tui import app as screens
from assistant.tui.screens.workbench import QUIET as QUIET_AFTER

QUIET, LONGEST = 0.4, 5.0  # seconds without a paint after which none is coming; seconds to wait for the first


class Terminal(Driver):
    """A terminal of the size that the application was started with."""

    def write(self, data: str) -> None:
        data.encode("utf-8")

    def start_application_mode(self) -> None:
        width, height = self._size or (80, 24)
        size = events.Size(width, height)
        self.send_message(events.Resize(size, size))

    def disable_input(self) -> None:
        pass

    def stop_application_mode(self) -> None:
        pass


class TimedApp(screens.ReviewApp):
    """Says when what an action changed is on the screen: written, and nothing more of it on its way."""

    CSS_PATH = Path(screens.__file__).with_name("app.tcss")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.driver_class = Terminal
        self._acted = False
        self.whole = asyncio.Event()
        self.painted_at: float | None = None

    async def run_action(self, *given: Any, **named: Any) -> bool:
        done = await super().run_action(*given, **named)
        self._acted = True
        return done

    def expect(self) -> None:
        """From now on the paint is wanted of what the next action changes."""
        self._acted, self.painted_at = False, None
        self.whole.clear()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, renderable)
        if self._acted and not self.whole.is_set():
            self.painted_at = time.perf_counter()
            if not waits(screen):
                self.whole.set()


def waits(screen: Screen[Any]) -> bool:
    """Whether a part of the screen has still something to draw, or a message that may bring it about."""
    # A paint in progress has cleared these for what it draws.
    if screen._layout_required or screen._repaint_required or not screen._message_queue.empty():
        return True
    return any(
        part._repaint_required or part._layout_required or not part._message_queue.empty()
        for part in screen.walk_children(with_self=False)
    )


async def press(pilot: Pilot[None], key: str) -> float | None:
    """Seconds from the key's arrival to its paint; None if it changed nothing on the screen."""
    app = pilot.app
    assert isinstance(app, TimedApp) and app._driver is not None
    app.expect()
    character = key if len(key) == 1 else None
    began = time.perf_counter()
    app._driver.process_message(events.Key(key, character))
    while not app.whole.is_set() and time.perf_counter() - began < LONGEST:
        seen = app.painted_at
        with suppress(TimeoutError):
            await asyncio.wait_for(app.whole.wait(), QUIET)
        if app.painted_at == seen and app._acted:
            break
    return app.painted_at - began if app.painted_at is not None else None


async def first_paint(pilot: Pilot[None]) -> None:
    """Wait until the first note is on the screen."""
    app = pilot.app
    assert isinstance(app, TimedApp)
    until = time.perf_counter() + 60
    while app.review.session.current is None or waits(app.review):
        if time.perf_counter() > until:
            raise TimeoutError("the screen did not open")
        await asyncio.sleep(0.005)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until what is loaded behind an open screen is there."""
    await asyncio.sleep(QUIET_AFTER + 0.2)
    await pilot.app.workers.wait_for_complete()
