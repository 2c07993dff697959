"""The terminal that the screen is drawn on: the one of standard error, or of standard output; and what if it goes away.

Textual draws on standard error. Where that is a file (`2>errors.txt`), nobody would see it. And where the terminal is
gone without a word, Textual reads the end of its input over and over, and waits for a writer that has ended.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any, TextIO

from textual.drivers.linux_driver import LinuxDriver

LOOK = 0.5  # seconds between two looks at whether the terminal is there


class Terminal(LinuxDriver):
    """Ends the application once its terminal is gone: its `terminal_gone` is called, in its own thread."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = Lasting(drawn_on())
        self._gone: Callable[[], None] = app.terminal_gone
        self._closed = Event()
        self._watching: Thread | None = None

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._watching is None:
            self._watching = Thread(target=self._watch, name="terminal-watch", daemon=True)
            self._watching.start()

    def close(self) -> None:
        self._closed.set()
        super().close()

    def _watch(self) -> None:
        while not self._closed.wait(LOOK):
            if not os.isatty(self.fileno):
                self.exit_event.set()  # Textual's thread reads no more
                with suppress(RuntimeError):  # it is ending already
                    self._loop.call_soon_threadsafe(self._gone)
                return


class Lasting:
    """A stream without errors: Textual's writing thread would end at the first, and what is written wait for it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()


def drawn_on() -> TextIO:
    """Standard error if that is a terminal, else standard output."""
    errors, output = sys.__stderr__, sys.__stdout__
    assert errors is not None and output is not None
    if errors.isatty() or not output.isatty():
        return errors
    if hasattr(output, "reconfigure"):
        output.reconfigure(errors="backslashreplace")  # as standard error has it: a sign that is missing ends nothing
    return output
