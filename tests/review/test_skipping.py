"""Leaving a note out, with a reason."""

from __future__ import annotations

import pytest
from project_setup import Ward

from assistant.project.exporting.documents import documents_for_export
from assistant.review.session import ReviewSession
from bioassist.errors import UsageError


def skipped(session: ReviewSession) -> str | None:
    assert session.current is not None
    return session.current.row.skipped


def test_a_note_is_skipped_for_a_reason_and_that_is_taken_back(ward: Ward) -> None:
    document = ward.note("<Symptom>cough</Symptom>")
    session = ward.review(document)
    assert session.skip("  a template, no patient ") is not None
    assert skipped(session) == "a template, no patient"
    assert session.documents()[0].skipped == "a template, no patient"
    assert session.skip("a template, no patient") is None
    session.skip("in Welsh")
    assert skipped(session) == "in Welsh"
    session.undo()
    assert skipped(session) == "a template, no patient"
    session.reopen()
    assert skipped(session) is None and session.reopen() is None
    session.undo()
    ward.reopen()
    assert ward.review(document).documents()[0].skipped == "a template, no patient"
    assert ward.project.verify() == []


def test_done_and_skipped_take_each_others_place(ward: Ward) -> None:
    session = ward.review(ward.note("cough"))
    session.skip("empty")
    session.mark_done()
    assert session.current is not None and session.current.row.done and skipped(session) is None
    session.skip("empty")
    assert not session.current.row.done and skipped(session) == "empty"
    assert ward.project.verify() == []


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_without_a_reason_nothing_is_skipped(ward: Ward, reason: str) -> None:
    session = ward.review(ward.note("cough"))
    with pytest.raises(UsageError, match="for a reason"):
        session.skip(reason)
    assert skipped(session) is None


def test_each_annotator_skips_for_themselves(ward: Ward) -> None:
    document = ward.note("cough")
    ward.review(document, "ann").skip("empty")
    assert skipped(ward.review(document, "bob")) is None
    assert ward.project.annotators() == ["ann"]


def test_it_is_not_offered_again_but_is_there_to_be_opened(ward: Ward) -> None:
    first, second, third = (ward.note("<Symptom 0.6>cough</Symptom>", name) for name in "abc")
    session = ward.review(second)
    session.skip("in Welsh")
    session.open(first)
    assert session.next_document(pending_only=True) == third
    assert session.previous_document(pending_only=True) == first
    assert session.next_document(skipped=False) == third
    session.take_queue(session.queue_of("file"))
    offered = [session.current.row.id for _ in range(4) if session.next_in_queue() is not None and session.current]
    assert offered == [first, third]
    assert [one.name for one in session.shown_documents()] == ["a", "b", "c"]
    assert session.previous_document() == second and skipped(session) == "in Welsh"
    session.reopen()
    session.open(first)
    assert session.next_document(pending_only=True) == second


def test_status_counts_it_and_exports_leave_it_out_and_say_so(ward: Ward) -> None:
    first, second = ward.note("<Symptom>cough</Symptom>", "a"), ward.note("<Symptom>rash</Symptom>", "b")
    ward.review(first).accept()
    session = ward.review(second)
    session.accept()
    session.skip("in Welsh")
    status = ward.project.status()
    assert [(one.document, one.reason) for one in status.skipped] == [("b", "in Welsh")]
    assert (status.to_review, status.waiting) == (1, 0)
    documents, withheld = documents_for_export(ward.project)
    assert [one.name for one in documents] == ["a"] and withheld.skipped == 1
    session.reopen()
    assert [one.name for one in documents_for_export(ward.project)[0]] == ["a", "b"]


def test_an_altered_reason_is_found(ward: Ward) -> None:
    ward.review(ward.note("cough")).skip("empty")
    ward.project._database.execute("UPDATE skipped SET reason = 'other'")
    ward.reopen()
    assert ward.project.verify() == ["what is shown of note is not what its journal says"]
