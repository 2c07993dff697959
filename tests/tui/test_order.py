"""Queues and filters on the screen: what comes next in a project, where in it the person is, what is hidden."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.screens.dialogs import MessageDialog
from assistant.tui.screens.filter_dialog import FilterDialog
from assistant.tui.screens.queue_menu import QueueDialog, SampleDialog
from bioassist.documents import Span

from .conftest import FakeProject
from .test_review_keys import SIZE, focused, open_name, press, status_text, statuses, words


async def settled(pilot: Pilot[None]) -> None:
    """What is done behind the screen is done, and shown."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def follow(pilot: Pilot[None], *keys: str) -> None:
    await press(pilot, "O", *keys)
    await settled(pilot)


async def show_only(pilot: Pilot[None], line: str) -> None:
    await press(pilot, "F")
    assert isinstance(pilot.app.screen, FilterDialog)
    pilot.app.screen.query_one(Input).value = line
    await press(pilot, "enter")
    await settled(pilot)


def order_text(app: ReviewApp) -> str:
    line = app.review.order_line
    return str(line.render()) if line.display else ""


class TestQueues:
    async def test_the_most_uncertain_come_first_whatever_note_they_are_in(
        self, app: ReviewApp, session: ReviewSession
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            assert order_text(app) == ""
            await follow(pilot, "u")
            assert words(session) == "kidney"  # 0.51
            assert order_text(app) == "≡ least certain first  1 of 27 · 27 left"
            await press(pilot, "a", "x", "a")
            assert words(session) == "left pleural effusion" and open_name(session) == "radiology/ct_chest_2025"
            assert order_text(app).endswith("4 of 27 · 24 left")
            assert "saved 14:03:22" in status_text(app)
            assert "ct_chest" in str(app.review.title_line.render())
            await press(pilot, "tab")
            assert words(session) == "cough" and open_name(session) == "gp_shorthand"
            await press(pilot, "shift+tab")
            assert words(session) == "left pleural effusion"

    async def test_undo_goes_back_to_the_note_and_the_place(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await follow(pilot, "u")
            await press(pilot, "a", "x", "a", "a")
            assert open_name(session) == "gp_shorthand"
            await press(pilot, "u")
            assert words(session) == "left pleural effusion" and focused(session).status == "pending"
            assert "4 of 27" in order_text(app)
            await press(pilot, "u")
            assert open_name(session) == "discharge_summary_01"
            assert words(session) == "consolidation of the right lower lobe"

    async def test_the_end_is_told_and_what_was_passed_over_comes_again(
        self, app: ReviewApp, session: ReviewSession
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await follow(pilot, "3")  # only Medication
            assert order_text(app).startswith("≡ Medication  1 of 4")
            await press(pilot, "tab", "a", "a", "a", "tab")
            assert "begins again with 1" in status_text(app)
            await press(pilot, "tab")
            assert words(session) == "co-amoxiclav" and focused(session).status == "pending"
            await press(pilot, "a", "tab")
            assert "nothing is left in it" in status_text(app)

    async def test_what_is_read_meanwhile_joins(
        self, app: ReviewApp, session: ReviewSession, ward: FakeProject
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await follow(pilot, "u")
            ward.note("clinic_letter", "Reports <Symptom 0.50>palpitations</Symptom>.\n")
            app.review.reload_list()
            await pilot.pause()
            assert "1 of 28" in order_text(app)
            await press(pilot, "tab")
            assert words(session) == "palpitations"

    async def test_back_to_note_by_note(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await follow(pilot, "u")
            await follow(pilot, "0")
            assert order_text(app) == ""
            await press(pilot, "a")
            assert open_name(session) == "discharge_summary_01"

    async def test_the_menu_shows_which_is_followed_and_escape_changes_nothing(self, app: ReviewApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await follow(pilot, "i")
            await press(pilot, "O")
            assert isinstance(app.screen, QueueDialog)
            await press(pilot, "escape")
            assert order_text(app).startswith("≡ most informative first")

    async def test_near_misses_are_selected_one_after_the_other_in_all_notes(
        self, app: ReviewApp, session: ReviewSession, ward: FakeProject
    ) -> None:
        first, second, *_ = session.documents()
        for row, word, sure in ((first, "worsening", 0.31), (second, "Small", 0.42)):
            at = ward.project.text(row.id).index(word)
            ward.project.near_misses.add(row.id, ward.run, [(Span(at, at + len(word)), None, sure)])
        async with app.run_test(size=SIZE) as pilot:
            await follow(pilot, "m")
            assert open_name(session) == "radiology/ct_chest_2025"
            assert app.review.note.selecting is not None and "0.42" in status_text(app)
            await press(pilot, "1")
            assert (words(session), focused(session).status) == ("Small", "added")
            assert ward.project.journal.entries()[-1].payload["near"]["probability"] == 0.42
            await press(pilot, "tab")
            selecting = app.review.note.selecting
            assert selecting is not None and selecting.span.of(ward.project.text(first.id)) == "worsening"
            await press(pilot, "tab")
            assert "at its end" in status_text(app)

    async def test_a_sample_asks_how_many_and_goes_on_later(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "O", "s")
            assert isinstance(app.screen, SampleDialog)
            app.screen.query_one(Input).value = "5"
            await press(pilot, "enter")
            await settled(pilot)
            assert order_text(app) == "≡ a random sample  1 of 5 · 5 left"
            await press(pilot, "a")
            await follow(pilot, "0")
            await follow(pilot, "s")
            assert order_text(app).endswith("of 5 · 4 left")


class TestFilters:
    async def test_only_what_is_wanted_is_visited_and_listed(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await show_only(pilot, "label:Disease sure:<0.92")
            assert order_text(app) == "⧩ label:Disease sure:<0.92  2 of 24 shown, 2 of 5 notes"
            seen = [words(session)]
            for _ in range(2):
                await press(pilot, "tab")
                seen.append(words(session))
            assert seen == ["diabetes", "acute kidney injury", "acute kidney injury"]
            assert [row.name for row in app.review.documents.rows] == [
                "discharge_summary_01", "radiology/ct_chest_2025",
            ]  # fmt: skip
            await press(pilot, "N")
            assert words(session) == "pulmonary embolism"
            await press(pilot, "a")
            assert statuses(session)["accepted"] == 1

    async def test_an_empty_line_shows_all_again(self, app: ReviewApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await show_only(pilot, "pneumonia")
            assert len(app.review.documents.rows) == 1
            await show_only(pilot, "")
            assert len(app.review.documents.rows) == 5 and order_text(app) == ""

    async def test_a_note_without_anything_shown_gives_way_to_one_that_has(
        self, app: ReviewApp, session: ReviewSession
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await show_only(pilot, "note:ct_chest effusion")
            assert (open_name(session), words(session)) == ("radiology/ct_chest_2025", "left pleural effusion")

    async def test_it_thins_the_queue(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await follow(pilot, "u")
            await show_only(pilot, "label:Test")
            assert "1 of 4 · 4 left" in order_text(app)
            assert words(session) == "U&E"

    @pytest.mark.parametrize("line", ["label:Gene", "colour:red", "sure:high", "is:lost"])
    async def test_a_line_that_is_no_filter_is_told_in_place(self, app: ReviewApp, line: str) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await show_only(pilot, line)
            assert isinstance(app.screen, FilterDialog) and not isinstance(app.screen, MessageDialog)
            assert str(app.screen.query_one("#refused").render()).strip()
            await press(pilot, "escape")
            assert order_text(app) == ""
