"""A project that another process has open."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from cli_setup import Desk

from assistant.children import environment

HOLD = """
import sys
from pathlib import Path
from assistant.project.store import Project
with Project.open(Path(sys.argv[1]), actor="other"):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(annotated: Desk) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(annotated.project)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def test_the_second_is_told_who_has_it(annotated: Desk, other: subprocess.Popen[str]) -> None:
    for arguments in (
        ["annotate", *annotated.arguments()],
        ["export", annotated.project, "--to", "brat", "out"],
    ):
        told = annotated.run(*arguments)
        assert told.code == 5
        assert f"{annotated.project}: is open in another process (pid {other.pid} on " in told.said
        assert "Close it there first." in told.said
    assert not (annotated.folder / "out").exists()


def test_status_can_be_asked_meanwhile(annotated: Desk, other: subprocess.Popen[str]) -> None:
    assert annotated.run("status", annotated.project).out.startswith("2 documents: 0 done, 2 ready for review")


def test_afterwards_it_opens(annotated: Desk, other: subprocess.Popen[str]) -> None:
    other.kill()
    other.wait()
    assert annotated.annotate().code == 0
