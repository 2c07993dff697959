"""Gold out of the answers of several annotators."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_setup import Ward, plain_words, seen, told

from assistant.project.exporting.documents import documents_for_export
from assistant.project.facts import SuggestedFact, fact_id, facts_to_json, kind_of, with_id
from assistant.project.team.annotators import whose
from assistant.review.session import ReviewSession
from assistant.review.team.adjudicating import Adjudication
from assistant.review.team.answers import Question
from bioassist.documents import Attribute, Note, Span
from bioassist.errors import UsageError

NOTE = "Pt has <Symptom 0.9>chest pain</Symptom>, <Symptom 0.8>cough</Symptom>, <Disease 0.7>asthma</Disease> and gout."


@pytest.fixture
def document(ward: Ward) -> int:
    """Ann and Ben are through: both keep chest pain, Ben has a longer asthma, Ann alone has gout; cough is nobody's."""
    made = ward.note(NOTE)
    ann, ben = ward.review(made, "ann"), ward.review(made, "ben")
    for session in (ann, ben):
        session.accept()
        session.reject()
    ann.accept()
    ben.grow_right()
    start = ward.project.text(made).index("gout")
    ann.add(start, start + 4, "Disease")
    ann.mark_done()
    ben.mark_done()
    return made


def adjudication(ward: Ward, document: int) -> Adjudication:
    made = Adjudication(ward.project, "cara", words=plain_words)
    made.open(document)
    return made


def asked(session: Adjudication) -> list[tuple[str, list[list[str]], bool]]:
    view = session.current
    assert view is not None
    return [
        (one.kind, [[told(item, view.text) for item in said] for said in one.said], one.settled)
        for one in session.answers().questions
    ]


def gold(session: Adjudication) -> list[str]:
    return [line.lstrip("*") for line in seen(session)]


def test_answers_side_by_side(ward: Ward, document: int) -> None:
    session = adjudication(ward, document)
    assert session.answers().annotators == ("ann", "ben")
    assert asked(session) == [
        ("extent", [["accepted Disease: asthma"], ["edited Disease: asthma and"]], False),
        ("missing", [["added Disease: gout"], []], False),
    ]
    assert gold(session) == ["pending Symptom: chest pain", "pending Symptom: cough", "pending Disease: asthma"]


def test_what_all_agree_on_is_taken_over_as_one_action(ward: Ward, document: int) -> None:
    session = adjudication(ward, document)
    assert session.agreed() == 2
    saved = session.take_agreed()
    assert saved is not None and saved.text == "took over 1 agreed, rejected 1"
    assert gold(session) == ["accepted Symptom: chest pain", "rejected Symptom: cough", "pending Disease: asthma"]
    assert session.agreed() == 0 and session.take_agreed() is None
    session.undo()
    assert session.agreed() == 2 and gold(session)[0] == "pending Symptom: chest pain"


@pytest.mark.parametrize(
    ("sides", "now"),
    [
        ([0], ["accepted Disease: asthma"]),
        ([1], ["edited Disease: asthma and"]),
        ([], ["rejected Disease: asthma"]),
        ([0, 1], ["added Disease: asthma and", "accepted Disease: asthma"]),
    ],
)
def test_one_the_other_both_or_none(ward: Ward, document: int, sides: list[int], now: list[str]) -> None:
    session = adjudication(ward, document)
    session.take(session.answers().questions[0], sides)
    assert [line for line in gold(session) if "asthma" in line] == now
    assert [one.settled for one in session.answers().questions] == [True, False]
    assert ward.project.verify() == []


def test_another_answer_takes_the_place_of_the_first(ward: Ward, document: int) -> None:
    session = adjudication(ward, document)
    question = session.answers().questions[0]
    before = gold(session)
    for sides in ([0, 1], [0], [1], [], [1]):
        session.take(question, sides)
    kept = [one for one in session.current.items if one.kept]  # type: ignore[union-attr]
    assert [told(one, session.current.text) for one in kept] == ["edited Disease: asthma and"]  # type: ignore[union-attr]
    for _ in range(5):
        session.undo()
    assert gold(session) == before and session.undo() is None


def test_a_third_answer_is_an_edit_of_the_one_that_was_taken(ward: Ward, document: int) -> None:
    session = adjudication(ward, document)
    session.take(session.answers().questions[0], [1])
    session.grow_right()
    session.relabel("Symptom")
    assert seen(session)[-1] == "*edited Symptom: asthma and gout"
    assert ward.project.journal.entries(actor="gold")[-1].payload["adjudicator"] == "cara"


def test_entries_say_who_adjudicated_and_who_said_what(ward: Ward, document: int) -> None:
    session = adjudication(ward, document)
    session.take_agreed()
    session.take(session.answers().questions[0], [1])
    agreed, taken = ward.project.journal.entries(actor="gold")
    assert (agreed.payload["adjudicator"], agreed.payload["annotators"], agreed.payload["agreed"]) == (
        "cara",
        ["ann", "ben"],
        True,
    )
    assert taken.payload["said"] == {"ann": [["Disease", [[26, 32]]]], "ben": [["Disease", [[26, 36]]]]}
    assert taken.payload["source"] == "adjudication"


def test_gold_is_exported_and_the_annotators_are_as_they_were(ward: Ward, document: int) -> None:
    before = {name: documents_for_export(ward.project.seen_by(name))[0] for name in ("ann", "ben")}
    session = adjudication(ward, document)
    with pytest.raises(UsageError, match="2 annotators: ann, ben"):
        whose(ward.project, None)
    session.take_agreed()
    session.take(session.answers().questions[0], [0])
    session.take(session.answers().questions[1], [0])
    session.mark_done()
    assert whose(ward.project, None) == "gold"
    (exported,), withheld = documents_for_export(ward.project.seen_by("gold"), documents="done")
    assert [entity.of(exported.text) for entity in exported.entities] == ["chest pain", "asthma", "gout"]
    assert withheld.pending == 0
    assert {one.actor for one in exported.provenance.values()} == {"gold"}
    assert {name: documents_for_export(ward.project.seen_by(name))[0] for name in before} == before
    assert ward.project.verify() == []


def test_who_is_not_through_with_a_document_is_asked_only_if_nobody_else_is(ward: Ward, document: int) -> None:
    dora = ward.review(document, "dora")
    dora.reject()
    assert adjudication(ward, document).answers().annotators == ("ann", "ben")
    ward.review(document, "ben").reopen()
    session = adjudication(ward, document)
    assert session.answers().annotators == ("ann", "ben", "dora")
    assert session.agreed() == 0, "dora left cough open, and does not agree on chest pain"


def test_one_annotator_agrees_with_themselves(ward: Ward) -> None:
    made = ward.note(NOTE)
    ann = ward.review(made, "ann")
    ann.accept()
    ann.mark_done()
    session = adjudication(ward, made)
    assert asked(session) == []
    session.take_agreed()
    assert gold(session) == ["accepted Symptom: chest pain", "rejected Symptom: cough", "rejected Disease: asthma"]


def test_a_suggestion_that_one_moved_away_is_in_two_questions(ward: Ward) -> None:
    made = ward.note(NOTE)
    ann, ben = ward.review(made, "ann"), ward.review(made, "ben")
    for session in (ann, ben):
        session.focus_next()
    ann.accept()
    ben.grow_right()
    ben.shrink_left()
    for session in (ann, ben):
        session.mark_done()
    session = adjudication(ward, made)
    assert [kind for kind, _, _ in asked(session)] == ["missing", "missing"]
    for question in session.answers().questions:
        session.take(question, [0])
    assert "accepted Symptom: cough" in gold(session)
    assert all(one.settled for one in session.answers().questions)


def test_the_next_document_to_settle(ward: Ward, document: int) -> None:
    ward.note("fever", "untouched")
    other = ward.note("<Symptom>rash</Symptom>", "other")
    ward.review(other, "ben").mark_done()
    session = adjudication(ward, document)
    assert session.next_to_settle() == other
    assert session.next_to_settle() == document
    session.mark_done()
    assert session.next_to_settle() == other
    session.mark_done()
    assert session.next_to_settle() is None


class TestFacts:
    """What is said of items and of the document."""

    def say(self, ward: Ward, document: int, actor: str, *values: Any) -> None:
        facts = {f"f-{actor}-{number}": (kind_of(one), one) for number, one in enumerate(values)}
        said = {key: (kind, with_id(value, key)) for key, (kind, value) in facts.items()}
        ward.project.journal.append(actor, document, "set", {"items": {}, "facts": facts_to_json(said)})

    def item(self, ward: Ward, document: int, actor: str, words: str) -> str:
        view = ward.review(document, actor).current
        assert view is not None
        return next(one.id for one in view.items if one.of(view.text) == words)

    def test_the_same_of_the_same_is_agreed_whatever_its_ids(self, ward: Ward, document: int) -> None:
        for actor in ("ann", "ben"):
            pain = self.item(ward, document, actor, "chest pain")
            self.say(ward, document, actor, Attribute("", "Negated", pain, None), "letter")
        session = adjudication(ward, document)
        assert [one.kind for one in session.answers().questions] == ["extent", "missing"]
        assert session.agreed() == 4
        session.take_agreed()
        (exported,), _ = documents_for_export(ward.project.seen_by("gold"))
        assert [(one.type, one.target) for one in exported.attributes] == [("Negated", exported.entities[0].id)]
        assert exported.classes == ("letter",)

    def test_what_one_alone_says_is_a_question(self, ward: Ward, document: int) -> None:
        pain = self.item(ward, document, "ann", "chest pain")
        self.say(ward, document, "ann", Attribute("", "Negated", pain, None), "letter")
        self.say(ward, document, "ben", "report", Note("", "AnnotatorNotes", pain, "is this cardiac?"))
        session = adjudication(ward, document)
        facts = [one for one in session.answers().questions if one.kind == "fact"]
        assert [[fact is not None for fact in one.facts] for one in facts] == [
            [True, False],
            [True, False],
            [False, True],
        ]
        assert facts[0].span == Span(7, 17) and facts[1].span is None
        assert session.take(facts[0], [0]) is None, "gold has no chest pain yet"
        session.take_agreed()
        for question, sides in zip(facts, ([0], [1], [1]), strict=True):
            session.take(question, sides)
        assert all(one.settled for one in session.answers().questions if one.kind == "fact")
        (exported,), _ = documents_for_export(ward.project.seen_by("gold"))
        assert [one.type for one in exported.attributes] == ["Negated"] and exported.classes == ("report",)
        assert exported.notes == ()
        assert ward.project.verify() == []

    def test_what_was_suggested_and_nobody_took_is_rejected_with_what_is_agreed(
        self, ward: Ward, document: int
    ) -> None:
        sha = ward.project.document(document).text_sha
        pain = self.item(ward, document, "ann", "chest pain")
        value = Attribute("", "Negated", pain, None)
        one = SuggestedFact(fact_id(sha, value), value, 0.4, "model", "small-1", "f2", True)
        ward.project.add_suggested_facts(document, ward.run, [one])
        session = adjudication(ward, document)
        session.take_agreed()
        (fact,) = session.facts()
        assert fact.status == "rejected"


def answered(question: Question, sides: list[int]) -> list[int]:
    return [one for one in sides if one < len(question.said)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["ann", "ben", "dora"]),
            st.sampled_from(
                [
                    ReviewSession.accept,
                    ReviewSession.reject,
                    ReviewSession.grow_right,
                    ReviewSession.shrink_left,
                    ReviewSession.focus_next,
                    lambda session: session.relabel("Disease"),
                    lambda session: session.add(0, 2, "Disease"),
                ]
            ),
        ),
        max_size=16,
    ),
    chosen=st.integers(0, 2),
)
def test_whoever_is_taken_throughout_is_what_gold_has(acts: list[Any], chosen: int) -> None:
    names = ["ann", "ben", "dora"]
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        document = ward.note(NOTE)
        sessions = {name: ward.review(document, name) for name in names}
        for name, act in acts:
            act(sessions[name])
        for session in sessions.values():
            session.mark_done()
        made = adjudication(ward, document)
        made.take_agreed()
        for question in made.answers().questions:
            made.take(question, [chosen])
        assert all(question.settled for question in made.answers().questions) and made.agreed() == 0

        def kept(name: str) -> set[tuple[str, tuple[Span, ...]]]:
            decided = ward.project.seen_by(name).decisions(document).values()
            return {(one.type, one.spans) for one in decided if one.kept}

        assert kept("gold") == kept(names[chosen])
        assert not [item for item in made.current.items if item.status == "pending"]  # type: ignore[union-attr]
        while made.undo() is not None:
            pass
        assert kept("gold") == set() and ward.project.verify() == []
        ward.project.close()
