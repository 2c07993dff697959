"""`bioassist review --serve`: the review screen in a browser of this machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from bioassist.cli.diagnostics import say
from bioassist.errors import UsageError

# What is imported by name only where somebody serves.
PACKAGES = ("aiohttp", "textual_serve")


def serve_review(project: Path, options: Sequence[str], port: int, open_browser: bool) -> None:
    """Serve until interrupted; each tab runs `bioassist review PROJECT` with `options`. Raises UsageError without the
    packages that serving needs, and if the port is taken."""
    import asyncio

    try:
        from assistant.tui.serving.server import serve
    except ModuleNotFoundError as error:
        if error.name not in PACKAGES:
            raise
        raise UsageError(
            "serving the screen needs packages that are not installed.",
            next_step="Install them with `pip install 'bioassist[serve]'`.",
        ) from None
    command = [sys.executable, "-P", "-c", "from bioassist.cli import main; main()", "review", str(project.resolve())]
    command += ["--in-browser", *options]

    def announce(address: str) -> None:
        say("The review screen is at this address, for a browser on this machine, until you press Ctrl-C.")
        say("Whoever has the address can read the notes and decide; it is good for this run alone.")
        click.echo(address)

    try:
        asyncio.run(serve(command, announce, port, project if open_browser else None))
    except KeyboardInterrupt:
        say("Closed. Everything that was decided is saved.")
