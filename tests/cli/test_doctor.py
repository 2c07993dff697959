from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.models import cache as cache_module
from bioassist.cli import doctor, group
from bioassist.cli.diagnostics import Exit, Guard


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("BIOASSIST_MODELS", str(folder))
    return folder


def statuses(project: Path | None = None) -> dict[str, doctor.Check]:
    return {check.name: check for check in doctor.examine(project)}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = Guard(group).code(["doctor", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_what_works_here_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--json")
    told = json.loads(out)
    found = {check["name"]: check for check in told["checks"]}
    assert found["llama.cpp"]["status"] == found["spacy"]["status"] == "ok"
    assert {"python", "processor", "memory", "gpu", "screen", "encoding", "disk here"} <= found.keys()
    # A fresh cache has no model, which stands in the way of annotating.
    assert found["model"]["status"] == "problem"
    assert "bioassist models pull" in found["model"]["advice"]
    assert code == Exit.FINDINGS
    assert told["problems"] == sum(check["status"] == "problem" for check in told["checks"])


def test_nothing_is_made_by_looking(cache: Path, tmp_path: Path) -> None:
    statuses(tmp_path / "notes.bioassist")
    assert not cache.exists()
    assert not (tmp_path / "notes.bioassist").exists()


def test_all_well_is_exit_code_0(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    checks = [doctor.Check("python", "ok", "3"), doctor.Check("gpu", "note", "none", "buy one")]
    monkeypatch.setattr(doctor, "examine", lambda project: iter(checks))
    code, out, err = run(capsys)
    assert code == Exit.DONE
    assert out.splitlines() == ["ok       python       3", "note     gpu          none", " " * 22 + "buy one"]
    assert "everything needed works" in err


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_llama_cpp_that_kills_its_process_is_a_line_in_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif 'assistant.engine.measure' in sys.orig_argv: os.abort()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = statuses()
    assert found["llama.cpp"].status == "problem"
    assert "signal 6" in found["llama.cpp"].found
    assert "gpu" not in found
    assert found["spacy"].status == "ok"


@pytest.mark.parametrize("name", ["llama_cpp", "spacy"])
def test_a_package_that_cannot_be_imported_is_a_line_in_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / f"{name}.py").write_text("raise ImportError('a library is missing')\n")
    monkeypatch.syspath_prepend(tmp_path)
    check = statuses()["llama.cpp" if name == "llama_cpp" else name]
    assert check.status == "problem"
    assert "a library is missing" in check.found
    assert "pip install" in (check.advice or "")


def test_a_damaged_model_is_found_by_its_size(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cache / "smollm2-135m"
    folder.mkdir(parents=True)
    (folder / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GGUF")
    found = statuses()
    assert found["model"].status == "problem"
    assert "4 bytes instead of 98,362,432" in found["model"].found


def test_a_broken_catalog_of_ones_own_is_a_line_in_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "catalog.toml"
    own.write_text("format = ", "utf-8")
    monkeypatch.setattr("assistant.models.catalog.user_catalog", lambda: own)
    assert str(own) in statuses()["models"].found


def test_too_little_room_and_memory_are_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    full = shutil.disk_usage(Path.cwd())._replace(free=1000)
    monkeypatch.setattr(cache_module.shutil, "disk_usage", lambda path: full)
    memory = psutil.virtual_memory()._replace(available=1000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    found = statuses()
    assert [found[name].status for name in ("disk here", "disk cache", "memory")] == ["problem"] * 3


class Screen:
    """A standard output of a terminal."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(
    ("size", "encoding", "screen", "glyphs"),
    [
        ((80, 24), "utf-8", "ok", "ok"),
        ((79, 24), "utf-8", "problem", "ok"),
        ((120, 20), "utf-8", "problem", "ok"),
        ((80, 24), "latin-1", "ok", "problem"),
        ((80, 24), "ascii", "ok", "problem"),
    ],
)
def test_the_terminal_is_measured(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], encoding: str, screen: str, glyphs: str
) -> None:
    monkeypatch.setattr(sys, "stdout", Screen(encoding))
    monkeypatch.setattr(doctor.shutil, "get_terminal_size", lambda: os.terminal_size(size))
    found: dict[str, Any] = {check.name: check for check in doctor._terminal()}
    assert (found["screen"].status, found["encoding"].status) == (screen, glyphs)
    assert f"{size[0]}x{size[1]}" in found["screen"].found


def test_a_project_is_opened_or_its_trouble_told(tmp_path: Path) -> None:
    from assistant.project.store import Project

    path = tmp_path / "notes.bioassist"
    assert statuses(path)["project"].status == "problem"
    with Project.open(path, create=True):
        pass
    assert statuses(path)["project"].status == "ok"
    (path / "project.sqlite").write_bytes(b"this is no database" * 100)
    assert statuses(path)["project"].status == "problem"
