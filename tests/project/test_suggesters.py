"""What suggesters besides the language model said, kept by text and fingerprint."""

from __future__ import annotations

import pytest
from project_setup import SCHEMA, Ward, decoded, seen

from assistant.project.records import Reference, Suggestion, suggestion_id
from assistant.project.state import Item
from assistant.project.suggestions.suggesters import Result, SuggesterRow
from bioassist.documents import Span

DRUGS = SuggesterRow("terms:/drugs.csv", "terms", "drugs.csv", "terms/1/aa")
DRUGS_CHANGED = SuggesterRow("terms:/drugs.csv", "terms", "drugs.csv", "terms/1/bb")
RULES = SuggesterRow("rules:/rules.toml", "rules", "rules.toml", "rules/1/cc")
NOTE = "Given <Medication 0.6>aspirin</Medication> for <Symptom 0.8>chest pain</Symptom>."


def says(ward: Ward, document: int, suggester: SuggesterRow, *found: tuple[str, Span]) -> Result:
    sha = ward.project.document(document).text_sha
    return Result(
        [
            Suggestion(
                suggestion_id(sha, label, [span]),
                label,
                (span,),
                0.9,
                suggester.source,
                suggester.name,
                suggester.fingerprint,
                True,
                None,
                (Reference("RXNORM", "1191", "aspirin"),) if suggester.source == "terms" else (),
            )
            for label, span in found
        ]
    )


def settle(ward: Ward, document: int, suggester: SuggesterRow, *found: tuple[str, Span]) -> None:
    result = says(ward, document, suggester, *found)
    ward.project.suggesters.settle(document, {suggester.fingerprint: result})


def shown(ward: Ward, document: int) -> dict[str, Item]:
    view = ward.review(document).current
    assert view is not None
    return {f"{item.type}: {item.of(view.text)}": item for item in view.items}


ASPIRIN, PAIN, CHEST = Span(6, 13), Span(18, 28), Span(18, 23)


@pytest.fixture
def document(ward: Ward) -> int:
    ward.project.suggesters.choose([DRUGS, RULES])
    return ward.note(NOTE)


def test_agreement_is_one_item_and_disagreement_two(ward: Ward, document: int) -> None:
    settle(ward, document, DRUGS, ("Medication", ASPIRIN))
    settle(ward, document, RULES, ("Disease", PAIN), ("Medication", ASPIRIN))
    items = shown(ward, document)
    assert list(items) == ["Medication: aspirin", "Disease: chest pain", "Symptom: chest pain"] or len(items) == 3
    aspirin = items["Medication: aspirin"]
    assert aspirin.suggestion is not None and aspirin.disagreement is None
    assert [one.source for one in (aspirin.suggestion, *aspirin.suggestion.also)] == ["model", "rules", "terms"]
    assert (aspirin.source, aspirin.confidence, aspirin.suggestion.confidence) == ("model", 0.9, 0.6)
    assert items["Symptom: chest pain"].disagreement == "rules:rules.toml says Disease [18, 28)"
    assert items["Disease: chest pain"].disagreement == "small-1 says Symptom [18, 28)"


def test_counts_are_those_of_items(ward: Ward, document: int) -> None:
    settle(ward, document, DRUGS, ("Medication", ASPIRIN))
    settle(ward, document, RULES, ("Disease", PAIN), ("Medication", ASPIRIN))
    tallies = ward.project.tallies()[document]
    assert {label: (one.pending, one.suggested) for label, one in tallies.items()} == {
        "Medication": (1, 1),
        "Symptom": (1, 1),
        "Disease": (1, 1),
    }
    ward.review(document).accept_over(0.85)
    tallies = ward.project.tallies()[document]
    assert (tallies["Medication"].accepted, tallies["Medication"].pending) == (1, 0)


def test_a_decision_keeps_all_its_sources(ward: Ward, document: int) -> None:
    settle(ward, document, DRUGS, ("Medication", ASPIRIN))
    session = ward.review(document)
    session.accept()
    ward.reopen()
    item = shown(ward, document)["Medication: aspirin"]
    assert item.status == "accepted" and item.suggestion is not None
    assert [one.source for one in item.suggestion.also] == ["terms"]
    assert item.references == (Reference("RXNORM", "1191", "aspirin"),)
    assert ward.project.verify() == []


def test_what_was_edited_may_mean_something_else(ward: Ward, document: int) -> None:
    settle(ward, document, DRUGS, ("Medication", ASPIRIN))
    session = ward.review(document)
    session.grow_right()
    (item,) = [one for one in shown(ward, document).values() if one.status == "edited"]
    assert item.references == ()


def test_a_changed_file_takes_back_its_own_suggestions_alone(ward: Ward, document: int) -> None:
    settle(ward, document, DRUGS, ("Medication", ASPIRIN), ("Disease", CHEST))
    settle(ward, document, RULES, ("Disease", PAIN))
    ward.project.suggesters.choose([DRUGS_CHANGED, RULES])
    assert ward.project.suggesters.unsettled() == [document]
    session = ward.review(document)
    settle(ward, document, DRUGS_CHANGED, ("Medication", ASPIRIN))
    assert session.refresh(), "the open document follows"
    assert sorted(line.lstrip("*") for line in seen(session)) == [
        "pending Disease: chest pain",
        "pending Medication: aspirin",
        "pending Symptom: chest pain",
    ]
    assert ward.project.suggesters.unsettled() == []


def test_a_new_model_takes_back_none_of_them(ward: Ward, document: int) -> None:
    settle(ward, document, RULES, ("Disease", CHEST))
    ward.read_again(document, "Given aspirin for chest <Symptom>pain</Symptom>.", "small-2")
    assert sorted(shown(ward, document)) == ["Disease: chest", "Symptom: pain"]


def test_a_suggester_that_comes_back_finds_what_it_said(ward: Ward, document: int) -> None:
    settle(ward, document, RULES, ("Disease", CHEST))
    settle(ward, document, DRUGS, ("Medication", ASPIRIN))
    ward.project.suggesters.choose([DRUGS])
    assert ward.project.suggesters.unsettled() == [document]
    ward.project.suggesters.settle(document, {})
    assert "Disease: chest" not in shown(ward, document)
    ward.project.suggesters.choose([DRUGS, RULES])
    assert ward.project.suggesters.known(document) == {DRUGS.fingerprint, RULES.fingerprint}
    session = ward.review(document)
    ward.project.suggesters.settle(document, {})
    assert session.refresh() and "Disease: chest" in shown(ward, document)
    assert ward.project.suggesters.unsettled() == []


def test_what_is_known_of_a_text_holds_for_every_document_of_it(ward: Ward, document: int) -> None:
    settle(ward, document, DRUGS, ("Medication", ASPIRIN))
    settle(ward, document, RULES)
    twin = ward.project.add_document("twin", decoded(ward.project.text(document), "twin")).id
    assert ward.project.suggesters.unsettled() == [twin]
    assert ward.project.suggesters.known(twin) == {DRUGS.fingerprint, RULES.fingerprint}
    ward.project.suggesters.settle(twin, {})
    assert list(shown(ward, twin)) == ["Medication: aspirin"]
    assert ward.project.suggesters.unsettled() == []


def test_what_could_not_be_done_is_told_and_tried_again(ward: Ward, document: int) -> None:
    partly = Result(says(ward, document, RULES, ("Disease", CHEST)).suggestions, "rule 'x' was stopped.")
    ward.project.suggesters.settle(document, {RULES.fingerprint: partly, DRUGS.fingerprint: Result([])})
    assert ward.project.suggesters.unsettled() == [document]
    drugs, rules = ward.project.suggesters.figures()
    assert (drugs.documents, drugs.found, dict(drugs.failed)) == (1, 0, {})
    assert (rules.documents, rules.found, dict(rules.failed)) == (1, 1, {document: "rule 'x' was stopped."})
    settle(ward, document, RULES, ("Disease", PAIN))
    assert ward.project.suggesters.figures()[1].failed == {}
    assert sorted(shown(ward, document)) == ["Disease: chest pain", "Medication: aspirin", "Symptom: chest pain"]


def test_a_rejected_match_is_no_news_when_its_file_changes(ward: Ward, document: int) -> None:
    settle(ward, document, DRUGS, ("Disease", CHEST))
    session = ward.review(document)
    session.focus(next(item.id for item in session.current.items if item.type == "Disease"))  # type: ignore[union-attr]
    session.reject()
    ward.project.suggesters.choose([DRUGS_CHANGED, RULES])
    settle(ward, document, DRUGS_CHANGED, ("Disease", CHEST))
    assert shown(ward, document)["Disease: chest"].disagreement is None
    settle(ward, document, RULES, ("Disease", CHEST))
    assert shown(ward, document)["Disease: chest"].disagreement == "rules:rules.toml suggests this again"


def test_without_suggesters_nothing_waits_for_them(ward: Ward) -> None:
    ward.note(NOTE)
    assert ward.project.suggesters.present() == () and ward.project.suggesters.unsettled() == []
    assert ward.project.schema == SCHEMA
