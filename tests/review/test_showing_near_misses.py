"""What the model nearly found: shown on demand, added as what a person says it is."""

from __future__ import annotations

import pytest
from project_setup import Ward, seen

from assistant.project.exporting.documents import documents_for_export
from assistant.review.session import ReviewSession
from bioassist.documents import Span
from bioassist.errors import UsageError

NOTE = "Mild fever, <Symptom 0.9>cough</Symptom> and a rash since Monday. No travel.\n"


def near(ward: Ward, note: int, *found: tuple[str, str | None, float]) -> None:
    text = ward.project.text(note)
    ward.project.near_misses.add(
        note, ward.run, [(Span(text.index(w), text.index(w) + len(w)), type_, p) for w, type_, p in found]
    )


def listed(session: ReviewSession) -> list[tuple[str, str | None, float]]:
    assert session.current is not None
    return [(one.span.of(session.current.text), one.type, one.probability) for one in session.near_misses()]


def test_they_are_listed_by_place_but_for_what_stands_or_waits_there(ward: Ward) -> None:
    note = ward.note(NOTE)
    near(ward, note, ("rash", None, 0.4), ("Mild fever", "Symptom", 0.3), ("cough and", None, 0.2))
    session = ward.review(note)
    assert listed(session) == [("Mild fever", "Symptom", 0.3), ("rash", None, 0.4)]
    session.reject()
    assert [words for words, *_ in listed(session)] == ["Mild fever", "cough and", "rash"]
    assert ReviewSession(ward.project).near_misses() == []


def test_one_that_is_added_is_an_annotation_and_the_journal_says_how_near_it_was(ward: Ward) -> None:
    note = ward.note(NOTE)
    near(ward, note, ("rash", None, 0.4))
    session = ward.review(note)
    (one,) = session.near_misses()
    item_id = session.add_near_miss(one.span, "Symptom")
    assert seen(session) == ["pending Symptom: cough", "*added Symptom: rash"] and session.near_misses() == []
    entry = ward.project.journal.entries(note)[-1]
    assert entry.action == "add" and entry.payload["id"] == item_id
    assert entry.payload["near"] == {"probability": 0.4, "type": None, "model": "small-1", "run": ward.run}
    (document,), _ = documents_for_export(ward.project)
    assert [(e.type, document.provenance[e.id].status) for e in document.entities] == [("Symptom", "added")]
    session.undo()
    assert listed(session) == [("rash", None, 0.4)]
    session.redo()
    assert ward.project.verify() == [] and session.near_misses() == []


def test_what_the_model_did_not_nearly_find_is_added_by_hand(ward: Ward) -> None:
    note = ward.note(NOTE)
    near(ward, note, ("rash", None, 0.4))
    session = ward.review(note)
    with pytest.raises(UsageError, match="did not nearly find"):
        session.add_near_miss(Span(0, 4), "Symptom")
    with pytest.raises(UsageError, match="not a label"):
        session.add_near_miss(session.near_misses()[0].span, "Gene")
    assert ward.project.journal.length() == 0


def test_a_new_reading_forgets_those_of_the_last(ward: Ward) -> None:
    note = ward.note(NOTE)
    near(ward, note, ("rash", None, 0.4), ("fever", None, 0.3))
    ward.begin("small-2")
    near(ward, note, ("travel", None, 0.25))
    assert listed(ward.review(note)) == [("travel", None, 0.25)]
    ward.project.supersede_suggestions(note, keep_run=ward.run)
    assert [one.run for one in ward.project.near_misses.of(note)] == [ward.run]


def test_they_are_no_suggestions(ward: Ward) -> None:
    note = ward.note(NOTE)
    near(ward, note, ("rash", None, 0.9))
    session = ward.review(note)
    assert seen(session) == ["*pending Symptom: cough"]
    assert session.accept_over(0.5) == 1 and ward.project.counts()["Symptom"].pending == 0
    assert [row.pending for row in session.documents()] == [0]
    (document,), withheld = documents_for_export(ward.project, "all")
    assert len(document.entities) == 1 and withheld.pending == 0
