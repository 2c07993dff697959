"""Any keys in any order on the real screen: nothing breaks, and undone to the start all is as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from acts_setup import LAWS, shown_to
from facts_setup import FULL
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from assistant.project.team.annotators import GOLD
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.keymap import ADJUDICATING, DIGITS, KEYS, SELECTING, TAKING
from assistant.tui.screens.adjudication import AdjudicationScreen
from bioassist.documents import Span
from bioassist.schema import loads

from .conftest import FakeProject

LETTER = (
    "Dear Dr, <Symptom 0.9>severe <Symptom 0.4>chest <Disease 0.7>pain</Disease></Symptom></Symptom> 3/7. No "
    "<Symptom 0.55>fever</Symptom>.\n<Medication 0.8>aspirin</Medication> for <Disease 0.6>angina</Disease>, "
    "chest pain and fever.\n"
)
WARD_ROUND = (
    "<Medication 0.8>aspirin</Medication> 75 mg for <Disease 0.3>angina</Disease>; cafe\u0301-au-lait "
    "<Symptom 0.5>spots</Symptom> \U0001f915 left <Symptom 0.2>and right</Symptom> leg\n"
)
# What a person presses one after the other: dialogs with what is typed into them.
FLOWS = (
    ("F", *"is:kept", "enter"), ("F", *"label:Symptom", "enter"), ("F", *"pain", "enter"), ("F", "ctrl+u", "enter"),
    ("O", "u"), ("O", "m"), ("O", "s", "enter"), ("O", "0"), ("A", "enter"), ("A", "tab", *"0.3", "enter"),
    ("E", "enter"), ("slash", *"pain", "enter", "escape"), ("v", "space", "w", "1"), ("v", "w", "g"),
    ("z", "x", "enter"),
    ("semicolon", *"seen", "enter"), ("quotation_mark", *"cut off", "enter"), ("Q", *"whose?", "enter"),
    ("equals_sign", *"HP:1", "enter"), ("r", "a", "enter"), ("t", "n"), ("C", "1"), ("l", "down", "enter"), ("J", "a"),
    ("J", "1", "b", "0"), ("K", "n", "enter"), ("f", "a"), ("left_parenthesis", "left", "right"), ("M", "2"),
)  # fmt: skip
ONE = sorted(
    {key for group in (KEYS, DIGITS, SELECTING, ADJUDICATING, TAKING) for one in group for key in one.keys.split(",")}
    - {"q"}
)
keys = st.lists(
    st.one_of(
        st.sampled_from(ONE).map(lambda key: (key,)),
        st.sampled_from(FLOWS),
        st.sampled_from([("escape",), ("enter",), ("ctrl+p",), ("pagedown",), ("y",)]),
    ),
    min_size=15,
    max_size=40,
).map(lambda flows: [key for flow in flows for key in flow])


def two_notes(folder: Path) -> FakeProject:
    """Two notes and another that could not be read; Ben is through with the first one."""
    fake = FakeProject(folder, loads(FULL))
    letter = fake.note("letter", LETTER)
    fake.note("ward/round", WARD_ROUND, state="reading")
    fake.project.add_failed("scan", "scan.txt", "not UTF-8.")
    fake.project.near_misses.add(letter, fake.run, [(Span(0, 4), None, 0.4), (Span(67, 70), "Disease", 0.3)])
    ben = ReviewSession(fake.project, "ben")
    ben.open(letter)
    ben.accept()
    ben.reject()
    ben.mark_done()
    return fake


async def back(pilot: Pilot[None], app: ReviewApp) -> None:
    """Leave whatever is open."""
    for _ in range(12):
        await app.workers.wait_for_complete()
        await pilot.press("escape")
        await pilot.pause()
        note = app.review.note
        if app.screen is app.review and note.has_focus and note.selecting is None and note.hints is None:
            return
    raise AssertionError(f"escape does not lead out of {app.screen}")


async def undo_all(pilot: Pilot[None], session: ReviewSession) -> None:
    # What takes nothing back but a mark has no size, so the journal is asked.
    length = -1
    while session.project.journal.length() != length:
        length = session.project.journal.length()
        await pilot.press("u")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


@pytest.mark.parametrize("size", [(60, 24), (120, 40)])
@settings(LAWS, max_examples=4)
@given(pressed=keys)
async def test_whatever_is_pressed_can_be_undone_to_the_start(size: tuple[int, int], pressed: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        fake = two_notes(Path(folder))
        first = shown_to(fake.project, "ana"), shown_to(fake.project, GOLD)
        session = ReviewSession(fake.project, "ana")
        app = ReviewApp(session)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            for key in pressed:
                await pilot.press(key)
            assert app.defect is None and app.is_running
            await back(pilot, app)
            await undo_all(pilot, session)
            await pilot.press("J")
            await pilot.pause()
            assert isinstance(app.screen, AdjudicationScreen)
            await undo_all(pilot, app.screen.session)
        assert app.defect is None
        assert (shown_to(fake.project, "ana"), shown_to(fake.project, GOLD)) == first
        assert fake.project.verify() == []
        fake.project.close()
