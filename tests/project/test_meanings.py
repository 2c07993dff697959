"""What a terminology says that a mention means: exported with it, and changed by files that come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_setup import Annotations, export, import_, now, told
from project_setup import Ward

from assistant.project.exporting.documents import documents_for_export
from assistant.project.records import Reference, Suggestion, suggestion_id
from assistant.project.suggestions.suggesters import Result, SuggesterRow
from bioassist.documents import Provenance, Span

NOTE = "Given <Medication 0.6>aspirin</Medication> for flu."
DRUGS = SuggesterRow("terms:/drugs.csv", "terms", "drugs.csv", "terms/1/aa")
ASPIRIN = (Reference("RXNORM", "1191", "aspirin"),)
COLD = (Reference("MESH", "D007251", "Influenza, Human"), Reference("ICD10", "J11", "Influenza"))


@pytest.fixture
def document(ward: Ward) -> int:
    """The model and a terminology agree on aspirin; flu is of the terminology alone."""
    ward.project.suggesters.choose([DRUGS])
    number = ward.note(NOTE)
    sha = ward.project.document(number).text_sha
    found = [
        Suggestion(
            suggestion_id(sha, label, (span,)),
            label,
            (span,),
            0.9,
            "terms",
            "drugs.csv",
            "terms/1/aa",
            True,
            None,
            means,
        )
        for label, span, means in (("Medication", Span(6, 13), ASPIRIN), ("Disease", Span(18, 21), COLD))
    ]
    ward.project.suggesters.settle(number, {DRUGS.fingerprint: Result(found)})
    return number


def test_what_waits_is_exported_with_what_it_means(ward: Ward, document: int) -> None:
    whole = now(ward.project)
    assert told(whole) == [
        "T1 unreviewed Medication: aspirin",
        "T2 unreviewed Disease: flu",
        "N1 Reference T1 RXNORM:1191 aspirin",
        "N2 Reference T2 MESH:D007251 Influenza, Human",
        "N3 Reference T2 ICD10:J11 Influenza",
    ]
    assert set(whole.provenance) == {"T1", "T2"}, "it is confirmed with its mention"
    assert whole.provenance["T1"] == Provenance("unreviewed", "model", 0.9, "small-1", "f1", also=("terms:drugs.csv",))


def test_it_goes_with_its_item(ward: Ward, document: int) -> None:
    session = ward.review(document)
    session.accept()
    session.reject()
    (accepted,), _ = documents_for_export(ward.project, "accepted")
    assert told(accepted) == ["T1 accepted Medication: aspirin", "N1 Reference T1 RXNORM:1191 aspirin"]
    session.undo()
    session.undo()
    (nothing,), _ = documents_for_export(ward.project, "accepted")
    assert told(nothing) == []


def test_another_extent_or_type_may_mean_something_else(ward: Ward, document: int) -> None:
    session = ward.review(document)
    session.grow_right()
    assert told(now(ward.project))[2:] == [
        "N1 Reference T2 MESH:D007251 Influenza, Human",
        "N2 Reference T2 ICD10:J11 Influenza",
    ]


def test_an_unchanged_file_says_nothing(ward: Ward, document: int, tmp_path: Path) -> None:
    export(ward.project, tmp_path / "out")
    account = import_(ward.project, tmp_path / "out")
    assert (account.changed, sum(account.facts.values()), sum(account.decisions.values())) == (0, 0, 0)


def test_one_that_is_taken_out_in_a_file_stays_out(ward: Ward, document: int, tmp_path: Path) -> None:
    export(ward.project, tmp_path / "out")
    Annotations(tmp_path / "out").delete("N3").confirm()
    account = import_(ward.project, tmp_path / "out")
    assert account.facts == {("normalizations", "removed"): 1}
    assert told(now(ward.project)) == [
        "T1 accepted Medication: aspirin",
        "T2 accepted Disease: flu",
        "N1 Reference T1 RXNORM:1191 aspirin",
        "N2 Reference T2 MESH:D007251 Influenza, Human",
    ]
    ward.project.journal.undo("ann")
    ward.project.journal.undo("ann")
    assert len(told(now(ward.project))) == 5


def test_one_that_is_changed_in_a_file_counts(ward: Ward, document: int, tmp_path: Path) -> None:
    export(ward.project, tmp_path / "out")
    Annotations(tmp_path / "out").replace("RXNORM:1191", "RXNORM:243670")
    import_(ward.project, tmp_path / "out")
    assert "N1 Reference T1 RXNORM:243670 aspirin" in told(now(ward.project))
    assert not any("1191" in line for line in told(now(ward.project)))


def test_one_that_is_left_on_a_mention_that_was_moved_stays(ward: Ward, document: int, tmp_path: Path) -> None:
    export(ward.project, tmp_path / "out")
    Annotations(tmp_path / "out").replace("Medication 6 13\taspirin", "Medication 0 13\tGiven aspirin").confirm("T1")
    import_(ward.project, tmp_path / "out")
    assert told(now(ward.project))[:3] == [
        "T1 edited Medication: Given aspirin",
        "T2 unreviewed Disease: flu",
        "N1 Reference T1 RXNORM:1191 aspirin",
    ]
    export(ward.project, tmp_path / "again")
    assert import_(ward.project, tmp_path / "again").changed == 0


def test_a_mention_that_is_deleted_takes_it_along(ward: Ward, document: int, tmp_path: Path) -> None:
    export(ward.project, tmp_path / "out")
    Annotations(tmp_path / "out").delete("T2")
    account = import_(ward.project, tmp_path / "out")
    assert sum(account.facts.values()) == 0
    assert told(now(ward.project)) == ["T1 unreviewed Medication: aspirin", "N1 Reference T1 RXNORM:1191 aspirin"]
