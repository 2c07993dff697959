"""Relations, attributes, classes, statements and questions, with a real worker process over a tiny random model."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_pipeline import Run, add

from assistant.engine.asking import Asking
from assistant.engine.compile import Compiled, Compiler
from assistant.engine.followups import FollowUps
from assistant.engine.pipeline import EngineSettings
from assistant.engine.results import Results
from assistant.engine.units import FollowUp, Gap, Keys
from assistant.engine.windows import windows
from assistant.project.facts import fact_id, kind_of, label_of
from assistant.project.journal.decisions import spans_to_json
from assistant.project.store import Project
from bioassist.documents import Attribute, Entity, Note, Relation
from bioassist.schema import Schema, built_in, loads
from bioassist.tasks.fingerprints import FINGERPRINTS

SCHEMA = loads(
    """
    [suggest]
    classes = "many"
    [[entities]]
    name = "Disease"
    [[entities]]
    name = "Drug"
    [[relations]]
    name = "Causes"
    head = ["Drug"]
    tail = ["Disease"]
    roles = ["Cause", "Effect"]
    suggest = true
    [[relations]]
    name = "With"
    head = ["Drug"]
    tail = ["Drug"]
    symmetric = true
    suggest = true
    [[attributes]]
    name = "Assertion"
    on = ["Disease"]
    values = ["negated", "possible"]
    default = "present"
    suggest = true
    [[attributes]]
    name = "Chronic"
    on = ["Disease", "Drug"]
    suggest = true
    [[classes]]
    name = "letter"
    suggest = true
    [[classes]]
    name = "report"
    suggest = true
    [[statements]]
    name = "febrile"
    statement = "The patient has a fever."
    [[statements]]
    name = "allergic"
    statement = "There is an allergy."
    against = "window"
    [[questions]]
    name = "smoking"
    question = "Does the patient smoke?"
    """
)
NOTE = (
    "The patient denies chest pain. Rx amoxicillin 5mg/kg t.d.s.\nFever and cough for 3/7; no rash.\n"
    "PMH: asthma, gout, smoked for 20 years. On aspirin 75 mg, bisoprolol and simvastatin.\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    opened = Project.open(tmp_path / "notes.bioassist", create=True)
    opened.set_schema(SCHEMA)
    return opened


@pytest.fixture
def settings(tiny_model: Path) -> EngineSettings:
    return EngineSettings(
        model=tiny_model, name="tiny", identity="tiny-1", threads=1, cells=4096, batch=128, slots=4, window_words=12
    )


def only(**kinds: Any) -> Schema:
    """`SCHEMA` with those kinds alone that are named, besides entities."""
    bare = replace(SCHEMA, relations=(), attributes=(), classes=(), statements=(), questions=())
    return replace(bare, **{kind: getattr(SCHEMA, kind) for kind in kinds})


def tokens(project: Project) -> int:
    latest = project.latest_run()
    assert latest is not None
    return latest.tokens


def test_all_tasks_suggest_with_confidence_and_provenance(project: Project, settings: EngineSettings) -> None:
    ids = [add(project, name, f"{NOTE}Ward {name}.\n" * 3) for name in ("a", "b", "c", "d")]
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None
    assert [project.document(one).state for one in ids] == ["ready"] * 4
    facts = [fact for one in ids for fact in project.suggested_facts(one)]
    kinds = Counter(kind_of(fact.value) for fact in facts)
    assert kinds["relations"] > 0 and kinds["attributes"] > 0 and kinds["classes"] > 0, kinds
    programs = {fact.program.split("/")[0] for fact in facts}
    assert programs >= {"re.pairs", "assertion"} and programs <= set(FINGERPRINTS)
    for document_id in ids:
        entities = {one.id: one for one in project.suggestions(document_id)}
        sha = project.document(document_id).text_sha
        for fact in project.suggested_facts(document_id):
            assert 0 <= fact.confidence <= 1 and fact.source == "model" and fact.model == "tiny" and not fact.trained
            assert fact.id == fact_id(sha, fact.value)
            match fact.value:
                case Relation(type="Causes", arguments=(cause, effect)):
                    assert (cause.role, effect.role) == ("Cause", "Effect")
                    assert (entities[cause.target].type, entities[effect.target].type) == ("Drug", "Disease")
                case Relation(arguments=(one, other)):
                    assert entities[one.target].spans < entities[other.target].spans, "symmetric pairs come once"
                case Attribute(type="Assertion", target=target, value=value):
                    assert entities[target].type == "Disease" and value in ("negated", "possible")
                case Attribute(type=type_, value=value):
                    assert (type_, value) == ("Chronic", None)
                case Note(target=target, type=type_, text=text):
                    assert entities[target].type == type_ == "smoking" and text
                case str(name):
                    said, _, label = name.partition("=")
                    assert label in ("", "entailment", "contradiction")
                    assert said in (("febrile", "allergic") if label else ("letter", "report"))


def test_every_pair_and_every_mention_of_a_window_is_asked(project: Project, settings: EngineSettings) -> None:
    document_id = add(project, "a", NOTE * 4)
    Run(project, replace(settings, window_words=40)).to_the_end()
    asked = project._database.rows("SELECT result FROM windows WHERE document_id = ?", (document_id,))
    told = [json.loads(row[0]) for row in asked]
    found = sum(len(one.get("mentions", ())) for one in told)
    assert found > 10
    chronic = [one["asked"] for one in told if "attributes" in one]
    assert sum(chronic) >= found, "Chronic is asked of every entity, Assertion of diseases besides"
    assert any(one["asked"] > 16 for one in told if "relations" in one), "more pairs than one program takes"


def test_a_second_run_evaluates_nothing_and_says_the_same(project: Project, settings: EngineSettings) -> None:
    first = add(project, "a", NOTE * 3)
    Run(project, settings).to_the_end()
    before = project.suggested_facts(first)
    second = add(project, "b", NOTE * 3)
    Run(project, settings).to_the_end()
    assert tokens(project) == 0
    # The text is the same, so the ids are.
    after = project.suggested_facts(second)
    assert {one.id: one.confidence for one in after} == {one.id: one.confidence for one in before}
    third = add(project, "c", f"{NOTE * 3}Another word.")
    Run(project, settings).to_the_end()
    assert tokens(project) > 0
    labels = Counter(label_of(one.value) for one in project.suggested_facts(third))
    assert labels.keys() & {label_of(one.value) for one in before}


def test_the_same_window_is_evaluated_once_in_one_run_too(
    project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[str] = Counter()
    store = Results.store

    def watched(self: Results, reading: Any, key: str, start: int, about: Any, result: Any) -> None:
        read[key] += result["tokens"] > 0
        store(self, reading, key, start, about, result)

    monkeypatch.setattr(Results, "store", watched)
    ids = [add(project, name, f"{NOTE}\n\n" * 4) for name in "abc"]
    Run(project, settings).to_the_end()
    assert len(read) > 10 and set(read.values()) == {1}
    kept = [{(label_of(one.value), one.confidence) for one in project.suggested_facts(one)} for one in ids]
    assert kept[0] == kept[1] == kept[2] != set()


def test_what_people_rejected_is_not_asked_about_and_what_they_added_is(
    project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.set_schema(only(attributes=True))
    everything = replace(settings, window_words=200)
    document_id = add(project, "a", NOTE)
    Run(project, everything).to_the_end()
    diseases = [one for one in project.suggestions(document_id) if one.type == "Disease"]
    assert len(diseases) > 1
    rejected, *_ = diseases
    on = {rejected.id: {"type": rejected.type, "spans": spans_to_json(rejected.spans), "confidence": 0.5}}
    on[rejected.id] |= {"source": "model", "model": "tiny", "program": "p", "trained": False, "run": 1}
    project.journal.append("ann", document_id, "reject", {"ids": [rejected.id], "on": on})
    start = NOTE.index("gout")
    project.journal.append("ann", document_id, "add", {"id": "a-1", "type": "Disease", "spans": [[start, start + 4]]})
    asked: list[set[tuple[str, int]]] = []
    stands = Results.standing

    def watched(*given: Any) -> Any:
        answer = stands(*given)
        asked.append({(type_, spans[0][0]) for _, type_, spans in answer})
        return answer

    monkeypatch.setattr(Results, "standing", watched)
    project.set_state(document_id, "pending")
    Run(project, everything).to_the_end()
    (standing,) = asked
    assert ("Disease", start) in standing and ("Disease", rejected.spans[0].start) not in standing
    assert tokens(project) > 0, "what stands is other than before"
    targets = {fact.value.target for fact in project.suggested_facts(document_id) if isinstance(fact.value, Attribute)}
    assert rejected.id not in targets


def follow_ups(schema: Schema, longest: int, *, text: str = NOTE) -> list[FollowUp | Gap]:
    """All that is asked of a note in which every fourth word is a mention, in programs of at most `longest` bytes."""
    made = FollowUps(
        Asking.of(schema, {}), Compiler(lambda said: tuple(said.encode()), None), Keys("m"), longest=longest
    )
    (window,) = windows(text, 1000)
    mentions = [
        Entity(f"e{place}", ("Disease", "Drug")[place % 8 // 4], (window.words[place],))
        for place in range(0, len(window.words), 4)
    ]
    return [*made.of_entities(text, window, mentions), *made.of_window(text, window), *made.of_document(text)]


def test_follow_ups_are_cut_where_they_do_not_fit() -> None:
    """Into more programs, over less text and about fewer things, that ask about all of them all the same."""
    whole, cut = (follow_ups(SCHEMA, longest, text=NOTE * 2) for longest in (10**6, 560))
    assert not [one for one in (*whole, *cut) if isinstance(one, Gap)]

    def programs(units: list[FollowUp | Gap], task: str) -> list[Compiled]:
        return [one for unit in units if isinstance(unit, FollowUp) and task in unit.program for one in unit.programs]

    def choices(units: list[FollowUp | Gap], task: str) -> int:
        return sum(len(one.program.choices) for one in programs(units, task))

    for task in ("re.pairs", "assertion"):
        assert len(programs(cut, task)) > len(programs(whole, task))
        assert choices(cut, task) == choices(whole, task) > 10
    # A statement, or a question, is asked of each part of the text.
    for task in ("nli", "qa.free"):
        assert len(programs(cut, task)) > len(programs(whole, task))
    (classes,) = programs(cut, "class.many")
    assert classes.cells < programs(whole, "class.many")[0].cells and choices(cut, "class.many") == 2
    assert max(one.cells for unit in cut if isinstance(unit, FollowUp) for one in unit.programs) <= 560


def test_what_follows_is_read_in_a_small_context_too(project: Project, settings: EngineSettings) -> None:
    project.set_schema(only(relations=True, attributes=True, statements=True))
    document_id = add(project, "a", NOTE * 5)
    Run(project, replace(settings, window_words=60)).to_the_end()
    whole = Counter(label_of(one.value) for one in project.suggested_facts(document_id))
    small = replace(settings, window_words=60, cells=1400, batch=64, slots=2, identity="tiny-2")
    Run(project, small).to_the_end()
    row = project.document(document_id)
    assert (row.state, row.reason) == ("ready", None)
    cut = Counter(label_of(one.value) for one in project.suggested_facts(document_id))
    assert cut.keys() & whole.keys()


LONG = "very long " * 150


@pytest.mark.parametrize(
    ("task", "schema"),
    [
        ("re.pairs", replace(SCHEMA, relations=(replace(SCHEMA.relations[0], model_label=LONG),))),
        (
            "assertion",
            replace(SCHEMA, attributes=(replace(SCHEMA.attributes[0], values=(LONG,)), SCHEMA.attributes[1])),
        ),
        ("nli", replace(SCHEMA, statements=(replace(SCHEMA.statements[0], statement=LONG),))),
        ("class.many", replace(SCHEMA, classes=(replace(SCHEMA.classes[0], model_label=LONG), SCHEMA.classes[1]))),
        ("qa.free", replace(SCHEMA, questions=(replace(SCHEMA.questions[0], question=LONG), *SCHEMA.questions))),
    ],
)
def test_a_task_that_does_not_fit_is_a_gap_of_its_own_and_costs_no_other(task: str, schema: Schema) -> None:
    found = follow_ups(schema, 1500)
    (gap,) = (one for one in found if isinstance(one, Gap))
    assert gap.task == task and "more than the model takes" in gap.why and LONG not in gap.why
    assert NOTE[gap.start : gap.end].strip()
    read = Counter(one.program.split("/")[0] for one in found if isinstance(one, FollowUp))
    without = Counter(one.program.split("/")[0] for one in follow_ups(SCHEMA, 1500) if isinstance(one, FollowUp))
    # There are two attributes; and of the two questions one is short.
    lost = Counter() if task == "qa.free" else Counter([task])
    assert read == without - lost


def test_a_deterministic_run_repeats_to_the_last_digit(tmp_path: Path, settings: EngineSettings) -> None:
    outcomes = []
    for number in range(2):
        with Project.open(tmp_path / f"{number}.bioassist", create=True) as fresh:
            fresh.set_schema(SCHEMA)
            ids = [add(fresh, name, NOTE * 3) for name in "ab"]
            Run(fresh, replace(settings, deterministic=True)).to_the_end()
            outcomes.append([[(fact.id, fact.confidence) for fact in fresh.suggested_facts(one)] for one in ids])
    assert outcomes[0] == outcomes[1] and outcomes[0][0]


def test_what_is_turned_off_is_not_asked(project: Project, settings: EngineSettings) -> None:
    off = loads(SCHEMA.dumps().replace("suggest = true", "suggest = false"))
    project.set_schema(replace(off, statements=(), questions=()))
    document_id = add(project, "a", NOTE)
    Run(project, settings).to_the_end()
    assert project.suggestions(document_id) and not project.suggested_facts(document_id)
    assert not project._database.rows("SELECT 1 FROM windows WHERE result NOT LIKE '%mentions%'")


def test_unsaid_is_asked_where_the_model_was_trained_for_it() -> None:
    trained = {
        "re.pairs": ["Causes", "Dose_of"],
        "assertion": ["Assertion=negated", "Assertion=possible"],
        "class.many": ["letter"],
    }
    asking = Asking.of(built_in(), trained)
    assert [one.name for one in asking.schema.relations] == ["Causes", "Dose_of"]
    assert [one.name for one in asking.schema.attributes] == ["Assertion"]
    assert (asking.class_task, [one.name for one in asking.schema.classes]) == ("class.many", ["letter"])
    assert asking.tasks == {task: FINGERPRINTS[task] for task in ("re.pairs", "assertion", "class.many")}
    assert asking.is_trained("re.pairs", "Causes") and not asking.is_trained("class.many", "report")
    assert Asking.of(built_in(), {}).tasks == {}
    assert not Asking.of(built_in(), {"class.one": ["letter"]}).schema.classes, "of one class nothing can be chosen"


def test_a_note_of_which_something_was_read_is_ready(project: Project, settings: EngineSettings) -> None:
    """With nothing to mark there are no windows of words that could tell."""
    long = tuple(replace(one, description="any " * 3000) for one in SCHEMA.classes)
    for statements, state in (((), "failed"), (SCHEMA.statements, "ready")):
        project.set_schema(replace(only(classes=True), entities=(), classes=long, statements=statements))
        number = add(project, state, f"{NOTE}{state}")
        Run(project, settings).to_the_end()
        row = project.document(number)
        assert row.state == state and row.reason is not None and "class.many" in row.reason, row


SECTIONS = loads(
    """
    [[entities]]
    name = "Disease"
    [[attributes]]
    name = "Chronic"
    on = ["Disease", "Plan", "History"]
    suggest = true
    [[entities]]
    name = "Plan"
    of = "section"
    [[entities]]
    name = "History"
    of = "section"
    model_label = "past medical history"
    [[entities]]
    name = "Signature"
    of = "section"
    suggest = false
    """
)
PMH = "PMH: asthma, gout.\nNo surgery.\n\n"
SECTIONED = f"Seen on the ward.\n\n{PMH}Plan: review in 3/7.\n\nPLAN:\n{PMH}"


def of_sections(project: Project, document_id: int) -> dict[str, Any]:
    """What is suggested of each title of a section, in the order of the text."""
    found = [one for one in project.suggestions(document_id) if one.type in SECTIONS.sections]
    found.sort(key=lambda one: one.spans)
    text = project.text(document_id)
    return {f"{one.spans[0].of(text)}@{one.spans[0].start}": one for one in found}


def test_each_section_has_a_class_over_its_heading(project: Project, settings: EngineSettings) -> None:
    project.set_schema(SECTIONS)
    trained = replace(settings, trained_labels={"class.one": ["past medical history"]})
    document_id = add(project, "a", SECTIONED)
    Run(project, trained).to_the_end()
    found = of_sections(project, document_id)
    assert [name.partition("@")[0] for name in found] == ["Seen on the ward.", "PMH", "Plan", "PLAN", "PMH"]
    for one in found.values():
        assert one.type in ("Plan", "History") and one.trained == (one.type == "History")
        assert 0 < one.confidence <= 1 and (one.source, one.model) == ("model", "tiny")
        assert one.program == FINGERPRINTS["class.one"]
    first, again = (one for name, one in found.items() if name.startswith("PMH"))
    assert (first.type, first.confidence) == (again.type, again.confidence), "the same section is read once"
    run = project.latest_run()
    assert run is not None and run.programs.keys() == {"ner.typed", "assertion", "class.one"}
    assert run.trained == ("History",)
    targets = {fact.value.target for fact in project.suggested_facts(document_id) if isinstance(fact.value, Attribute)}
    assert not targets & {one.id for one in found.values()}, "nothing further is asked about sections"


def test_an_unchanged_section_is_not_read_again(project: Project, settings: EngineSettings) -> None:
    project.set_schema(replace(SECTIONS, attributes=()))
    add(project, "a", SECTIONED)
    Run(project, settings).to_the_end()
    before = of_sections(project, 1)
    second = add(project, "b", SECTIONED)
    Run(project, settings).to_the_end()
    assert tokens(project) == 0
    assert {name: one.confidence for name, one in of_sections(project, second).items()} == {
        name: one.confidence for name, one in before.items()
    }


def test_a_long_section_is_told_from_its_beginning(project: Project, settings: EngineSettings) -> None:
    project.set_schema(replace(SECTIONS, attributes=(), entities=SECTIONS.entities[1:]))
    for name, words in (("short", 290), ("long", 310), ("longer", 3000)):
        add(project, name, "PMH: " + "gout " * words)
    Run(project, replace(settings, cells=2048, slots=1)).to_the_end()
    short, long, longer = (of_sections(project, row.id)["PMH@0"].confidence for row in project.documents())
    assert short != long == longer


def test_any_number_of_classes_may_hold_of_a_section(project: Project, settings: EngineSettings) -> None:
    project.set_schema(replace(SECTIONS, section_task="many", entities=SECTIONS.entities[1:], attributes=()))
    document_id = add(project, "a", "".join(f"Heading {number}: {'gout ' * number}\n\n" for number in range(1, 30)))
    Run(project, settings).to_the_end()
    found = [one for one in project.suggestions(document_id) if one.program == FINGERPRINTS["class.many"]]
    assert found and {one.type for one in found} <= {"Plan", "History"}


def test_a_type_that_is_left_to_people_is_not_asked_and_what_they_decided_stays(
    project: Project, settings: EngineSettings
) -> None:
    project.set_schema(only())
    document_id = add(project, "a", NOTE * 3)
    Run(project, settings).to_the_end()
    drugs = [one for one in project.suggestions(document_id) if one.type == "Drug"]
    assert len(drugs) > 1
    on = {"type": "Drug", "spans": spans_to_json(drugs[0].spans), "confidence": 0.5, "source": "model"}
    on |= {"model": "tiny", "program": "p", "trained": False, "run": 1}
    project.journal.append("ann", document_id, "accept", {"ids": [drugs[0].id], "on": {drugs[0].id: on}})
    disease, drug = SCHEMA.entities
    project.set_schema(replace(only(), entities=(disease, replace(drug, suggest=False))))
    Run(project, settings).to_the_end()
    assert {one.type for one in project.suggestions(document_id)} == {"Disease"}
    assert tokens(project) > 0
    kept = project.journal.decisions(document_id, "ann")
    assert kept[drugs[0].id].kept
