"""Every key does what the key map says, to the session and so to the project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from assistant.project.state import Item
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.keymap import DIGITS, KEYS, SELECTING
from assistant.tui.screens.accept_over import AcceptOverDialog
from assistant.tui.screens.dialogs import LabelDialog, MessageDialog
from assistant.tui.screens.help import HelpScreen

from .conftest import FakeAnnotator, FakeProject

SIZE = (120, 36)


def focused(session: ReviewSession) -> Item:
    assert session.current is not None and session.current.focused is not None
    return session.current.focused


def words(session: ReviewSession) -> str:
    assert session.current is not None
    return focused(session).of(session.current.text)


def statuses(session: ReviewSession) -> Counter[str]:
    assert session.current is not None
    return Counter(item.status for item in session.current.items)


def open_name(session: ReviewSession) -> str:
    assert session.current is not None
    return session.current.row.name


def status_text(app: ReviewApp) -> str:
    return str(app.review.status.render())


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for what the screen gathers before it shows it; on a busy machine that takes longer."""
    for _ in range(100):
        if true():
            return
        await pilot.pause(0.05)
    assert true()


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


class TestMoving:
    @pytest.mark.parametrize(("forward", "back"), [("n", "p"), ("j", "k"), ("tab", "shift+tab")])
    async def test_to_the_next_and_back(self, app: ReviewApp, session: ReviewSession, forward: str, back: str) -> None:
        async with app.run_test(size=SIZE) as pilot:
            assert words(session) == "shortness of breath"
            await press(pilot, forward)
            assert words(session) == "productive cough"
            await press(pilot, back)
            assert words(session) == "shortness of breath"

    async def test_tab_passes_over_what_is_decided(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "n", "a", "p", "p", "tab")
            assert words(session) == "fever"

    async def test_at_the_end_the_screen_says_so(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, *["n"] * 40)
            assert words(session) == "U&E"
            assert "last suggestion" in status_text(app)

    async def test_the_focus_is_scrolled_into_view(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await press(pilot, *["n"] * 40)
            note = app.review.note
            row = note.note_layout.locate(focused(session).start).row
            assert round(note.scroll_y) <= row < round(note.scroll_y) + note.size.height


class TestDeciding:
    async def test_accept_goes_on_to_the_next(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "a")
            assert words(session) == "productive cough"
            assert statuses(session)["accepted"] == 1
            assert "saved 14:03:22" in status_text(app)

    async def test_reject(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "x")
            assert statuses(session)["rejected"] == 1

    @pytest.mark.parametrize("key", ["d", "delete", "backspace"])
    async def test_delete(self, app: ReviewApp, session: ReviewSession, key: str) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, key)
            assert focused(session).status == "rejected"

    async def test_a_digit_relabels(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "3")
            assert (focused(session).type, focused(session).status) == ("Medication", "edited")

    async def test_a_digit_without_a_label_does_nothing(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "9")
            assert statuses(session).keys() == {"pending"}

    @pytest.mark.parametrize(
        ("choice", "type_"), [(["m"], "Medication"), (["4"], "Dosage"), (["down", "enter"], "Medication")]
    )
    async def test_the_list_of_labels(
        self, app: ReviewApp, session: ReviewSession, choice: list[str], type_: str
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "l")
            assert isinstance(app.screen, LabelDialog)
            assert app.screen.query_one(OptionList).highlighted == 1, "the present label is offered first"
            await press(pilot, *choice)
            assert app.screen is app.review
            assert focused(session).type == type_

    @pytest.mark.parametrize(
        ("keys", "expected"),
        [
            ("[", "worsening shortness of breath"),
            (",", "worsening shortness of breath"),
            ("{", "of breath"),
            ("<", "of breath"),
            ("}", "shortness of"),
            (">", "shortness of"),
        ],
    )
    async def test_boundaries_move_by_a_word(
        self, app: ReviewApp, session: ReviewSession, keys: str, expected: str
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, keys)
            assert words(session) == expected
            assert focused(session).status == "edited"

    @pytest.mark.parametrize("key", ["]", "."])
    async def test_the_right_boundary_grows(self, app: ReviewApp, session: ReviewSession, key: str) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, key)
            assert words(session).startswith("shortness of breath,")

    async def test_accept_over_a_threshold_says_how_many_first(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "A")
            assert isinstance(app.screen, AcceptOverDialog)
            said = app.screen.query_one("#count").render_line(0).text
            app.screen.query_one(Input).value = "0.955"
            await pilot.pause()
            assert app.screen.query_one("#count").render_line(0).text != said
            expected = int(app.screen.query_one("#count").render_line(0).text.split()[0])
            await press(pilot, "enter")
            assert statuses(session)["accepted"] == expected > 0
            await press(pilot, "u")
            assert statuses(session).keys() == {"pending"}

    @pytest.mark.parametrize("typed", ["", "x", "1.5", "-1", "nan"])
    async def test_a_threshold_that_is_none_is_not_taken(
        self, app: ReviewApp, session: ReviewSession, typed: str
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "A")
            app.screen.query_one(Input).value = typed
            await press(pilot, "enter")
            assert isinstance(app.screen, AcceptOverDialog)
            await press(pilot, "escape")
            assert statuses(session).keys() == {"pending"}

    async def test_undo_and_redo(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "a", "x", "u", "u")
            assert statuses(session).keys() == {"pending"}
            await press(pilot, "U", "ctrl+r")
            assert statuses(session)["accepted"] == statuses(session)["rejected"] == 1

    async def test_undo_goes_to_the_document_concerned(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "a", "N")
            assert open_name(session) == "radiology/ct_chest_2025"
            await press(pilot, "u")
            assert open_name(session) == "discharge_summary_01"
            assert statuses(session).keys() == {"pending"}

    async def test_nothing_to_undo(self, app: ReviewApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "u")
            assert "nothing to undo" in status_text(app)


class TestAdding:
    async def test_a_word_by_keyboard(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "v", "b", "1")
            assert (words(session), focused(session).type, focused(session).status) == ("worsening", "Disease", "added")
            assert app.review.note.selecting is None

    async def test_several_words_and_a_label_from_the_list(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "v", "ctrl+left", "space", "ctrl+right", "ctrl+right", "enter")
            assert isinstance(app.screen, LabelDialog)
            await press(pilot, "s")
            assert words(session) == "worsening shortness"

    async def test_escape_leaves_without_adding(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "v", "W", "escape", "3")
            assert statuses(session)["added"] == 0
            assert focused(session).type == "Medication", "the digit is for the focus again"

    async def test_while_selecting_no_decision_is_made_by_a_slip(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "v", *"ardnupD[", "delete", "tab")
            assert statuses(session).keys() == {"pending"}
            assert words(session) == "shortness of breath"
            assert not session.documents()[0].done
            await press(pilot, "v", "a")
            assert statuses(session)["accepted"] == 1

    async def test_only_white_space_is_refused_in_a_dialog(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "v", "b", "left", "space", "1")
            assert isinstance(app.screen, MessageDialog)
            await press(pilot, "escape")
            assert statuses(session)["added"] == 0

    async def test_a_search_match_can_be_labelled(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "slash", *"AMBULANCE", "escape", "v", "7")
            assert (words(session), focused(session).type) == ("ambulance", "Procedure")


class TestDocuments:
    @pytest.mark.parametrize(("forward", "back"), [("N", "P"), ("ctrl+n", "P")])
    async def test_next_and_previous(self, app: ReviewApp, session: ReviewSession, forward: str, back: str) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, forward)
            assert open_name(session) == "radiology/ct_chest_2025"
            await press(pilot, back)
            assert open_name(session) == "discharge_summary_01"

    async def test_done_goes_on_and_on_a_done_one_reopens(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "D")
            assert open_name(session) == "radiology/ct_chest_2025"
            assert [row.done for row in session.documents()][:2] == [True, False]
            assert [row.done for row in app.review.documents.rows][:2] == [True, False]
            await press(pilot, "P", "D")
            assert not session.documents()[0].done
            assert open_name(session) == "discharge_summary_01"

    async def test_opening_asks_to_have_the_note_read_first_also_one_that_the_model_has_read(
        self, app: ReviewApp, session: ReviewSession, annotator: FakeAnnotator
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "N", "N", "N")
            assert annotator.wanted == [row.id for row in session.documents() if row.has_text]

    async def test_the_list_opens_a_note_and_gives_the_reason_of_a_failed_one(
        self, app: ReviewApp, session: ReviewSession
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "o", "down", "enter")
            assert open_name(session) == "radiology/ct_chest_2025"
            assert app.focused is app.review.note
            await press(pilot, "o", "down", "down", "enter")
            assert isinstance(app.screen, MessageDialog)
            assert "UTF-16" in str(app.screen.query_one(".dialog--body").render())
            await press(pilot, "escape", "escape")
            assert open_name(session) == "radiology/ct_chest_2025"

    async def test_on_a_narrow_screen_the_list_comes_when_called(self, app: ReviewApp) -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert not app.review.documents.display
            await press(pilot, "o")
            assert app.review.documents.display and app.review.documents.has_focus
            await press(pilot, "escape")
            assert not app.review.documents.display

    async def test_a_project_without_any_text_still_opens(self, fake: FakeProject) -> None:
        fake.project.add_failed("scan", "scan.txt", "this looks like a binary file, not a note.")
        app = ReviewApp(ReviewSession(fake.project))
        async with app.run_test(size=SIZE) as pilot:
            for key in (*KEYS, *DIGITS):
                if key.id not in ("quit", "help", "search"):
                    await press(pilot, key.keys.split(",")[0])
            assert app.screen is app.review


class TestSearching:
    async def test_finds_goes_on_and_comes_round(self, app: ReviewApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            text = app.review.note.text
            first = text.index("co-amoxiclav")
            second = text.index("co-amoxiclav", first + 1)
            await press(pilot, "slash", *"CO-AMOX")
            assert app.review.found is not None and app.review.found.start == first
            await press(pilot, "enter")
            assert app.review.found.start == second
            await press(pilot, "escape", "ctrl+g")
            assert app.review.found.start == first

    async def test_says_when_there_is_none(self, app: ReviewApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "slash", *"zebra")
            assert "not found" in str(app.review.query_one("#search-said").render())


class TestScreen:
    async def test_help_lists_every_key(self, app: ReviewApp) -> None:
        async with app.run_test(size=(120, 100)) as pilot:
            await press(pilot, "question_mark")
            assert isinstance(app.screen, HelpScreen)
            shown = app.export_screenshot()
            for key in KEYS:
                assert key.help.split(",")[0].split(";")[0].replace(" ", "&#160;")[:20] in shown, key.id
            await press(pilot, "escape")
            assert app.screen is app.review

    async def test_hiding_what_was_rejected(self, app: ReviewApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "x", "h")
            assert "Sym✗" not in [mark.tag for mark in app.review.note.note_layout.marks]
            await press(pilot, "h")
            assert "Sym✗" in [mark.tag for mark in app.review.note.note_layout.marks]

    async def test_quit(self, app: ReviewApp) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "q")
        assert app.return_code == 0

    async def test_the_palette_has_every_action(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            commands = [one.title for one in app.get_system_commands(app.review)]
            assert [key.label for key in KEYS] == commands[: len(KEYS)]
            assert "Label Medication" in commands and f"Select: {SELECTING[0].label}" in commands
            assert len(commands) == len(KEYS) + len(session.schema.entities) + len(SELECTING)


class TestKeyMap:
    def test_ids_and_keys_are_used_once(self) -> None:
        ids = [key.id for key in (*KEYS, *DIGITS, *SELECTING)]
        assert len(set(ids)) == len(ids)
        keys = [one for key in (*KEYS, *DIGITS) for one in key.keys.split(",")]
        assert len(set(keys)) == len(keys)

    async def test_a_configuration_can_give_an_action_another_key(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            app.set_keymap({"accept": "y"})
            await press(pilot, "a")
            assert statuses(session).keys() == {"pending"}
            await press(pilot, "y")
            assert statuses(session)["accepted"] == 1
