"""`bioassist review`: the screen without the engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioassist.cli.diagnostics import Exit
from bioassist.cli.untrained import SHORT, untrained
from bioassist.errors import BioassistError, ProjectError, UsageError

if TYPE_CHECKING:
    from assistant.tui.app import ReviewApp


@click.command("review")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--as", "actor", metavar="NAME", help="Whose decisions these are.  [default: the user of this machine]")
@click.option("--light", is_flag=True, help="Light colours.")
@click.option("--screenshot", type=click.Path(path_type=Path), metavar="FILE.svg",
              help="Save a picture of the screen instead of opening it.")  # fmt: skip
@click.option("--press", default="", metavar="KEYS", help='Keys to press before the picture is taken: "a a r".')
def command(project: Path, actor: str | None, light: bool, screenshot: Path | None, press: str) -> None:
    """Review the suggestions of PROJECT with single keys. Every decision is saved when it is made.

    \b
    Example:
      bioassist review notes.bioassist
    """
    import sys

    from assistant.project.refitting import refit
    from assistant.project.store import Project
    from assistant.review.session import ReviewSession

    if screenshot is not None:
        from assistant.tui.screenshot import save_screenshot

        save_screenshot(project, screenshot, keys=press.split(), dark=not light)
        return
    if not sys.stdout.isatty():
        raise UsageError("the review screen needs a terminal.", next_step="Run it without redirecting its output.")
    from assistant.tui.app import ReviewApp

    with Project.open(project, actor=actor) as opened:
        if not opened.documents():
            raise ProjectError(
                "the project has no documents.", where=str(project), next_step="Run `bioassist annotate`."
            )
        refit(opened)
        run = next((one for one in reversed(opened.runs()) if one.model), None)
        notice = SHORT if run is not None and untrained(opened.schema, run.trained) else None
        app = ReviewApp(ReviewSession(opened, opened.actor), None, notice, dark=not light)
        app.run()
        leave(app)


def leave(app: ReviewApp) -> None:
    """Pass on how the screen was left. Raises KeyboardInterrupt for Ctrl-C, BioassistError if the screen failed."""
    if app.return_code == Exit.INTERRUPTED:
        raise KeyboardInterrupt
    if app.return_code:
        raise BioassistError("the review screen ended on an error. What was shown as saved is saved.")
