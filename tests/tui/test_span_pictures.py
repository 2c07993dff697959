"""What jumping, fragments, a held edge, the same words and the guideline look like."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp

from .test_review_keys import until

Compare = Callable[..., bool]
FLOWS = {
    "jump": ["f"],
    "jump_half_typed": ["f", "s"],
    "held_edge": ["right_parenthesis", "right"],
    "fragment": ["v", "w", "w", "w", "w", "w", "g"],
    "split": ["vertical_line"],
    "skipped": ["z", *"a template", "enter", "P"],
    "question": ["Q", *"is this one?", "enter"],
    "guideline": ["a", "a", "p", "p", "G"],
    "everywhere": ["E"],
}
# What comes from a thread, and a word of it.
IN_A_THREAD = {"guideline": "Kept in this project", "everywhere": "nowhere else"}


def said(pilot: Pilot[None]) -> str:
    return "\n".join(str(one.render()) for one in pilot.app.screen.query(Static))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])
@pytest.mark.parametrize("flow", FLOWS)
def test_flow(snap_compare: Compare, session: ReviewSession, flow: str, size: tuple[int, int]) -> None:
    app = ReviewApp(session)

    async def run(pilot: Pilot[None]) -> None:
        await pilot.press(*FLOWS[flow])
        if flow in IN_A_THREAD:
            await until(pilot, lambda: IN_A_THREAD[flow] in said(pilot))
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run)
