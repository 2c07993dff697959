"""Notes that a person works on without suggestions first."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from acts_setup import LAWS, Act, adding, closing, deciding, moving, named, over, shaping
from hypothesis import given
from hypothesis import strategies as st
from project_setup import SCHEMA, Ward, plain_words, seen

from assistant.project.exporting.documents import documents_for_export
from assistant.project.facts import SuggestedFact, fact_id
from assistant.project.guard.figures import Unfocused
from assistant.project.guard.first_answers import Blindly
from assistant.project.guard.roles import role
from assistant.project.records import Tally
from assistant.project.store import Project
from assistant.project.team.parts import lines, merge, part_of, read
from assistant.review.order.filters import Filter
from assistant.review.session import ReviewSession
from bioassist.documents import Span
from bioassist.schema import Guard

GUARDED = replace(SCHEMA, guard=Guard(blind=1.0))
NOTE = "Pt has <Symptom 0.9>chest pain</Symptom> and <Disease 0.7>angina</Disease>, takes aspirin."
PAIN, ANGINA, ASPIRIN = Span(7, 17), Span(22, 28), Span(36, 43)


@pytest.fixture
def blind(ward: Ward) -> Ward:
    ward.project.set_schema(GUARDED)
    return ward


def counted(ward: Ward) -> dict[str, Tally]:
    return {label: tally for label, tally in ward.project.counts().items() if tally != Tally()}


def is_blind(session: ReviewSession) -> bool:
    assert session.current is not None
    return session.current.row.blind


def test_nothing_that_was_suggested_is_in_the_view_of_a_blind_note(blind: Ward) -> None:
    note = blind.note(NOTE)
    project = blind.project
    sha = project.document(note).text_sha
    letter = SuggestedFact(fact_id(sha, "letter"), "letter", 0.8, "model", "small-1", "f2", True)
    project.add_suggested_facts(note, blind.run, [letter])
    project.near_misses.add(note, blind.run, [(ASPIRIN, "Medication", 0.4)])
    session = blind.review(note)
    assert is_blind(session) and seen(session) == []
    assert session.current is not None and session.current.of_document == ()
    assert session.near_misses() == [] and project.suggestions(note) == [] and project.suggested_facts(note) == []
    assert counted(blind) == {} and project.fact_tallies().get(note, {}) == {}
    (row,) = session.documents()
    assert (row.blind, row.suggestions, row.pending) == (True, 0, 0)
    for kind in ("file", "uncertain", "informative", "near-misses", "disagreements", "label:Symptom"):
        session.take_queue(session.queue_of(kind))
        assert session.queue is not None and session.queue.total == 0, kind
        assert session.next_in_queue() is None
    session.take_queue(None)
    assert session.filtered(Filter("")).counts == {note: 0}
    assert session.estimates(everywhere=True).total == session.accept_over(0.0, everywhere=True) == 0
    (exported,), withheld = documents_for_export(project, include="all")
    assert exported.entities == () and withheld.pending == 0
    assert session.next_document(pending_only=True) is None
    other = blind.note("<Symptom 0.4>cough</Symptom>", "second")
    assert session.next_document(pending_only=True) == other, "there is something to do in a blind note"


def test_done_shows_the_suggestions_first_and_keeps_what_the_person_had(blind: Ward) -> None:
    session = blind.review(blind.note(NOTE))
    session.add(PAIN.start, PAIN.end, "Symptom")
    session.add(ASPIRIN.start, ASPIRIN.end, "Medication")
    said = session.mark_done()
    assert said is not None and said.text == "showed the suggestions (first answer: 2 spans)"
    assert seen(session) == ["added Symptom: chest pain", "*pending Disease: angina", "added Medication: aspirin"]
    assert not is_blind(session) and session.current is not None and not session.current.row.done
    assert counted(blind)["Disease"] == Tally(pending=1, suggested=1)
    session.accept()
    session.mark_done()
    assert session.current.row.done
    assert [entry.action for entry in blind.project.journal.entries()] == ["add", "add", "reveal", "accept", "done"]
    (exported,), _ = documents_for_export(blind.project, documents="done")
    assert sorted(one.type for one in exported.entities) == ["Disease", "Medication", "Symptom"]
    assert blind.project.verify() == []


def test_undo_hides_the_suggestions_again_and_the_first_answer_stays_the_first(blind: Ward) -> None:
    note = blind.note(NOTE)
    session = blind.review(note)
    session.mark_done()
    assert seen(session) == ["*pending Symptom: chest pain", "pending Disease: angina"]
    undone = session.undo()
    assert undone is not None and undone.text == "undid: showed the suggestions (first answer: 0 spans)"
    assert is_blind(session) and seen(session) == [] and counted(blind) == {}
    session.redo()
    assert not is_blind(session) and len(seen(session)) == 2
    session.undo()
    session.add(ANGINA.start, ANGINA.end, "Disease")
    session.mark_done()
    session.mark_done()
    (figures,) = blind.project.guard_figures()
    assert figures.blindly == Blindly(final=1, missed=1, suggested=2, right=1), "what was seen was not found alone"


def test_each_annotator_has_blind_notes_of_their_own(blind: Ward) -> None:
    note = blind.note(NOTE)
    ann, bob = blind.review(note), blind.review(note, "bob")
    ann.mark_done()
    assert not is_blind(ann)
    assert is_blind(bob) and seen(bob) == []
    assert not is_blind(blind.review(note, "gold")), "gold is made of what others said"


def test_what_was_seen_before_there_was_a_guard_does_not_become_blind(ward: Ward) -> None:
    decided, over, fresh = (
        ward.note(NOTE, "a"),
        ward.note("No <Symptom>cough</Symptom>.", "b"),
        ward.note(NOTE + " ", "c"),
    )
    ward.review(decided).reject()
    ward.review(over).mark_done()
    session = ward.review(fresh)
    assert len(seen(session)) == 2
    ward.project.set_schema(GUARDED)
    assert [row.blind for row in session.documents()] == [False, False, True]
    assert session.refresh() and seen(session) == []
    ward.project.set_schema(SCHEMA)
    assert session.refresh() and len(seen(session)) == 2


def test_what_comes_while_a_note_is_blind_waits_with_the_rest(blind: Ward) -> None:
    note = blind.note(NOTE)
    session = blind.review(note)
    blind.suggest(note, [("Medication", ASPIRIN, 0.6)])
    session.refresh()
    assert seen(session) == []
    session.mark_done()
    assert len(seen(session)) == 3


def test_killed_and_opened_again_it_is_as_it_was(blind: Ward) -> None:
    note = blind.note(NOTE)
    blind.review(note).add(PAIN.start, PAIN.end, "Symptom")
    blind.reopen()
    session = blind.review(note)
    assert is_blind(session) and seen(session) == ["*added Symptom: chest pain"]
    session.mark_done()
    blind.reopen()
    session = blind.review(note)
    assert not is_blind(session) and "*pending Disease: angina" in seen(session)
    blind.project._database.execute("DELETE FROM revealed")
    assert blind.project.verify() == ["what is shown of note is not what its journal says"]


# Who sees what

NAMES = st.text(min_size=1, max_size=12)


@given(annotator=NAMES, texts=st.lists(st.text(), max_size=30), less=st.floats(0, 1), more=st.floats(0, 1))
def test_a_role_is_the_same_each_time_and_a_greater_share_keeps_the_blind_ones(
    annotator: str, texts: list[str], less: float, more: float
) -> None:
    less, more = sorted((less, more))
    for text in texts:
        few, many = (role(Guard(blind=share), "salt", annotator, text) for share in (less, more))
        assert few == role(Guard(blind=less), "salt", annotator, text)
        assert (few, many) != ("blind", "plain")
        assert role(Guard(), "salt", annotator, text) == "plain"
        assert role(Guard(blind=1.0), "salt", annotator, text) == "blind" or annotator == "gold"


def test_the_share_is_kept_and_differs_by_annotator_and_project() -> None:
    def drawn(salt: str, annotator: str) -> list[bool]:
        guard = Guard(blind=0.1)
        return [role(guard, salt, annotator, f"{number:064x}") == "blind" for number in range(5000)]

    anna, ben, elsewhere = drawn("s", "anna"), drawn("s", "ben"), drawn("t", "anna")
    for one in (anna, ben, elsewhere):
        # Four standard deviations of 5,000 draws.
        assert abs(sum(one) / 5000 - 0.1) < 0.017
    assert anna != ben and anna != elsewhere


# What comes of it


def test_misses_and_finds_by_annotator_and_label(blind: Ward) -> None:
    note = blind.note(NOTE + " Denies <Symptom 0.6>cough</Symptom>.")
    session = blind.review(note)
    session.add(PAIN.start + 6, PAIN.end, "Symptom")  # "pain"
    session.add(ANGINA.start, ANGINA.end, "Disease")
    session.add(0, 2, "Disease")
    session.mark_done()
    (figures,) = blind.project.guard_figures()
    assert (figures.done, figures.open, figures.to_come, figures.blind) == (0, 1, 0, {})
    view = session.current
    assert view is not None
    own = next(item for item in view.items if item.status == "added" and item.type == "Symptom")
    session.focus(own.id)
    session.delete()
    session.focus(next(item.id for item in view.items if item.spans == (Span(0, 2),)))
    session.delete()
    for item in view.items:
        if item.status == "pending":
            session.focus(item.id)
            session.accept()
    session.mark_done()
    (figures,) = blind.project.guard_figures()
    assert (figures.annotator, figures.done, figures.open) == ("ann", 1, 0)
    assert figures.blind == {
        "Disease": Blindly(final=1, found=1, dropped=1, suggested=1, right=1, own=1),
        "Symptom": Blindly(final=2, changed=1, missed=1, suggested=2, right=2),
    }
    blind.review(blind.note("cough", "other"), "bob").mark_done()
    assert [one.annotator for one in blind.project.guard_figures()] == ["ann", "bob"]


def test_the_share_that_was_accepted_without_focus(ward: Ward) -> None:
    markup = " ".join(f"<Symptom 0.{digit}>cough</Symptom>" for digit in (9, 8, 7, 3, 2, 1))
    session = ward.review(ward.note(markup))
    session.accept_over(0.65)
    session.focus_next(pending_only=True)
    session.accept()
    session.relabel("Disease")
    (figures,) = ward.project.guard_figures("ann")
    assert figures.unfocused == {"Disease": Unfocused(1, 0), "Symptom": Unfocused(4, 3)}
    assert figures.bulk.share == 0.6
    # A second look at one of them is a look.
    session.focus_previous()
    session.focus_previous()
    session.reject()
    session.accept()
    (figures,) = ward.project.guard_figures("ann")
    assert figures.bulk == Unfocused(5, 2)


def test_first_answers_come_along_in_an_annotators_part(blind: Ward, tmp_path: Path) -> None:
    note = blind.note(NOTE)
    shutil.copytree(blind.path, tmp_path / "lead.bioassist", ignore=shutil.ignore_patterns("lock", "owner.json"))
    session = blind.review(note)
    session.add(ANGINA.start, ANGINA.end, "Disease")
    session.mark_done()
    session.accept()
    session.mark_done()
    (tmp_path / "ann.part").write_text("".join(f"{one}\n" for one in lines(part_of(blind.project, "ann"))), "utf-8")
    with Project.open(tmp_path / "lead.bioassist", actor="lead") as lead:
        assert lead.seen_by("ann").document(note).blind, "a copy draws the same"
        merge(lead, [read(tmp_path / "ann.part")])
        assert not lead.seen_by("ann").document(note).blind
        assert lead.guard_figures("ann") == blind.project.guard_figures("ann")
        assert lead.verify() == []


# Laws

decisions = st.one_of(deciding, adding, over, closing, shaping, moving)
with_undo = st.lists(
    st.one_of(decisions, decisions, closing, st.sampled_from([named("undo"), named("redo")])), max_size=18
)


@LAWS
@given(before=st.lists(decisions, max_size=10), done=with_undo)
def test_undone_to_the_start_a_blind_note_is_as_it_was_and_shows_nothing(before: list[Act], done: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        try:
            ward.project.set_schema(GUARDED)
            note, second = (
                ward.note(NOTE),
                ward.note("<Medication 0.8>aspirin</Medication> for pain, stopped in May", "b"),
            )

            def state() -> list[object]:
                found: list[object] = []
                session = ReviewSession(ward.project, words=plain_words)
                for one in (note, second):
                    session.open(one)
                    assert session.current is not None
                    if session.current.row.blind:
                        assert all(item.suggestion is None for item in session.current.items)
                    found.append((session.current.row, session.current.items, ward.project.tallies().get(one, {})))
                return found

            first = state()
            session = ward.review(note)
            for act in (*before, *done):
                act(session)
                assert session.current is not None
                shown = ward.review(session.current.row.id).current
                assert shown is not None and shown.items == session.current.items
            last = state()
            ward.reopen()
            assert state() == last
            assert ward.project.verify() == []
            session = ward.review(note)
            while session.undo() is not None:
                pass
            assert state() == first
        finally:
            ward.project.close()
