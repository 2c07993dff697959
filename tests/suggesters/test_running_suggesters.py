"""The run of suggesters over a project, alone: what is read, kept, told and read again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.engine.events import DocumentDone, Event, Finished, Progress, Suggested, SuggesterFailed
from assistant.project.store import Project
from assistant.project.suggestions.suggesters import SuggesterRow
from assistant.suggesters.protocol import Complain, Found
from assistant.suggesters.running import SuggesterRun
from bioassist.documents import Span
from bioassist.errors import ProjectError
from bioassist.reading import decode
from bioassist.schema import loads

SCHEMA = loads("[[entities]]\nname = 'Symptom'\n")


class Listening:
    """Suggests every place of one word, and remembers what it was given to read."""

    source = "rules"
    remarks = ()

    def __init__(self, word: str, version: int = 1, before: Callable[[str], None] = lambda text: None) -> None:
        self.word = word
        self.name = f"{word}.toml"
        self.fingerprint = f"rules/{version}/{word}"
        self.read: list[str] = []
        self._before = before

    def suggest(self, text: str, complain: Complain) -> Iterator[list[Found]]:
        self.read.append(text)
        self._before(text)
        start = text.find(self.word)
        while start >= 0:
            yield [Found("Symptom", Span(start, start + len(self.word)), 0.9)]
            start = text.find(self.word, start + 1)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(tmp_path / "notes.bioassist", create=True) as opened:
        opened.set_schema(SCHEMA)
        for name, text in {"a": "cough and fever", "b": "fever", "c": "no complaints"}.items():
            opened.add_document(name, decode(text.encode(), f"{name}.txt"))
        yield opened


def run(project: Project, *suggesters: Listening, alone: bool = True, **more: bool | int) -> list[Event]:
    project.suggesters.choose(
        SuggesterRow(f"rules:/{one.name}", one.source, one.name, one.fingerprint) for one in suggesters
    )
    told: list[Event] = []
    running = SuggesterRun(project, suggesters, told.append, alone=alone, **more)  # type: ignore[arg-type]
    running.start()
    assert running.join(30), "it hangs"
    assert running.error is None
    return told


def found(project: Project) -> dict[str, list[str]]:
    return {
        row.name: [span.of(project.text(row.id)) for one in project.suggestions(row.id) for span in one.spans]
        for row in project.documents()
    }


def test_every_document_is_read_once_in_order(project: Project) -> None:
    fever, cough = Listening("fever"), Listening("cough")
    told = run(project, fever, cough)
    assert found(project) == {"a": ["fever", "cough"], "b": ["fever"], "c": []}
    assert fever.read == cough.read == ["cough and fever", "fever", "no complaints"]
    assert [event.document_id for event in told if isinstance(event, DocumentDone)] == [1, 2, 3]
    assert [row.state for row in project.documents()] == ["ready"] * 3
    assert told[-1] == Finished(False)
    progress = [event for event in told if isinstance(event, Progress)]
    assert (progress[0].documents_done, progress[-1].documents_done, progress[-1].documents_all) == (0, 3, 3)


def test_a_second_time_nothing_is_read_unless_afresh(project: Project) -> None:
    fever = Listening("fever")
    run(project, fever)
    runs = len(project.runs())
    again = run(project, fever)
    assert len(fever.read) == 3 and again[-1] == Finished(False) and len(project.runs()) == runs
    before = found(project)
    run(project, fever, fresh=True)
    assert len(fever.read) == 6 and found(project) == before


def test_another_version_reads_again_and_replaces_its_own(project: Project) -> None:
    fever, cough = Listening("fever"), Listening("cough")
    run(project, fever, cough)
    changed = Listening("plaint", version=2)
    run(project, changed, cough)
    assert found(project) == {"a": ["cough"], "b": [], "c": ["plaint"]}
    assert len(cough.read) == 3, "what did not change is not asked again"
    run(project, fever)
    assert found(project) == {"a": ["fever"], "b": ["fever"], "c": []} and len(fever.read) == 3


def test_what_fails_on_a_document_is_told_and_the_others_go_on(project: Project) -> None:
    def break_on_b(text: str) -> None:
        if text == "fever":
            raise ValueError(f"cannot read {text}")

    broken, cough = Listening("fever", before=break_on_b), Listening("cough")
    told = run(project, broken, cough)
    (failed,) = [event for event in told if isinstance(event, SuggesterFailed)]
    assert (failed.document_id, failed.suggester) == (2, "rules:fever.toml")
    assert "ValueError" in failed.reason and "cannot read" not in failed.reason, "what it said may be the note's"
    assert found(project) == {"a": ["fever", "cough"], "b": [], "c": []}
    assert [row.state for row in project.documents()] == ["ready"] * 3
    broken._before = lambda text: None
    run(project, broken, cough)
    assert found(project)["b"] == ["fever"]
    assert broken.read == ["cough and fever", "fever", "no complaints", "fever"], "what failed is tried again"


def test_beside_a_model_documents_become_ready_by_the_model_alone(project: Project) -> None:
    told = run(project, Listening("fever"), alone=False)
    assert found(project)["b"] == ["fever"]
    assert [row.state for row in project.documents()] == ["pending"] * 3
    assert not any(isinstance(event, Finished | DocumentDone) for event in told) and project.runs() == []


def test_what_is_about_to_be_read_comes_first(project: Project) -> None:
    fever = Listening("fever")
    project.suggesters.choose([SuggesterRow("rules:/f", fever.source, fever.name, fever.fingerprint)])
    told: list[Event] = []
    running = SuggesterRun(project, [fever], told.append)
    running.prioritise(2)
    assert not running.has_read(2)
    running.start()
    assert running.join(30) and fever.read == ["fever", "cough and fever", "no complaints"]
    assert [event.document_id for event in told if isinstance(event, Suggested)] == [2, 1, 3]
    assert running.has_read(2) and found(project)["b"] == ["fever"]


def test_who_waits_for_a_note_does_not_wait_for_a_long_one(project: Project) -> None:
    """The last one asked for comes first, in the middle of what is being read."""
    long = project.add_document("long", decode(b"fever, " * 50, "long.txt")).id
    told: list[int] = []

    def ask(text: str) -> None:
        if len(text) > 100:
            running.prioritise(2)
            running.prioritise(3)

    def hear(event: Event) -> None:
        if isinstance(event, Suggested):
            told.append(event.document_id)
            assert running.has_read(event.document_id)

    fever = Listening("fever", before=ask)
    project.suggesters.choose([SuggesterRow("rules:/f", fever.source, fever.name, fever.fingerprint)])
    running = SuggesterRun(project, [fever], hear)
    running.prioritise(long)
    running.start()
    assert running.join(30) and running.error is None
    assert told == [3, 2, long, 1] and len(found(project)["long"]) == 50


def test_a_long_note_does_not_keep_back_what_was_found_in_the_one_before(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.suggesters.running._GATHERING", 0.0)
    seen_in_time: list[dict[str, list[str]]] = []
    fever = Listening("fever", before=lambda text: seen_in_time.append(found(project)))
    run(project, fever, alone=False)
    assert [one["a"] for one in seen_in_time] == [[], ["fever"], ["fever"]]


def test_a_run_that_ended_early_keeps_nobody_waiting(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fever = Listening("fever")
    project.suggesters.choose([SuggesterRow("rules:/f", fever.source, fever.name, fever.fingerprint)])
    running = SuggesterRun(project, [fever], lambda event: None)

    def settle(*given: object) -> None:
        raise ProjectError("the disk is full.")

    monkeypatch.setattr(project.suggesters, "settle", settle)
    running.start()
    assert running.join(30) and "disk is full" in str(running.error)
    assert running.has_read(1) and running.has_read(3)


def test_what_changes_for_a_note_is_known_before_it_is_read(project: Project) -> None:
    def break_on_b(text: str) -> None:
        if text == "fever":
            raise ValueError

    broken, cough = Listening("fever", before=break_on_b), Listening("cough")
    run(project, broken)
    project.suggesters.choose([SuggesterRow("rules:/f", broken.source, broken.name, broken.fingerprint)])
    again = SuggesterRun(project, [broken], lambda event: None)
    assert again.changing == frozenset() and not again.has_read(2), "what failed is tried again, and no news"
    project.suggesters.choose([SuggesterRow("rules:/c", cough.source, cough.name, cough.fingerprint)])
    assert SuggesterRun(project, [cough], lambda event: None).changing == {1, 2, 3}


def test_the_limit_leaves_the_rest(project: Project) -> None:
    fever = Listening("fever")
    run(project, fever, limit=1)
    assert [row.state for row in project.documents()] == ["ready", "pending", "pending"]
    run(project, fever)
    assert [row.state for row in project.documents()] == ["ready"] * 3 and len(fever.read) == 3


def test_it_stops_in_the_middle_of_a_note_in_which_nothing_is_found(project: Project) -> None:
    class Endless(Listening):
        def suggest(self, text: str, complain: Complain) -> Iterator[list[Found]]:
            reached.set()
            while True:
                yield []

    reached = threading.Event()
    endless = Endless("fever")
    project.suggesters.choose([SuggesterRow("rules:/f", endless.source, endless.name, endless.fingerprint)])
    running = SuggesterRun(project, [endless], lambda event: None)
    running.start()
    assert reached.wait(30)
    running.stop()
    assert running.join(0) and running.error is None and found(project)["a"] == []


def test_stopped_in_the_middle_it_keeps_what_is_whole(project: Project) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def wait_on_b(text: str) -> None:
        if text == "fever":
            reached.set()
            assert go_on.wait(30)

    slow = Listening("fever", before=wait_on_b)
    project.suggesters.choose([SuggesterRow("rules:/f", slow.source, slow.name, slow.fingerprint)])
    running = SuggesterRun(project, [slow], lambda event: None, alone=True)
    running.start()
    assert reached.wait(30)
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    assert running._stopping.wait(30)
    go_on.set()
    stopping.join(30)
    assert running.join(0) and running.error is None
    assert found(project) == {"a": ["fever"], "b": [], "c": []}
    slow._before = lambda text: None
    run(project, slow)
    assert slow.read.count("cough and fever") == 1 and found(project)["b"] == ["fever"]
