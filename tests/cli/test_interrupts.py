"""Ctrl-C, SIGKILL, and the loss of the worker under the real running application."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import psutil
import pytest
from cli_setup import NOTE, Desk, ended, long_note, wait_until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")

PARAGRAPHS = 20


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Enough to do for a few seconds."""
    desk.write({f"{name}.txt": long_note(PARAGRAPHS, name) for name in ("ward", "clinic", "home")})
    return desk


def windows(desk: Desk) -> int:
    """How many stretches of text were read and saved."""
    file = desk.project / "project.sqlite"
    if not file.exists():
        return 0
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM windows").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        connection.close()


def running(desk: Desk, at_least: int = 5) -> subprocess.Popen[str]:
    """`annotate` in a process of its own, in the middle of its work."""
    process = desk.process("annotate", *desk.arguments())
    wait_until(lambda: windows(desk) >= at_least, process)
    return process


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [child for child in psutil.Process(process.pid).children() if "assistant.engine.worker" in child.cmdline()]


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=10)[1]


def nearly_as_undisturbed(desk: Desk, share: float = 0.9) -> bool:
    """What shares a batch differs from run to run, and with it the last digits: a close call can go the other way.

    A model of random numbers has many of them.
    """
    assert desk.annotate("--project", "undisturbed", "--schema", "schema.toml").code == 0
    undisturbed = {name: set(of) for name, of in desk.found(Path("undisturbed")).items()}
    found = {name: set(of) for name, of in desk.found().items()}
    assert found.keys() == undisturbed.keys()
    agreed = sum(len(found[name] & undisturbed[name]) for name in found)
    return agreed >= share * sum(len(found[name] | undisturbed[name]) for name in found)


def finish(desk: Desk, already: int) -> None:
    """The same command again: it reads what is left, and no more."""
    told = desk.annotate()
    assert told.code == 0 and "3 of 3 notes ready" in told.said
    assert set(desk.states().values()) == {"ready"}
    with desk.opened() as project:
        assert project.verify() == []
        assert [row.words for row in project.documents()] == [24 * PARAGRAPHS] * 3
        last = project.runs()[-1]
        assert last.words is not None and 0 < last.words < 24 * PARAGRAPHS * 3
        # A window has 40 words at the most; those in the batch when it stopped are read again.
        assert last.words <= 24 * PARAGRAPHS * 3 - already * 20 + 16 * 40


def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(busy: Desk) -> None:
    process = running(busy)
    children = workers(process)
    assert len(children) == 1
    # As a terminal does it: to every process of the group.
    os.killpg(process.pid, signal.SIGINT)
    told = ended(process)
    assert told.code == 130
    assert told.said.rstrip().endswith("interrupted. What is done is kept; the same command goes on from here.")
    assert "fresh one" not in told.said and "ended" not in told.said
    assert gone(children)
    states = busy.states()
    assert "pending" in states.values() and "reading" not in states.values()
    assert not (busy.project / "owner.json").exists()
    finish(busy, windows(busy))
    assert nearly_as_undisturbed(busy)


def test_killed_in_the_middle_the_same_command_finishes(busy: Desk) -> None:
    process = running(busy)
    children = workers(process)
    process.kill()
    process.communicate()
    assert gone(children), "the worker outlives its application"
    already = windows(busy)
    assert already >= 5
    finish(busy, already)
    assert nearly_as_undisturbed(busy)


def test_killed_again_and_again_it_still_comes_to_its_end(busy: Desk) -> None:
    read = 0
    for _ in range(3):
        process = running(busy, read + 4)
        process.kill()
        process.communicate()
        read = windows(busy)
    finish(busy, 0)


def test_a_killed_worker_is_replaced_under_the_running_application(busy: Desk) -> None:
    process = running(busy)
    (worker,) = workers(process)
    worker.kill()
    told = ended(process)
    assert told.code == 0
    assert told.said.count("the process that runs llama.cpp ended (signal 9); a fresh one takes over.") == 1
    assert "3 of 3 notes ready" in told.said
    assert set(busy.states().values()) == {"ready"}
    with busy.opened() as project:
        assert [row.words for row in project.documents()] == [24 * PARAGRAPHS] * 3


def test_a_worker_that_cannot_start_ends_the_run_with_its_reason(desk: Desk, tmp_path: Path) -> None:
    desk.write({"a.txt": NOTE})
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(
        "import sys, os\nif 'assistant.engine.worker' in sys.orig_argv: os.abort()\n", "utf-8"
    )
    from assistant.children import environment

    paths = f"{guard}{os.pathsep}{environment()['PYTHONPATH']}"
    told = ended(desk.process("annotate", *desk.arguments(), env={"PYTHONPATH": paths}))
    assert told.code == 4 and "signal 6" in told.said and "bioassist doctor" in told.said
    assert desk.states() == {"a": "pending"}


def test_a_long_note_begins_at_once_in_little_memory(desk: Desk) -> None:
    desk.write({"a.txt": "".join(long_note(1000, f"ward{number}") for number in range(106))})
    assert (desk.notes / "a.txt").stat().st_size > 10_000_000
    process = running(desk, 3)
    memory = sum(one.memory_info().rss for one in (psutil.Process(process.pid), *workers(process)))
    os.killpg(process.pid, signal.SIGINT)
    assert ended(process).code == 130
    assert memory < 1 << 30
    assert desk.states() == {"a": "pending"}


def test_a_line_without_a_space(desk: Desk) -> None:
    desk.write({"a.txt": "x" * 200_000, "b.txt": NOTE})
    process = running(desk, 3)
    os.killpg(process.pid, signal.SIGINT)
    assert ended(process).code == 130
    assert windows(desk) >= 3
