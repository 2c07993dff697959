"""Other programs that keep cores busy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def busy(count: int, nice: int = 0) -> Iterator[None]:
    """So many processes that do nothing but spin, while it lasts; with `nice` at lower priority, where there is one."""
    spin = f"import os\nif hasattr(os, 'nice'): os.nice({nice})\nwhile True: pass"
    spinning = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()
