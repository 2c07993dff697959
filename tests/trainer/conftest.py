"""Corpora written by hand, in the layout that their owners distribute."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus_setup import Lay


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Writes a file of a corpus; gives the folder of all corpora."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write
