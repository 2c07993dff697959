"""`bioassist review` where there is no terminal to draw on, and `--serve` where it cannot be."""

from __future__ import annotations

import builtins
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cli_setup import Desk

from bioassist.cli.serving import PACKAGES


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of Windows says nothing of what it can")
@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_draw_is_told(annotated: Desk, monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    monkeypatch.setattr("bioassist.cli.terminal.sys", _Terminals())
    monkeypatch.setenv("TERM", term)
    told = annotated.run("review", annotated.project)
    assert told.code == 2 and f"TERM={term}" in told.said and "--serve" in told.said


def test_serving_needs_its_packages(annotated: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *more: Any) -> ModuleType:
        if name.split(".")[0] in PACKAGES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name.split(".")[0])
        return found(name, *more)

    for loaded in [name for name in sys.modules if name.split(".")[0] in PACKAGES or "tui.serving" in name]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(builtins, "__import__", without)
    told = annotated.run("review", annotated.project, "--serve")
    assert told.code == 2 and "bioassist[serve]" in told.said


def test_a_port_that_is_taken_is_told(annotated: Desk) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = annotated.run("review", annotated.project, "--serve", "--port", port)
    assert told.code == 2 and f"port {port} is taken" in told.said


def test_there_is_nothing_to_serve_without_a_project(desk: Desk) -> None:
    told = desk.run("review", "none", "--serve")
    assert told.code == 5 and "there is no project here" in told.said


@pytest.mark.parametrize("option", [("--open",), ("--port", "8000")])
def test_options_of_serving_go_with_it(annotated: Desk, option: tuple[str, ...]) -> None:
    told = annotated.run("review", annotated.project, *option)
    assert told.code == 2 and "--serve" in told.said


class _Terminals:
    """A module `sys` of which both streams are terminals."""

    class _Stream:
        def isatty(self) -> bool:
            return True

    stdin, stdout = _Stream(), _Stream()


def test_a_way_to_the_page_is_private_and_goes_with_it(tmp_path: Path) -> None:
    from assistant.tui.serving.server import _write_way

    way = tmp_path / "open.html"
    way.write_text("old", "utf-8")
    _write_way(way, "http://127.0.0.1:1/token/")
    assert "url=http://127.0.0.1:1/token/" in way.read_text("utf-8")
    if sys.platform != "win32":
        assert way.stat().st_mode & 0o777 == 0o600
