"""`bioassist review`: the screen without the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioassist.cli.diagnostics import Exit
from bioassist.cli.terminal import check_terminal, let_go
from bioassist.cli.untrained import SHORT, untrained
from bioassist.errors import BioassistError, ProjectError, UsageError

if TYPE_CHECKING:
    from assistant.project.store import Project
    from assistant.tui.app import ReviewApp


@dataclass(frozen=True, slots=True)
class Way:
    """How a person goes through a project: by a queue, perhaps a new sample; through all notes or only those that are
    theirs; with a page at the end or without."""

    queue: str | None
    sample: int | None
    seed: int | None
    summary: bool
    everything: bool = False

    def arguments(self) -> list[str]:
        """The same for another process."""
        named = {"--queue": self.queue, "--sample": self.sample, "--seed": self.seed}
        given = [part for name, value in named.items() if value is not None for part in (name, str(value))]
        return given + ([] if self.summary else ["--no-summary"]) + (["--all"] if self.everything else [])


@click.command("review")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--as", "actor", metavar="NAME", help="Whose decisions these are.  [default: the user of this machine]")
@click.option("--light", is_flag=True, help="Light colours.")
@click.option("--screenshot", type=click.Path(path_type=Path), metavar="FILE.svg",
              help="Save a picture of the screen instead of opening it.")  # fmt: skip
@click.option("--press", default="", metavar="KEYS", help='Keys to press before the picture is taken: "a a r".')
@click.option("--queue", metavar="NAME",
              help="Go through all notes in an order: file, uncertain, informative, near-misses, disagreements, sample "
              "or label:LABEL.")  # fmt: skip
@click.option(
    "--sample", type=click.IntRange(1), metavar="N", help="With --queue sample: draw a new one of N suggestions."
)
@click.option("--seed", type=int, metavar="N", help="What a sample is drawn by; the same seed draws the same.")
@click.option("--all", "everything", is_flag=True, help="Show all notes, also those that are assigned to others.")
@click.option("--no-summary", is_flag=True, help="Leave at once with q, without a page on what was done.")
@click.option("--serve", is_flag=True, help="Show the screen in a browser, on this machine's loopback address alone.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N",
              help="Port to serve at.  [default: any free one]")  # fmt: skip
@click.option("--open", "open_browser", is_flag=True, help="With --serve: open a browser too.")
@click.option("--in-browser", is_flag=True, hidden=True)
def command(
    project: Path,
    actor: str | None,
    light: bool,
    screenshot: Path | None,
    press: str,
    queue: str | None,
    sample: int | None,
    seed: int | None,
    everything: bool,
    no_summary: bool,
    serve: bool,
    port: int,
    open_browser: bool,
    in_browser: bool,
) -> None:
    """Review the suggestions of PROJECT with single keys. Every decision is saved when it is made.

    \b
    Examples:
      bioassist review notes.bioassist
      bioassist review notes.bioassist --queue uncertain
      bioassist review notes.bioassist --serve --open
    """
    from assistant.project.team.annotators import checked

    actor = None if actor is None else checked(actor)
    if screenshot is not None:
        from assistant.tui.screenshot import save_screenshot

        save_screenshot(project, screenshot, keys=press.split(), actor=actor, dark=not light)
        return
    if (sample is not None or seed is not None) and queue != "sample":
        raise UsageError("--sample and --seed go with --queue sample.")
    order = Way(queue, sample, seed, summary=not no_summary, everything=everything)
    if not serve and (port or open_browser):
        raise UsageError("--port and --open go with --serve.")
    if serve:
        from bioassist.cli.serving import serve_review

        check_project(project)
        serve_review(
            project,
            [*(["--as", actor] if actor else []), *(["--light"] if light else []), *order.arguments()],
            port,
            open_browser,
        )
    elif in_browser:
        _in_browser(project, actor, light, order)
    else:
        _review(project, actor, light, order, check_terminal)


def check_project(project: Path) -> None:
    """Raises ProjectError if the screen could not open on it now."""
    from assistant.project.store import Project

    with Project.open(project) as opened:
        _check_notes(opened, project)


def _check_notes(opened: Project, project: Path) -> None:
    if not opened.documents():
        raise ProjectError("the project has no documents.", where=str(project), next_step="Run `bioassist annotate`.")


def _in_browser(project: Path, actor: str | None, light: bool, order: Way) -> None:
    """The process of one tab: what it cannot do it says there, since its output is the page's."""
    from assistant.tui.refusal import RefusalApp

    try:
        _review(project, actor, light, order, lambda: None)
    except BioassistError as error:
        RefusalApp(error).run()


def _review(project: Path, actor: str | None, light: bool, order: Way, check: Callable[[], None]) -> None:
    """Open the screen, unless `check` refuses what it would be drawn on."""
    from assistant.project.calibration.refitting import refit
    from assistant.project.store import Project
    from assistant.review.session import ReviewSession
    from assistant.tui.app import ReviewApp
    from assistant.tui.keymap.configuring import keys_of
    from assistant.tui.look import look_of

    with Project.open(project, actor=actor) as opened:
        _check_notes(opened, project)
        check()
        refit(opened)
        run = next((one for one in reversed(opened.runs()) if one.model), None)
        notices = [SHORT] if run is not None and untrained(opened.schema, run.trained) else []
        notices += apart(opened) if actor is None else []
        seen = opened if order.everything else opened.mine()
        notices += [f"{seen.left_out:,} notes are for others (--all)"] if seen.left_out else []
        app = ReviewApp(ReviewSession(seen, opened.actor), None, "; ".join(notices) or None, look=look_of(light),
                        keys=keys_of(project))  # fmt: skip
        app.review.summary = order.summary
        if order.queue is not None:
            app.review.begin_with(order.queue, order.sample, order.seed)
        app.collect_in_pauses()
        app.run()
        leave(app)


def apart(project: Project) -> list[str]:
    """What to say to somebody who has decided nothing where others have: their decisions are not these."""
    others = project.annotators()
    if not others or project.actor in others:
        return []
    return [f"you are {project.actor}: the decisions of {', '.join(others)} are apart (--as)"]


def leave(app: ReviewApp) -> None:
    """Pass on how the screen was left. Raises KeyboardInterrupt for Ctrl-C, and what ended it if that was a defect."""
    let_go()
    if app.return_code == Exit.INTERRUPTED:
        raise KeyboardInterrupt
    if app.defect is not None:
        raise app.defect
    if app.return_code:
        raise BioassistError("the review screen ended on an error. What was shown as saved is saved.")
