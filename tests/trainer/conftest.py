"""Corpora written by hand, in the layout that their owners distribute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from converters.report import Report
from trainer.corpora import SPLITS, Sample, by_name

Lay = Callable[[str, str], Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Writes a file of a corpus; gives the folder of all corpora."""

    def write(name: str, content: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
        return tmp_path

    return write


@pytest.fixture
def read_all() -> Callable[..., list[Sample]]:
    """The samples of all splits, of corpora that are split by hash: a split may be empty, and counts are small."""
    from bioassist.errors import InputError

    def read(name: str, root: Path, report: Report | None = None) -> list[Sample]:
        found: list[Sample] = []
        for split in SPLITS:
            try:
                found += by_name(name).open(root, split, report, whole=False)
            except InputError as error:
                if "is empty" not in error.what:
                    raise
        return found

    return read
