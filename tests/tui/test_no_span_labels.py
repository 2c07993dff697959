"""A schema that has classes of notes and no types of spans, on the real screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.project.facts import SuggestedFact, fact_id
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.screens.menu import Menu
from bioassist.schema import loads

from .conftest import MODEL, FakeProject
from .test_review_keys import press, status_text
from .test_saying_keys import facts, of_note

SIZE = (120, 36)
LETTERS = loads("[[classes]]\nname = 'letter'\nkey = 'e'\n[[classes]]\nname = 'report'\nkey = 'o'\n")


@pytest.fixture
def session(tmp_path: Path) -> ReviewSession:
    fake = FakeProject(tmp_path, LETTERS)
    row = fake.project.document(fake.note("gp", "Dear Dr Smith,\nhe was well.\n"))
    one = SuggestedFact(fact_id(row.text_sha, "letter"), "letter", 0.8, "model", MODEL, "class.one/1:0", True)
    fake.project.add_suggested_facts(row.id, fake.run, [one])
    return ReviewSession(fake.project, "ana")


async def test_classes_are_decided_as_ever(session: ReviewSession) -> None:
    app = ReviewApp(session)
    async with app.run_test(size=SIZE) as pilot:
        assert facts(session) == ["pending letter"] and "letter" in of_note(app)
        await press(pilot, "C")
        assert isinstance(app.screen, Menu)
        await press(pilot, "o")
        assert "added report" in facts(session)
        await press(pilot, "u", "D")
        assert "added report" not in facts(session)


async def test_words_that_are_selected_get_no_label(session: ReviewSession) -> None:
    app = ReviewApp(session)
    async with app.run_test(size=SIZE) as pilot:
        for key in ("l", "enter", "1"):
            await press(pilot, "v", key)
            assert len(app.screen_stack) == 2, "no list without a label comes up"
            assert key == "1" or "no labels for words" in status_text(app), key
            await press(pilot, "escape")
        assert session.current is not None and session.current.items == ()


async def test_there_are_no_windows_to_count(session: ReviewSession) -> None:
    app = ReviewApp(session)
    async with app.run_test(size=SIZE) as pilot:
        number = session.documents()[0].id
        session.project.set_state(number, "reading")
        app.review.title_line.read(number, 0, 0)
        session.open(number)
        app.review.show()
        await pilot.pause()
        said = str(app.review.title_line.render())
        assert "◐ details come" in said and "0/0" not in said


@pytest.mark.parametrize("key", [*"njaxd123GFSgzOcKfmoP%Qh&|()=", "question_mark", "plus_sign", "tab"])
async def test_no_key_breaks_it(session: ReviewSession, key: str) -> None:
    app = ReviewApp(session)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, key, "escape", "v", key, "escape")
        assert app.is_running and app.return_code in (None, 0)
