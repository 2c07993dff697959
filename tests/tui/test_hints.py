"""Letters over spans: every span in view is reached by them, and nothing moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.pilot import Pilot
from textual.strip import Strip

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.hints import Hints, Target, drawn_over, letters_for
from bioassist.documents import Span

from .conftest import FakeProject
from .test_review_keys import focused, press, status_text, statuses, words

SIZE = (120, 36)


def shown_rows(app: ReviewApp) -> list[str]:
    note = app.review.note
    return [note.render_line(y).text for y in range(note.size.height)]


async def jump(pilot: Pilot[None], app: ReviewApp, item_id: str) -> None:
    """Press `f` and then the letters that stand over an item."""
    await press(pilot, "f")
    hints = app.review.note.hints
    assert hints is not None
    await press(pilot, *hints.letters[item_id])


class TestLetters:
    @given(st.integers(1, 3000))
    def test_names_differ_and_are_as_long_as_they_must(self, count: int) -> None:
        names = letters_for(count)
        assert len(set(names)) == count
        assert {len(name) for name in names} == {1 if count <= 9 else 2 if count <= 676 else 3}
        assert all(name.isascii() and name.islower() for name in names)

    def test_few_spans_keep_to_the_home_row(self) -> None:
        assert letters_for(3) == ["a", "s", "d"]
        assert set("".join(letters_for(81))) == set("asdfghjkl")

    def test_a_letter_that_leads_nowhere_is_not_taken(self) -> None:
        answers: list[str] = []
        hints = Hints([Target(f"i{number}", number, number) for number in range(12)], answers.append)
        assert hints.letters["i0"] == "aa"
        assert hints.type("p") is None and hints.typed == ""
        assert hints.type("A") is None and hints.typed == "a", "capitals are the same letters"
        assert len(hints.open()) == 9
        assert hints.type("s") == "i1"


class TestDrawing:
    @given(
        st.text(alphabet="abc 日😀e\u0301", max_size=30),
        st.lists(st.tuples(st.integers(0, 40), st.integers(1, 2)), max_size=8),
    )
    def test_the_row_keeps_its_width_and_no_letters_overlap(self, text: str, wanted: list[tuple[int, int]]) -> None:
        row = Strip([Segment(text)])
        width = max(row.cell_length, 42)
        over = [(cell, Strip([Segment("X" * length)])) for cell, length in wanted]
        drawn = drawn_over(row, over, width)
        assert drawn.text.count("X") == sum(length for _, length in wanted)
        assert row.cell_length <= drawn.cell_length <= width

    def test_letters_stand_over_the_bar_and_the_first_characters(self) -> None:
        drawn = drawn_over(
            Strip([Segment("no ▌▌pain▕Sym?")]), [(3, Strip([Segment("as")])), (4, Strip([Segment("df")]))], 40
        )
        assert drawn.text == "no asdfin▕Sym?"

    def test_at_the_end_of_a_row_they_move_to_the_left(self) -> None:
        assert drawn_over(Strip([Segment("abcdef")]), [(5, Strip([Segment("XY")]))], 6).text == "abcdXY"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), SIZE])
async def test_every_span_in_view_is_reached(app: ReviewApp, session: ReviewSession, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await press(pilot, "f")
        assert app.review.note.hints is not None
        letters = dict(app.review.note.hints.letters)
        assert len(letters) > 9
        shown = "\n".join(shown_rows(app))
        assert all(name in shown for name in letters.values())
        await press(pilot, "escape")
        for item_id in list(letters)[::4]:
            app.review.note.scroll_to(0, 0, animate=False)
            await pilot.pause()
            await jump(pilot, app, item_id)
            assert focused(session).id == item_id


async def test_nothing_moves_and_nothing_is_decided(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        before = shown_rows(app)
        await press(pilot, "f")
        during = shown_rows(app)
        assert during != before and list(map(len, during)) == list(map(len, before))
        # All but escape is for the letters: no decision, no other mode, no other span.
        await press(pilot, "r", "x", "1", "tab", "delete", "ctrl+n", "v", "A", "question_mark")
        assert app.screen is app.review and app.review.note.hints is not None
        await press(pilot, "escape")
        assert shown_rows(app) == before
        assert statuses(session).keys() == {"pending"}
        assert words(session) == "shortness of breath"


async def test_backspace_takes_a_letter_back(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "f", "s", "backspace")
        assert app.review.note.hints is not None and app.review.note.hints.typed == ""
        await press(pilot, "a", "s")
        assert words(session) == "productive cough"
        assert app.review.note.hints is None


async def test_one_letter_is_enough_for_few(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "N", "f", "s")
        assert words(session) == "left pleural effusion"


async def test_hidden_ones_have_no_letters(app: ReviewApp, session: ReviewSession) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "N", "x", "h", "f")
        assert app.review.note.hints is not None and len(app.review.note.hints.letters) == 1


async def test_without_a_span_the_screen_says_so(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "N", "N", "N", "f")
        assert app.review.note.hints is None
        assert "no span in view" in status_text(app)


async def test_a_span_that_began_above_the_screen_is_reached_where_it_goes_on(fake: FakeProject) -> None:
    text = "plan:\n" + "wait and see, then ask again\n" * 60
    document = fake.note("long", text)
    fake.suggest(
        document, [("Symptom", Span(0, len(text) - 1), 0.9), ("Disease", Span(len(text) - 6, len(text) - 1), 0.8)]
    )
    session = ReviewSession(fake.project, "ana")
    app = ReviewApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "n", "end")
        assert focused(session).type == "Disease"
        await press(pilot, "f", "a")
        assert focused(session).type == "Symptom"


async def test_a_click_ends_the_asking(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "f")
        await pilot.click("#note", offset=(10, 3))
        assert app.review.note.hints is None
