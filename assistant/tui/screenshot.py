"""A picture of the review screen as SVG, made without a terminal: for the README and for bug reports."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from assistant.project.store import Project
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.look import Look
from assistant.tui.themes import DARK, LIGHT

# Textual's pictures name a font on a public server, and whoever opened one would ask that server for it.
_FONT_FROM_THE_WEB = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)


def save_screenshot(
    project_path: Path,
    destination: Path,
    size: tuple[int, int] = (120, 36),
    keys: Sequence[str] = (),
    *,
    actor: str | None = None,
    notice: str | None = None,
    dark: bool = True,
) -> None:
    """Open the project, press `keys` (as Textual names them), and write what the screen shows to `destination`.

    `size` is columns and rows, `actor` whose decisions these are. The keys do what they do: decisions are saved in the
    project. Raises ProjectError if the project cannot be opened and OSError if `destination` cannot be written.
    """
    look = Look(chosen=DARK.name if dark else LIGHT.name)
    with Project.open(project_path, actor=actor) as project:
        svg = asyncio.run(_draw(ReviewApp(ReviewSession(project), None, notice, look=look), size, keys))
    destination.write_text(_FONT_FROM_THE_WEB.sub("", svg), encoding="utf-8")


async def _draw(app: ReviewApp, size: tuple[int, int], keys: Sequence[str]) -> str:
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return app.export_screenshot(title="bioassist")
