"""Terminals of any size, and text of any script: what is marked on the screen is what is marked in the note."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.directions import RTL_SIGN, runs_right_to_left
from assistant.tui.layout import NoteLayout
from assistant.tui.screens.too_small import TooSmallScreen
from assistant.tui.selecting import Selecting

from .conftest import FakeProject
from .test_mouse import at
from .test_review_keys import press

# What is said of a patient, and a finding in it.
SAID = {
    "arabic": ("المريض يعاني من ألم في الصدر منذ يومين.", "ألم في الصدر"),
    "hebrew": ("החולה מתלונן על כאב בחזה מזה יומיים.", "כאב בחזה"),
    "hebrew with vowels": ("יֵשׁ לוֹ חֹם גָּבוֹהַּ הַיּוֹם.", "חֹם גָּבוֹהַּ"),
    "arabic and latin": ("أعطي المريض aspirin 75 mg يوميا.", "aspirin 75 mg"),
    "chinese": ("患者主诉胸痛两天，伴有咳嗽。", "胸痛"),
    "japanese": ("患者は２日前から胸痛を訴えている。", "胸痛"),
    "korean": ("환자는 이틀 전부터 흉통을 호소한다.", "흉통"),
    "thai": ("ผู้ป่วยมีอาการเจ็บหน้าอกมาสองวัน", "เจ็บหน้าอก"),
    "devanagari": ("रोगी को दो दिन से सीने में दर्द है।", "सीने में दर्द"),
    "combining": ("Cafe\u0301 au lait spots; pru\u0308ritus \u00e0 la nuit.", "pru\u0308ritus"),
    "emoji": ("Mood 😀👍🏽, lives with 👨\u200d👩\u200d👦, ❤\ufe0f pain 7/10.", "❤\ufe0f pain"),
    "flags": ("Travelled 🇫🇷 → 🇯🇵, then fever.", "fever"),
}


@pytest.fixture(params=SAID)
def said(request: pytest.FixtureRequest) -> tuple[str, str]:
    return SAID[request.param]


@pytest.mark.parametrize("width", [16, 24, 80])
def test_every_letter_is_where_it_is_drawn(said: tuple[str, str], width: int) -> None:
    text, _ = said
    layout = NoteLayout(text, width)
    for offset in range(len(text)):
        place = layout.locate(offset)
        laid = layout.laid(0)
        hit = layout.hit(place.row, place.column)
        # A mark without a cell of its own is reached with the letter that it sits on.
        between = range(laid.offsets.index(hit.offset) + 1, laid.offsets.index(offset) + 1)
        assert hit.offset == offset or all(laid.widths[atom] == 0 for atom in between)
        row = "".join(laid.glyphs[laid.rows[place.row] : laid.offsets.index(hit.offset)])
        assert place.column == cell_len(row)


def test_the_caret_passes_every_letter_once_and_comes_back(said: tuple[str, str]) -> None:
    text, _ = said
    selecting = Selecting(NoteLayout(text, 80), 0)
    there = [0]
    while selecting.caret < len(text) - 1:
        selecting.move("right", False)
        assert selecting.caret > there[-1]
        there.append(selecting.caret)
    back = [selecting.caret]
    while selecting.caret > 0:
        selecting.move("left", False)
        back.append(selecting.caret)
    assert set(there[:-1]) <= set(back)


async def test_words_that_are_dragged_over_are_the_words_that_are_saved(
    fake: FakeProject, said: tuple[str, str]
) -> None:
    text, finding = said
    fake.note("note", text + "\n")
    session = ReviewSession(fake.project, "ana")
    app = ReviewApp(session)
    start = text.index(finding)
    last = start + len(finding) - 1
    while NoteLayout(text, 80).laid(0).widths[last] == 0:
        last -= 1
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        await pilot.mouse_down("#note", offset=at(app, start))
        await pilot.hover("#note", offset=at(app, last))
        await pilot.mouse_up("#note", offset=at(app, last))
        await press(pilot, "2")
        view = session.current
        assert view is not None
        (item,) = view.items
        chosen = item.of(view.text)
        # Marks on the last letter have no cell to drag to.
        assert chosen == finding[: len(chosen)] and last + 1 - start == len(chosen)
        row = app.review.note.render_line(0).text
        assert row.rstrip().endswith(RTL_SIGN) is runs_right_to_left(text)


SIZES = [(60, 20), (80, 24), (120, 40), (41, 12)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_note_can_be_reviewed_at_this_size(
    app: ReviewApp, session: ReviewSession, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        shown = {part.id: part.region for part in app.screen.walk_children() if part.id and part.display}
        assert all(region.right <= size[0] and region.bottom <= size[1] for region in shown.values())
        assert shown["note"].height >= 4 and shown["note"].width >= 20
        await press(pilot, "a", "x", "n", "u")
        view = session.current
        assert view is not None and view.focused is not None
        place = app.review.note.note_layout.locate(view.focused.start)
        assert 0 <= place.row - round(app.review.note.scroll_y) < app.review.note.size.height


async def test_too_small_a_terminal_says_what_it_needs_and_takes_no_decision(
    app: ReviewApp, session: ReviewSession
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "n")
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert isinstance(app.screen, TooSmallScreen)
        said = " ".join(str(app.screen.query_one("#too-small").render()).split())
        assert "30×8" in said and "40×12" in said and "80×24" in said
        await press(pilot, "a", "D", "q")
        await pilot.resize_terminal(20, 5)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.screen is app.review
        assert session.current is not None and {item.status for item in session.current.items} == {"pending"}
        await press(pilot, "a")
        assert "accepted" in str(app.review.status.render())


async def test_a_dialog_is_there_again_when_there_is_room(app: ReviewApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "l")
        dialog = app.screen
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert isinstance(app.screen, TooSmallScreen)
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert app.screen is dialog


async def test_the_focus_stays_in_view_when_the_terminal_changes(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, *["n"] * 20)
        for size in ((60, 20), (44, 12), (100, 14), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await pilot.pause()
            note, view = app.review.note, session.current
            assert view is not None and view.focused is not None
            place = note.note_layout.locate(view.focused.start)
            assert 0 <= place.row - round(note.scroll_y) < note.size.height, size
