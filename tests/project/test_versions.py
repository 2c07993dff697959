"""A note that changed on the disk after it was reviewed."""

from __future__ import annotations

from project_setup import Ward, decoded, seen

from assistant.project.exporting.documents import documents_for_export
from bioassist.documents import Span

NOTE = """\
HPI: <Symptom 0.9>chest pain</Symptom> since May.
PMH: <Disease 0.8>asthma</Disease>, <Disease 0.7>gout</Disease>.
Meds: <Medication 0.6>aspirin</Medication> 75 mg.
"""
CHANGED = """\
Seen in clinic.
HPI: chest pain since May.
PMH: asthma and eczema.
Meds: aspirin 75 mg.
"""


def reviewed(ward: Ward) -> int:
    document = ward.note(NOTE)
    session = ward.review(document)
    session.accept()
    session.reject()
    session.accept()
    session.grow_right()
    session.add(5, 10, "Disease")
    session.mark_done()
    return document


def test_what_stands_on_unchanged_text_is_carried_over(ward: Ward) -> None:
    old = reviewed(ward)
    taken = ward.project.new_version("note", decoded(CHANGED))
    assert (taken.carried, taken.left) == (4, 1)
    assert (taken.row.version, taken.row.state, taken.row.done) == (2, "pending", False)
    assert seen(ward.review(taken.row.id)) == [
        "*accepted Symptom: chest pain",
        "added Disease: chest",
        "rejected Disease: asthma",
        "edited Medication: aspirin 75",
    ]
    assert ward.project.verify() == []
    was = ward.project.document(old)
    assert was.superseded and was.done and ward.project.text(old).startswith("HPI")
    assert len(ward.project.journal.entries(old)) == 6


def test_each_is_an_entry_that_names_where_it_comes_from(ward: Ward) -> None:
    old = ward.project.document(reviewed(ward))
    row = ward.project.new_version("note", decoded(CHANGED)).row
    entries = ward.project.journal.entries(row.id)
    assert {entry.action for entry in entries} == {"carry"} and len(entries) == 4
    assert {entry.payload["from_document"] for entry in entries} == {old.text_sha}
    assert {entry.payload["by"] for entry in entries} == {"ann"}


def test_only_the_new_version_is_listed_and_has_the_old_place(ward: Ward) -> None:
    old = reviewed(ward)
    ward.note("<Symptom>cough</Symptom>", "later")
    row = ward.project.new_version("note", decoded(CHANGED)).row
    assert [(one.name, one.version) for one in ward.project.documents()] == [("note", 2), ("later", 1)]
    assert [one.id for one in ward.project.documents(include_superseded=True)][:2] == [old, row.id]
    assert ward.project.document_named("note") == row
    ward.reopen()
    assert [(one.name, one.version) for one in ward.project.documents()] == [("note", 2), ("later", 1)]
    assert ward.project.counts()["Symptom"].accepted == 1, "superseded versions are not counted"


def test_the_decision_holds_when_the_engine_has_read_the_new_version(ward: Ward) -> None:
    reviewed(ward)
    row = ward.project.new_version("note", decoded(CHANGED)).row
    start = CHANGED.index("chest pain")
    ward.suggest(row.id, [("Symptom", Span(start, start + 10), 0.4)])
    ward.project.set_state(row.id, "ready")
    session = ward.review(row.id)
    assert seen(session)[0] == "*accepted Symptom: chest pain"
    assert session.current is not None and session.current.items[0].disagreement is None
    assert session.documents()[0].pending == 0


def test_what_every_annotator_decided_is_carried_over_for_them(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.review(document, "bob").accept()
    ward.review(document, "ann").reject()
    taken = ward.project.new_version("note", decoded(CHANGED))
    assert (taken.carried, taken.left) == (2, 0)
    assert {entry.actor for entry in ward.project.journal.entries(taken.row.id)} == {"ann"}, "who took the text in"
    for annotator, status in (("ann", "rejected"), ("bob", "accepted")):
        (item,) = ward.review(taken.row.id, annotator).current.items  # type: ignore[union-attr]
        assert (item.actor, item.status) == (annotator, status)
    assert ward.project.verify() == []


def test_what_an_annotator_says_counts_before_what_was_carried_over_for_them(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.review(document, "bob").accept()
    first = ward.project.text(document)
    ward.review(ward.project.new_version("note", decoded(CHANGED)).row.id, "bob").reject()
    ward.project.new_version("note", decoded(first))
    assert seen(ward.review(document, "bob"))[0].lstrip("*") == "accepted Symptom: chest pain", "on this very text"
    session = ward.review(document, "bob")
    session.undo()
    assert ward.project.verify() == []


def test_carrying_over_is_not_undone_but_what_follows_is(ward: Ward) -> None:
    reviewed(ward)
    row = ward.project.new_version("note", decoded(CHANGED)).row
    session = ward.review(row.id)
    assert session.undo() is None, "what was done on the old version is out of reach"
    session.reject()
    assert session.undo() is not None
    assert seen(session)[0] == "*accepted Symptom: chest pain"


def test_a_note_that_goes_back_to_an_earlier_text(ward: Ward) -> None:
    old = reviewed(ward)
    first = ward.project.text(old)
    row = ward.project.new_version("note", decoded(CHANGED)).row
    session = ward.review(row.id)
    session.reject()
    taken = ward.project.new_version("note", decoded(first))
    assert (taken.row.id, taken.row.version, taken.row.superseded) == (old, 3, False)
    assert [one.id for one in ward.project.documents()] == [old]
    now = [line.lstrip("*") for line in seen(ward.review(old))]
    assert "rejected Symptom: chest pain" in now, "the later decision"
    assert "accepted Disease: gout" in now, "what only the earlier version had"
    assert ward.project.verify() == []


def test_an_edit_whose_suggestion_changed_is_the_persons_own(ward: Ward) -> None:
    document = ward.note("severe <Symptom>chest pain today</Symptom>\nend")
    session = ward.review(document)
    session.shrink_right()
    row = ward.project.new_version("note", decoded("severe chest pain yesterday\nend")).row
    assert seen(ward.review(row.id)) == ["*added Symptom: chest pain"]
    assert ward.project.verify() == []


def test_a_note_that_did_not_change_stays(ward: Ward) -> None:
    document = reviewed(ward)
    taken = ward.project.new_version("note", decoded(ward.project.text(document)))
    assert (taken.row.id, taken.row.version, taken.carried, taken.left) == (document, 1, 0, 0)


def test_a_note_that_is_new_or_had_failed_is_added(ward: Ward) -> None:
    ward.project.add_failed("b", "b.txt", "binary")
    for name in ("a", "b"):
        assert ward.project.new_version(name, decoded("cough")).row.version == 1
    assert [(one.name, one.state) for one in ward.project.documents()] == [("b", "pending"), ("a", "pending")]


def test_exported_annotations_keep_their_numbers(ward: Ward) -> None:
    reviewed(ward)
    (before,), _ = documents_for_export(ward.project)
    numbers = {entity.of(before.text): entity.id for entity in before.entities}
    row = ward.project.new_version("note", decoded(CHANGED)).row
    start = CHANGED.index("eczema")
    ward.review(row.id).add(start, start + 6, "Disease")
    (after,), _ = documents_for_export(ward.project)
    now = {entity.of(after.text): entity.id for entity in after.entities}
    assert now["chest pain"] == numbers["chest pain"] and now["aspirin 75"] == numbers["aspirin 75"]
    assert now["eczema"] not in numbers.values(), "no number is given twice"


def test_a_large_note_is_taken_in_quickly(ward: Ward) -> None:
    lines = [f"{number}: <Symptom>pain</Symptom>" for number in range(3000)]
    document = ward.note("\n".join(lines))
    ward.review(document).accept_over(0.0)
    text = ward.project.text(document)
    taken = ward.project.new_version("note", decoded(text.replace("1500: pain", "1500: no pain")))
    assert (taken.carried, taken.left) == (3000, 0)
