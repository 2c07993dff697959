"""What goes wrong in the worker costs a stretch of a note at most, is told without the note's text, and ends no run."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import count
from math import inf
from pathlib import Path
from typing import Any

import pytest
from faulty_worker import MARK
from test_pipeline import NOTE, SCHEMA, WORDS, Run, add, note

from assistant.children import environment
from assistant.engine import client, pipeline
from assistant.engine.events import EngineFailed, WindowFailed, WorkerLost
from assistant.engine.pipeline import EngineSettings
from assistant.engine.watchdog import Watchdog
from assistant.engine.wire import send
from assistant.project.store import Project
from bioassist.errors import EngineError, ModelError

SCRIPT = Path(__file__).parent / "faulty_worker.py"
# MARK stands in the middle of ten paragraphs.
BAD = note(5, "ward") + f"Mr {MARK} has a rash.\n" + note(5, "clinic")

Fail = Callable[..., None]


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


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> Fail:
    """Start workers that fail in this way, or, without one, that do not."""

    def with_fault(*how: str) -> None:
        command = (sys.executable, "-P", str(SCRIPT), *how) if how else client_command
        monkeypatch.setattr(client, "COMMAND", command)

    client_command = client.COMMAND
    return with_fault


def told(run: Run) -> str:
    return " ".join(repr(event) for event in run.seen if not isinstance(event, pipeline.DocumentStarted))


def assert_all_but_the_mark(project: Project, document_id: int) -> str:
    """The note is ready, and its reason names a stretch that holds MARK and little else; the reason."""
    row, text = project.document(document_id), project.text(document_id)
    assert row.state == "ready", row.reason
    reason = row.reason or ""
    start, end = (int(part) for part in reason.split("characters ")[1].split(":")[0].split(" to "))
    assert MARK in text[start:end] and end - start < 160
    assert MARK not in reason
    assert WORDS * 10 - 12 <= row.words < WORDS * 10 + 6
    spans = [suggestion.spans[0] for suggestion in project.suggestions(document_id)]
    assert any(span.end <= start for span in spans) and any(span.start >= end for span in spans)
    assert not any(span.start < end and start < span.end for span in spans)
    return reason


@pytest.mark.parametrize(
    ("fault", "why"), [("nan", "no finite numbers"), ("abort", "signal 6"), ("mistake", "KeyError")]
)
def test_a_stretch_that_cannot_be_read_is_a_gap_and_all_else_is_read(
    project: Project, settings: EngineSettings, fails: Fail, fault: str, why: str
) -> None:
    ids = [add(project, "before", note(4, "one")), add(project, "bad", BAD), add(project, "after", note(4, "two"))]
    fails(fault)
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None
    reason = assert_all_but_the_mark(project, ids[1])
    assert why in reason
    (gap,) = (event for event in run.of(WindowFailed))
    assert isinstance(gap, WindowFailed) and gap.name == "bad" and gap.told in reason
    assert [project.document(one).words for one in (ids[0], ids[2])] == [WORDS * 4] * 2
    assert MARK not in told(run).replace(run.annotator._progress.line, "")
    # The gap alone is read again, and closed.
    fails()
    Run(project, settings).to_the_end()
    row, latest = project.document(ids[1]), project.latest_run()
    assert (row.state, row.reason, row.words) == ("ready", None, WORDS * 10 + 6)
    assert latest is not None and 6 <= latest.words <= 12


def test_a_note_of_which_nothing_can_be_read_fails(project: Project, settings: EngineSettings, fails: Fail) -> None:
    document_id = add(project, "bad", f"{MARK} has a rash.")
    fails("nan")
    run = Run(project, settings).to_the_end()
    row = project.document(document_id)
    assert row.state == "failed" and "characters 0 to" in (row.reason or "")
    assert run.annotator.error is None


def test_a_worker_that_hangs_is_replaced(
    project: Project, settings: EngineSettings, fails: Fail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock stands almost still until the worker hangs, and then leaps further and further."""
    hangs = tmp_path / "hangs"
    ticks = count()
    since = [0.0]

    def clock() -> float:
        if hangs.exists():
            since[0] = max(since[0], 1.0) * 1000
        return next(ticks) + since[0]

    class Dog(Watchdog):
        def __init__(self) -> None:
            super().__init__(clock, longest_step=inf)

        def give_up(self) -> float:
            hangs.unlink(missing_ok=True)
            return super().give_up()

    monkeypatch.setattr(pipeline, "Watchdog", Dog)
    ids = [add(project, "bad", BAD), add(project, "after", note(4, "two"))]
    fails("hang", str(hangs))
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None
    assert "it hung" in assert_all_but_the_mark(project, ids[0])
    assert project.document(ids[1]).words == WORDS * 4
    assert len(run.of(WorkerLost)) == 2


def test_where_memory_runs_out_the_run_goes_on_with_less(
    project: Project, settings: EngineSettings, fails: Fail
) -> None:
    ids = [add(project, "bad", BAD), add(project, "after", note(4, "two"))]
    fails("memory")
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None
    assert [project.document(one).reason for one in ids] == [None, None]
    (lost,) = run.of(WorkerLost)
    assert isinstance(lost, WorkerLost) and lost.will_retry
    assert "2048 cells, batches of 64 tokens and 2 windows at once" in lost.reason


def test_a_context_that_does_not_fit_the_memory_is_made_smaller(
    project: Project, settings: EngineSettings, fails: Fail
) -> None:
    document_id = add(project, "a", NOTE)
    fails("small")
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None and project.document(document_id).state == "ready"
    (lost,) = run.of(WorkerLost)
    assert isinstance(lost, WorkerLost) and "2048 cells" in lost.reason


def test_where_even_the_least_is_too_much_the_run_ends_with_the_reason(
    project: Project, settings: EngineSettings, fails: Fail
) -> None:
    document_id = add(project, "a", NOTE)
    fails("no context")
    run = Run(project, settings).to_the_end()
    assert isinstance(run.annotator.error, ModelError) and "could not set up 2048 cells" in str(run.annotator.error)
    assert len(run.of(EngineFailed)) == 1 and project.document(document_id).state == "pending"


def refuses(monkeypatch: pytest.MonkeyPatch, number: int, times: int) -> list[subprocess.Popen[bytes]]:
    """Let the system refuse the first processes with this error; those that are started."""
    started: list[subprocess.Popen[bytes]] = []
    refused = count()

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, *given: Any, **more: Any) -> None:
            if next(refused) < times:
                raise OSError(number, os.strerror(number))
            super().__init__(*given, **more)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    return started


def test_where_there_is_no_memory_for_a_process_it_is_tried_again_with_less(
    project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = add(project, "a", NOTE)
    started = refuses(monkeypatch, errno.ENOMEM, 1)
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None and project.document(document_id).state == "ready"
    (lost,) = run.of(WorkerLost)
    assert isinstance(lost, WorkerLost) and lost.will_retry and len(started) == 1
    assert f"could not be started ({os.strerror(errno.ENOMEM)}); memory seems to have run out" in lost.reason
    assert "2048 cells" in lost.reason


def test_where_no_process_can_be_started_the_run_ends_with_the_reason(
    project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = add(project, "a", NOTE)
    started = refuses(monkeypatch, errno.EAGAIN, 100)
    run = Run(project, settings).to_the_end()
    assert isinstance(run.annotator.error, EngineError) and "internal" not in str(run.annotator.error)
    assert f"could not be started ({os.strerror(errno.EAGAIN)}), 3 times" in str(run.annotator.error)
    assert [event.will_retry for event in run.of(WorkerLost)] == [True, True, False]  # type: ignore[union-attr]
    assert project.document(document_id).state == "pending" and not started


def test_a_process_that_nobody_can_hear_is_ended_and_tried_again(
    project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = count()
    start = threading.Thread.start

    def starts(thread: threading.Thread) -> None:
        if thread.name == "worker-listener" and not next(refused):
            raise RuntimeError("can't start new thread")
        start(thread)

    document_id = add(project, "a", NOTE)
    started = refuses(monkeypatch, errno.ENOMEM, 0)
    monkeypatch.setattr(threading.Thread, "start", starts)
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None and project.document(document_id).state == "ready"
    assert len(started) == 2 and started[0].returncode is not None
    (lost,) = run.of(WorkerLost)
    assert isinstance(lost, WorkerLost) and "can't start new thread" in lost.reason


def test_a_worker_ends_with_its_application_while_the_model_is_loaded_too(settings: EngineSettings) -> None:
    command = (sys.executable, "-P", str(SCRIPT), "slow")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()) as process:
        try:
            assert process.stdin is not None
            send(process.stdin, settings.opening(SCHEMA, 1, settings.shape))
            process.stdin.close()
            assert process.wait(60) == 0
        finally:
            process.kill()
