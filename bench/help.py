"""How long `bioassist --help` takes, best and median of ten: `python -m bench.help`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time


def main() -> None:
    for name, code in (
        ("python -c pass", "pass"),
        ("bioassist --help", "import sys; sys.argv = ['bioassist', '--help']; from bioassist.cli import main; main()"),
    ):
        taken = []
        for _ in range(10):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
            taken.append(time.perf_counter() - began)
        print(f"{name:<18} best {min(taken) * 1000:.0f} ms, median {statistics.median(taken) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
