"""Probabilities are shown as what they are worth, and a project learns from its own decisions what that is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from facts_setup import focus
from project_setup import SCHEMA, Ward, decoded

from assistant.project.calibration.looking import looked_at
from assistant.project.calibration.refitting import refit, standing
from assistant.project.calibration.stored import Origin
from assistant.project.exporting.documents import documents_for_export
from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from bioassist.documents import Span
from bioassist.metrics import calibrating
from bioassist.metrics.calibration import Calibration, Curve, Measured
from bioassist.schema import loads
from bioassist.tasks.confidence import IN_USE
from bioassist.tasks.ner import FINGERPRINTS

PROGRAM = FINGERPRINTS["ner.inline"]
MODEL = "a" * 64
NOTHING_MEASURED = Measured(5, 0.1, 0.02, 0.7, 0.7, (), ())


def brought(offset: float = -2.0, **labels: Curve) -> Calibration:
    """What a model brings: by this much it is too sure."""
    return Calibration(
        IN_USE, PROGRAM, {"name": "small-1"}, ("corpus:x (dev)",), 900, 40, Curve(1.0, offset, 900), labels,
        NOTHING_MEASURED,
    )  # fmt: skip


class Read(Ward):
    """A ward whose suggestions come of a run that says how it measured confidence."""

    def begin(self, model: str) -> None:
        self.model = model
        self.run = self.project.begin_run(
            model, MODEL, None, {"ner.inline": PROGRAM}, SCHEMA.fingerprint, ["Symptom"], {"confidence": IN_USE}
        )

    def suggestions(self, document_id, marks):  # type: ignore[no-untyped-def]
        return (replace(one, program=PROGRAM) for one in super().suggestions(document_id, marks))


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return Read(tmp_path)


def shown(session: ReviewSession) -> list[float | None]:
    assert session.current is not None
    return [item.confidence for item in session.current.items]


COUGH = (
    "c/o <Symptom 0.9>cough</Symptom> and <Disease 0.5>asthma</Disease>, on <Medication 0.99>salbutamol</Medication>."
)


def test_what_is_shown_and_exported_is_calibrated_and_what_is_stored_is_not(read: Read) -> None:
    note = read.note(COUGH)
    read.project.calibrations.put(MODEL, "model", brought(Disease=Curve(1.0, 1.0, 20)))
    session = read.review(note)
    symptom, disease, medication = shown(session)
    assert symptom == pytest.approx(calibrating.logistic.sigmoid(calibrating.logit(0.9) - 2))
    assert disease == pytest.approx(0.731, abs=1e-3) and medication == pytest.approx(0.931, abs=1e-3)
    assert [one.confidence for one in read.project.suggestions(note)] == [0.9, 0.5, 0.99]
    assert session.calibrated() == "from the model's development data"
    # Bulk acceptance goes by what is shown, and the journal keeps what the model said.
    assert session.accept_over(0.9) == 1
    (entry,) = read.project.journal.entries(note)
    (on,) = entry.payload["on"].values()
    assert on["type"] == "Medication" and on["confidence"] == 0.99
    (document,), _ = documents_for_export(read.project, "all")
    said = {entity.type: document.provenance[entity.id].confidence for entity in document.entities}
    assert said == {"Symptom": symptom, "Disease": disease, "Medication": medication}


def test_without_a_calibration_probabilities_are_as_the_model_gives_them(read: Read) -> None:
    session = read.review(read.note(COUGH))
    assert shown(session) == [0.9, 0.5, 0.99] and session.calibrated() is None
    found = read.project.status().calibration
    assert found is not None and found.origin is None and found.said is None


@pytest.mark.parametrize(
    "other",
    [{"source": "terms", "program": "terms/1:0"}, {"program": "ner.typed/1:0"}, {"source": "terms", "run": None}],
)
def test_another_source_is_not_calibrated_by_the_models(read: Read, other: dict[str, str]) -> None:
    read.project.calibrations.put(MODEL, "model", brought())
    one = Suggestion("s-1", "Symptom", (Span(0, 3),), 0.8, "model", "small-1", PROGRAM, True, read.run)
    assert read.project.calibrations.confidence(one) < 0.5
    assert read.project.calibrations.confidence(replace(one, **other)) == 0.8  # type: ignore[arg-type]


def test_what_was_measured_otherwise_is_not_calibrated(read: Read) -> None:
    read.project.calibrations.put(MODEL, "model", brought())
    run = read.project.begin_run("small-1", MODEL, None, {"ner.inline": PROGRAM}, "f", [], {})
    one = Suggestion("s-1", "Symptom", (Span(0, 3),), 0.8, "model", "small-1", PROGRAM, True, run)
    assert read.project.calibrations.confidence(one) == 0.8


def test_the_label_is_the_models(read: Read) -> None:
    read.project.set_schema(loads('name = "ward"\n[[entities]]\nname = "Drug"\nmodel_label = "Medication"\n'))
    read.project.calibrations.put(MODEL, "model", brought(Medication=Curve(1.0, 0.0, 9)))
    one = Suggestion("s-1", "Drug", (Span(0, 3),), 0.8, "model", "small-1", PROGRAM, True, read.run)
    assert read.project.calibrations.confidence(one) == pytest.approx(0.8)


def test_where_sources_agree_the_surest_is_shown_as_it_is_worth(read: Read) -> None:
    note = read.note("c/o <Symptom 0.95>cough</Symptom>.")
    read.project.calibrations.put(MODEL, "model", brought())
    sha = read.project.document(note).text_sha
    spans = (Span(4, 9),)
    read.project.suggesters._suggestions.add(
        note, None, [Suggestion(suggestion_id(sha, "Symptom", spans), "Symptom", spans, 0.8, "terms", "t", "f", True)]
    )
    assert shown(read.review(note)) == [0.8]


def decide(read: Read, notes: int, each: int = 3, right: bool = True) -> None:
    """Notes with suggestions that are all decided on one by one."""
    present_ = len(read.project.documents())
    for number in range(present_, present_ + notes):
        words = " ".join(f"<Symptom 0.{50 + place}>pain{place}</Symptom>" for place in range(each))
        session = read.review(read.note(f"Note {number}: {words}", f"note-{number}"))
        for place in range(each):
            session.accept() if right and place % 2 == 0 else session.reject()


def decided(project: Project) -> list[tuple[str, float, bool]]:
    whose = (project.runs()[-1].model_sha, PROGRAM)
    return [(one.group, one.probability, one.right) for one in looked_at(project).get(whose, [])]


def test_only_looks_at_single_suggestions_of_the_model_count(read: Read) -> None:
    text = (
        "<Symptom 0.9>cough</Symptom> <Symptom 0.8>fever</Symptom> <Symptom 0.7>rash</Symptom> "
        "<Symptom 0.6>pain</Symptom> <Symptom 0.5>itch</Symptom> <Symptom 0.4>ache</Symptom> well"
    )
    session = read.review(read.note(text))
    session.accept()
    session.reject()
    session.relabel("Disease")
    session.focus_next()
    session.accept()
    session.undo()
    session.add(len("cough fever rash pain itch ache "), len("cough fever rash pain itch ache well"), "Symptom")
    assert session.accept_over(0.55) == 1
    assert decided(read.project) == [("note", 0.9, True), ("note", 0.8, False), ("note", 0.7, False)]
    # What was accepted in bulk and is looked at only because it is wrong says nothing of the rest.
    bulk = next(item for item in read.project.decisions(1).values() if item.seq == read.project.journal.length())
    session.focus(bulk.item_id)
    session.reject()
    assert len(decided(read.project)) == 3
    # An edit that comes back to what was suggested is an acceptance.
    session.focus(next(item.id for item in session.current.items if item.status == "edited"))  # type: ignore[union-attr]
    session.relabel("Symptom")
    assert decided(read.project)[2] == ("note", 0.7, True)


def test_imported_corrections_and_other_models_do_not_count(read: Read) -> None:
    note = read.note("c/o <Symptom 0.9>cough</Symptom>")
    (one,) = read.project.suggestions(note)
    on = {**{"type": "Symptom", "spans": [[4, 9]]}, "confidence": 0.9, "source": "model", "model": "small-1",
          "program": PROGRAM, "trained": True, "run": read.run}  # fmt: skip
    items = {one.id: {"type": "Symptom", "spans": [[4, 9]], "status": "accepted", "on": on}}
    said = {"items": items, "facts": {}, "source": "import", "format": "brat", "named": False}
    read.project.journal.append("ann", note, "set", said)
    assert decided(read.project) == []
    decide(read, 1)
    assert len(decided(read.project)) == 3
    read.project.begin_run("other", "b" * 64, None, {"ner.inline": PROGRAM}, "f", [], {"confidence": IN_USE})
    assert decided(read.project) == []


def test_what_was_found_before_it_was_shown_counts_as_right(read: Read) -> None:
    read.project.set_schema(replace(SCHEMA, guard=replace(SCHEMA.guard, blind=1.0)))
    session = read.review(read.note("c/o <Symptom 0.9>cough</Symptom>, <Symptom 0.8>fever</Symptom>, rash"))
    session.add(4, 9, "Symptom")
    session.add(18, 22, "Symptom")
    session.mark_done()
    assert decided(read.project) == [], "as long as it is not done"
    focus(session, "fever")
    session.reject()
    session.mark_done()
    assert decided(read.project) == [("note", 0.8, False), ("note", 0.9, True)]
    # Who does not keep it in the end did not find it.
    session.reopen()
    focus(session, "cough")
    session.reject()
    session.mark_done()
    assert ("note", 0.9, True) not in decided(read.project)


def test_a_decision_that_was_carried_over_counts_once(read: Read) -> None:
    session = read.review(read.note("c/o <Symptom 0.9>cough</Symptom>", "visit"))
    session.accept()
    read.project.new_version("visit", decoded("c/o cough\nSeen today.", "visit"))
    assert any(entry.action == "carry" for entry in read.project.journal.entries())
    assert decided(read.project) == [("visit", 0.9, True)]


def test_a_project_has_its_own_calibration_once_there_is_enough(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    read.project.calibrations.put(MODEL, "model", brought())
    monkeypatch.setattr(calibrating, "ENOUGH", 60)
    decide(read, 9, each=8)
    before = refit(read.project)
    assert before is not None and not before.enough and before.decisions == 72 and before.documents == 9
    assert before.applied is not None and before.applied.origin == "model"
    decide(read, 1, each=8)
    after = refit(read.project)
    assert after is not None and after.applied is not None and str(after.applied) == "from 80 of your decisions"
    own = after.applied.calibration
    assert own.decisions == 80 and own.documents == 10 and brought().fingerprint in own.source
    # Half were right; the model's development data say less of such probabilities.
    assert own.of("Symptom", 0.55) > brought().of("Symptom", 0.55)
    assert own.measured.ece_after < own.measured.ece_before
    # It stays until there is a fifth more, and comes back from the disk.
    decide(read, 1, each=8)
    assert refit(read.project) == replace(after, decisions=88, documents=11)
    project = read.reopen()
    assert standing(project).applied == after.applied  # type: ignore[union-attr]
    decide(read, 1, each=8)
    newer = refit(project)
    assert newer is not None and newer.applied is not None and newer.applied.calibration.decisions == 96
    status = project.status().calibration
    assert status is not None and status.origin == "project" and status.fingerprint != own.fingerprint


def test_a_model_without_a_calibration_gets_one_from_decisions_alone(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrating, "ENOUGH", 60)
    decide(read, 12, each=8, right=False)
    after = refit(read.project)
    assert after is not None and after.applied is not None
    assert after.applied.calibration.of("Symptom", 0.55) < 0.1


def test_no_model_has_read_nothing_to_fit(tmp_path: Path) -> None:
    with Project.open(tmp_path / "notes.bioassist", create=True) as project:
        assert refit(project) is None and standing(project) is None and project.status().calibration is None


DAMAGE = {
    "a digit": "UPDATE calibrations SET content = replace(content, '900', '901') WHERE number = {}",
    "the end": "UPDATE calibrations SET content = substr(content, 1, 200) WHERE number = {}",
    "no text": "UPDATE calibrations SET content = CAST(x'7bff00fe' AS TEXT) WHERE number = {}",
    "a later version": "UPDATE calibrations SET content = json_set(content, '$.format', 2) WHERE number = {}",
    "endless": "UPDATE calibrations SET content = replace(content, '900', '1e999') WHERE number = {}",
}


def damage(project: Project, how: str) -> None:
    """The calibration that was stored last."""
    (number,) = project._database.row("SELECT max(number) FROM calibrations") or (None,)
    project._database.execute(DAMAGE[how].format(number))


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_calibration_closes_nothing_and_is_brought_again(read: Read, how: str) -> None:
    note = read.note("c/o <Symptom 0.9>cough</Symptom>")
    read.project.calibrations.put(MODEL, "model", brought())
    damage(read.project, how)
    project = read.reopen()
    session = read.review(note)
    assert shown(session) == [0.9] and session.calibrated() is None
    assert documents_for_export(project, "all")[0][0].provenance and refit(project) is not None
    found = project.status().calibration
    assert found is not None and found.origin is None
    (warning,) = found.warnings
    assert "The model's calibration of entities cannot be used" in warning and "`bioassist annotate`" in warning
    project.calibrations.put(MODEL, "model", brought())
    assert shown(read.review(note)) == [pytest.approx(0.549, abs=1e-3)]
    assert project.status().calibration.warnings == ()  # type: ignore[union-attr]
    # What is there and sound is not stored again.
    project.calibrations.put(MODEL, "model", brought())
    assert project._database.row("SELECT count(*) FROM calibrations") == (2,)


def test_where_the_newest_is_damaged_an_older_one_applies_and_a_new_one_is_fitted(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrating, "ENOUGH", 60)
    read.project.calibrations.put(MODEL, "model", brought())
    decide(read, 10, each=8)
    first = refit(read.project)
    decide(read, 3, each=8)
    second = refit(read.project)
    assert first is not None and second is not None and str(second.applied) == "from 104 of your decisions"
    damage(read.project, "the end")
    with Project.open(read.project.path, read_only=True) as project:
        found = project.status().calibration
        assert found is not None and found.said == "from 80 of your decisions"
        assert [
            said for said in found.warnings if "The project's newest calibration of entities cannot be used" in said
        ]
    project = read.reopen()
    assert standing(project).applied == first.applied  # type: ignore[union-attr]
    # Without waiting for more decisions.
    again = refit(project)
    assert again == second and not again.warnings
    # Where there is no older one, the model's applies.
    project._database.execute("UPDATE calibrations SET content = '{}' WHERE origin = 'project'")
    assert standing(read.reopen()).applied.origin == "model"  # type: ignore[union-attr]


@pytest.mark.parametrize("origin", ["model", "project"])
def test_a_calibration_of_another_measure_of_confidence_is_not_applied(
    read: Read, monkeypatch: pytest.MonkeyPatch, origin: Origin
) -> None:
    monkeypatch.setattr(calibrating, "ENOUGH", 60)
    decide(read, 10, each=8)
    read.project.calibrations.put(MODEL, origin, replace(brought(), definition="weakest"))
    found = standing(read.reopen())
    assert found is not None and found.applied is None
    assert ["gives 'alone'" in warning for warning in found.warnings] == [True]


def test_what_was_fitted_to_decisions_goes_with_them(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating, "ENOUGH", 60)
    read.project.calibrations.put(MODEL, "model", brought())
    decide(read, 10, each=8)
    own = refit(read.project)
    assert own is not None and own.applied is not None and own.applied.origin == "project"
    session = ReviewSession(read.project, "ann")
    for _ in range(8):
        session.undo()
    # What is on the screen stays as it is while one works, and it is said that it will not.
    late = standing(read.project)
    assert late is not None and late.applied == own.applied and not late.enough
    assert "72 on 9 notes: when the project is opened again it applies no longer" in late.warnings[0]
    with Project.open(read.project.path, read_only=True) as project:
        assert project.status().calibration.origin == "model"  # type: ignore[union-attr]
        assert project.calibrations.applied((MODEL, PROGRAM)).origin == "model"  # type: ignore[union-attr]
    project = read.reopen()
    after = refit(project)
    assert after is not None and str(after.applied) == "from the model's development data" and not after.warnings
    session = ReviewSession(project, "ann")
    for _ in range(8):
        session.redo()
    assert standing(read.reopen()).applied == own.applied  # type: ignore[union-attr]


def test_a_calibration_of_another_file_type_does_not_apply(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = replace(brought(), model={"name": "small-1", "file_type": "BF16"})
    read.project.calibrations.put(MODEL, "model", fitted)
    assert standing(read.project).warnings == ()  # type: ignore[union-attr]
    read.project.calibrations.put(MODEL, "model", fitted, runs_as="Q4_0")
    # Nor does what an older version left here without that mark.
    found = read.reopen().status().calibration
    assert found is not None and found.origin is None
    (warning,) = found.warnings
    assert "it was fitted at BF16, and at Q4_0 a model differs" in warning
    assert "`bioassist models pull small-1 --type BF16` prepares that" in warning
    monkeypatch.setattr(calibrating, "ENOUGH", 60)
    decide(read, 10, each=8)
    own = refit(read.project)
    assert own is not None and own.applied is not None and own.applied.origin == "project"
    assert own.applied.calibration.source == ("decisions on single suggestions",)
