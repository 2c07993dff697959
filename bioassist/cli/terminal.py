"""Whether there is a terminal that the review screen can be drawn on."""

from __future__ import annotations

import os
import sys

from bioassist.errors import UsageError

INSTEAD = "Open another terminal, or review in a browser with `bioassist review --serve`."


def has_terminal() -> bool:
    """Whether there is a terminal on which the screen can be drawn."""
    return sys.stdout.isatty() and draws()


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


def kind() -> str:
    return os.environ.get("TERM", "")
