"""`annotate --schema` on a project with decisions, and `bioassist project schema`."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from cli_setup import Desk, Told

from assistant.project.store import Project
from assistant.review.session import ReviewSession

FINDING = "[[entities]]\nname = 'Finding'\n[[entities]]\nname = 'Drug'\n"
KEYS = "[[entities]]\nname = 'Disease'\nkey = 'd'\n[[entities]]\nname = 'Drug'\n"
# The notes are not read again: nothing but the schema is under test.
QUICK = ("--limit", "1")


@pytest.fixture
def decided(annotated: Desk) -> Desk:
    """Anna and Ben have each marked the first words of the first note."""
    for annotator in ("anna", "ben"):
        with Project.open(annotated.project, actor=annotator) as project:
            session = ReviewSession(project)
            session.open(project.documents()[0].id)
            session.add(4, 11, "Disease")
    Path("finding.toml").write_text(FINDING, "utf-8")
    return annotated


def labels(desk: Desk) -> dict[str, list[str]]:
    with Project.open(desk.project, read_only=True) as project:
        first = project.documents()[0].id
        return {
            one: [decision.type for decision in project.seen_by(one).decisions(first).values()]
            for one in project.annotators()
        }


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def answering(desk: Desk, monkeypatch: pytest.MonkeyPatch, *answers: str) -> Told:
    monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{answer}\n" for answer in answers)))
    return desk.annotate("--schema", "finding.toml", *QUICK)


def test_where_nobody_can_be_asked_it_is_refused_with_the_options(decided: Desk) -> None:
    told = decided.annotate("--schema", "finding.toml", *QUICK)
    assert told.code == 2
    assert "no more what decisions bear: Disease (1 decision of anna, 1 of ben)" in told.said
    assert "--rename-label Disease=" in told.said and "--keep-old-labels" in told.said
    assert labels(decided) == {"anna": ["Disease"], "ben": ["Disease"]}
    assert "Disease" in decided.run("project", "schema", decided.project, "--toml").out


def test_a_renamed_label_is_renamed_for_everybody_and_back(decided: Desk) -> None:
    told = decided.annotate("--schema", "finding.toml", "--rename-label", "Disease=Finding", *QUICK)
    assert told.code == 0 and "the schema changed" in told.said
    assert "Disease is Finding now, in 1 decision of anna, 1 of ben" in told.said
    assert "goes on with a new copy" in told.said and "--undo` takes the change back" in told.said
    assert labels(decided) == {"anna": ["Finding"], "ben": ["Finding"]}
    assert decided.run("project", "verify", decided.project).code == 0
    shown = decided.run("project", "schema", decided.project).out.splitlines()
    assert "  entities: Finding, 2 decisions" in shown and "  entities: Drug, 0 decisions" in shown
    assert "Disease became Finding" in shown[-1] and "taken back" not in shown[-1]
    back = decided.run("project", "schema", decided.project, "--undo")
    assert back.code == 0 and "2 entries were taken back" in back.said
    assert labels(decided) == {"anna": ["Disease"], "ben": ["Disease"]}
    assert "taken back" in decided.run("project", "schema", decided.project).out.splitlines()[-1]
    again = decided.run("project", "schema", decided.project, "--undo")
    assert again.code == 5 and "all changes were taken back" in again.said


def test_old_labels_can_stay(decided: Desk) -> None:
    told = decided.annotate("--schema", "finding.toml", "--keep-old-labels", *QUICK)
    assert told.code == 0 and "Disease stays in 1 decision of anna, 1 of ben; review shows them in grey" in told.said
    assert labels(decided) == {"anna": ["Disease"], "ben": ["Disease"]}
    assert "entities: Disease, 2 decisions, not in the schema" in decided.run("project", "schema", decided.project).out
    assert decided.run("export", decided.project, "brat", "--of", "anna", "--to", "brat").code in (0, 1)
    exported = "".join(path.read_text("utf-8") for path in Path("brat").rglob("*.ann"))
    assert "Disease 4 11" in exported
    # What stayed can be renamed later, with the schema as it is.
    later = decided.annotate("--rename-label", "Disease=Finding", *QUICK)
    assert later.code == 0 and labels(decided) == {"anna": ["Finding"], "ben": ["Finding"]}


def test_in_a_terminal_each_label_is_asked_for(decided: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = answering(decided, monkeypatch, "Fnding", "Finding")
    assert told.code == 0
    assert "the schema has no type Disease any more, which is in 1 decision of anna, 1 of ben" in told.said
    assert "of: Finding, Drug" in told.said
    assert labels(decided) == {"anna": ["Finding"], "ben": ["Finding"]}


def test_in_a_terminal_what_is_no_longer_wanted_stays(decided: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answering(decided, monkeypatch, ".").code == 0
    assert labels(decided) == {"anna": ["Disease"], "ben": ["Disease"]}


def test_the_likely_name_is_proposed(decided: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("finding.toml").write_text(FINDING.replace("Finding", "Diseases"), "utf-8")
    told = answering(decided, monkeypatch, "")
    assert told.code == 0 and "What is Disease now? [Diseases]" in told.said
    assert labels(decided) == {"anna": ["Diseases"], "ben": ["Diseases"]}


def test_who_goes_away_from_the_question_changes_nothing(decided: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answering(decided, monkeypatch).code != 0
    assert labels(decided) == {"anna": ["Disease"], "ben": ["Disease"]}
    with Project.open(decided.project, read_only=True) as project:
        assert project.schema.entity("Disease") is not None and project.schema_history.all() == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Disease", "takes OLD=NEW"),
        ("Ailment=Finding", "the project has no label 'Ailment'"),
        ("Drug=Finding", "the schema still has 'Drug'"),
        ("Disease=Device", "the schema has no type 'Device'"),
    ],
)
def test_a_wrong_rename_is_refused(decided: Desk, given: str, told: str) -> None:
    refused = decided.annotate("--schema", "finding.toml", "--rename-label", given, *QUICK)
    assert refused.code == 2 and told in refused.said
    assert labels(decided) == {"anna": ["Disease"], "ben": ["Disease"]}


def test_another_key_is_no_change_of_labels(decided: Desk) -> None:
    Path("keys.toml").write_text(KEYS, "utf-8")
    told = decided.annotate("--schema", "keys.toml", *QUICK)
    assert told.code == 0 and "the schema changed" not in told.said
    with Project.open(decided.project, read_only=True) as project:
        assert project.schema.entities[0].key == "d" and project.schema_history.all() == []
