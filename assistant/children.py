"""The environment of the processes that we start, and how they ended."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO


def environment() -> dict[str, str]:
    """For a child that is to import what we can import, and nothing from the current folder."""
    places = [place or str(Path.cwd()) for place in sys.path]
    return os.environ | {"PYTHONPATH": os.pathsep.join(places), "PYTHONIOENCODING": "utf-8"}


def ended(code: int, complaints: IO[bytes]) -> str:
    """How a process ended, for people: its exit code or signal, and the last line that it wrote to `complaints`."""
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    complaints.seek(0)
    lines = complaints.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
    return f"{how}: {lines[-1].strip()}" if lines else how
