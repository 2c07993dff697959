"""Relations, attributes and classes are shown as what they are worth, and a project learns that from its decisions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from facts_setup import FULL, item_of
from project_setup import Ward

from assistant.project.calibration.looking import looked_at
from assistant.project.calibration.refitting import refit, standing
from assistant.project.exporting.documents import documents_for_export
from assistant.project.facts import SuggestedFact, Value, fact_id, with_id
from assistant.project.records import Suggestion, suggestion_id
from assistant.review.session import ReviewSession
from assistant.tui.screens.reliability import told
from bioassist.documents import Argument, Attribute, Relation, Span
from bioassist.metrics import calibrating
from bioassist.metrics.calibration import Calibration, Curve, Measured
from bioassist.schema import Schema, loads
from bioassist.tasks.confidence import ANSWER
from bioassist.tasks.fingerprints import FINGERPRINTS

MODEL = "a" * 64
NOTHING_MEASURED = Measured(5, 0.1, 0.02, 0.7, 0.7, (), ())
SCHEMA = FULL.replace('name = "Treats"', 'name = "Treats"\nmodel_label = "Helps"')
NOTE = "On <Medication 0.9>aspirin</Medication> for <Symptom 0.8>pain</Symptom>."
TASK = {Relation: "re.pairs", Attribute: "assertion", str: "class.one"}


class Read(Ward):
    """A ward whose facts come of a run that is the model's."""

    def begin(self, model: str) -> None:
        self.model = model
        schema: Schema = loads(SCHEMA)
        self.project.set_schema(schema)
        self.run = self.project.begin_run(
            model, MODEL, None, {"ner.inline": FINGERPRINTS["ner.inline"]}, schema.fingerprint, ["Symptom"], {}
        )

    def say(self, document: int, said: Mapping[Value, float], task: str | None = None) -> list[str]:
        sha = self.project.document(document).text_sha
        facts = []
        for value, confidence in said.items():
            item_id, program = fact_id(sha, value), FINGERPRINTS[task or TASK[type(value)]]
            named = with_id(value, item_id)
            facts.append(SuggestedFact(item_id, named, confidence, "model", self.model, program, True))
        self.project.add_suggested_facts(document, self.run, facts)
        return [one.id for one in facts]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return Read(tmp_path)


def brought(task: str, **labels: Curve) -> Calibration:
    """What a model brings: what it says is worth less by two in log odds, but for some labels."""
    return Calibration(
        ANSWER, FINGERPRINTS[task], {"name": "small-1"}, ("corpus:x (dev)",), 900, 40, Curve(1.0, -2.0, 900), labels,
        NOTHING_MEASURED,
    )  # fmt: skip


def treats(session: ReviewSession) -> Relation:
    ends = (item_of(session, "aspirin"), item_of(session, "pain"))
    return Relation("", "Treats", (Argument("Drug", ends[0]), Argument("Problem", ends[1])))


def shown(session: ReviewSession) -> dict[str, float | None]:
    return {one.id: one.confidence for one in session.facts()}


def test_what_is_said_of_a_note_is_shown_as_it_is_worth(read: Read) -> None:
    note = read.note(NOTE)
    session = read.review(note)
    negated = Attribute("", "Assertion", item_of(session, "pain"), "negated")
    (relation,) = read.say(note, {treats(session): 0.9})
    attribute, binary = read.say(note, {negated: 0.9, Attribute("", "Severe", item_of(session, "pain"), None): 0.9})
    (letter,) = read.say(note, {"letter": 0.9})
    read.project.calibrations.put(MODEL, "model", brought("re.pairs", Helps=Curve(1.0, 0.0, 9)))
    read.project.calibrations.put(MODEL, "model", brought("assertion", yes=Curve(1.0, 0.0, 9)))
    # Under the model's own labels; what has no calibration is as the model gives it.
    less = pytest.approx(0.549, abs=1e-3)
    same = pytest.approx(0.9)
    assert shown(read.review(note)) == {relation: same, attribute: less, binary: same, letter: same}
    assert {one.confidence for one in read.project.suggested_facts(note)} == {0.9}
    (document,), _ = documents_for_export(read.project, "all")
    (kept,) = (one for one in document.attributes if one.value == "negated")
    assert document.provenance[kept.id].confidence == less


def test_a_statement_goes_by_what_was_found_of_it(read: Read) -> None:
    note = read.note(NOTE)
    read.project.calibrations.put(MODEL, "model", brought("nli", entailment=Curve(1.0, 0.0, 9)))
    held, not_held = read.say(note, {"smokes=entailment": 0.9, "drinks=contradiction": 0.9}, "nli")
    found = shown(read.review(note))
    assert found[held] == pytest.approx(0.9) and found[not_held] == pytest.approx(0.549, abs=1e-3)


def test_what_an_annotator_adds_has_no_probability(read: Read) -> None:
    session = read.review(read.note(NOTE))
    session.toggle_class("letter")
    assert list(shown(session).values()) == [None]


def decide(read: Read, notes: int) -> None:
    """Notes with a class and an attribute that are decided on one by one: classes are right, attributes are not."""
    for number in range(len(read.project.documents()), len(read.project.documents()) + notes):
        note = read.note(NOTE.replace("On", f"{number}: on"), f"note-{number}")
        session = read.review(note)
        read.say(note, {"letter": 0.6})
        (attribute,) = read.say(note, {Attribute("", "Assertion", item_of(session, "pain"), "negated"): 0.6})
        session = read.review(note)
        session.toggle_class("letter")
        session.reject_fact(attribute)


def test_a_project_learns_what_each_task_is_worth(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating, "ENOUGH", 20)
    read.project.calibrations.put(MODEL, "model", brought("class.one"))
    decide(read, 24)
    refit(read.project)
    classes = read.project.calibrations.applied((MODEL, FINGERPRINTS["class.one"]))
    attributes = read.project.calibrations.applied((MODEL, FINGERPRINTS["assertion"]))
    assert classes is not None and attributes is not None and classes.origin == attributes.origin == "project"
    assert classes.calibration.definition == ANSWER and classes.calibration.decisions == 24
    # The model's development data said less of classes, and nothing of attributes.
    assert classes.calibration.of("letter", 0.6) > brought("class.one").of("letter", 0.6)
    assert attributes.calibration.of("negated", 0.6) < 0.2


def test_the_person_is_told_what_is_calibrated_besides_entities(read: Read) -> None:
    programs = {task: FINGERPRINTS[task] for task in ("ner.inline", "assertion", "class.one", "re.pairs", "qa.free")}
    read.project.calibrations.put(MODEL, "model", brought("assertion"))
    decide(read, 2)
    read.project.begin_run("small-1", MODEL, None, programs, "f", [], {})
    found = standing(read.project)
    assert found is not None and found.applied is None and list(found.others) == ["assertion", "class.one", "re.pairs"]
    sure, classes, relations = (told(one) for one in found.others.values())
    assert sure[0].startswith("Calibrated from the model's development data: 900 suggestions in 40 documents")
    assert [" ".join(one[-1].split()[:5]) for one in (sure, classes, relations)] == [
        f"So far {number} of 300" for number in (2, 2, 0)
    ]
    assert "No calibration applies" in classes[0]
    status = read.project.status().calibration
    assert status is not None
    assert status.others["assertion"].said == "from the model's development data"
    assert (status.others["assertion"].error, status.others["re.pairs"].error) == (0.02, None)
    assert status.others["class.one"].decisions == 2


def test_where_no_mentions_are_asked_for_the_other_tasks_learn_all_the_same(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrating, "ENOUGH", 20)
    decide(read, 24)
    programs = {task: FINGERPRINTS[task] for task in ("class.one", "nli")}
    read.project.begin_run("small-1", MODEL, None, programs, "f", [], {})
    found = refit(read.project)
    assert found is not None and found.task == "class.one" and found.decisions == 24 and list(found.others) == ["nli"]
    assert found.applied is not None and found.applied.origin == "project"


def test_too_few_decisions_change_nothing(read: Read) -> None:
    decide(read, 12)
    refit(read.project)
    assert read.project.calibrations.applied((MODEL, FINGERPRINTS["class.one"])) is None


def test_classes_of_sections_and_of_notes_teach_one_curve(read: Read) -> None:
    program = FINGERPRINTS["class.one"]
    note = read.note("Plan: rest.")
    sha, spans = read.project.document(note).text_sha, (Span(0, 4),)
    section = Suggestion(suggestion_id(sha, "Symptom", spans), "Symptom", spans, 0.6, "model", "small-1", program, True)
    read.project.add_suggestions(note, read.run, [section])
    read.say(note, {"letter": 0.7})
    session = read.review(note)
    session.reject()
    session.toggle_class("letter")
    (found,) = looked_at(read.project).values()
    assert [(one.label, one.probability, one.right) for one in found] == [
        ("Symptom", 0.6, False),
        ("letter", 0.7, True),
    ]


def test_only_looks_at_single_suggestions_count(read: Read) -> None:
    decide(read, 2)
    entries = read.project.journal.entries()
    found = looked_at(read.project)
    assert {program: [one.right for one in decided] for (_, program), decided in found.items()} == {
        FINGERPRINTS["class.one"]: [True, True],
        FINGERPRINTS["assertion"]: [False, False],
    }
    assert {one.label for decided in found.values() for one in decided} == {"letter", "negated"}
    # The same, said by a file that came back.
    for entry in entries:
        if entry.payload.get("facts"):
            read.project.journal.append(entry.actor, entry.document_id, "set", {**entry.payload, "source": "import"})
    assert looked_at(read.project) == {}
