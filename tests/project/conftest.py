from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from project_setup import Ward


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    yield made
    made.project.close()
