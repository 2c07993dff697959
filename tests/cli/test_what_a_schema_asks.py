"""Schemas that ask for one kind of thing alone, and classes of sections on their way through a project."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_setup import Desk
from import_setup import Annotations

from assistant.review.session import ReviewSession

CLASSES = "[[classes]]\nname = 'letter'\nsuggest = true\n[[classes]]\nname = 'report'\nsuggest = true\n"
STATEMENTS = "[[statements]]\nname = 'febrile'\nstatement = 'The patient has a fever.'\n"
QUESTIONS = "[[questions]]\nname = 'smoking'\nquestion = 'Does the patient smoke?'\n"
BY_HAND = "[[entities]]\nname = 'Drug'\nsuggest = false\n"
SECTIONS = "".join(
    f"[[entities]]\nname = '{name}'\nof = 'section'\n{more}\n"
    for name, more in (
        ("History", "model_label = 'past medical history'"),
        ("Plan", ""),
        ("Signature", "suggest = false"),
    )
)
NOTE = "Seen on the ward.\n\nPMH: asthma, gout.\n\nPlan:\nreview in 3/7.\n\nYours sincerely: A. Smith\n"
TITLES = ["Seen on the ward.", "PMH", "Plan", "Yours sincerely"]


@pytest.fixture(autouse=True)
def notes(desk: Desk) -> None:
    desk.write({"a.txt": NOTE, "b.txt": "no fever\n"})


def use(desk: Desk, schema: str) -> tuple[str, str]:
    (desk.folder / "schema.toml").write_text(schema, "utf-8")
    return "--schema", "schema.toml"


@pytest.mark.parametrize("schema", [CLASSES, STATEMENTS, QUESTIONS, BY_HAND, CLASSES + STATEMENTS + QUESTIONS])
def test_a_schema_may_ask_for_anything_alone(desk: Desk, schema: str) -> None:
    formats = ("brat:brat", "jsonl:notes.jsonl", "spacy:spacy")
    told = desk.annotate(*use(desk, schema), *(part for one in formats for part in ("--output", one)))
    assert told.code in (0, 1) and "2 of 2 notes ready" in told.said, told
    with desk.opened() as project:
        (run,) = project.runs()
        assert not any(task.startswith("ner.") for task in run.programs)
        facts = [one.value for row in project.documents() for one in project.suggested_facts(row.id)]
        spans = [one.type for row in project.documents() for one in project.suggestions(row.id)]
    if "letter" in schema:
        assert {"letter", "report"} & set(facts)
    assert set(spans) <= {"smoking"}
    assert desk.annotate().code == 0 and desk.run("status", desk.project).code == 0


def test_what_cannot_be_benched_is_said(desk: Desk) -> None:
    use(desk, BY_HAND)
    told = desk.run("bench", "notes", "--schema", "schema.toml", "--model", desk.model)
    assert told.code == 2 and "no entity types" in told.said


def test_labels_that_are_left_to_people_are_not_called_untrained(desk: Desk) -> None:
    assert "untrained" not in desk.annotate(*use(desk, BY_HAND)).said


def titles(desk: Desk) -> list[str]:
    return [NOTE[start:end] for _, start, end in sorted(desk.found()["a"], key=lambda one: one[1])]


def kept(desk: Desk) -> dict[str, str]:
    """The class of each section, as it was decided."""
    with desk.opened() as project:
        row = next(row for row in project.documents() if row.name == "a")
        decided = project.decisions(row.id).values()
        return {one.spans[0].of(NOTE): one.type for one in decided if one.kept}


def test_classes_of_sections_are_spans_like_others(desk: Desk) -> None:
    assert desk.annotate(*use(desk, SECTIONS)).code == 0
    assert titles(desk) == TITLES
    with desk.opened() as project:
        session = ReviewSession(project)
        session.open(project.documents()[0].id)
        session.accept()
        session.relabel("Signature")
        session.relabel("Plan")
        session.undo()
        session.focus_next(pending_only=True)
        session.reject()
    decided = kept(desk)
    assert len(decided) == 2 and "Signature" in decided.values()
    assert desk.run("export", desk.project, "--to", "brat", "--include", "all", "out").code == 0
    assert "Signature" in Path("out/annotation.conf").read_text("utf-8")
    ann = Annotations(Path("out"), "a").confirm()
    lines = {line.split("\t")[2]: line.split("\t")[:2] for line in ann.lines if line.startswith("T")}
    assert set(lines) < set(TITLES) and len(lines) == 3
    title = next(iter(set(lines) - set(decided)))
    number, said = lines[title]
    label = said.split()[0]
    other = {"History": "Plan", "Plan": "History"}[label]
    ann.replace(f"{number}\t{label}", f"{number}\t{other}")
    told = desk.run("import", desk.project, "--from", "brat", "out")
    assert told.code == 0, told
    assert kept(desk) == decided | {title: other}


def test_a_class_becomes_one_for_people(desk: Desk) -> None:
    """What is asked changes with the schema: decisions stay, what waits goes."""
    assert desk.annotate(*use(desk, SECTIONS)).code == 0
    with desk.opened() as project:
        session = ReviewSession(project)
        session.open(project.documents()[0].id)
        session.accept()
    decided = kept(desk)
    by_hand = SECTIONS.replace("of = 'section'", "of = 'section'\nsuggest = false").replace(
        "suggest = false\nsuggest = false", "suggest = false"
    )
    assert desk.annotate(*use(desk, by_hand)).code == 0
    assert kept(desk) == decided and len(decided) == 1
    with desk.opened() as project:
        row = project.documents()[0]
        assert [one.id for one in project.suggestions(row.id) if one.id not in project.decisions(row.id)] == []


def test_sections_are_not_taught_as_mentions(desk: Desk) -> None:
    schema = "[[entities]]\nname = 'Drug'\nsuggest = false\n" + SECTIONS
    desk.write({f"c{number}.txt": f"Plan: stop aspirin{number} on day {number}\n" for number in range(12)})
    assert desk.annotate(*use(desk, schema)).code == 0
    with desk.opened() as project:
        session = ReviewSession(project)
        for row in project.documents():
            session.open(row.id)
            text = project.text(row.id)
            session.accept()
            if "aspirin" in text:
                start = text.index("aspirin")
                session.add(start, text.index(" ", start), "Drug")
                session.mark_done()
    data = (
        "train",
        "data",
        "--project",
        desk.project,
        "--base",
        desk.model,
        "--program",
        "ner.inline",
        "--out",
        "data",
    )
    told = desk.run(*data, "--json")
    assert told.code == 0, told
    found = told.json["corrections"]
    assert sum(found["left_out"]["windows"].values()) == 0 and found["mentions"].keys() == {"Drug"}


def test_a_project_without_mentions_teaches_none(desk: Desk) -> None:
    assert desk.annotate(*use(desk, CLASSES)).code == 0
    told = desk.run("train", "data", "--project", desk.project, "--base", desk.model, "--out", "data")
    assert told.code == 3 and "no types of mentions" in told.said and not Path("data").exists()
