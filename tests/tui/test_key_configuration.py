"""Keys that a person chose: taken where they can be, told where they cannot, and shown wherever keys are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets._footer import FooterKey

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.keymap import DIGITS, KEYS, SELECTING
from assistant.tui.keymap.configuring import KeyMap, configured, keys_of, load
from assistant.tui.screens.dialogs import MessageDialog
from assistant.tui.screens.help import HelpScreen

from .test_review_keys import focused, press, statuses, words

SIZE = (120, 60)
IDS = [key.id for key in (*KEYS, *DIGITS, *SELECTING)]


def chosen(**keys: Any) -> KeyMap:
    return configured({name: ("review.toml", value) for name, value in keys.items()})


class TestReading:
    def test_without_a_file_the_keys_are_the_programs(self, tmp_path: Path) -> None:
        assert load(tmp_path / "none.toml") == KeyMap()

    def test_the_projects_file_counts_more_than_the_persons(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("platformdirs.user_config_path", lambda *said, **named: tmp_path / "home")
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "review.toml").write_text('[keys]\naccept = "y"\nnext = "down"\n[other]\nx = 1\n', "utf-8")
        (tmp_path / "review.toml").write_text('[keys]\naccept = "Y, ctrl+y"\n', "utf-8")
        assert keys_of(tmp_path).changed == {"accept": "Y,ctrl+y"}
        assert "next" in keys_of(tmp_path).problems[0], "down scrolls and moves the caret"

    @pytest.mark.parametrize(
        ("keys", "problem"),
        [
            ({"acept": "y"}, "there is no such action; did you mean accept?"),
            ({"accept": "x"}, "x would be for accept (Accept) and reject (Reject)"),
            ({"accept": "3"}, "3 would be for accept (Accept) and label_3 (Label 3)"),
            ({"accept": "hyper+a"}, "'hyper+a' is no key"),
            ({"accept": "enterr"}, "'enterr' is no key"),
            ({"accept": ""}, "an action keeps at least one"),
            ({"accept": 5}, 'keys are written as "y"'),
            ({"accept": "ctrl+i"}, "terminals send tab for ctrl+i"),
            ({"accept": "shift+y"}, "shift with a letter is its capital: Y"),
            ({"accept": "ctrl+c"}, "ctrl+c interrupts the program"),
            ({"accept": "escape"}, "escape leaves whatever is open"),
        ],
    )
    def test_what_cannot_be_is_told_and_the_action_keeps_its_keys(self, keys: dict[str, Any], problem: str) -> None:
        made = chosen(**keys)
        assert len(made.problems) == 1 and problem in made.problems[0] and "review.toml: keys." in made.problems[0]
        assert (made.keys, made.digits, made.selecting, made.changed) == (KEYS, DIGITS, SELECTING, {})

    def test_two_actions_can_change_their_keys_with_each_other(self) -> None:
        made = chosen(undo="D", done="u")
        assert made.problems == () and made.changed == {"undo": "D", "done": "u"}

    def test_half_of_an_exchange_is_refused(self) -> None:
        assert chosen(undo="D", done="nothing").changed == {}

    @pytest.mark.parametrize("content", ["[keys", "keys = 3", b"\xff\xfe[keys]"])
    def test_a_broken_file_is_told_with_its_name(self, tmp_path: Path, content: str | bytes) -> None:
        file = tmp_path / "review.toml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        made = load(file)
        assert made.keys == KEYS and len(made.problems) == 1 and str(file) in made.problems[0]

    def test_how_to_go_on_is_chosen_too(self, tmp_path: Path) -> None:
        file = tmp_path / "review.toml"
        assert not load(file).go_on
        file.write_text('[review]\ngo_on = true\n[keys]\naccept = "y"\n', "utf-8")
        assert load(file).go_on and load(file).changed == {"accept": "y"}
        nearer = tmp_path / "nearer.toml"
        nearer.write_text('[keys]\nundo = "z"\n', "utf-8")
        assert load(file, nearer).go_on, "a file that does not say so leaves it"
        nearer.write_text("[review]\ngo_on = false\n", "utf-8")
        assert not load(file, nearer).go_on

    @pytest.mark.parametrize("content", ['[review]\ngo_on = "yes"\n', "[review]\ngoon = true\n", "review = 3\n"])
    def test_what_is_no_way_to_go_on_is_told(self, tmp_path: Path, content: str) -> None:
        file = tmp_path / "review.toml"
        file.write_text(content, "utf-8")
        made = load(file)
        assert not made.go_on and len(made.problems) == 1 and "go_on alone" in made.problems[0]

    @given(
        st.dictionaries(
            st.sampled_from([*IDS, "nonsense"]),
            st.one_of(
                st.text(max_size=3),
                st.integers(),
                st.lists(st.sampled_from(["a", "Z", "f5", "ctrl+a", "down", "comma", "é"]), max_size=3).map(",".join),
            ),
            max_size=8,
        )
    )
    def test_whatever_is_chosen_no_key_is_for_two_actions(self, keys: dict[str, Any]) -> None:
        made = configured({name: ("f", value) for name, value in keys.items()})
        used = [key for one in (*made.keys, *made.digits, *made.selecting) for key in one.keys.split(",")]
        assert len(used) == len(set(used)) and all(used)
        assert len(made.problems) + len(made.changed) == len(keys)


class TestOnTheScreen:
    async def test_chosen_keys_work_and_the_old_ones_do_not(self, session: ReviewSession) -> None:
        app = ReviewApp(session, keys=chosen(accept="y", label_3="f5", anchor="f6", search_next="ctrl+y"))
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "a")
            assert statuses(session).keys() == {"pending"}
            await press(pilot, "y")
            assert statuses(session)["accepted"] == 1
            await press(pilot, "3", "f5")
            assert (focused(session).type, words(session)) == ("Medication", "productive cough")
            await press(pilot, "v", "f6", "w")
            assert app.review.note.selecting is not None and app.review.note.selecting.anchor is not None

    async def test_a_label_leads_on_for_who_wants_that(self, session: ReviewSession) -> None:
        app = ReviewApp(session, keys=KeyMap(go_on=True))
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "3")
            assert words(session) == "productive cough" and statuses(session)["edited"] == 1
            # On what was decided before, it stays.
            await press(pilot, "p", "4")
            assert words(session) == "shortness of breath" and statuses(session)["edited"] == 1
            await press(pilot, "v", "w", "1")
            assert statuses(session)["added"] == 1 and focused(session).status == "pending"

    async def test_otherwise_a_label_stays(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "3")
            assert words(session) == "shortness of breath"
            await press(pilot, "v", "w", "1")
            assert focused(session).status == "added"

    async def test_exchanged_keys_work(self, session: ReviewSession) -> None:
        app = ReviewApp(session, keys=chosen(accept="n,j", next="a"))
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "a")
            assert words(session) == "productive cough"
            await press(pilot, "n", "j")
            assert statuses(session)["accepted"] == 2

    async def test_footer_help_and_palette_show_them(self, session: ReviewSession) -> None:
        app = ReviewApp(session, keys=chosen(accept="y,ctrl+y", anchor="f6"))
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            shown = {one.key_display: one.description for one in app.screen.query(FooterKey)}
            assert shown.get("y") == "Accept" and "a" not in shown
            palette = {one.title: one.help for one in app.get_system_commands(app.review)}
            assert palette["Accept"].endswith("(y ^y)") or palette["Accept"].endswith("(y ctrl+y)")
            assert "f6" in palette["Select: Start here"]
            await press(pilot, "question_mark")
            assert isinstance(app.screen, HelpScreen)
            assert "y&#160;" in app.export_screenshot()

    async def test_what_cannot_be_is_said_when_the_screen_opens(self, session: ReviewSession) -> None:
        app = ReviewApp(session, keys=chosen(accept="x", next="f5"))
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            assert isinstance(app.screen, MessageDialog)
            said = str(app.screen.query_one(".dialog--body").render())
            assert "keys.accept: x would be for accept" in said
            await press(pilot, "escape", "f5", "a")
            assert statuses(session)["accepted"] == 1 and app.screen is app.review

    async def test_the_palette_does_what_is_only_possible_while_selecting(
        self, app: ReviewApp, session: ReviewSession
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            commands = {one.title: one.callback for one in app.get_system_commands(app.review)}
            await commands["Select: Word left"]()
            await pilot.pause()
            assert app.review.note.selecting is not None
            assert app.review.note.selecting.span.of(app.review.note.text) == "worsening"
            await commands["Label Medication"]()
            await pilot.pause()
            assert (words(session), focused(session).type) == ("worsening", "Medication")
