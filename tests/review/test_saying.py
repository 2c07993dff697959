"""What a person says of spans and of a note: relations, attributes, classes, entries of terminologies, remarks."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts_setup import ONE_CLASS, focus, item_of, suggest, told, with_schema
from project_setup import Ward, seen

from assistant.project.exporting.documents import documents_for_export
from assistant.project.records import Reference, Suggestion, suggestion_id
from assistant.project.suggestions.suggesters import Result, SuggesterRow
from assistant.review.saying.normalizing import typed_reference
from assistant.review.session import ReviewSession
from bioassist.documents import Argument, Attribute, Document, Note, Relation, Span
from bioassist.errors import UsageError

NOTE = (
    "Mr <Person 0.9>Hall</Person>: no <Symptom 0.9>chest pain</Symptom>. Takes <Medication 0.8>aspirin</Medication> "
    "and <Medication 0.8>metformin</Medication> for <Disease 0.7>angina</Disease> and <Disease 0.6>diabetes</Disease>."
)


@pytest.fixture
def note(ward: Ward) -> int:
    with_schema(ward)
    return ward.note(NOTE)


@pytest.fixture
def session(ward: Ward, note: int) -> ReviewSession:
    return ward.review(note)


def entries(ward: Ward) -> int:
    return len(ward.project.journal.entries())


def exported(ward: Ward) -> Document:
    (document,), _ = documents_for_export(ward.project)
    return document


class TestRelations:
    def test_the_direction_is_the_schemas_whichever_end_is_in_focus(self, session: ReviewSession) -> None:
        aspirin = focus(session, "aspirin")
        made = session.relate(item_of(session, "angina"), "Treats")
        assert made is not None and made.text == "added Treats"
        focus(session, "chest pain")
        session.relate(aspirin, "Causes")
        assert told(session) == ["added Treats: aspirin > angina", "added Causes: aspirin > chest pain"]
        treats = session.facts()[0].value
        assert isinstance(treats, Relation)
        assert [one.role for one in treats.arguments] == ["Drug", "Problem"], "roles are the schema's"

    def test_where_both_directions_fit_one_is_chosen(self, session: ReviewSession) -> None:
        focus(session, "angina")
        diabetes = item_of(session, "diabetes")
        ways = [(one.type, one.first.id == diabetes) for one in session.relation_choices(diabetes)]
        assert ways == [("Causes", False), ("Causes", True), ("Same_as", False)], "a symmetric one has one direction"
        session.relate(diabetes, "Causes")
        session.relate(diabetes, "Causes", to_focus=True)
        assert told(session) == ["added Causes: angina > diabetes", "added Causes: diabetes > angina"]

    def test_what_holds_is_not_added_twice(self, ward: Ward, session: ReviewSession) -> None:
        focus(session, "angina")
        session.relate(item_of(session, "diabetes"), "Same_as")
        assert session.relate(item_of(session, "diabetes"), "Same_as") is None
        angina = item_of(session, "angina")
        focus(session, "diabetes")
        assert session.relate(angina, "Same_as") is None, "it is the same from the other end"
        assert entries(ward) == 1

    def test_partners_are_those_that_some_type_fits(self, session: ReviewSession) -> None:
        view = session.current
        assert view is not None
        focus(session, "aspirin")
        assert [one.of(view.text) for one in session.partners()] == ["chest pain", "angina", "diabetes"]
        focus(session, "chest pain")
        session.reject()
        focus(session, "aspirin")
        assert [one.of(view.text) for one in session.partners()] == ["angina", "diabetes"]
        focus(session, "angina")
        assert [one.of(view.text) for one in session.partners()] == ["aspirin", "metformin", "diabetes"], "not itself"
        focus(session, "Hall")
        assert session.partners() == []

    def test_where_no_type_fits_the_reason_says_what_would(self, session: ReviewSession) -> None:
        focus(session, "aspirin")
        with pytest.raises(UsageError, match="no relation between Medication and Medication") as refused:
            session.relate(item_of(session, "metformin"), "Treats")
        assert refused.value.next_step == "Medication can be related to: Disease, Symptom."
        with pytest.raises(UsageError, match="Same_as does not go from Medication to Disease"):
            session.relate(item_of(session, "angina"), "Same_as")
        with pytest.raises(UsageError, match="needs two ends"):
            session.relate(item_of(session, "aspirin"), "Treats")
        focus(session, "Hall")
        with pytest.raises(UsageError, match="no relation between Person and Disease") as refused:
            session.relate(item_of(session, "angina"), "Treats")
        assert refused.value.next_step == "No relation takes Person."

    def test_nothing_is_said_of_what_was_rejected(self, session: ReviewSession) -> None:
        angina = item_of(session, "angina")
        focus(session, "aspirin")
        session.delete()
        for act in (
            lambda: session.relate(angina, "Treats"),
            lambda: session.set_attribute("Uncertain"),
            lambda: session.note_span("?"),
            lambda: session.normalize(Reference("RXNORM", "1191", "aspirin")),
        ):
            with pytest.raises(UsageError, match="this was rejected"):
                act()
        focus(session, "angina")
        with pytest.raises(UsageError, match="the other end is not there, or was rejected"):
            session.relate(item_of(session, "aspirin"), "Treats")

    def test_another_type_takes_the_place_of_one_and_keeps_its_id(self, ward: Ward, session: ReviewSession) -> None:
        focus(session, "aspirin")
        session.accept()
        angina = focus(session, "angina")
        session.accept()
        focus(session, "aspirin")
        session.relate(angina, "Treats")
        (before,) = exported(ward).relations
        fact = session.facts()[0].id
        made = session.retype_relation(fact, angina, "Causes")
        assert made is not None and made.text == "changed to Causes"
        assert told(session) == ["added Causes: aspirin > angina"]
        (after,) = exported(ward).relations
        assert (before.id, before.type, after.id, after.type) == ("R1", "Treats", "R1", "Causes")
        assert [one.role for one in after.arguments] == ["Arg1", "Arg2"], "and the roles of its type"
        session.undo()
        assert exported(ward).relations == (before,)

    def test_a_suggested_one_of_another_type_is_rejected_for_ones_own(self, ward: Ward, note: int) -> None:
        session = ward.review(note)
        aspirin, angina = item_of(session, "aspirin"), item_of(session, "angina")
        suggest(ward, note, (Relation("", "Treats", (Argument("Drug", aspirin), Argument("Problem", angina))), 0.7))
        session.refresh()
        session.focus(aspirin)
        session.retype_relation(session.facts()[0].id, angina, "Causes")
        assert sorted(told(session)) == ["added Causes: aspirin > angina", "rejected Treats: aspirin > angina"]
        assert entries(ward) == 1
        session.undo()
        assert told(session) == ["pending Treats: aspirin > angina"]

    def test_to_retype_to_what_is_there_leaves_one(self, session: ReviewSession) -> None:
        focus(session, "aspirin")
        angina = item_of(session, "angina")
        session.relate(angina, "Treats")
        session.relate(angina, "Causes")
        session.retype_relation(session.facts()[0].id, angina, "Causes")
        assert told(session) == ["added Causes: aspirin > angina"]

    def test_adding_what_is_suggested_accepts_it(self, ward: Ward, note: int) -> None:
        session = ward.review(note)
        aspirin, angina = item_of(session, "aspirin"), item_of(session, "angina")
        (suggested,) = suggest(
            ward, note, (Relation("", "Treats", (Argument("Drug", aspirin), Argument("Problem", angina))), 0.7)
        )
        session.refresh()
        session.focus(angina)
        made = session.relate(aspirin, "Treats")
        assert made is not None and made.text == "accepted Treats"
        assert [(one.id, one.status) for one in session.facts()] == [(suggested, "accepted")]
        session.reject_fact(suggested)
        session.relate(aspirin, "Treats")
        assert told(session) == ["accepted Treats: aspirin > angina"], "what was rejected too"

    def test_taking_one_out_says_what_it_was(self, session: ReviewSession) -> None:
        focus(session, "aspirin")
        session.relate(item_of(session, "angina"), "Treats")
        focus(session, "Hall")
        made = session.reject_fact(session.facts()[0].id)
        assert made is not None and made.text == "took out Treats"
        assert told(session) == []
        undone = session.undo()
        assert undone is not None and undone.text == "undid: took out Treats"
        assert session.current is not None and session.current.focus == item_of(session, "aspirin")


class TestAttributes:
    def test_a_flag_is_toggled(self, session: ReviewSession) -> None:
        focus(session, "chest pain")
        session.toggle_attribute("Severe")
        assert told(session) == ["added Severe on chest pain"]
        session.toggle_attribute("Severe")
        assert told(session) == []

    def test_one_value_takes_the_place_of_another(self, ward: Ward, session: ReviewSession) -> None:
        focus(session, "chest pain")
        session.accept()
        focus(session, "chest pain")
        session.set_attribute("Assertion", "negated")
        session.toggle_attribute("Severe")
        first = exported(ward).attributes
        session.set_attribute("Assertion", "possible")
        assert sorted(told(session)) == ["added Assertion=possible on chest pain", "added Severe on chest pain"]
        assert [(one.id, one.value) for one in first] == [("A1", "negated"), ("A2", None)]
        assert [(one.id, one.value) for one in exported(ward).attributes] == [("A1", "possible"), ("A2", None)]
        assert session.set_attribute("Assertion", "possible") is None
        session.toggle_attribute("Assertion", "possible")
        assert told(session) == ["added Severe on chest pain"]

    def test_cycling_goes_through_the_values_to_none(self, session: ReviewSession) -> None:
        focus(session, "angina")
        shown = []
        for _ in range(5):
            session.cycle_attribute("Assertion")
            shown.append([one.split("=")[1].split()[0] for one in told(session)])
        assert shown == [["negated"], ["possible"], ["historical"], [], ["negated"]]
        session.cycle_attribute("Uncertain")
        session.cycle_attribute("Uncertain")
        assert told(session) == ["added Assertion=negated on angina"]

    def test_choosing_decides_on_what_is_suggested(self, ward: Ward, note: int) -> None:
        session = ward.review(note)
        pain = focus(session, "chest pain")
        suggest(ward, note, (Attribute("", "Assertion", pain, "possible"), 0.6))
        suggest(ward, note, (Attribute("", "Assertion", pain, "historical"), 0.2))
        session.refresh()
        session.set_attribute("Assertion", "possible")
        assert told(session) == [
            "rejected Assertion=historical on chest pain",
            "accepted Assertion=possible on chest pain",
        ]
        assert entries(ward) == 1, "one action, one entry"
        session.set_attribute("Assertion", "negated")
        assert "added Assertion=negated on chest pain" in told(session)
        session.undo()
        session.undo()
        assert {one.status for one in session.facts()} == {"pending"}
        session.unset_attribute("Assertion")
        assert {one.status for one in session.facts()} == {"rejected"}

    def test_what_the_schema_does_not_have_is_refused(self, session: ReviewSession) -> None:
        focus(session, "angina")
        assert [(one.type, one.value) for one in session.attribute_choices()] == [
            ("Assertion", "negated"),
            ("Assertion", "possible"),
            ("Assertion", "historical"),
            ("Uncertain", None),
        ]
        with pytest.raises(UsageError, match=r"'Severe' is not an attribute of Disease.*Assertion, Uncertain"):
            session.toggle_attribute("Severe")
        with pytest.raises(UsageError, match=r"'maybe' is not a value of Assertion.*negated, possible, historical"):
            session.set_attribute("Assertion", "maybe")
        with pytest.raises(UsageError, match="None is not a value of Assertion"):
            session.set_attribute("Assertion")
        with pytest.raises(UsageError, match="it holds by being there"):
            session.set_attribute("Uncertain", "yes")
        session.focus(None)
        with pytest.raises(UsageError, match="nothing is in focus"):
            session.toggle_attribute("Uncertain")


class TestClasses:
    def test_classes_are_set_and_unset_without_a_focus(self, session: ReviewSession) -> None:
        session.focus(None)
        session.toggle_class("letter")
        session.set_class("discharge_summary")
        assert session.set_class("letter") is None
        assert told(session) == ["added class letter", "added class discharge_summary"]
        session.toggle_class("letter")
        assert told(session) == ["added class discharge_summary"]
        with pytest.raises(UsageError, match="'memo' is not a class of this project"):
            session.toggle_class("memo")

    def test_where_one_class_holds_another_takes_its_place(self, ward: Ward) -> None:
        with_schema(ward, ONE_CLASS)
        note = ward.note(NOTE)
        suggest(ward, note, ("letter", 0.6), ("diabetic=entailment", 0.9))
        session = ward.review(note)
        session.set_class("radiology_report")
        assert sorted(told(session)) == [
            "added class radiology_report",
            "pending class diabetic=entailment",
            "rejected class letter",
        ]
        session.set_class("letter")
        assert "accepted class letter" in told(session) and "added class radiology_report" not in told(session)
        assert [one.name for one in session.class_choices()][-1] == "diabetic=entailment"
        session.toggle_class("diabetic=entailment")
        assert "accepted class diabetic=entailment" in told(session) and "accepted class letter" in told(session)

    def test_what_waits_of_the_note_comes_after_what_waits_of_the_focus(self, ward: Ward, note: int) -> None:
        session = ward.review(note)
        pain = focus(session, "chest pain")
        suggest(ward, note, ("letter", 0.6), (Attribute("", "Severe", pain), 0.9), ("discharge_summary", 0.3))
        session.refresh()
        assert [session.accept_fact().text for _ in range(2)] == ["accepted Severe", "accepted letter"]  # type: ignore[union-attr]
        rejected = session.reject_fact()
        assert rejected is not None and rejected.text == "rejected discharge_summary"
        assert session.accept_fact() is None


class TestNormalizations:
    ASPIRIN = Reference("RXNORM", "1191", "aspirin")

    def test_entries_are_added_and_taken_out(self, ward: Ward, session: ReviewSession) -> None:
        focus(session, "aspirin")
        session.accept()
        focus(session, "aspirin")
        session.normalize(self.ASPIRIN)
        session.normalize(Reference("ATC", "B01AC06", ""))
        assert session.normalize(Reference("RXNORM", "1191", "by another name")) is None
        document = exported(ward)
        said = [(one.id, one.database, one.identifier, one.label) for one in document.normalizations]
        assert said == [("N1", "RXNORM", "1191", "aspirin"), ("N2", "ATC", "B01AC06", "")]
        session.unnormalize(Reference("ATC", "B01AC06"))
        session.toggle_meaning(self.ASPIRIN)
        assert exported(ward).normalizations == ()
        assert session.unnormalize(self.ASPIRIN) is None

    @pytest.mark.parametrize(
        "reference", [("RX NORM", "1"), ("RXNORM", ""), ("", "1191"), ("A:B", "1"), ("MESH", "D 9")]
    )
    def test_what_a_file_could_not_hold_is_refused(self, session: ReviewSession, reference: tuple[str, str]) -> None:
        focus(session, "aspirin")
        with pytest.raises(UsageError, match="is no entry of a terminology"):
            session.normalize(Reference(*reference))

    @pytest.mark.parametrize(
        ("typed", "reference"),
        [
            ("RXNORM:1191", ("RXNORM", "1191", "")),
            ("  HP:HP:0001681  angina pectoris ", ("HP", "HP:0001681", "angina pectoris")),
            ("aspirin 75 mg", None),
            ("angina: stable", None),
            ("ratio:", None),
        ],
    )
    def test_an_entry_can_be_typed(self, typed: str, reference: tuple[str, str, str] | None) -> None:
        assert typed_reference(typed) == (Reference(*reference) if reference else None)

    def test_what_came_with_a_mention_can_be_taken_out_and_put_back(self, ward: Ward, note: int) -> None:
        drugs = SuggesterRow("terms:/drugs.csv", "terms", "drugs.csv", "terms/1/0f3a52c81e77")
        ward.project.suggesters.choose([drugs])
        text = ward.project.text(note)
        span = Span(text.index("aspirin"), text.index("aspirin") + 7)
        sha = ward.project.document(note).text_sha
        found = Suggestion(
            suggestion_id(sha, "Medication", (span,)), "Medication", (span,), 0.9, "terms", "drugs.csv",
            drugs.fingerprint, True, None, (self.ASPIRIN,),
        )  # fmt: skip
        ward.project.suggesters.settle(note, {drugs.fingerprint: Result([found])})
        session = ward.review(note)
        focus(session, "aspirin")
        session.accept()
        focus(session, "aspirin")
        assert [one.fact for one in session.meanings()] == [None]
        assert session.normalize(self.ASPIRIN) is None, "it is there already"
        assert [one.label for one in exported(ward).normalizations] == ["aspirin"]
        made = session.unnormalize(self.ASPIRIN)
        assert made is not None and made.text == "took out RXNORM"
        assert exported(ward).normalizations == () and session.meanings() == []
        assert session.current is not None and session.current.means == ()
        session.undo()
        assert [one.label for one in exported(ward).normalizations] == ["aspirin"]
        session.redo()
        session.normalize(self.ASPIRIN)
        assert [one.label for one in exported(ward).normalizations] == ["aspirin"]


class TestRemarks:
    def test_a_note_on_a_span_is_written_changed_and_taken_away(self, ward: Ward, session: ReviewSession) -> None:
        focus(session, "angina")
        session.accept()
        focus(session, "angina")
        assert session.span_note() == ""
        made = session.note_span("  stable? ask Dr Hall ")
        assert made is not None and made.text == "added AnnotatorNotes", "its words are not told"
        assert session.span_note() == "stable? ask Dr Hall"
        session.note_span("stable")
        (noted,) = exported(ward).notes
        assert (noted.id, noted.type, noted.text) == ("#1", "AnnotatorNotes", "stable")
        assert session.note_span("stable") is None
        taken = session.note_span(" ")
        assert taken is not None and taken.text == "took out AnnotatorNotes"
        assert exported(ward).notes == ()
        session.undo()
        assert session.span_note() == "stable"

    def test_answers_to_questions_are_left_alone(self, ward: Ward, note: int) -> None:
        session = ward.review(note)
        pain = focus(session, "chest pain")
        suggest(ward, note, (Note("", "smoking", pain, "never"), 0.4))
        session.refresh()
        session.note_span("see above")
        assert told(session) == [
            "added AnnotatorNotes: see above on chest pain",
            "pending smoking: never on chest pain",
        ]

    def test_a_note_on_the_document_needs_no_focus_and_goes_with_its_first_entity(
        self, ward: Ward, session: ReviewSession
    ) -> None:
        session.focus(None)
        session.note_document("second page is missing")
        assert session.document_note() == "second page is missing"
        assert session.current is not None
        assert [one.status for one in session.current.of_document] == ["added"]
        _, withheld = documents_for_export(ward.project)
        assert withheld.dangling == 1, "without an entity there is nothing that it could stand on"
        focus(session, "aspirin")
        session.accept()
        focus(session, "chest pain")
        session.accept()
        document = exported(ward)
        assert [(one.type, one.target, one.text) for one in document.notes] == [
            ("DocumentNotes", document.entities[0].id, "second page is missing")
        ]
        session.delete()
        assert seen(session)[1].endswith("chest pain")
        session.note_document("")
        assert exported(ward).notes == ()


def test_what_changes_a_span_keeps_what_is_said_of_it(ward: Ward, session: ReviewSession) -> None:
    angina = item_of(session, "angina")
    focus(session, "aspirin")
    session.relate(angina, "Treats")
    session.focus(angina)
    session.set_attribute("Assertion", "historical")
    session.note_span("since May")
    before = [one.id for one in session.facts()]
    for change in (session.grow_right, session.shrink_right, session.grow_left, lambda: session.relabel("Symptom")):
        assert change() is not None
        assert [one.id for one in session.facts()] == before
    assert session.current is not None and len(session.current.facts) == 3
    focus(session, "aspirin")
    session.accept()
    document = exported(ward)
    assert [len(kind) for kind in (document.relations, document.attributes, document.notes)] == [1, 1, 1]
    assert document.attributes[0].target == document.relations[0].arguments[1].target


def test_what_is_said_of_a_deleted_span_is_not_exported_and_comes_back_with_it(
    ward: Ward, session: ReviewSession
) -> None:
    aspirin, angina = item_of(session, "aspirin"), item_of(session, "angina")
    for one in (aspirin, angina):
        session.focus(one)
        session.accept()
    session.focus(aspirin)
    session.relate(angina, "Treats")
    session.normalize(Reference("RXNORM", "1191", "aspirin"))
    before = exported(ward)
    assert before.relations and before.normalizations
    session.delete()
    gone, withheld = documents_for_export(ward.project)
    assert not gone[0].relations and not gone[0].normalizations and withheld.dangling == 2
    session.undo()
    assert exported(ward) == before


def test_all_of_it_is_there_after_a_restart_and_the_journal_is_sound(ward: Ward, note: int, tmp_path: Path) -> None:
    session = ward.review(note)
    focus(session, "aspirin")
    session.relate(item_of(session, "angina"), "Treats")
    session.normalize(Reference("RXNORM", "1191", "aspirin"))
    focus(session, "angina")
    session.set_attribute("Assertion", "possible")
    session.set_attribute("Assertion", "negated")
    session.note_span("?")
    session.note_span("")
    session.toggle_class("letter")
    session.note_document("of two")
    before = told(session)
    project = ward.reopen()
    again = ward.review(note)
    assert told(again) == before
    assert project.verify() == []
    assert again.undo() is not None and again.document_note() == ""
