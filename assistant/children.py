"""The environment of the processes that we start."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def environment() -> dict[str, str]:
    """For a child that is to import what we can import, and nothing from the current folder."""
    places = [place or str(Path.cwd()) for place in sys.path]
    return os.environ | {"PYTHONPATH": os.pathsep.join(places), "PYTHONIOENCODING": "utf-8"}
