"""Exported files that a person corrected: each kind of change, what is not certain, and what a second time changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from import_setup import Annotations, export, import_, now, seen_by, told
from project_setup import Ward, decoded, seen

from assistant.project.importing.account import Rates
from assistant.project.journal.bulk import accepted_in_bulk
from assistant.project.store import Project
from bioassist.documents import Document, Span
from converters.formats import available, by_name
from converters.jsonl import JsonLinesFormat, dumps, loads

NOTE = "<Symptom 0.9>chest pain</Symptom>, <Symptom 0.8>cough</Symptom>, <Disease 0.7>asthma</Disease> and gout"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def sent(ward: Ward, out: Path) -> Annotations:
    """One note with three suggestions, exported: T1 chest pain, T2 cough, T3 asthma."""
    ward.note(NOTE)
    export(ward.project, out)
    return Annotations(out)


def test_what_lost_its_mark_was_accepted_and_what_kept_it_waits(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.confirm("T1", "T3")
    account = import_(ward.project, out)
    assert told(now(ward.project)) == [
        "T1 accepted Symptom: chest pain",
        "T2 unreviewed Symptom: cough",
        "T3 accepted Disease: asthma",
    ]
    assert account.decisions == {"accepted": 2} and account.marked == 1
    assert account.reviewed == account.done == 0 and not ward.project.documents()[0].done


@pytest.mark.parametrize(
    ("edit", "how", "now_is"),
    [
        (lambda ann: ann.replace("T2\tSymptom", "T2\tDisease"), "relabelled", "T2 edited Disease: cough"),
        (lambda ann: ann.replace("T1\tSymptom 0 10\tchest pain", "T1\tSymptom 6 10\tpain"), "moved",
         "T1 edited Symptom: pain"),
        (lambda ann: ann.replace("T1\tSymptom 0 10\tchest pain", "T1\tDisease 6 10\tpain"), "relabelled and moved",
         "T1 edited Disease: pain"),
        (lambda ann: ann.replace("T1\tSymptom 0 10\tchest pain", "T1\tSymptom 0 5;12 17\tchest cough"), "moved",
         "T1 edited Symptom: chest cough"),
        (lambda ann: ann.add("T4\tDisease 30 34\tgout"), "added", "T4 added Disease: gout"),
    ],
)  # fmt: skip
def test_an_entity_that_was_changed(
    ward: Ward, sent: Annotations, out: Path, edit: object, how: str, now_is: str
) -> None:
    edit(sent)  # type: ignore[operator]
    account = import_(ward.project, out)
    assert account.decisions == {how: 1}
    assert now_is in told(now(ward.project))
    ward.project.journal.undo("ann")
    assert told(now(ward.project)) == [
        "T1 unreviewed Symptom: chest pain",
        "T2 unreviewed Symptom: cough",
        "T3 unreviewed Disease: asthma",
    ]


def test_what_is_gone_was_deleted(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.delete("T2")
    assert import_(ward.project, out).decisions == {"deleted": 1}
    assert seen(ward.review(1)) == [
        "*pending Symptom: chest pain",
        "rejected Symptom: cough",
        "pending Disease: asthma",
    ]


def test_relations_events_and_all_that_is_said_of_entities(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.confirm().add(
        "T4\tDisease 30 34\tgout",
        "E1\tDisease:T4 Theme:T1",
        "R1\tCauses Arg1:T3 Arg2:T2",
        "A1\tNegated T2",
        "A2\tCertainty E1 low",
        "N1\tReference T3 UMLS:C0004096\tAsthma",
        "#7\tAnnotatorNotes R1\tas she says",
        "*\tEquiv T1 T2",
    )
    account = import_(ward.project, out)
    assert account.facts == {
        ("events", "added"): 1,
        ("relations", "added"): 1,
        ("attributes", "added"): 2,
        ("normalizations", "added"): 1,
        ("notes", "added"): 1,
        ("equivalences", "added"): 1,
    }
    everything = [
        "T1 accepted Symptom: chest pain",
        "T2 accepted Symptom: cough",
        "T3 accepted Disease: asthma",
        "T4 added Disease: gout",
        "R1 Causes Arg1:T3 Arg2:T2",
        "E1 Disease:T4 Theme:T1",
        "A1 Negated T2",
        "A2 Certainty E1 low",
        "N1 Reference T3 UMLS:C0004096 Asthma",
        "#7 AnnotatorNotes R1 as she says",
        "Equiv T1 T2",
    ]
    assert told(now(ward.project)) == everything
    assert now(ward.project).provenance["R1"].actor == "ann"
    ward.reopen()
    assert told(now(ward.project)) == everything and ward.project.verify() == []

    export(ward.project, out)
    sent.replace("A2\tCertainty E1 low", "A2\tCertainty E1 high").replace("E1\tDisease:T4 Theme:T1", "E1\tDisease:T4")
    sent.replace("R1\tCauses", "R1\tWorsens").replace("as she says", "as he says")
    sent.write([one for one in sent.lines if one[0] not in "*N"])
    account = import_(ward.project, out)
    assert account.facts == {
        ("attributes", "changed"): 1,
        ("events", "changed"): 1,
        ("relations", "changed"): 1,
        ("notes", "changed"): 1,
        ("normalizations", "removed"): 1,
        ("equivalences", "removed"): 1,
    }
    assert account.decisions == {}
    assert told(now(ward.project))[4:] == [
        "R1 Worsens Arg1:T3 Arg2:T2",
        "E1 Disease:T4",
        "A1 Negated T2",
        "A2 Certainty E1 high",
        "#7 AnnotatorNotes R1 as he says",
    ]
    ward.project.journal.undo("ann")
    assert told(now(ward.project)) == everything


def test_what_is_said_of_a_deleted_entity_goes_and_comes_back_with_it(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.confirm().add("R1\tCauses Arg1:T3 Arg2:T2", "A1\tNegated T2", "#7\tAnnotatorNotes R1\tas she says")
    import_(ward.project, out)
    export(ward.project, out)
    sent.delete("T2").delete("R1").delete("#7")
    account = import_(ward.project, out)
    assert account.decisions == {"deleted": 1} and not account.facts
    assert told(now(ward.project)) == ["T1 accepted Symptom: chest pain", "T3 accepted Disease: asthma"]
    assert not any(import_(ward.project, out).facts), "a second time"
    session = ward.review(1)
    session.focus_at(13)
    session.accept()
    assert told(now(ward.project))[2:] == ["T3 accepted Disease: asthma", "R1 Causes Arg1:T3 Arg2:T2", "A1 Negated T2",
                                           "#7 AnnotatorNotes R1 as she says"]  # fmt: skip


def test_a_document_without_marks_is_done_and_the_report_says_how_the_suggestions_did(
    ward: Ward, sent: Annotations, out: Path
) -> None:
    ward.note("<Disease 0.9>asthma</Disease>", "other")
    export(ward.project, out)
    sent.confirm().replace("T2\tSymptom", "T2\tDisease").delete("T3").add("T4\tDisease 30 34\tgout")
    account = import_(ward.project, out)
    assert [row.done for row in ward.project.documents()] == [True, False]
    assert (account.reviewed, account.done, account.matched) == (1, 1, 2)
    assert account.rates == {
        "Disease": Rates(rejected=1, missed=1),
        "Symptom": Rates(accepted=1, edited=1),
    }
    symptom, disease = account.rates["Symptom"], account.rates["Disease"]
    assert (symptom.acceptance, symptom.edit, symptom.miss) == (0.5, 0.5, 0.0)
    assert (disease.acceptance, disease.edit, disease.miss) == (0.0, 0.0, 1.0)
    assert any(line.startswith("Symptom") and "50.0%" in line for line in account.lines())


def test_naming_a_document_as_reviewed_accepts_what_is_marked_still(ward: Ward, sent: Annotations, out: Path) -> None:
    ward.note(NOTE, "other")
    export(ward.project, out)
    sent.delete("T3")
    account = import_(ward.project, out, None, "note", "nowhere")
    assert account.decisions == {"accepted": 2, "deleted": 1}
    assert [row.done for row in ward.project.documents()] == [True, False]
    assert [one.document for one in account.report.findings if one.code == "not here"] == ["nowhere"]
    row = ward.project.documents()[0]
    assert accepted_in_bulk(ward.project, row) == frozenset(), "who vouches for a document looked at each of them"


def test_a_document_that_nobody_touched_is_not_reviewed(ward: Ward, out: Path) -> None:
    ward.note("no suggestion at all")
    export(ward.project, out)
    account = import_(ward.project, out)
    assert (account.reviewed, account.changed) == (0, 0) and not ward.project.documents()[0].done


def test_the_same_files_a_second_time_change_nothing(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.confirm().delete("T3").replace("T2\tSymptom", "T2\tDisease")
    sent.add("T4\tDisease 30 34\tgout", "R1\tCauses Arg1:T4 Arg2:T2", "A1\tNegated T4")
    import_(ward.project, out)
    before = ward.project.journal.length()
    again = import_(ward.project, out)
    assert ward.project.journal.length() == before and again.changed == 0
    assert again.rates["Symptom"] == Rates(accepted=1, edited=1), "the account is the same"
    session = ward.review(1)
    session.focus_at(31)
    session.relabel("Symptom")
    session.focus_at(0)
    session.delete()
    session.reopen()
    before = ward.project.journal.length()
    import_(ward.project, out)
    assert ward.project.journal.length() == before, "nor do they undo what was decided after them"


def test_what_was_taken_back_can_be_imported_again(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.confirm().delete("T3")
    import_(ward.project, out)
    session = ward.review(1)
    assert [undone.text for undone in (session.undo(), session.undo()) if undone] == [
        "undid: marked the document done",
        "undid: imported 3 items",
    ]
    assert session.undo() is None
    assert import_(ward.project, out).decisions == {"accepted": 2, "deleted": 1}
    assert ward.project.documents()[0].done


def test_ids_that_another_tool_gave_anew_are_matched_by_content(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.confirm().write(
        ["T1\tSymptom 12 17\tcough", "T2\tDisease 0 10\tchest pain", "T9\tDisease 19 25\tasthma", "A1\tNegated T1"]
    )
    account = import_(ward.project, out)
    assert account.by_content == 3
    assert account.decisions == {"accepted": 2, "relabelled": 1}
    assert told(now(ward.project)) == [
        "T1 edited Disease: chest pain",
        "T2 accepted Symptom: cough",
        "T3 accepted Disease: asthma",
        "A1 Negated T2",
    ]


def test_a_number_that_was_used_again_is_another_annotation(ward: Ward, sent: Annotations, out: Path) -> None:
    """brat gives the number of a deleted last annotation to the next one."""
    sent.delete("T3").confirm().add("T3\tDisease 30 34\tgout")
    assert import_(ward.project, out).decisions == {"accepted": 2, "added": 1, "deleted": 1}
    assert told(now(ward.project))[2:] == ["T4 added Disease: gout"]


def test_two_people_correct_one_export(ward: Ward, sent: Annotations, out: Path, tmp_path: Path) -> None:
    other = tmp_path / "bob"
    shutil.copytree(out, other)
    sent.confirm().add("T4\tDisease 30 34\tgout", "A1\tNegated T4")
    Annotations(other).confirm().delete("T3").add("T4\tSymptom 30 34\tgout", "A1\tNegated T1")
    import_(ward.project, out)
    ward.project.close()
    ward.project = Project.open(ward.path, actor="bob")
    account = import_(ward.project, other)
    assert account.decisions == {"accepted": 2, "deleted": 1, "added": 1} and account.done == 1
    assert "overruled" not in {one.code for one in account.report.findings}
    # Ids are the project's: nobody gets that of another's annotation.
    anns = [
        "A1 Negated T4",
        "T1 accepted Symptom: chest pain",
        "T2 accepted Symptom: cough",
        "T3 accepted Disease: asthma",
        "T4 added Disease: gout",
    ]
    bobs = ["A2 Negated T1", *anns[1:3], "T5 added Symptom: gout"]
    assert sorted(told(now(ward.project))) == bobs
    assert sorted(told(now(ward.project.seen_by("ann")))) == anns
    assert seen_by(ward) == {"ann": 2, "bob": 2}
    before = ward.project.journal.length()
    import_(ward.project, other)
    assert ward.project.journal.length() == before
    import_(ward.project.seen_by("ann"), out)
    assert ward.project.journal.length() == before, "nor does what ann said before"
    ward.project.journal.undo("bob")
    ward.project.journal.undo("bob")
    assert sorted(told(now(ward.project.seen_by("ann")))) == anns
    assert [line.split()[1] for line in told(now(ward.project))] == ["unreviewed"] * 3


def test_what_a_file_leaves_as_another_decided_it_counts_for_who_brings_it(ward: Ward, out: Path) -> None:
    session = ward.review(ward.note(NOTE))
    session.accept()
    session.reject()
    session.add(30, 34, "Disease")
    export(ward.project, out)
    ward.review(1).undo()  # gout, which bob's file has
    Annotations(out).confirm().add("A1\tNegated T1")
    bob = ward.project.seen_by("bob")
    account = import_(bob, out)
    assert sorted(told(now(bob))) == [
        "A1 Negated T1",
        "T1 accepted Symptom: chest pain",
        "T2 accepted Disease: asthma",
        "T3 added Disease: gout",
    ]
    assert seen(ward.review(1, "bob"))[1].lstrip("*") == "rejected Symptom: cough"
    told_over = [one.message for one in account.report.findings if one.code == "taken over"]
    assert told_over == ["3 decisions of ann are left as they were: they are bob's too."]
    before = ward.project.journal.length()
    assert not import_(bob, out).changed and ward.project.journal.length() == before
    assert sorted(told(now(ward.project))) == ["T1 accepted Symptom: chest pain", "T2 unreviewed Disease: asthma"]
    assert ward.project.verify() == []


def test_what_was_decided_since_the_export_and_not_in_the_files_stays(ward: Ward, sent: Annotations, out: Path) -> None:
    session = ward.review(1)
    session.relabel("Disease")
    session.add(30, 34, "Disease")
    sent.confirm("T2")
    account = import_(ward.project, out)
    assert account.decisions == {"accepted": 1}
    assert "T1 edited Disease: chest pain" in told(now(ward.project))


def test_an_older_export_is_compared_with_what_it_was(ward: Ward, sent: Annotations, out: Path, tmp_path: Path) -> None:
    ward.review(1).add(30, 34, "Disease")
    export(ward.project, tmp_path / "later")
    sent.confirm("T1")
    assert import_(ward.project, out).decisions == {"accepted": 1}, "gout was not deleted: it was not there yet"


def test_suggestions_that_were_not_exported_are_not_deleted(ward: Ward, out: Path) -> None:
    session = ward.review(ward.note(NOTE))
    session.accept()
    export(ward.project, out, include="accepted")
    Annotations(out).replace("T1\tSymptom", "T1\tDisease").add("T2\tSymptom 12 17\tcough")
    import_(ward.project, out)
    assert seen(ward.review(1)) == [
        "edited Disease: chest pain",
        "accepted Symptom: cough",
        "*pending Disease: asthma",
    ]


def test_documents_that_are_not_the_projects_and_that_did_not_come(ward: Ward, sent: Annotations, out: Path) -> None:
    ward.note(NOTE, "second")
    (out / "stranger.txt").write_text("a letter", "utf-8")
    (out / "stranger.ann").write_text("T1\tDisease 2 8\tletter\n", "utf-8")
    account = import_(ward.project, out)
    assert account.missing == ["second"]
    assert [one.document for one in account.report.findings if one.code == "not in the project"] == ["stranger"]
    assert len(ward.project.documents()) == 2


def test_a_document_that_was_renamed_is_known_by_its_text(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.confirm()
    for extension in ("txt", "ann"):
        (out / f"note.{extension}").rename(out / f"moved.{extension}")
    account = import_(ward.project, out)
    assert (account.matched, account.done, account.missing) == (1, 1, [])


def test_text_that_was_edited_is_aligned_where_that_is_certain(ward: Ward, out: Path) -> None:
    ward.note("HPI: <Symptom 0.9>chest pain</Symptom>.\nPMH: <Disease 0.8>asthma</Disease>, <Disease>gout</Disease>.\n")
    export(ward.project, out)
    (out / "note.txt").write_text("Seen in May.\nHPI: chest pain.\nPMH: eczema, gout.\n", "utf-8")
    Annotations(out).confirm().write(
        [
            "T1\tDisease 18 28\tchest pain",
            "T2\tDisease 35 41\teczema",
            "T3\tDisease 43 47\tgout",
            "R1\tX Arg1:T2 Arg2:T3",
        ]
    )
    account = import_(ward.project, out)
    assert told(now(ward.project)) == [
        "T1 edited Disease: chest pain",
        "T2 unreviewed Disease: asthma",
        "T3 accepted Disease: gout",
    ]
    findings = {(one.code, one.kind): one for one in account.report.findings if one.kind != "remark"}
    assert findings.keys() == {("text changed", "change"), ("not aligned", "loss")}
    assert not any("eczema" in str(one) or "asthma" in str(one) for one in account.report.findings)
    assert not ward.project.documents()[0].done, "part of it could not be taken"
    before = ward.project.journal.length()
    import_(ward.project, out)
    assert ward.project.journal.length() == before


def test_a_note_that_got_a_new_version_since_the_export(ward: Ward, out: Path) -> None:
    row = ward.note("HPI: <Symptom 0.9>chest pain</Symptom>.\nPMH: <Disease 0.8>asthma</Disease>, gout.\n")
    ward.review(row).accept()
    export(ward.project, out)
    ward.project.new_version("note", decoded("Seen in May.\nHPI: chest pain.\nPMH: asthma, gout.\n"))
    Annotations(out).confirm().replace("T1\tSymptom", "T1\tDisease").add("A1\tNegated T2")
    account = import_(ward.project, out)
    assert account.decisions == {"relabelled": 1, "added": 1}
    assert told(now(ward.project)) == [
        "T1 edited Disease: chest pain",
        "T3 added Disease: asthma",
        "A1 Negated T3",
    ]


def test_a_note_with_other_line_ends(ward: Ward, out: Path) -> None:
    ward.note("HPI:\r\n<Symptom 0.9>chest pain</Symptom>\r\n<Disease>asthma</Disease>\r\n")
    export(ward.project, out)
    Annotations(out).confirm("T1").replace("T2\tDisease", "T2\tSymptom")
    (out / "note.offsets.json").unlink()
    account = import_(ward.project, out)
    assert account.decisions == {"accepted": 1, "relabelled": 1}
    assert now(ward.project).entities[0].spans == (Span(6, 16),)


@pytest.mark.parametrize("name", available())
def test_what_a_format_makes_different_is_no_correction(ward: Ward, tmp_path: Path, name: str) -> None:
    session = ward.review(ward.note(f"{NOTE}\n\n<Symptom>dry <Symptom>cough</Symptom></Symptom>\r\n"))
    session.accept()
    session.add(30, 34, "Disease")
    form, place = by_name(name), tmp_path / f"out.{name}"
    export(ward.project, place, form)
    before = ward.project.journal.length()
    account = import_(ward.project, place, form)
    assert ward.project.journal.length() == before and (account.matched, account.reviewed) == (1, 0)
    account = import_(ward.project, place, form, "note")
    # Some formats hold one of two that overlap, or change the text so that not all of it can be aligned.
    assert account.decisions.keys() == {"accepted"} and ward.project.documents()[0].done
    assert list(ward.path.glob("import-*")) == []


def test_a_status_of_unreviewed_is_a_mark(ward: Ward, tmp_path: Path) -> None:
    ward.note(NOTE)
    place = tmp_path / "out.jsonl"
    export(ward.project, place, JsonLinesFormat())
    document = loads(place.read_text("utf-8"))
    said = {one: how for one, how in document.provenance.items() if one == "T2"}
    place.write_text(dumps(type(document)(document.name, document.text, document.entities, provenance=said)), "utf-8")
    account = import_(ward.project, place, JsonLinesFormat())
    assert account.decisions == {"accepted": 2} and account.marked == 1


def test_classes_of_a_document(ward: Ward, tmp_path: Path) -> None:
    ward.note("no cough")
    place = tmp_path / "out.jsonl"

    def corrected(*classes: str) -> dict[tuple[str, str], int]:
        place.write_text(dumps(Document("note", "no cough", classes=classes)), "utf-8")
        return dict(import_(ward.project, place, JsonLinesFormat()).facts)

    assert corrected("letter", "ward") == {("classes", "added"): 2}
    assert corrected("letter", "ward") == {}
    export(ward.project, place, JsonLinesFormat())
    assert corrected("ward", "discharge") == {("classes", "added"): 1, ("classes", "removed"): 1}
    assert now(ward.project).classes == ("discharge", "ward")
    export(ward.project, tmp_path / "brat")
    assert import_(ward.project, tmp_path / "brat").facts == {}, "brat has no classes, so none were removed"


def test_an_unreviewed_suggestion_of_another_project_is_left_out(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.add("T8\tDisease 30 34\tgout", "#8\tAnnotationUnconfirmed T8\tmodel=other p=0.9", "A1\tNegated T8")
    account = import_(ward.project, out)
    assert account.changed == 0
    assert [one.message.split()[0] for one in account.report.findings if one.code == "unreviewed"] == ["T8", "A1"]


def test_what_stands_outside_of_the_text_is_told(ward: Ward, tmp_path: Path) -> None:
    ward.note("no cough")
    place = tmp_path / "in.jsonl"
    place.write_text(
        '{"bioassist": 1, "name": "note", "text": "no cough", "entities": [{"id": "T1", "type": "Symptom", "spans": '
        '[[3, 3]]}, {"id": "T2", "type": "Rash", "spans": [[3, 8]]}], "attributes": [{"id": "A1", "type": "Negated", '
        '"target": "T1"}]}\n',
        "utf-8",
    )
    account = import_(ward.project, place, JsonLinesFormat())
    assert told(now(ward.project)) == ["T2 added Rash: cough"]
    assert {one.code for one in account.report.findings} == {"no text", "target", "label"}


def test_status_counts_what_was_imported(ward: Ward, sent: Annotations, out: Path) -> None:
    sent.confirm().delete("T3").replace("T2\tSymptom", "T2\tDisease").add("T4\tDisease 30 34\tgout")
    import_(ward.project, out)
    counts = ward.project.counts()
    assert (counts["Symptom"].accepted, counts["Symptom"].pending) == (1, 0)
    assert (counts["Disease"].edited, counts["Disease"].rejected, counts["Disease"].added) == (1, 1, 1)
    assert ward.project.status().done == 1
