"""Whether there is a terminal that the review screen can be drawn on."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress

from bioassist.errors import UsageError

INSTEAD = "Open another terminal, or review in a browser with `bioassist review --serve`."


def has_terminal() -> bool:
    """Whether there is a terminal on which the screen can be drawn, and which sends keys."""
    return sys.stdin.isatty() and sys.stdout.isatty() and draws()


def check_terminal() -> None:
    """Raises UsageError if there is none, or one that cannot move its cursor."""
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        raise UsageError(
            "the review screen needs a terminal.",
            next_step="Run it without redirecting its input and output, or with --serve.",
        )
    if not draws():
        raise UsageError(f"this terminal says that it cannot draw screens (TERM={kind()}).", next_step=INSTEAD)


def draws() -> bool:
    """Whether the terminal says that it can draw screens. Windows terminals say nothing, and can."""
    return os.name == "nt" or kind() not in ("", "dumb", "unknown")


def let_go() -> None:
    """Have what is still to be said go nowhere where the terminal that it was for is gone."""
    for stream in (sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError):
            number = stream.fileno() if stream is not None else -1
            if stat.S_ISCHR(os.fstat(number).st_mode) and not os.isatty(number):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, number)
                os.close(nowhere)


def kind() -> str:
    return os.environ.get("TERM", "")
