"""The mouse is optional: it can do what the keys do."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.painting import GUTTER
from bioassist.documents import Span

from .conftest import FakeProject
from .test_review_keys import SIZE, focused, open_name, press, words

WIDE = "日本 naïve e\u0301cho \U0001f600 \u202eabc chest pain here\n"


def at(app: ReviewApp, offset: int) -> tuple[int, int]:
    """The cell of a code point, in the note's own coordinates."""
    note = app.review.note
    place = note.note_layout.locate(offset)
    return GUTTER + place.column, place.row - round(note.scroll_y)


async def drag(pilot: Pilot[None], app: ReviewApp, start: int, last: int) -> None:
    await pilot.mouse_down("#note", offset=at(app, start))
    await pilot.hover("#note", offset=at(app, last))
    await pilot.mouse_up("#note", offset=at(app, last))
    await pilot.pause()


async def test_a_click_on_a_span_focuses_it(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.click("#note", offset=at(app, app.review.note.text.index("COPD")))
        await pilot.pause()
        assert words(session) == "COPD"


async def test_a_click_on_a_tag_focuses_its_own_span(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        note = app.review.note
        x, y = at(app, note.text.index("lobe") + 3)
        await pilot.click("#note", offset=(x + 2, y))
        await pilot.pause()
        assert words(session) == "right lower lobe"
        await pilot.click("#note", offset=(x + 7, y))
        await pilot.pause()
        assert words(session) == "consolidation of the right lower lobe"


async def test_a_click_beside_all_spans_changes_nothing(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.click("#note", offset=at(app, 0))
        await pilot.pause()
        assert words(session) == "shortness of breath"


@pytest.mark.parametrize("wanted", ["naïve e\u0301cho", "日本", "\U0001f600 \u202eabc", "chest pain"])
async def test_dragging_selects_code_points_whatever_their_width(fake: FakeProject, wanted: str) -> None:
    fake.note("wide", WIDE)
    session = ReviewSession(fake.project)
    app = ReviewApp(session)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        start = WIDE.index(wanted)
        await drag(pilot, app, start, start + len(wanted) - 1)
        await press(pilot, "2")
        assert focused(session).spans == (Span(start, start + len(wanted)),)


async def test_dragging_backwards_selects_the_same(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        start = app.review.note.text.index("brought in")
        await drag(pilot, app, start + 9, start)
        await press(pilot, "1")
        assert words(session) == "brought in"


async def test_a_double_click_selects_a_word(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.double_click("#note", offset=at(app, app.review.note.text.index("mbulance")))
        await press(pilot, "1")
        assert words(session) == "ambulance"


async def test_a_click_in_the_list_opens_a_note(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.click("#documents", offset=(4, 2))
        await pilot.pause()
        assert open_name(session) == "radiology/ct_chest_2025"
