"""Questions to the team, and what a label is for."""

from __future__ import annotations

import pytest
from project_setup import SCHEMA, Ward

from assistant.project.exporting.documents import documents_for_export
from assistant.review.session import ReviewSession
from bioassist.errors import UsageError
from bioassist.schema import built_in, loads


def asked(session: ReviewSession) -> list[str]:
    assert session.current is not None
    return [
        f"{one.actor}: {one.text} {[f'{answer.actor}: {answer.text}' for answer in one.answers]}"
        for one in session.current.questions
    ]


class TestQuestions:
    def test_a_question_is_open_until_it_is_answered(self, ward: Ward) -> None:
        document = ward.note("<Symptom>cough</Symptom>, <Disease>flu</Disease>")
        session = ward.review(document)
        saved = session.ask(" Is this a finding? ")
        assert saved is not None and saved.text == "added Question"
        assert asked(session) == ["ann: Is this a finding? []"]
        assert session.documents()[0].questions == session.open_questions() == ward.project.status().questions == 1
        question = session.open_question()
        assert question is not None
        session.answer(question.id, "yes, see the guideline")
        assert asked(session) == ["ann: Is this a finding? ['ann: yes, see the guideline']"]
        assert session.open_question() is None and session.documents()[0].questions == 0
        session.undo()
        assert session.documents()[0].questions == 1
        session.undo()
        assert asked(session) == [] and ward.project.verify() == []

    def test_the_whole_team_sees_and_answers_it(self, ward: Ward) -> None:
        document = ward.note("<Symptom>cough</Symptom>")
        ann, bob = ward.review(document, "ann"), ward.review(document, "bob")
        ann.ask("Is this one?")
        bob.open(document)
        question = bob.open_question()
        assert question is not None and (question.actor, bob.documents()[0].questions) == ("ann", 1)
        assert bob.answer(question.id, "") is not None
        ann.open(document)
        assert asked(ann) == ["ann: Is this one? ['bob: ']"] and ann.open_questions() == 0
        bob.undo()
        assert ann.open_questions() == 1
        assert [fact.value for fact in bob.facts()] == [], "what another asks is not what one says"

    def test_without_words_or_focus_there_is_no_question(self, ward: Ward) -> None:
        session = ward.review(ward.note("cough"))
        with pytest.raises(UsageError, match="in focus"):
            session.ask("why?")
        session.add(0, 5, "Symptom")
        with pytest.raises(UsageError, match="has words"):
            session.ask("  ")
        with pytest.raises(UsageError, match="no such question"):
            session.answer("a-0", "yes")
        assert ward.project.journal.length() == 1

    def test_it_is_exported_as_a_note_of_its_own_type(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>cough</Symptom>"))
        session.accept()
        session.ask("Is this one?")
        question = session.open_question()
        assert question is not None
        session.answer(question.id, "yes")
        (document,), withheld = documents_for_export(ward.project)
        assert withheld.dangling == 0
        assert [(one.type, one.target, one.text) for one in document.notes] == [
            ("Question", document.entities[0].id, "Is this one?"),
            ("Answer", document.notes[0].id, "yes"),
        ]


class TestGuideline:
    def test_the_schema_says_what_a_label_is_for_and_the_project_has_examples(self, ward: Ward) -> None:
        schema = loads(
            'name = "w"\n[[entities]]\nname = "Symptom"\ndescription = "what hurts"\nexamples = ["chest pain"]\n'
            '[[entities]]\nname = "Disease"'
        )
        ward.project.set_schema(schema)
        first = ward.note("has <Symptom>cough</Symptom>, <Symptom>Cough</Symptom> and <Symptom>a rash</Symptom>", "a")
        second = ward.note("no <Symptom>cough</Symptom>; <Symptom>fever</Symptom>", "b")
        session = ward.review(first)
        for _ in range(3):
            session.accept()
        session.open(second)
        session.accept()
        session.reject()
        found = session.guideline("Symptom")
        assert (found.description, found.examples) == ("what hurts", ("chest pain",))
        assert [(one.words, one.times) for one in found.kept] == [("cough", 3), ("a rash", 1)]
        assert (found.kept[0].before, found.kept[0].after) == ("no ", "; fever")
        assert session.guideline("Disease").kept == ()
        with pytest.raises(UsageError, match="not a label"):
            session.guideline("Gene")

    def test_examples_are_kept_with_the_schema_and_change_nothing_that_is_suggested(self) -> None:
        text = SCHEMA.dumps().replace('name = "Symptom"', 'name = "Symptom"\nexamples = ["a", "b"]')
        with_examples = loads(text)
        assert with_examples.entities[0].examples == ("a", "b")
        assert loads(with_examples.dumps()) == with_examples
        assert with_examples.fingerprint == SCHEMA.fingerprint
        assert built_in().entities[0].examples == ()
