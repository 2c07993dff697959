"""Keys that change what a span covers, and carry it over to the same words elsewhere."""

from __future__ import annotations

import threading

import pytest

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.painting import FOCUS_SIGN
from assistant.tui.screens.busy import BusyDialog
from assistant.tui.screens.dialogs import MessageDialog
from assistant.tui.screens.repeat_dialog import RepeatDialog
from bioassist.documents import Span
from bioassist.errors import ProjectError

from .conftest import FakeProject
from .test_review_keys import focused, press, status_text, statuses, until, words

SIZE = (120, 36)


def on_note(fake: FakeProject, markup: str) -> tuple[ReviewApp, ReviewSession]:
    fake.note("note", markup)
    session = ReviewSession(fake.project, "ana")
    return ReviewApp(session), session


class TestEdges:
    async def test_a_held_edge_moves_by_a_character(self, fake: FakeProject) -> None:
        app, session = on_note(fake, "He is <Symptom 0.9>cough</Symptom>ing now, <Disease 0.8>flu</Disease>.")
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "right_parenthesis", "right", "right", "right")
            assert words(session) == "coughing"
            assert "changed to Symptom [6, 14)" in status_text(app)
            await press(pilot, "left_parenthesis", "right")
            assert words(session) == "oughing"
            await press(pilot, "u", "u")
            assert words(session) == "coughin"

    async def test_the_held_bar_is_drawn_as_a_caret_and_let_go(self, fake: FakeProject) -> None:
        app, session = on_note(fake, "He is <Symptom 0.9>cough</Symptom>ing now, <Disease 0.8>flu</Disease>.")
        async with app.run_test(size=SIZE) as pilot:
            note = app.review.note

            def carets() -> list[str]:
                return [one.text for one in note.render_line(0) if one.style == note.palette.caret]

            await press(pilot, "left_parenthesis")
            assert carets() == ["▌"]
            await press(pilot, "right_parenthesis")
            assert carets() == ["▕"]
            await press(pilot, "escape")
            assert carets() == []
            await press(pilot, "right_parenthesis", "n", "right")
            assert statuses(session).keys() == {"pending"}, "another focus, nothing is held"

    async def test_at_the_end_the_screen_says_so(self, fake: FakeProject) -> None:
        app, _ = on_note(fake, "<Symptom 0.9>cough</Symptom>")
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "right_parenthesis", "right")
            assert "goes no further" in status_text(app)

    async def test_to_the_sentence(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "n", "n", "n", "S")
            assert words(session) == "No chest pain."
            await press(pilot, "S")
            assert "sentence already" in status_text(app)


class TestFragments:
    async def test_selected_words_become_a_fragment_and_are_taken_out_again(self, fake: FakeProject) -> None:
        app, session = on_note(fake, "<Symptom 0.9>left</Symptom> and right leg weak")
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "v", "w", "w", "w", "g")
            assert words(session) == "left leg" and app.review.note.selecting is None
            row = app.review.note.render_line(0).text
            assert row.startswith(f"{FOCUS_SIGN} ▌left▕… and right ▌leg▕Sym~")
            await press(pilot, "v", "w", "w", "w", "g")
            assert focused(session).spans == (Span(0, 4),)
            await press(pilot, "v", "g")
            assert "nothing of it would be left" in status_text(app)
            assert app.review.note.selecting is not None

    async def test_without_a_selection_the_screen_says_how(self, app: ReviewApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "g")
            assert "v selects the words" in status_text(app)


class TestMergeAndSplit:
    async def test_merge_and_undo(self, fake: FakeProject) -> None:
        app, session = on_note(fake, "<Disease 0.9>type 2</Disease> <Disease 0.8>diabetes</Disease> since 2019")
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "ampersand")
            assert words(session) == "type 2 diabetes"
            await press(pilot, "u")
            assert statuses(session).keys() == {"pending"} and words(session) == "type 2"

    async def test_what_cannot_be_merged_is_told(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "n", "n", "n", "ampersand")
            assert "no other Symptom follows in this sentence" in status_text(app)
            assert app.screen is app.review and statuses(session).keys() == {"pending"}

    async def test_split_behind_the_first_word_and_at_the_caret(self, fake: FakeProject) -> None:
        app, session = on_note(fake, "has <Symptom 0.9>cough fever chills</Symptom>")
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "v", "w", "w", "vertical_line")
            assert words(session) == "cough fever" and app.review.note.selecting is None
            await press(pilot, "vertical_line")
            assert [item.of("has cough fever chills") for item in session.current.items] == [  # type: ignore[union-attr]
                "cough", "fever", "chills",
            ]  # fmt: skip
            await press(pilot, "vertical_line")
            assert "it is one word" in status_text(app)

    async def test_a_caret_outside_says_so_and_selecting_goes_on(self, fake: FakeProject) -> None:
        app, session = on_note(fake, "has <Symptom 0.9>cough fever</Symptom> now")
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "v", "b", "vertical_line")
            assert "the caret is not inside it" in status_text(app)
            assert app.review.note.selecting is not None and statuses(session).keys() == {"pending"}


class TestTheSameWords:
    async def test_in_the_note(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            while words(session) != "co-amoxiclav":
                await press(pilot, "n")
            await press(pilot, "e")
            assert statuses(session)["accepted"] == 2
            assert "Medication at 2 places" in status_text(app)
            await press(pilot, "e")
            assert "nothing to change" in status_text(app)
            await press(pilot, "u")
            assert statuses(session).keys() == {"pending"}

    async def test_rejected_ones_and_those_that_stay(self, fake: FakeProject) -> None:
        app, session = on_note(
            fake, "<Symptom 0.9>rash</Symptom> <Symptom 0.8>rash</Symptom> <Symptom 0.7>rash</Symptom>"
        )
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "n", "a", "p", "p", "d", "e")
            assert statuses(session) == {"rejected": 2, "accepted": 1}
            assert "no Symptom at 1 place; 1 decided otherwise stay" in status_text(app)


@pytest.mark.parametrize("key", ["left_parenthesis", "S", "g", "ampersand", "vertical_line", "e"])
async def test_without_a_focus_nothing_happens(fake: FakeProject, key: str) -> None:
    app, session = on_note(fake, "nothing was found here")
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, key)
        assert app.screen is app.review and statuses(session) == {}
        assert status_text(app).strip()


class TestTheSameWordsInAllNotes:
    async def open_note(self, fake: FakeProject) -> tuple[ReviewApp, ReviewSession]:
        for number in range(3):
            fake.note(f"note{number}", "Gave <Medication 0.9>aspirin</Medication>, then aspirin again.")
        done = ReviewSession(fake.project, "ana")
        done.open(3)
        done.mark_done()
        session = ReviewSession(fake.project, "ana")
        return ReviewApp(session), session

    async def test_it_says_how_many_before_and_is_undone_as_one(self, fake: FakeProject) -> None:
        app, session = await self.open_note(fake)
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "E")
            dialog = app.screen
            assert isinstance(dialog, RepeatDialog)
            await until(pilot, lambda: "3 other places in 2 notes" in str(dialog.query_one("#count").render()))
            assert "1 note with these words that are done or skipped" in str(dialog.query_one("#count").render())
            await press(pilot, "enter")
            await until(pilot, lambda: app.screen is app.review)
            assert "Medication at 4 places in 2 documents" in status_text(app)
            assert statuses(session) == {"accepted": 1, "added": 1}
            assert [(row.accepted, row.added) for row in app.review.documents.rows] == [(1, 1), (1, 1), (0, 0)]
            await press(pilot, "u")
            assert "undid: Medication at 4 places in 2 documents" in status_text(app)
            assert [row.pending for row in app.review.documents.rows] == [1, 1, 1]
            await press(pilot, "u")
            assert "undid: marked" in status_text(app)

    async def test_many_places_are_changed_and_changed_back_behind_a_dialog(
        self, fake: FakeProject, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake.note("long", "<Symptom 0.9>cough</Symptom> " * 601)
        fake.note("longer", "cough " * 400)
        session = ReviewSession(fake.project, "ana")
        app = ReviewApp(session)
        seen: list[tuple[str, bool, bool]] = []

        def watched(name: str) -> None:
            call = getattr(session, name)

            def watch(*given: object) -> object:
                on_screen = threading.current_thread() is threading.main_thread()
                seen.append((name, on_screen, isinstance(app.review.busy, BusyDialog)))
                return call(*given)

            monkeypatch.setattr(session, name, watch)

        names = ("repeat_in_note", "undo", "write_repeated", "take_repeated", "undo", "redo")
        for name in dict.fromkeys(names):
            watched(name)
        async with app.run_test(size=SIZE) as pilot:
            for key, waits in (("e", 0), ("u", 601)):
                await press(pilot, key)
                await until(pilot, lambda: app.screen is app.review and app.review.busy is None)
                assert app.review.documents.rows[0].pending == waits
            await press(pilot, "E")
            dialog = app.screen
            assert isinstance(dialog, RepeatDialog)
            await until(pilot, lambda: "1,000 other places in 2 notes" in str(dialog.query_one("#count").render()))
            for key, counts in (("enter", [(601, 0), (0, 400)]), ("u", [(0, 0), (0, 0)]), ("U", [(601, 0), (0, 400)])):
                await press(pilot, key)
                await until(pilot, lambda: app.screen is app.review and app.review.busy is None)
                assert [(row.accepted, row.added) for row in app.review.documents.rows] == counts
        assert seen == [(name, False, True) for name in names]
        assert fake.project.verify() == []

    async def test_it_can_be_left(self, fake: FakeProject) -> None:
        app, session = await self.open_note(fake)
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "E", "escape")
            assert app.screen is app.review
            await pilot.pause(0.2)
            assert statuses(session) == {"pending": 1}

    async def test_what_cannot_be_saved_is_told(self, fake: FakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*said: object) -> None:
            raise ProjectError("the disk is full; the last action was not saved.")

        app, session = await self.open_note(fake)
        monkeypatch.setattr(session, "write_repeated", full)
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "E")
            dialog = app.screen
            await until(pilot, lambda: "places in" in str(dialog.query_one("#count").render()))
            await press(pilot, "enter")
            await until(pilot, lambda: isinstance(app.screen, MessageDialog))
            await press(pilot, "escape", "escape")
            assert app.screen is app.review and statuses(session) == {"pending": 1}
