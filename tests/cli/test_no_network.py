"""Nothing but fetching a model opens a connection: neither `annotate` nor its worker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_setup import NOTE, Desk, ended

from assistant.children import environment

# Python runs sitecustomize at the start of every process, the worker's too.
GUARD = """
import os, socket, sys
def note(line):
    with open({log!r}, "a") as file:
        file.write(line + "\\n")
def refuse(self, address):
    note(f"connects {{address!r}}")
    raise OSError("this test allows no connection")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.socket.sendto = lambda self, data, *where: refuse(self, where)
socket.getaddrinfo = socket.gethostbyname = lambda *address, **_: refuse(None, address)
socket.create_connection = lambda *address, **_: refuse(None, address)
note("worker" if "assistant.engine.worker" in sys.orig_argv else "application")
"""


@pytest.fixture
def guarded(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A log of processes and of the connections they tried, and the environment that guards them."""
    log = tmp_path / "log"
    log.touch()
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD.format(log=str(log)), "utf-8")
    return log, {"PYTHONPATH": f"{guard}{os.pathsep}{environment()['PYTHONPATH']}"}


def test_the_guard_sees_connections(guarded: tuple[Path, dict[str, str]]) -> None:
    log, env = guarded
    trying = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')"
    assert subprocess.run([sys.executable, "-c", trying], env=environment() | env, capture_output=True).returncode
    assert "connects" in log.read_text("utf-8")


def test_annotating_connects_to_nothing(desk: Desk, guarded: tuple[Path, dict[str, str]]) -> None:
    log, env = guarded
    desk.write({"a.txt": NOTE})
    outputs = ("--output", "brat:out", "--output", "spacy:out.spacy", "--output", "jsonl:out.jsonl")
    told = ended(desk.process("annotate", *desk.arguments(*outputs), env=env))
    assert told.code == 0, told.said
    assert log.read_text("utf-8").split() == ["application", "worker"]
    assert ended(desk.process("status", desk.project, env=env)).code == 0
    assert "connects" not in log.read_text("utf-8")


def test_a_bench_asks_its_server_on_this_machine_alone(desk: Desk, guarded: tuple[Path, dict[str, str]]) -> None:
    log, env = guarded
    guard = Path(env["PYTHONPATH"].split(os.pathsep)[0]) / "sitecustomize.py"
    refusing = "def refuse(self, address):\n"
    loopback = f"connect = socket.socket.connect\n{refusing}    if address[0] == '127.0.0.1' and self is not None:\n"
    loopback += "        note('loopback')\n        return connect(self, address)\n"
    guard.write_text(
        guard.read_text("utf-8")
        .replace(refusing, loopback)
        .replace(
            "socket.create_connection = lambda *address, **_: refuse(None, address)",
            "def create(address, *_, **__):\n"
            "    made = socket.socket()\n    made.connect(address)\n    return made\n"
            "socket.create_connection = create",
        ),
        "utf-8",
    )
    desk.write({"a.txt": NOTE})
    arguments = ("--model", desk.model, "--words", "4", "--threads", "1", "--only", "server", "--json")
    told = ended(desk.process("bench", "notes", *arguments, env=env), seconds=240)
    assert told.code == 0 and told.json["words_per_s"]["server"] > 0, told.said
    assert "loopback" in log.read_text("utf-8") and "connects" not in log.read_text("utf-8")


@pytest.mark.parametrize("choice", [["--offline"], []])
def test_a_model_is_never_fetched_without_a_word(
    desk: Desk, guarded: tuple[Path, dict[str, str]], choice: list[str]
) -> None:
    """Offline, and where nobody is there to say yes."""
    log, env = guarded
    desk.write({"a.txt": NOTE})
    told = ended(desk.process("annotate", "notes", "--no-review", *choice, env=env))
    assert told.code == 4 and "bioassist models pull" in told.said
    assert log.read_text("utf-8").split() == ["application"]
    assert not desk.project.exists()


def test_pull_and_offline_together_are_the_last_word(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.resolution.pull", lambda *_, **__: pytest.fail("it was fetched"))
    desk.write({"a.txt": NOTE})
    assert desk.run("annotate", "notes", "--pull", "--offline", "--no-review").code == 4
