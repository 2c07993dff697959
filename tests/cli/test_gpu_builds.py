from __future__ import annotations

from pathlib import Path

import pytest

from bioassist.cli import gpu_builds
from bioassist.cli.gpu_builds import BUILDS, CUDA, METAL, VULKAN, Build


@pytest.mark.parametrize(
    ("platform", "programs", "expected"),
    [
        ("darwin", (), METAL),
        ("linux", ("nvidia-smi",), CUDA),
        ("win32", ("nvidia-smi",), CUDA),
        ("linux", (), VULKAN),
    ],
)
def test_what_suits_this_machine(
    monkeypatch: pytest.MonkeyPatch, platform: str, programs: tuple[str, ...], expected: Build
) -> None:
    monkeypatch.setattr(gpu_builds.sys, "platform", platform)
    monkeypatch.setattr(gpu_builds.shutil, "which", lambda name: name if name in programs else None)
    assert gpu_builds.suiting() == expected
    told = gpu_builds.advice("0.3.36")
    assert f"-D{expected.option}=on" in told and f"needs {expected.compiler}" in told
    monkeypatch.setattr(gpu_builds.shutil, "which", lambda name: name)
    assert "which is not here" not in gpu_builds.advice("0.3.36")


def test_it_is_the_installed_version_that_is_built_again() -> None:
    assert gpu_builds.command(CUDA, "0.3.99").endswith(" llama-cpp-python==0.3.99")


def test_the_page_has_each_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_builds.platform, "system", lambda: "Linux")
    page = (Path(__file__).parents[2] / "docs" / "gpu.md").read_text("utf-8")
    for build in BUILDS:
        assert gpu_builds.command(build, "0.3.36") in page
