"""A note that changed on the disk after it was annotated."""

from __future__ import annotations

import pytest
from cli_setup import NOTE, Desk

from assistant.project.store import Project
from assistant.review.session import ReviewSession


def texts(desk: Desk) -> dict[str, str]:
    with Project.open(desk.project, read_only=True) as project:
        return {row.name: project.text(row.id) for row in project.documents()}


def decided(desk: Desk) -> dict[str, str]:
    """The words of each decided item of the first note, and what was decided."""
    with desk.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        view = session.current
        assert view is not None
        return {item.of(view.text): item.status for item in view.items if item.status != "pending"}


@pytest.fixture
def changed(desk: Desk) -> Desk:
    desk.write({"a.txt": NOTE, "b.txt": NOTE})
    assert desk.annotate().code == 0
    with desk.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        for word, label in (("amoxicillin", "Drug"), ("Fever", "Disease")):
            session.add(NOTE.index(word), NOTE.index(word) + len(word), label)
    desk.write({"a.txt": "Seen on the ward.\n" + NOTE.replace("Fever", "Chills")})
    return desk


def test_it_is_told_and_nothing_is_touched(changed: Desk) -> None:
    before = changed.found()
    told = changed.annotate()
    assert told.code == 1
    assert "a.txt: changed on the disk since it was annotated" in told.said and "--new-versions" in told.said
    assert "2 of 2 notes ready" in told.said
    assert texts(changed)["a"] == NOTE and changed.found() == before
    assert decided(changed) == {"amoxicillin": "added", "Fever": "added"}


def test_as_a_new_version_it_keeps_the_decisions_that_still_hold(changed: Desk) -> None:
    told = changed.annotate("--new-versions", "--json")
    assert told.code == 1
    assert "taken in as version 2: 1 decisions carried over, 1 stay with version 1 alone" in told.said
    assert texts(changed)["a"] == (changed.notes / "a.txt").read_text("utf-8")
    assert decided(changed) == {"amoxicillin": "added"}
    assert changed.states() == {"a": "ready", "b": "ready"}
    assert told.json["documents"] == 2


def test_the_old_version_and_its_journal_stay_in_the_project(changed: Desk) -> None:
    changed.annotate("--new-versions")
    with changed.opened() as project:
        old = [row for row in project.documents(include_superseded=True) if row.superseded]
        assert [project.text(row.id) for row in old] == [NOTE]
        assert len(project.decisions(old[0].id)) == 2
        assert project.verify() == []


def test_changed_back_it_has_its_decisions_again(changed: Desk) -> None:
    changed.annotate("--new-versions")
    changed.write({"a.txt": NOTE})
    assert "taken in as version 3" in changed.annotate("--new-versions").said
    assert decided(changed) == {"amoxicillin": "added", "Fever": "added"}


def test_nothing_is_said_of_a_note_that_only_got_a_new_date(annotated: Desk) -> None:
    annotated.write({"a.txt": NOTE * 2})
    assert annotated.annotate("--new-versions").code == 0
