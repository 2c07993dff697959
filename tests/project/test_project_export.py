"""Projects as documents to export: what is in, what is left out and counted, and numbers that stay."""

from __future__ import annotations

from project_setup import Ward, decoded

from assistant.project.exporting.documents import Withheld, documents_for_export
from assistant.project.store import Project
from bioassist.documents import Document, Provenance, Span

NOTE = "<Symptom 0.9>chest pain</Symptom>, <Symptom 0.8>cough</Symptom>, <Disease 0.7>asthma</Disease> and gout"


def told(document: Document) -> list[str]:
    return [
        f"{entity.id} {document.provenance[entity.id].status} {entity.type}: {entity.of(document.text)}"
        for entity in document.entities
    ]


def test_what_a_person_kept_is_exported(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.accept()
    session.reject()
    session.add(30, 34, "Disease")
    (document,), withheld = documents_for_export(ward.project)
    assert told(document) == ["T1 accepted Symptom: chest pain", "T2 added Disease: gout"]
    assert withheld == Withheld(pending=1)
    assert document.source is not None and (document.name, document.source.path) == ("note", "note.txt")


def test_all_takes_what_waits_too_marked_as_unreviewed(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.shrink_left()
    (document,), withheld = documents_for_export(ward.project, include="all")
    assert told(document) == [
        "T1 edited Symptom: pain",
        "T2 unreviewed Symptom: cough",
        "T3 unreviewed Disease: asthma",
    ]
    assert withheld == Withheld()
    assert document.provenance["T1"] == Provenance("edited", "model", 0.9, "small-1", "f1", True, "ann")
    assert document.provenance["T3"] == Provenance("unreviewed", "model", 0.7, "small-1", "f1", False, None)


def test_an_added_mention_has_no_model(ward: Ward) -> None:
    ward.review(ward.note("cough")).add(0, 5, "Symptom")
    (document,), _ = documents_for_export(ward.project)
    assert document.provenance["T1"] == Provenance("added", "person", actor="ann")


def test_a_discontinuous_mention_keeps_its_fragments(ward: Ward) -> None:
    row = ward.note("left and right leg")
    ward.suggest(row, [("Symptom", (Span(0, 4), Span(15, 18)), 0.5)])
    ward.review(row).accept()
    (document,), _ = documents_for_export(ward.project)
    assert document.entities[0].spans == (Span(0, 4), Span(15, 18))


def test_numbers_stay_over_exports_and_are_not_given_again(ward: Ward) -> None:
    row = ward.note(NOTE)
    session = ward.review(row)
    session.focus_next()
    session.accept()
    (first,), _ = documents_for_export(ward.project)
    assert told(first) == ["T1 accepted Symptom: cough"]
    session.accept_over(0.0)
    (second,), _ = documents_for_export(ward.project)
    assert told(second) == [
        "T2 accepted Symptom: chest pain",
        "T1 accepted Symptom: cough",
        "T3 accepted Disease: asthma",
    ]
    session.focus_at(0)
    session.delete()
    session.add(30, 34, "Disease")
    ward.reopen()
    (third,), _ = documents_for_export(ward.project)
    assert told(third) == ["T1 accepted Symptom: cough", "T3 accepted Disease: asthma", "T4 added Disease: gout"]


def test_an_edit_keeps_the_number(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.accept()
    documents_for_export(ward.project)
    session.focus_at(0)
    session.relabel("Disease")
    session.shrink_left()
    (document,), _ = documents_for_export(ward.project)
    assert told(document) == ["T1 edited Disease: pain"]


def test_two_items_that_came_to_one_extent_are_one_annotation(ward: Ward) -> None:
    session = ward.review(ward.note("<Symptom><Symptom>chest</Symptom> pain</Symptom>"))
    session.accept()
    session.accept()
    session.focus_at(8)
    session.shrink_right()
    (document,), withheld = documents_for_export(ward.project)
    assert [entity.of(document.text) for entity in document.entities] == ["chest"]
    assert withheld.duplicates == 1


def test_documents_that_are_left_out_are_counted(ward: Ward) -> None:
    done, open_ = ward.note(NOTE, "done"), ward.note(NOTE, "open")
    ward.project.add_document("unread", decoded("cough"))
    half = ward.project.add_document("half", decoded("cough here"))
    stopped = ward.project.add_document("stopped", decoded("fever"))
    ward.project.set_state(stopped.id, "failed", "the engine stopped")
    ward.project.add_failed("scan", "scan.txt", "binary")
    ward.review(done).mark_done()
    ward.review(half.id).add(0, 5, "Symptom")

    documents, withheld = documents_for_export(ward.project, documents="done")
    assert [document.name for document in documents] == ["done"]
    assert withheld == Withheld(not_done=3, failed=2, pending=3)

    documents, withheld = documents_for_export(ward.project)
    assert [document.name for document in documents] == ["done", "open", "half"]
    assert withheld == Withheld(unread=1, failed=2, pending=6)
    assert open_ != done


def test_a_reader_gives_provisional_numbers_and_says_so(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.accept()
    documents_for_export(ward.project)
    session.accept()
    with Project.open(ward.path, read_only=True) as reader:
        (document,), withheld = documents_for_export(reader)
        assert told(document) == ["T1 accepted Symptom: chest pain", "T2 accepted Symptom: cough"]
        assert withheld.provisional == 1


def test_an_exported_document_is_that_of_the_new_model_and_the_old_decisions(ward: Ward) -> None:
    row = ward.note(NOTE)
    ward.review(row).accept()
    ward.read_again(row, "chest pain, cough, <Symptom 0.2>asthma</Symptom> and gout", "small-2")
    (document,), _ = documents_for_export(ward.project, include="all")
    assert told(document) == ["T1 accepted Symptom: chest pain", "T2 unreviewed Symptom: asthma"]
    assert [document.provenance[number].model for number in ("T1", "T2")] == ["small-1", "small-2"]


def test_what_was_accepted_in_bulk_is_told_apart(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.accept()
    session.accept_over(0.75)
    (document,), _ = documents_for_export(ward.project, include="all")
    assert [(one.status, one.bulk) for one in document.provenance.values()] == [
        ("accepted", False),
        ("accepted", True),
        ("unreviewed", False),
    ]
    session.focus_at(14)
    session.relabel("Disease")
    (document,), _ = documents_for_export(ward.project)
    assert not any(one.bulk for one in document.provenance.values()), "a person looked at it after all"
    session.undo()
    (document,), _ = documents_for_export(ward.project)
    assert [one.bulk for one in document.provenance.values()] == [False, True]


def test_what_was_accepted_in_bulk_stays_so_in_a_new_version_of_the_note(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    session.accept()
    session.accept_over(0.75)
    for text in ("chest pain, cough, asthma and gout, new", "chest pain, cough, asthma and gout, newer"):
        ward.project.new_version("note", decoded(text))
    (document,), _ = documents_for_export(ward.project)
    assert [(entity.of(document.text), document.provenance[entity.id].bulk) for entity in document.entities] == [
        ("chest pain", False),
        ("cough", True),
    ]


def test_a_look_at_one_of_two_that_became_one_is_enough(ward: Ward) -> None:
    session = ward.review(ward.note("<Symptom 0.9>chest</Symptom> <Symptom 0.2>pain</Symptom>"))
    session.accept_over(0.5)
    session.focus_at(7)
    session.grow_left()
    session.focus_at(0)
    session.focus_at(0)
    session.shrink_right()
    (document,), _ = documents_for_export(ward.project)
    assert [one.bulk for one in document.provenance.values()] == [False]
