"""Suggested relations, attributes, classes and notes: they wait, are decided on, and hold over models and versions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from import_setup import Annotations, export, import_, now, told
from project_setup import Ward, decoded
from test_migrations import DATA, historical

from assistant.project.exporting.documents import document_now, documents_for_export
from assistant.project.facts import SuggestedFact, Value, fact_id, facts_to_json, kind_of, with_id
from assistant.project.records import Tally
from assistant.project.state import Item
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from bioassist.documents import Argument, Attribute, Document, Note, Relation

NOTE = "HPI: <Symptom 0.9>chest pain</Symptom>.\nPMH: <Disease 0.8>asthma</Disease>, <Disease 0.7>gout</Disease>.\n"


@pytest.fixture
def items(ward: Ward) -> list[Item]:
    session = ward.review(ward.note(NOTE))
    assert session.current is not None
    return list(session.current.items)


def causes(head: Item, tail: Item) -> Relation:
    return Relation("", "Causes", (Argument("Arg1", head.id), Argument("Arg2", tail.id)))


def negated(item: Item) -> Attribute:
    return Attribute("", "Assertion", item.id, "negated")


def suggest(ward: Ward, found: Mapping[Value, float], document_id: int = 1, trained: bool = True) -> list[str]:
    sha = ward.project.document(document_id).text_sha
    facts = []
    for value, confidence in found.items():
        item_id = fact_id(sha, value)
        named = with_id(value, item_id)
        facts.append(SuggestedFact(item_id, named, confidence, "model", ward.model, "re.pairs/1:f", trained))
    ward.project.add_suggested_facts(document_id, ward.run, facts)
    return [one.id for one in facts]


def exported(project: Project, include: Any = "all") -> Document:
    (document,), _ = documents_for_export(project, include)
    return document


def facts_of(session: ReviewSession) -> list[tuple[str, str]]:
    assert session.current is not None
    return [(one.status, type(one.value).__name__) for one in session.current.facts]


def test_what_waits_is_exported_as_unreviewed_and_not_among_what_was_accepted(ward: Ward, items: list[Item]) -> None:
    pain, asthma, _ = items
    suggest(
        ward, {causes(asthma, pain): 0.7, negated(pain): 0.97, Note("", "smoking", pain.id, "yes"): 0.6, "letter": 0.9}
    )
    document = exported(ward.project)
    assert told(document)[3:] == ["R1 Causes Arg1:T2 Arg2:T1", "A1 Assertion T1 negated", "#1 smoking T1 yes"]
    assert document.classes == ("letter",)
    marks = {key: (one.status, one.confidence) for key, one in document.provenance.items()}
    assert marks["R1"] == ("unreviewed", 0.7) and marks["A1"] == ("unreviewed", 0.97)
    assert marks["class:letter"] == ("unreviewed", 0.9)
    ward.review(1).accept_over(0)
    (document,), withheld = documents_for_export(ward.project, "accepted")
    assert (document.relations, document.attributes, document.notes, document.classes) == ((), (), (), ())
    assert withheld.pending == 4 and withheld.dangling == 0


def test_a_relation_whose_end_was_rejected_goes_with_it(ward: Ward, items: list[Item]) -> None:
    pain, asthma, gout = items
    suggest(ward, {causes(asthma, pain): 0.7, causes(gout, pain): 0.8})
    session = ward.review(1)
    session.focus(asthma.id)
    session.reject()
    assert [one.arguments[0].target for one in exported(ward.project).relations] == ["T2"]
    (_,), withheld = documents_for_export(ward.project)
    assert withheld.dangling == 0
    assert ward.project.status().facts == {"Causes": Tally(pending=1, suggested=1)}
    session.undo()
    assert len(exported(ward.project).relations) == 2
    assert ward.project.status().facts == {"Causes": Tally(pending=2, suggested=2)}


def test_decisions_hold_for_the_next_model_and_over_a_restart(ward: Ward, items: list[Item]) -> None:
    pain, asthma, gout = items
    suggest(ward, {negated(pain): 0.97, causes(asthma, pain): 0.7, causes(gout, pain): 0.6})
    session = ward.review(1)
    session.focus(pain.id)
    assert facts_of(session) == [("pending", "Attribute"), ("pending", "Relation"), ("pending", "Relation")]
    saved = session.accept_fact()
    assert saved is not None and saved.text == "accepted Assertion=negated"
    assert session.accept_fact() is not None
    saved = session.reject_fact()
    assert saved is not None and saved.text == "rejected Causes"
    assert session.accept_fact() is None, "nothing waits any more"
    decided = [("accepted", "Attribute"), ("accepted", "Relation"), ("rejected", "Relation")]
    assert facts_of(session) == decided
    ward.read_again(1, NOTE, "large-2")
    suggest(ward, {negated(pain): 0.99, causes(gout, pain): 0.9})
    project = ward.reopen()
    session = ReviewSession(project)
    session.open(1)
    session.focus(pain.id)
    assert facts_of(session) == decided, "the same is not suggested again"
    facts = project.status().facts
    assert facts == {
        "Assertion=negated": Tally(accepted=1, suggested=1),
        "Causes": Tally(accepted=1, rejected=1, suggested=2),
    }
    assert project.verify() == []
    (first, *_) = exported(project).provenance.values()
    said = exported(project).provenance["A1"]
    assert (said.status, said.model, said.confidence, said.actor) == ("accepted", "small-1", 0.97, "ann")
    assert first.status == "unreviewed", "the entities were never decided on"


def test_classes_are_decided_on_without_a_focus(ward: Ward, items: list[Item]) -> None:
    letter, _ = suggest(ward, {"letter": 0.8, "diabetic=entailment": 0.6})
    session = ward.review(1)
    session.focus(None)
    assert session.accept_fact("s-unknown") is None
    saved = session.accept_fact(letter)
    assert saved is not None and saved.text == "accepted letter"
    assert {one.value: one.status for one in session.facts()} == {
        "letter": "accepted",
        "diabetic=entailment": "pending",
    }
    assert exported(ward.project, "accepted").classes == ("letter",)
    assert ward.project.status().facts["letter"] == Tally(accepted=1, suggested=1)


def test_decisions_are_taken_back_and_made_again(ward: Ward, items: list[Item]) -> None:
    pain, *_ = items
    suggest(ward, {negated(pain): 0.97})
    session = ward.review(1)
    session.focus(pain.id)
    session.accept_fact()
    undone = session.undo()
    assert undone is not None and undone.text == "undid: accepted Assertion=negated"
    assert facts_of(session) == [("pending", "Attribute")]
    session.redo()
    assert facts_of(session) == [("accepted", "Attribute")]
    (fact,) = session.current.facts if session.current else ()
    assert session.reject_fact(fact.id) is not None, "what was accepted can be taken out"
    assert facts_of(session) == [("rejected", "Attribute")]
    assert ward.project.verify() == []


def test_of_what_is_said_twice_the_surest_counts_and_a_new_run_replaces_what_waits(
    ward: Ward, items: list[Item]
) -> None:
    pain, asthma, _ = items
    suggest(ward, {"letter": 0.6, causes(asthma, pain): 0.7})
    suggest(ward, {"letter": 0.8})
    suggest(ward, {"letter": 0.5})
    assert {one.value: one.confidence for one in ward.project.suggested_facts(1)}["letter"] == 0.8
    ward.begin("large-2")
    suggest(ward, {"report": 0.9})
    ward.project.supersede_suggestions(1, keep_run=ward.run)
    assert [(one.value, one.model) for one in ward.project.suggested_facts(1)] == [("report", "large-2")]


def test_what_a_person_said_already_is_not_suggested_beside_it(ward: Ward, items: list[Item]) -> None:
    pain, asthma, _ = items
    value = with_id(causes(asthma, pain), "f-1")
    payload: dict[str, Any] = {"items": {}, "facts": facts_to_json({"f-1": (kind_of(value), value)}), "format": "brat"}
    ward.project.journal.append("ann", 1, "set", payload)
    suggest(ward, {causes(asthma, pain): 0.7})
    assert len(exported(ward.project).relations) == 1
    assert ward.project.status().facts == {"Causes": Tally(added=1)}


@pytest.mark.parametrize("whole", [False, True])
def test_what_comes_back_from_brat_is_decided_as_entities_are(
    ward: Ward, items: list[Item], tmp_path: Path, whole: bool
) -> None:
    pain, asthma, gout = items
    suggest(ward, {causes(asthma, pain): 0.7, causes(gout, pain): 0.6, negated(pain): 0.97, negated(gout): 0.5})
    export(ward.project, tmp_path / "out")
    before = told(now(ward.project))
    import_(ward.project, tmp_path / "out")
    assert told(now(ward.project)) == before and not ward.project.facts(1), "nothing was decided on"
    back = Annotations(tmp_path / "out")
    back.confirm("T1", "T2", "R1", "A1")
    back.write([line for line in back.lines if not line.startswith("A2") and " A2\t" not in line])
    account = import_(ward.project, tmp_path / "out", None, *(["note"] if whole else []))
    status = {one.value.type: one for one in ward.project.fact_items(1, {}, ()) if not isinstance(one.value, str)}
    assert status["Assertion"].suggestion is not None
    tally = ward.project.status().facts
    assert tally["Assertion=negated"] == Tally(accepted=1, rejected=1, suggested=2)
    # A person who vouches for the whole note accepts what is in it, marked or not.
    left = Tally(accepted=2, suggested=2) if whole else Tally(pending=1, accepted=1, suggested=2)
    assert tally["Causes"] == left
    assert account.facts["relations", "accepted"] == (2 if whole else 1)
    assert account.facts["attributes", "removed"] == 1
    assert now(ward.project).provenance["R1"].status == "accepted"
    assert ward.project.verify() == []
    again = import_(ward.project, tmp_path / "out", None, *(["note"] if whole else []))
    assert not again.facts and ward.project.status().facts == tally


def test_decisions_go_to_a_new_version_with_what_they_are_about(ward: Ward, items: list[Item]) -> None:
    pain, asthma, gout = items
    suggest(ward, {negated(pain): 0.97, causes(asthma, pain): 0.7, negated(gout): 0.5})
    session = ward.review(1)
    session.accept_over(0)
    for item in (pain, gout):
        session.focus(item.id)
        session.accept_fact()
    session.focus(asthma.id)
    session.reject_fact()
    taken = ward.project.new_version("note", decoded("Seen today.\nHPI: chest pain.\nPMH: asthma, eczema.\n"))
    assert (taken.carried, taken.left) == (4, 2), "gout is gone, and with it what was said of it"
    new = {one.type: one for one in ReviewSession(ward.project).project.decisions(taken.row.id).values()}
    again = {
        Attribute("", "Assertion", new["Symptom"].item_id, "negated"): 0.9,
        Relation(
            "", "Causes", (Argument("Arg1", new["Disease"].item_id), Argument("Arg2", new["Symptom"].item_id))
        ): 0.9,
    }
    ward.begin("large-2")
    suggest(ward, again, taken.row.id)
    tallies = ward.project.fact_tallies()[taken.row.id]
    assert tallies == {"Assertion=negated": Tally(accepted=1, suggested=1), "Causes": Tally(rejected=1, suggested=1)}
    now = document_now(ward.project, ward.project.document(taken.row.id))
    assert len(now.attributes) == 1 and not now.relations
    assert ward.project.verify() == []


def test_facts_of_an_older_file_are_known_by_what_they_say(tmp_path: Path) -> None:
    path = historical(tmp_path / "old.bioassist", DATA / "project-003.sql")
    with Project.open(path) as project:
        assert project.verify() == []
        (row,) = project.documents()
        facts = project.facts(row.id)
        assert {kind_of(fact.value) for fact in facts.values() if fact.value} == {"relations", "classes"}
        relation = facts["f-1"].value
        assert isinstance(relation, Relation)
        run = project.begin_run("small-1", "0" * 64, None, {}, "f", [], {})
        item_id = fact_id(row.text_sha, relation)
        again = SuggestedFact(item_id, with_id(relation, item_id), 0.9, "model", "small-1", "re.pairs/1:f", True)
        project.add_suggested_facts(row.id, run, [again])
        assert project.status().facts == {"Treats": Tally(added=1), "letter": Tally(added=1)}
