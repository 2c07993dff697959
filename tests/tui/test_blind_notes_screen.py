"""What a person is shown and told of a note that they work on without suggestions first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.widgets.document_list import progress_of, sign_of
from assistant.tui.widgets.inspecting.telling import nothing
from bioassist.schema import Guard

from .conftest import FakeProject
from .test_order import settled
from .test_progress_pages import page
from .test_review_keys import SIZE, press, status_text
from .test_snapshots import NARROW, WIDE, Compare

LETTER = "Seen for <Symptom 0.92>chest pain</Symptom>, takes <Medication 0.88>aspirin</Medication>.\n"


@pytest.fixture
def app(fake: FakeProject) -> ReviewApp:
    fake.project.set_schema(replace(fake.project.schema, guard=Guard(blind=1.0)))
    fake.note("letter_01", LETTER)
    fake.note("letter_02", "No <Symptom 0.61>cough</Symptom>.\n")
    return ReviewApp(ReviewSession(fake.project, "ana"))


async def test_a_blind_note_says_so_and_done_shows_what_was_suggested(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        view, session = app.review.session.current, app.review.session
        assert view is not None and view.items == ()
        assert "A blind note" in nothing(view) and "D keeps that as your first answer" in nothing(view)
        assert "◌ blind until D" in app.review.title_line.render_line(0).text
        assert [(sign_of(row), progress_of(row)) for row in app.review.documents.rows] == [("◌", "blind")] * 2
        await press(pilot, "v", "W", "1")
        assert progress_of(app.review.documents.rows[0]) == "1 blind"
        await press(pilot, "D")
        assert "showed the suggestions (first answer: 1 span)" in status_text(app)
        view = session.current
        assert view is not None and view.row.name == "letter_01" and not view.row.blind
        assert view.focused is not None and view.focused.status == "pending"
        assert "blind" not in app.review.title_line.render_line(0).text
        assert progress_of(app.review.documents.rows[0]) == "1/3"
        await press(pilot, "u")
        view = session.current
        assert view is not None and view.row.blind and len(view.items) == 1
        await press(pilot, "U", "a", "a", "D")
        view = session.current
        assert view is not None and (view.row.name, view.row.blind) == ("letter_02", True)
        assert [row.done for row in app.review.documents.rows] == [True, False]


async def test_the_page_on_progress_tells_a_person_how_far_they_lean_on_the_model(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "v", "b", "1", "D", "A", "enter")
        await settled(pilot)
        await press(pilot, "D", "percent_sign")
        await settled(pilot)
        told = page(pilot)
        assert "Accepted in bulk, without a look: 1 of 1 suggestion that you kept (100%)." in told
        assert "Blind notes: 1 done, 0 with suggestions now, 1 left." in told
        assert "Of 2 spans in those done you had 1 before the suggestions came and 0 otherwise; 1 came after" in told


@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_picture_of_a_blind_note(snap_compare: Compare, app: ReviewApp, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size)


def test_picture_of_suggestions_that_came(snap_compare: Compare, app: ReviewApp) -> None:
    assert snap_compare(app, press=["v", "W", "1", "D"], terminal_size=WIDE)
