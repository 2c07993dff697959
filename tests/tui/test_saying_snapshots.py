"""What relations, menus and look-ups look like. `--snapshot-update` takes new pictures; look at them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from assistant.project.records import Reference
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from bioassist.documents import Argument, Attribute, Relation

from .conftest import FakeProject
from .test_facts import say
from .test_saying_keys import focus, with_terms

Compare = Callable[..., bool]
LOOKS = {"80x24-light": ((80, 24), "bioassist-light"), "120x36-dark": ((120, 36), "bioassist-dark")}
SCREENS = {
    "joined": [],
    "letters": ["r"],
    "relation_menu": ["r", "@community-acquired pneumonia"],
    "attributes": ["@@community-acquired pneumonia", "t"],
    "classes": ["C"],
    "note_on_the_span": ["semicolon"],
}


@pytest.fixture
def said(ward: FakeProject) -> ReviewSession:
    """A drug that is related to spans above and below it, in every status, in a note that may be a summary."""
    session = ReviewSession(ward.project, "ana")
    session.open(1)
    ids = {
        words: focus(session, words) for words in ("fever", "1.2 g IV t.d.s.", "community-acquired pneumonia", "CRP")
    }
    drug = focus(session, "co-amoxiclav")
    pneumonia = ids["community-acquired pneumonia"]
    say(
        ward,
        (Relation("", "Treats", (Argument("Arg1", drug), Argument("Arg2", pneumonia))), 0.91),
        (Relation("", "Dose_of", (Argument("Arg1", ids["1.2 g IV t.d.s."]), Argument("Arg2", drug))), 0.88),
        (Relation("", "Causes", (Argument("Arg1", drug), Argument("Arg2", ids["CRP"]))), 0.31),
        (Attribute("", "Assertion", pneumonia, "possible"), 0.64),
        ("discharge_summary", 0.93),
        ("letter", 0.22),
    )
    session.refresh()
    session.accept_fact()
    session.relate(ids["fever"], "Treats")
    session.normalize(Reference("RXNORM", "19711", "amoxicillin and clavulanate"))
    session.note_span("first line in our guideline")
    return session


async def perform(pilot: Pilot[None], app: ReviewApp, keys: list[str]) -> None:
    """Press keys; `@words` types the letters over a span, `@@words` focuses one."""
    view = app.review.session.current
    assert view is not None
    for key in keys:
        if key.startswith("@@"):
            focus(app.review.session, key[2:])
            app.review.show()
        elif key.startswith("@"):
            other = next(item.id for item in view.items if item.of(view.text) == key[1:])
            assert app.review.note.hints is not None
            await pilot.press(*app.review.note.hints.letters[other])
        else:
            await pilot.press(key)
        await pilot.pause()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("screen", SCREENS)
def test_screen(snap_compare: Compare, said: ReviewSession, screen: str, look: str) -> None:
    size, theme = LOOKS[look]
    app = ReviewApp(said)
    app.theme = theme

    async def run(pilot: Pilot[None]) -> None:
        await perform(pilot, app, SCREENS[screen])

    assert snap_compare(app, terminal_size=size, run_before=run)


def test_joined_without_colour(snap_compare: Compare, said: ReviewSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(ReviewApp(said), terminal_size=(80, 24))


@pytest.mark.parametrize("look", LOOKS)
def test_a_terminology(snap_compare: Compare, fake: FakeProject, tmp_path: Path, look: str) -> None:
    size, theme = LOOKS[look]
    app = with_terms(fake, tmp_path)
    app.theme = theme

    async def run(pilot: Pilot[None]) -> None:
        await perform(pilot, app, ["equals_sign", "a", "m", "o", "x"])
        await app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run)
