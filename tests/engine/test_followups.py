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
from assistant.engine.pipeline import EngineSettings
from assistant.engine.results import Results
from assistant.project.facts import fact_id, kind_of, label_of
from assistant.project.journal.decisions import spans_to_json
from assistant.project.store import Project
from bioassist.documents import Attribute, Note, Relation
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


def test_the_same_window_is_evaluated_once_in_one_run_too(project: Project, settings: EngineSettings) -> None:
    add(project, "once", NOTE)
    Run(project, settings).to_the_end()
    once = tokens(project)
    for name in "abc":
        add(project, name, f"{NOTE}\n\n" * 4)
    Run(project, replace(settings, identity="another", limit=None)).to_the_end()
    # Questions are about longer stretches, and the instructions are read in each run.
    assert tokens(project) < 4 * once
    found = [{label_of(one.value) for one in project.suggested_facts(row.id)} for row in project.documents()]
    assert found[1] == found[2] == found[3]


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


def test_follow_ups_are_cut_where_they_do_not_fit(project: Project, settings: EngineSettings) -> None:
    project.set_schema(only(relations=True, attributes=True, statements=True))
    document_id = add(project, "a", NOTE * 5)
    Run(project, replace(settings, window_words=60)).to_the_end()
    whole = Counter(label_of(one.value) for one in project.suggested_facts(document_id))
    small = replace(settings, window_words=60, cells=1400, batch=64, slots=2, identity="tiny-2")
    Run(project, small).to_the_end()
    assert project.document(document_id).state == "ready", project.document(document_id).reason
    cut = Counter(label_of(one.value) for one in project.suggested_facts(document_id))
    assert cut.keys() & whole.keys()


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
