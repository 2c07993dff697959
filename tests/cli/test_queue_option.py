"""`bioassist review --queue`: what cannot be is refused before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bioassist.cli.review import Way, command
from bioassist.errors import UsageError


@pytest.mark.parametrize("options", [["--sample", "20"], ["--seed", "3"], ["--queue", "file", "--sample", "20"]])
def test_a_sample_is_asked_for_by_its_queue(tmp_path: Path, options: list[str]) -> None:
    told = CliRunner().invoke(command, [str(tmp_path / "notes.bioassist"), *options])
    assert isinstance(told.exception, UsageError) and "--queue sample" in str(told.exception)


def test_another_process_gets_the_same_way() -> None:
    assert Way("sample", 20, 3, summary=False).arguments() == [
        "--queue", "sample", "--sample", "20", "--seed", "3", "--no-summary",
    ]  # fmt: skip
    assert Way(None, None, None, summary=True).arguments() == []
