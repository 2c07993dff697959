"""`annotate --suggester`: terminologies, rules and pipelines beside the language model, and without it."""

from __future__ import annotations

import pytest
import spacy
from cli_setup import NOTE, Desk, Told

from assistant.project.suggestions.agreeing import said_by

RULES = """\
[[rules]]
name = "dose"
type = "Drug"
pattern = '\\d+mg/kg'

[[rules]]
name = "slow"
type = "Disease"
pattern = '(?:c|c|ca)+$'
"""
DRUGS = "term,type,id\namoxicillin,Drug,RXNORM:723\nchest pain,Disease,\n"


@pytest.fixture
def noted(desk: Desk) -> Desk:
    desk.write({"a.txt": NOTE, "ward/b.txt": "No amoxicillin.\n"})
    (desk.folder / "drugs.csv").write_text(DRUGS, "utf-8")
    (desk.folder / "rules.toml").write_text(RULES.split("\n\n")[0], "utf-8")
    return desk


def alone(desk: Desk, *arguments: str) -> Told:
    given = ["annotate", "notes", "--no-model", "--no-review", *arguments]
    return desk.run(*given, *([] if desk.project.exists() else ["--schema", "schema.toml"]))


def words(desk: Desk) -> dict[str, list[str]]:
    """What is suggested by others than the model, as "rules+terms amoxicillin"."""
    found: dict[str, list[str]] = {}
    with desk.opened() as project:
        for row in project.documents():
            text = project.text(row.id)
            said = [(sorted(by.source for by in said_by(one)), one) for one in project.suggestions(row.id)]
            found[row.name] = sorted(
                f"{'+'.join(sources)} {one.spans[0].of(text)}" for sources, one in said if sources != ["model"]
            )
    return found


def test_without_a_model_nothing_is_fetched_or_loaded(noted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a model was asked for")

    monkeypatch.setattr("assistant.models.resolve", never)
    monkeypatch.setattr("assistant.engine.pipeline.Worker", never)
    told = alone(noted, "--suggester", "terms:drugs.csv", "--suggester", "rules:rules.toml")
    assert told.code == 0 and "2 of 2 notes ready" in told.said, told.said
    assert words(noted) == {
        "a": ["rules 5mg/kg", "terms amoxicillin", "terms chest pain"],
        "ward/b": ["terms amoxicillin"],
    }


def test_suggesters_are_remembered_until_others_are_named(noted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    alone(noted, "--suggester", "terms:drugs.csv")
    noted.write({"c.txt": "amoxicillin"})
    assert alone(noted).code == 0
    assert words(noted)["c"] == ["terms amoxicillin"]
    (noted.folder / "drugs.csv").write_text("term,type\ncough,Disease\n", "utf-8")
    alone(noted)
    assert words(noted) == {"a": ["terms cough"], "ward/b": [], "c": []}, "the file changed"
    alone(noted, "--suggester", "rules:rules.toml")
    assert words(noted) == {"a": ["rules 5mg/kg"], "ward/b": [], "c": []}
    told = alone(noted, "--suggester", "none")
    assert told.code == 2 and "nothing to annotate with" in told.said


def test_beside_the_model_they_come_first_and_agree_with_it(noted: Desk) -> None:
    assert noted.annotate("--suggester", "terms:drugs.csv").code == 0
    with noted.opened() as project:
        row = project.document_named("a")
        assert row is not None and row.state == "ready" and row.words == 24
        sources = [one.source for one in project.suggestions(row.id, all_runs=True)]
    assert "model" in sources and sources[:2] == ["terms", "terms"]
    assert noted.annotate().code == 0
    with noted.opened() as project:
        assert [run.tokens > 0 for run in project.runs()] == [True]


def test_a_suggester_joins_notes_that_the_model_has_read(annotated: Desk) -> None:
    (annotated.folder / "drugs.csv").write_text(DRUGS, "utf-8")
    before = annotated.found()["a"]
    assert annotated.annotate("--suggester", "terms:drugs.csv").code == 0
    assert set(annotated.found()["a"]) >= {*before, ("Drug", 34, 45)}
    with annotated.opened() as project:
        assert len(project.runs()) == 1, "the model read nothing again"
    assert annotated.annotate("--suggester", "none").code == 0
    assert annotated.found()["a"] == before


def test_the_model_reads_what_was_made_ready_without_it(noted: Desk) -> None:
    alone(noted, "--suggester", "terms:drugs.csv")
    assert noted.annotate().code == 0
    with noted.opened() as project:
        assert [(run.model, run.words) for run in project.runs()] == [("", 0), ("tiny", 27)]
        assert project.status().model == "tiny"
    noted.write({"c.txt": "amoxicillin and fever"})
    alone(noted)
    assert noted.annotate().code == 0
    with noted.opened() as project:
        (c,) = [row for row in project.documents() if row.name == "c"]
        assert c.state == "ready" and c.words == 3


def test_a_pipeline(noted: Desk) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "SIGN", "pattern": "rash"}])  # type: ignore[attr-defined]
    nlp.add_pipe("sentencizer")
    nlp.to_disk(noted.folder / "model-best")
    told = alone(noted, "--suggester", "spacy:model-best")
    assert told.code == 3 and "none of its labels is a type of the schema (SIGN)" in told.said
    assert alone(noted, "--suggester", "spacy:model-best=SIGN:Disease").code == 0
    assert words(noted)["a"] == ["spacy rash"]


def test_status_says_who_suggested_and_what_failed(noted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.suggesters.rules._PATIENCE", 0.05)
    (noted.folder / "rules.toml").write_text(RULES, "utf-8")
    noted.write({"c.txt": "c" * 60 + "!"})
    told = alone(noted, "--suggester", "rules:rules.toml", "--json")
    assert told.code == 1, "a note lacks something"
    assert "rules:rules.toml could not do all on a note: rule 'slow' was stopped" in told.said
    (rules,) = told.json["suggesters"]
    assert (rules["source"], rules["name"], rules["documents"], rules["found"]) == ("rules", "rules.toml", 3, 1)
    assert [one["document"] for one in rules["failed"]] == ["c"] and "'slow'" in rules["failed"][0]["reason"]
    said = noted.run("status", noted.project).out
    assert f"rules:rules.toml ({rules['fingerprint']}): 1 found in 3 documents" in said and "not all: " in said


def test_normalizations_are_exported(noted: Desk) -> None:
    alone(noted, "--suggester", "terms:drugs.csv", "--output", "brat:out", "--output", "pubtator:out.txt")
    lines = (noted.folder / "out" / "a.ann").read_text("utf-8").splitlines()
    assert "N1\tReference T2 RXNORM:723\tamoxicillin" in lines
    assert any("source=terms" in line and "drugs.csv" in line for line in lines)
    assert "RXNORM:723" in (noted.folder / "out.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--no-model"], 2, "without a model and without suggesters there is nothing to annotate with"),
        (["--no-model", "--suggester", "none"], 2, "nothing to annotate with"),
        (["--no-model", "--model", "x", "--suggester", "terms:drugs.csv"], 2, "--no-model goes with neither --model"),
        (["--suggester", "drugs.csv"], 2, "'drugs.csv' names no suggester"),
        (["--suggester", "none", "--suggester", "terms:drugs.csv"], 2, "--suggester none stands alone"),
        (["--no-model", *["--suggester", "terms:drugs.csv"] * 2], 2, "the same suggester is named twice"),
        (["--suggester", "terms:missing.csv"], 3, "missing.csv: cannot be read"),
        (["--no-model", "--suggester", "terms:drugs.csv=Drog"], 2, "'Drog' is not a type of the schema"),
        (["--suggester", "rules:drugs.csv"], 3, "not TOML"),
    ],
)
def test_what_cannot_be_is_refused_before_a_note_is_opened(
    noted: Desk, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.setattr("assistant.models.resolve", lambda *_, **__: pytest.fail("a model was asked for"))
    told = noted.run("annotate", "notes", "--no-review", "--schema", "schema.toml", *arguments)
    assert (told.code, message in told.said) == (code, True), told.said
