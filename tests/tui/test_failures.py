"""What cannot be done is a dialog; nothing is lost and nothing crashes."""

from __future__ import annotations

import sqlite3

import pytest

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.screens.dialogs import UNCHANGED, MessageDialog
from bioassist.errors import ProjectError

from .conftest import FakeProject
from .test_review_keys import SIZE, press, statuses, words


def dialog_text(app: ReviewApp) -> str:
    assert isinstance(app.screen, MessageDialog)
    return str(app.screen.query_one(".dialog--body").render())


@pytest.fixture
def full_disk(ward: FakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ProjectError("the disk is full.", where="notes.bioassist/project.sqlite", next_step="Free some space.")

    monkeypatch.setattr(ward.project.journal, "append", refuse)
    monkeypatch.setattr(ward.project.journal, "undo", refuse)


@pytest.mark.parametrize("keys", [["a"], ["x"], ["d"], ["3"], ["["], ["D"], ["u"], ["v", "b", "1"], ["A", "enter"]])
@pytest.mark.usefixtures("full_disk")
async def test_a_full_disk_changes_nothing_and_says_so(app: ReviewApp, session: ReviewSession, keys: list[str]) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, *keys)
        shown = dialog_text(app)
        assert "the disk is full." in shown and UNCHANGED in shown and "Free some space." in shown
        await press(pilot, "escape")
        assert statuses(session).keys() == {"pending"}
        assert words(session) == "shortness of breath"
        assert "saved 14" not in str(app.review.status.render())


async def test_a_disk_that_really_is_full(app: ReviewApp, session: ReviewSession, ward: FakeProject) -> None:
    database = ward.project._database
    used = database.row("PRAGMA page_count")
    assert used is not None
    database.row(f"PRAGMA max_page_count={used[0]}")
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(400):
            await press(pilot, "3", "4")
            if isinstance(app.screen, MessageDialog):
                break
        assert UNCHANGED in dialog_text(app)
    assert sqlite3.connect(ward.project.path / "project.sqlite").execute("PRAGMA quick_check").fetchone() == ("ok",)


async def test_markup_in_a_message_is_not_obeyed() -> None:
    dialog = MessageDialog.of(ProjectError("[bold]x[/bold] \x1b[31m", where="a[b].txt"))
    assert "[bold]x[/bold]" in dialog._body and "a[b].txt" in dialog._body


async def test_a_defect_ends_the_screen_without_a_word_of_the_note(
    app: ReviewApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        note = "72 y.o. man with shortness of breath"
        raise RuntimeError(note)

    monkeypatch.setattr(app.review.session, "accept", fail)
    with pytest.raises(RuntimeError):
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("a")
    assert isinstance(app.defect, RuntimeError) and app.return_code == 1
    app._print_error_renderables()
    said = capsys.readouterr()
    assert said.out + said.err == ""
