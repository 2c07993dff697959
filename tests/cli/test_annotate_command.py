"""`bioassist annotate` on notes that are as they should be."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cli_setup import NOTE, Desk, long_note

from assistant.project.store import Project
from assistant.review.session import ReviewSession
from bioassist.schema import built_in


def tokens(desk: Desk) -> list[int | None]:
    """What each run evaluated."""
    with desk.opened() as project:
        return [run.tokens for run in project.runs()]


def test_notes_in_suggestions_out(desk: Desk) -> None:
    desk.write({"a.txt": NOTE, "ward/b.txt": NOTE * 2})
    told = desk.annotate()
    assert told.code == 0 and told.out == ""
    assert "2 of 2 notes ready. Project: " in told.said and str(desk.project) in told.said
    assert desk.states() == {"a": "ready", "ward/b": "ready"}
    found = desk.found()
    assert found["a"] and found["ward/b"]
    assert {label for of in found.values() for label, _, _ in of} <= {"Disease", "Drug"}


def test_untrained_labels_are_called_so(desk: Desk) -> None:
    desk.write({"a.txt": NOTE})
    assert "suggestions are untrained guesses" in desk.annotate().said


def test_a_second_time_nothing_is_evaluated(annotated: Desk) -> None:
    before = annotated.found()
    told = annotated.annotate()
    assert told.code == 0 and "2 of 2 notes ready" in told.said
    assert annotated.found() == before
    with annotated.opened() as project:
        assert len(project.runs()) == 1


def test_fresh_evaluates_again_and_keeps_decisions(annotated: Desk) -> None:
    decided = decide(annotated)
    before = annotated.found()
    assert annotated.annotate("--fresh").code == 0
    first, second = tokens(annotated)
    # How much is drafted in vain goes by which note came when; that all of it was read again does not.
    assert second > 0.8 * first
    assert annotated.found() == before
    assert decisions(annotated) == decided


def test_the_limit_leaves_the_rest_for_the_next_time(desk: Desk) -> None:
    desk.write({f"{name}.txt": NOTE + name for name in "abc"})
    told = desk.annotate("--limit", "2")
    assert told.code == 0 and "2 of 3 notes ready, 1 to go: the same command goes on" in told.said
    assert desk.states() == {"a": "ready", "b": "ready", "c": "pending"}
    assert desk.annotate("--limit", "2").code == 0
    assert set(desk.states().values()) == {"ready"}


def test_new_notes_join_an_old_project(annotated: Desk) -> None:
    annotated.write({"c.txt": NOTE})
    assert annotated.annotate().code == 0
    assert annotated.states() == {"a": "ready", "ward/b": "ready", "c": "ready"}
    with annotated.opened() as project:
        assert [(run.words) for run in project.runs()][1:] == [24]


def decide(desk: Desk) -> dict[str, str]:
    """Accept the first suggestion, reject the second, relabel the third of the first note."""
    with desk.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        session.accept()
        session.reject()
        assert session.current is not None and session.current.focus is not None
        other = next(item for item in session.current.items if item.id == session.current.focus).type
        session.relabel("Drug" if other == "Disease" else "Disease")
    return decisions(desk)


def decisions(desk: Desk) -> dict[str, str]:
    with desk.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        assert session.current is not None
        return {item.id: item.status for item in session.current.items if item.status != "pending"}


def disagreements(desk: Desk) -> list[str]:
    with desk.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        assert session.current is not None
        return [item.disagreement for item in session.current.items if item.disagreement]


def test_a_new_schema_supersedes_what_is_pending_and_keeps_decisions(annotated: Desk) -> None:
    decided = decide(annotated)
    assert sorted(decided.values()) == ["accepted", "edited", "rejected"]
    Path("other.toml").write_text("[[entities]]\nname = 'Symptom'\n", "utf-8")
    told = annotated.annotate("--schema", "other.toml", "--keep-old-labels")
    assert told.code == 0 and "the schema changed" in told.said
    assert {label for of in annotated.found().values() for label, _, _ in of} <= {"Symptom"}
    assert decisions(annotated).items() >= decided.items()
    assert disagreements(annotated)


def test_without_schema_the_projects_own_stays(annotated: Desk) -> None:
    assert "the schema changed" not in annotated.annotate().said
    with annotated.opened() as project:
        assert [entity.name for entity in project.schema.entities] == ["Disease", "Drug"]


def test_a_new_model_supersedes_what_is_pending_and_keeps_decisions(annotated: Desk, tiny_spm_model: Path) -> None:
    decided = decide(annotated)
    assert annotated.annotate("--model", tiny_spm_model).code == 0
    with annotated.opened() as project:
        used = {s.model for row in project.documents() for s in project.suggestions(row.id)}
    assert used <= {"tiny-spm"}
    assert decisions(annotated).items() >= decided.items()


@pytest.mark.parametrize("wanted", [[], ["--schema", "clinical"]])
def test_the_built_in_schema(desk: Desk, wanted: list[str]) -> None:
    desk.write({"a.txt": "Fever."})
    arguments = ["annotate", "notes", "--model", str(desk.model), "--threads", "1", "--no-review", *wanted]
    assert desk.run(*arguments).code == 0
    with desk.opened() as project:
        assert project.schema.fingerprint == built_in().fingerprint


def test_json_is_all_there_is_on_stdout(desk: Desk) -> None:
    desk.write({"a.txt": NOTE, "b.txt": ""})
    told = desk.annotate("--json")
    assert told.code == 1
    assert (told.json["documents"], told.json["ready"], told.json["words"]) == (2, 1, 24)
    assert told.json["failed"][0]["document"] == "b"
    (finding,) = told.json["findings"]
    assert "the file is empty" in finding and "the file is empty" in told.said
    assert set(told.json["labels"]) == {"Disease", "Drug"}


def test_exports_are_written_when_it_is_done(desk: Desk) -> None:
    desk.write({"a.txt": NOTE, "ward/b.txt": NOTE})
    told = desk.annotate("--output", "brat:out", "--output", "jsonl:out.jsonl")
    assert told.code == 0
    assert "wrote brat to out" in told.said and "wrote jsonl to out.jsonl" in told.said
    assert (desk.folder / "out" / "ward" / "b.ann").is_file()
    assert len((desk.folder / "out.jsonl").read_text("utf-8").splitlines()) == 2


def test_the_other_exports_are_made_when_one_fails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from bioassist.errors import UsageError
    from converters.brat import BratFormat

    def full(*_: object, **__: object) -> None:
        raise UsageError("cannot be written: No space left on device.", where="out")

    monkeypatch.setattr(BratFormat, "write", full)
    desk.write({"a.txt": NOTE})
    told = desk.annotate("--output", "brat:out", "--output", "jsonl:out.jsonl")
    assert told.code == 2
    assert "No space left" in told.said and "wrote jsonl" in told.said and "1 of 1 notes ready" in told.said


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_the_project_is_private_and_exports_follow_the_umask(desk: Desk) -> None:
    desk.write({"a.txt": NOTE})
    before = os.umask(0o027)
    try:
        assert desk.annotate("--output", "brat:out").code == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(desk.project.stat().st_mode) == 0o700
    assert stat.S_IMODE((desk.project / "project.sqlite").stat().st_mode) == 0o600
    assert stat.S_IMODE((desk.folder / "out").stat().st_mode) == 0o750
    assert stat.S_IMODE((desk.folder / "out" / "a.ann").stat().st_mode) == 0o640


def test_deterministic_and_the_papers_program(desk: Desk) -> None:
    desk.write({"a.txt": long_note(3)})
    assert desk.annotate("--project", "one", "--schema", "schema.toml", "--deterministic").code == 0
    assert desk.annotate("--project", "two", "--schema", "schema.toml", "--deterministic").code == 0
    assert desk.found(Path("one")) == desk.found(Path("two"))
    assert desk.annotate("--project", "two", "--task", "ner.paper").code == 0
    with Project.open(Path("two"), read_only=True) as project:
        run = project.latest_run()
        assert run is not None and list(run.programs) == ["ner.paper"]
