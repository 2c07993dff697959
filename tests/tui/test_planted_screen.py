"""What a person is shown and told where suggestions are planted for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.screens.workbench import PLANTING
from assistant.tui.widgets.document_list import progress_of, sign_of
from bioassist.schema import Guard

from .conftest import FakeProject
from .test_order import settled
from .test_progress_pages import page
from .test_review_keys import SIZE, press, status_text
from .test_snapshots import WIDE, Compare

LETTER = (
    "Seen for <Symptom 0.92>chest pain</Symptom>, takes <Medication 0.88>aspirin</Medication>. Seen by the surgeon.\n"
)


@pytest.fixture
def app(fake: FakeProject) -> ReviewApp:
    fake.project.set_schema(replace(fake.project.schema, guard=Guard(planted=1.0)))
    # What decides which one is planted: a picture is to be the same each time.
    fake.project._database.execute("UPDATE settings SET value = 'salt' WHERE key = 'guard_salt'")
    fake.note("letter_01", LETTER)
    fake.note("letter_02", "No <Symptom 0.61>cough</Symptom>.\n")
    return ReviewApp(ReviewSession(fake.project, "ana"))


async def test_the_screen_says_that_it_is_on_and_not_where(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert PLANTING in status_text(app)
        view = app.review.session.current
        assert view is not None and view.row.planted
        assert "planted" not in app.review.title_line.render_line(0).text
        assert [sign_of(row) for row in app.review.documents.rows] == ["○", "○"]


async def test_done_tells_what_was_taken_and_a_second_one_ends_it(app: ReviewApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        session = app.review.session
        count = len(session.current.items)  # type: ignore[union-attr]
        assert progress_of(app.review.documents.rows[0]) == f"0/{count}"
        await press(pilot, *"a" * count, "D")
        assert "1 suggestion planted here; you took 1, out again:" in status_text(app)
        view = session.current
        assert view is not None and view.row.name == "letter_01" and not view.row.done
        assert app.review.banner.display
        await press(pilot, "u")
        assert not app.review.banner.display
        assert session.current is not None and session.current.row.planted
        await press(pilot, "U")
        while any(item.status == "pending" for item in session.current.items):
            await press(pilot, "a")
        await press(pilot, "D")
        assert session.current.row.name == "letter_02"
        assert [row.done for row in app.review.documents.rows] == [True, False]
        await press(pilot, "percent_sign")
        await settled(pilot)
        assert "Of 1 planted suggestion in 1 note you accepted 1 (100%, 95% 21% to 100%)" in page(pilot)


def test_picture_of_a_disclosure(snap_compare: Compare, app: ReviewApp) -> None:
    assert snap_compare(app, press=["a", "a", "a", "D"], terminal_size=WIDE)
