"""The three themes at three sizes, on the main screen and on dialogs. `--snapshot-update` takes new pictures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.look import Look
from assistant.tui.themes import DARK, HIGH_CONTRAST, LIGHT

from .conftest import NOTICE

PICTURES = {
    "dark-60x20": (DARK.name, (60, 20), ["a", "x", "tab"]),
    "light-80x24": (LIGHT.name, (80, 24), ["a", "x", "tab"]),
    "high-contrast-120x40": (HIGH_CONTRAST.name, (120, 40), ["a", "x", "tab"]),
    "high-contrast-60x20-labels": (HIGH_CONTRAST.name, (60, 20), ["l"]),
    "dark-60x20-help": (DARK.name, (60, 20), ["question_mark"]),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_look(snap_compare: Callable[..., bool], session: ReviewSession, picture: str) -> None:
    theme, size, keys = PICTURES[picture]
    assert snap_compare(ReviewApp(session, None, NOTICE, look=Look(chosen=theme)), terminal_size=size, press=keys)
