"""What a person does on the review screen, action by action."""

from __future__ import annotations

import pytest
from project_setup import Ward, seen

from bioassist.documents import Span
from bioassist.errors import ProjectError, UsageError

NOTE = (
    "Pt denies <Symptom 0.9>chest pain</Symptom> but has <Disease 0.6>type 2 diabetes</Disease>, takes "
    "<Medication 0.8>metformin</Medication> 500 mg."
)


def test_a_note_opens_on_its_first_pending_suggestion(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    assert seen(session) == [
        "*pending Symptom: chest pain",
        "pending Disease: type 2 diabetes",
        "pending Medication: metformin",
    ]


def test_accept_and_reject_go_on_to_the_next_pending_one_and_round(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.focus_next()
    saved = session.accept()
    assert saved is not None and saved.text == "accepted Disease [29, 44)"
    session.reject()
    assert seen(session) == [
        "*pending Symptom: chest pain",
        "accepted Disease: type 2 diabetes",
        "rejected Medication: metformin",
    ]


def test_accepting_twice_saves_once(ward: Ward) -> None:
    document = ward.note("<Symptom>cough</Symptom>")
    session = ward.review(document)
    assert session.accept() is not None
    assert session.accept() is None
    assert len(ward.project.journal.entries(document)) == 1


def test_a_rejected_suggestion_can_be_accepted_after_all(ward: Ward) -> None:
    session = ward.review(ward.note("<Symptom>cough</Symptom>"))
    session.reject()
    session.accept()
    assert seen(session) == ["*accepted Symptom: cough"]


def test_relabel(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.relabel("Disease")
    assert seen(session)[0] == "*edited Disease: chest pain"
    assert session.relabel("Disease") is None
    session.relabel("Symptom")
    assert seen(session)[0] == "*accepted Symptom: chest pain", "back at what was suggested, it is accepted"


def test_a_label_that_is_not_in_the_schema_is_refused(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    with pytest.raises(UsageError, match=r"'Gene' is not a label.*Symptom, Disease, Medication"):
        session.relabel("Gene")
    with pytest.raises(UsageError, match="'Gene' is not a label"):
        session.add(0, 2, "Gene")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["grow_left"], "denies chest pain"),
        (["grow_left", "grow_left"], "Pt denies chest pain"),
        (["grow_right"], "chest pain but"),
        (["shrink_left"], "pain"),
        (["shrink_right"], "chest"),
        (["shrink_right", "grow_right", "grow_right"], "chest pain but"),
        (["shrink_left", "shrink_left"], "pain"),
        (["shrink_right", "shrink_right"], "chest"),
        (["grow_left", "grow_left", "grow_left"], "Pt denies chest pain"),
    ],
)
def test_boundaries_move_by_words(ward: Ward, keys: list[str], words: str) -> None:
    session = ward.review(ward.note(NOTE))
    for key in keys:
        getattr(session, key)()
    assert seen(session)[0].endswith(f": {words}")


def test_boundaries_of_a_discontinuous_mention_move_at_its_two_ends(ward: Ward) -> None:
    text = "left and right leg are weak"
    document = ward.note(text)
    ward.suggest(document, [("Symptom", (Span(0, 4), Span(15, 18)), 0.5)])
    session = ward.review(document)
    session.grow_right()
    assert seen(session) == ["*edited Symptom: left leg are"]
    assert session.shrink_left() is None, "its first fragment is one word"


def test_an_item_that_moves_keeps_the_focus_and_the_order_of_reading(ward: Ward) -> None:
    session = ward.review(ward.note("severe <Symptom>chest <Disease>pain</Disease></Symptom>"))
    session.focus_next()
    session.grow_left()
    session.grow_left()
    assert seen(session) == ["*edited Disease: severe chest pain", "pending Symptom: chest pain"]


def test_delete_stays_listed_as_rejected_and_in_focus(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.delete()
    assert seen(session)[0] == "*rejected Symptom: chest pain"


def test_add_trims_white_space_and_takes_the_focus(ward: Ward) -> None:
    text = "c/o   night sweats\n x"
    session = ward.review(ward.note(text))
    item_id = session.add(3, 20, "Symptom")
    assert seen(session) == ["*added Symptom: night sweats"]
    assert session.current is not None and session.current.focus == item_id
    session.relabel("Disease")
    assert seen(session) == ["*added Disease: night sweats"]
    session.delete()
    assert seen(session) == ["*rejected Disease: night sweats"]


def test_adding_what_is_suggested_accepts_it(ward: Ward) -> None:
    document = ward.note("<Symptom>cough</Symptom> and fever")
    session = ward.review(document)
    suggested = session.current.items[0].id  # type: ignore[union-attr]
    assert session.add(0, 5, "Symptom") == suggested
    assert session.add(0, 5, "Symptom") == suggested
    assert seen(session) == ["*accepted Symptom: cough"]
    assert len(ward.project.journal.entries(document)) == 1


@pytest.mark.parametrize(("start", "end"), [(3, 3), (5, 6), (0, 99), (-1, 3), (6, 2)])
def test_an_empty_selection_and_one_outside_the_text_are_refused(ward: Ward, start: int, end: int) -> None:
    session = ward.review(ward.note("cough and fever"))
    with pytest.raises(UsageError):
        session.add(start, end, "Symptom")
    assert seen(session) == []


def test_a_selection_may_go_over_the_end_of_a_line(ward: Ward) -> None:
    session = ward.review(ward.note("chest\r\npain"))
    session.add(0, 11, "Symptom")
    assert session.current is not None and session.current.items[0].spans == (Span(0, 12 - 1),)


def test_accept_over_a_threshold_is_one_action(ward: Ward) -> None:
    document = ward.note(NOTE)
    session = ward.review(document)
    assert session.accept_over(0.8) == 2
    assert [line.lstrip("*").split()[0] for line in seen(session)] == ["accepted", "pending", "accepted"]
    (entry,) = ward.project.journal.entries(document)
    assert (entry.payload["bulk"], entry.payload["threshold"], len(entry.payload["ids"])) == (True, 0.8, 2)
    undone = session.undo()
    assert undone is not None and undone.text == "undid: accepted 2 items over 80%"
    assert session.accept_over(0.95) == 0


def test_accept_over_leaves_what_was_rejected(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.reject()
    session.accept_over(0.0)
    assert seen(session)[0] == "rejected Symptom: chest pain"


def test_an_edit_hides_the_suggestion_that_says_the_same(ward: Ward) -> None:
    document = ward.note("<Symptom><Symptom>chest</Symptom> pain</Symptom>")
    session = ward.review(document)
    session.shrink_right()
    assert seen(session) == ["*edited Symptom: chest"]
    assert session.documents()[0].pending == 0
    session.undo()
    assert seen(session) == ["*pending Symptom: chest pain", "pending Symptom: chest"]
    assert session.documents()[0].pending == 2


def test_an_edit_that_is_rejected_hides_nothing(ward: Ward) -> None:
    session = ward.review(ward.note("<Symptom><Symptom>chest</Symptom> pain</Symptom>"))
    session.shrink_right()
    session.reject()
    assert sorted(line.lstrip("*") for line in seen(session)) == ["pending Symptom: chest", "rejected Symptom: chest"]
    assert session.documents()[0].pending == 1


def test_focus_goes_forth_and_back_and_stays_at_the_ends(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    assert session.focus_previous() is None
    assert session.focus_next() is not None
    assert session.focus_next() is not None
    assert session.focus_next() is None
    assert seen(session)[2].startswith("*")
    assert session.focus_previous() is not None
    session.accept()
    session.focus(session.current.items[0].id)  # type: ignore[union-attr]
    assert session.focus_next(pending_only=True).type == "Medication"  # type: ignore[union-attr]


def test_focus_on_an_offset_takes_the_shortest_then_the_next_longer(ward: Ward) -> None:
    session = ward.review(
        ward.note("<Disease>acute <Symptom>chest <Medication>pain</Medication></Symptom></Disease> now")
    )
    found = [session.focus_at(14) for _ in range(4)]
    assert [item.type for item in found if item] == ["Medication", "Symptom", "Disease", "Medication"]
    assert session.focus_at(17) is None
    assert seen(session)[2].startswith("*"), "nothing is there, so the focus stays"


def test_focus_on_an_id_that_is_not_there_stays(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    assert session.focus("s-000000000000") is None
    assert seen(session)[0].startswith("*")
    session.focus(None)
    assert session.accept() is None and session.grow_left() is None and session.delete() is None


def test_documents_and_their_counts(ward: Ward) -> None:
    first, second = ward.note(NOTE, "a"), ward.note("<Symptom>cough</Symptom>", "b")
    ward.project.add_failed("c", "c.txt", "this looks like a binary file, not a note.")
    session = ward.review(first)
    session.accept()
    session.reject()
    session.add(0, 2, "Disease")
    counts = [(d.name, d.suggestions, d.pending, d.accepted, d.rejected, d.added) for d in session.documents()]
    assert counts == [("a", 3, 1, 1, 1, 1), ("b", 1, 1, 0, 0, 0), ("c", 0, 0, 0, 0, 0)]
    session.focus_next(pending_only=True)
    session.relabel("Symptom")
    assert (session.documents()[0].accepted, session.documents()[0].edited) == (2, 1)
    assert session.next_document() == second
    assert session.next_document() is None, "a note without text is not opened"
    assert session.previous_document() == first
    assert session.previous_document() is None
    assert session.next_document(pending_only=True) == second


def test_a_note_without_text_is_not_opened_and_the_open_one_stays(ward: Ward) -> None:
    first = ward.note(NOTE, "a")
    failed = ward.project.add_failed("c", "c.txt", "this looks like a binary file.")
    session = ward.review(first)
    with pytest.raises(ProjectError, match="binary file"):
        session.open(failed.id)
    assert session.current is not None and session.current.row.id == first


def test_done_and_reopened(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    assert session.reopen() is None
    assert session.mark_done() is not None
    assert session.mark_done() is None
    assert session.documents()[0].done and session.current.row.done  # type: ignore[union-attr]
    session.undo()
    assert not session.documents()[0].done
    session.redo()
    session.reopen()
    assert not session.documents()[0].done and not session.current.row.done  # type: ignore[union-attr]


def test_undo_says_which_document_it_touched_and_leaves_the_open_one(ward: Ward) -> None:
    first, second = ward.note(NOTE, "a"), ward.note("<Symptom>cough</Symptom>", "b")
    session = ward.review(first)
    session.accept()
    session.open(second)
    undone = session.undo()
    assert undone is not None
    assert (undone.document_id, undone.text) == (first, "undid: accepted Symptom [10, 20)")
    assert session.current is not None and session.current.row.id == second
    session.open(first)
    assert seen(session)[0] == "*pending Symptom: chest pain"
    assert session.undo() is None


def test_undo_focuses_what_came_back(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.accept()
    session.accept()
    session.undo()
    assert seen(session)[1].startswith("*")


def test_undo_is_each_actors_own(ward: Ward) -> None:
    document = ward.note(NOTE)
    ann, bob = ward.review(document, "ann"), ward.review(document, "bob")
    ann.accept()
    bob.focus_next()
    bob.reject()
    assert ann.undo() is not None and ann.undo() is None
    ann.open(document)
    assert seen(ann) == [
        "*pending Symptom: chest pain",
        "pending Disease: type 2 diabetes",
        "pending Medication: metformin",
    ]
    bob.open(document)
    assert seen(bob) == [
        "*pending Symptom: chest pain",
        "rejected Disease: type 2 diabetes",
        "pending Medication: metformin",
    ]


def test_annotators_see_the_same_suggestions_and_their_own_decisions(ward: Ward) -> None:
    document = ward.note("severe <Symptom>chest pain</Symptom>")
    ann, bob = ward.review(document, "ann"), ward.review(document, "bob")
    ann.grow_left()
    ann.mark_done()
    bob.reject()
    for session, shown, done in (
        (ann, "edited Symptom: severe chest pain", True),
        (bob, "rejected Symptom: chest pain", False),
    ):
        session.open(document)
        assert seen(session) == [f"*{shown}"]
        assert [row.done for row in session.documents()] == [done]
        assert session.documents()[0].rejected == (not done)


def test_a_decision_means_what_was_on_the_screen_whatever_is_undone_around_it(ward: Ward) -> None:
    document = ward.note("severe <Symptom>chest pain</Symptom>")
    session = ward.review(document)
    session.grow_left()
    session.reject()
    session.accept()
    session.undo()
    session.undo()
    session.redo()
    assert seen(session) == ["*rejected Symptom: severe chest pain"], "it was the longer one that was rejected"


def test_redo_ends_with_a_new_action(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.accept()
    session.undo()
    session.reject()
    assert session.redo() is None


def test_new_suggestions_come_in_and_the_focus_stays(ward: Ward) -> None:
    document = ward.note("cough, <Symptom>fever</Symptom>, rash")
    session = ward.review(document)
    assert not session.refresh()
    ward.suggest(document, [("Symptom", Span(0, 5), 0.7), ("Symptom", Span(14, 18), 0.7)])
    assert session.refresh()
    assert seen(session) == ["pending Symptom: cough", "*pending Symptom: fever", "pending Symptom: rash"]
    assert not session.refresh()


def test_the_first_suggestion_of_an_empty_document_takes_the_focus(ward: Ward) -> None:
    document = ward.note("cough")
    session = ward.review(document)
    assert seen(session) == []
    ward.suggest(document, [("Symptom", Span(0, 5), 0.7)])
    session.refresh()
    assert seen(session) == ["*pending Symptom: cough"]


def test_a_focused_suggestion_that_is_withdrawn_passes_the_focus_to_its_neighbour(ward: Ward) -> None:
    document = ward.note("<Symptom>cough</Symptom>, <Symptom>fever</Symptom>, <Symptom>rash</Symptom>")
    session = ward.review(document)
    session.focus_next()
    ward.read_again(document, "<Symptom>cough</Symptom>, fever, <Symptom>rash</Symptom>", "small-2")
    session.refresh()
    assert seen(session) == ["pending Symptom: cough", "*pending Symptom: rash"]


def test_a_view_never_changes(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    before = session.current
    session.accept()
    assert before is not None and before.items[0].status == "pending"
    assert session.current is not before


def test_find_ignores_case_and_keeps_offsets(ward: Ward) -> None:
    # Lower case of the first letter is two code points.
    text = "İ Chest PAIN, chest pain"
    session = ward.review(ward.note(text))
    assert session.find("chest pain") == Span(2, 12)
    assert session.find("CHEST pain", 3) == Span(14, 24)
    assert session.find("chest pain", 20) == Span(2, 12), "round to the beginning"
    assert session.find("(") is None
    assert session.find("") is None


def test_words_around_an_offset(ward: Ward) -> None:
    session = ward.review(ward.note("one  two three"))
    assert session.word_at(0) == Span(0, 3)
    assert session.word_at(3) == Span(5, 8), "between two words: the next"
    assert session.word_at(14) == Span(9, 14), "at the end: the last"
    assert session.next_word(0) == Span(5, 8)
    assert session.previous_word(9) == Span(5, 8)
    assert session.next_word(9) is None
    assert session.previous_word(0) is None


def test_the_clinical_words_are_the_default(ward: Ward) -> None:
    from assistant.review.session import ReviewSession

    document = ward.note("<Symptom>pain</Symptom> in T10-T11 today")
    session = ReviewSession(ward.project)
    session.open(document)
    session.grow_right()
    session.grow_right()
    assert seen(session) == ["*edited Symptom: pain in T10"]


def test_a_session_without_an_open_document(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    from assistant.review.session import ReviewSession

    fresh = ReviewSession(session.project)
    assert fresh.current is None and fresh.focus_next() is None and fresh.accept() is None
    assert fresh.find("x") is None and not fresh.refresh()
    with pytest.raises(UsageError, match="no document is open"):
        fresh.mark_done()
    assert fresh.next_document() is not None
