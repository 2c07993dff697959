from __future__ import annotations

from pathlib import Path

import pytest

from assistant.project.store import Project
from assistant.tui.screenshot import save_screenshot
from bioassist.errors import ProjectError

from .conftest import FakeProject


def test_a_picture_of_a_project_after_some_keys(ward: FakeProject, tmp_path: Path) -> None:
    path = ward.project.path
    ward.project.close()
    save_screenshot(path, tmp_path / "screen.svg", size=(100, 30), keys=["a", "n"], notice="suggestions are untrained")
    drawn = (tmp_path / "screen.svg").read_text("utf-8")
    assert drawn.startswith("<svg") and "discharge_summary_01" in drawn and "untrained" in drawn
    with Project.open(path) as project:
        assert project.counts()["Symptom"].accepted == 1


def test_a_project_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProjectError):
        save_screenshot(tmp_path / "none.bioassist", tmp_path / "screen.svg")
    assert not (tmp_path / "screen.svg").exists()


def test_a_picture_asks_no_server_for_a_font(ward: FakeProject, tmp_path: Path) -> None:
    destination = tmp_path / "screen.svg"
    path = ward.project.path
    ward.project.close()
    save_screenshot(path, destination)
    svg = destination.read_text("utf-8")
    assert "url(" not in svg.replace("url(#", "") and "<text" in svg
