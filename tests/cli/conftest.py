from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_setup import NOTE, Desk, NearWorker

from assistant.engine import pipeline


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's models are never touched."""
    monkeypatch.setenv("BIOASSIST_MODELS", str(tmp_path / "cache"))


@pytest.fixture
def desk(tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    # Commands that run in this process; those with a process of their own have the real worker's.
    monkeypatch.setattr(pipeline, "Worker", NearWorker)
    return Desk(folder, tiny_model, capsys)


@pytest.fixture(scope="session")
def _annotated(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    folder = tmp_path_factory.mktemp("annotated")
    capsys = None
    desk = Desk(folder, tiny_model, capsys)  # type: ignore[arg-type]
    desk.write({"a.txt": NOTE * 2, "ward/b.txt": NOTE * 3})
    process = desk.process("annotate", *desk.arguments())
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, (out, said)
    return folder


@pytest.fixture
def annotated(desk: Desk, _annotated: Path) -> Desk:
    """Two notes that the tiny model has read; no decision yet."""
    shutil.copytree(_annotated, desk.folder, dirs_exist_ok=True)
    return desk
