"""`bioassist annotate` against the reference decoder in the same run: `python -m bench.annotate NOTES`.

Words a second of both on the same model and threads, peak memory of all processes of `annotate` (PSS where the system
tells it, else RSS), and the time from the command to the first suggestion in the project. Then, on a new project, the
time until the review screen is open and until the first suggestion is on it.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.bench.memory import used
from assistant.engine.machine import choose_threads
from assistant.models import resolve
from bench.busy import busy
from bench.notes import files, programs
from bench.opening import opening
from bioassist.schema import built_in


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=Path)
    parser.add_argument("--documents", type=int, default=12, help="notes that annotate reads")
    parser.add_argument("--reference-words", type=int, default=300, help="words that the reference reads")
    parser.add_argument("--entities", action="store_true", help="without relations and assertion")
    parser.add_argument("--threads", type=int, help="threads of both; chosen by what the machine is doing if not given")
    parser.add_argument("--busy", type=int, default=0, help="other processes that spin beside both")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with busy(given.busy):
        found = _measure(given)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name:<28}{value:.2f}" if isinstance(value, float) else f"{name:<28}{value}")


def _measure(given: argparse.Namespace) -> dict[str, Any]:
    model = resolve(None, offline=True)
    threads = choose_threads(given.threads)
    # The reference runs in this process: OpenMP takes its policy when llama.cpp is loaded.
    os.environ["OMP_WAIT_POLICY"] = threads.wait
    found: dict[str, Any] = {"model": f"{model.name} {model.file_type}", "threads": threads.count, "wait": threads.wait}
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "schema.toml"
        asked = built_in()
        bare = replace(asked, relations=(), attributes=())
        schema.write_text((bare if given.entities else asked).dumps(), "utf-8")
        command = _command(given.notes, given.documents, threads.count, schema)
        found.update(_annotate(command))
        found.update(_opening(command))
    found["reference_words_per_s"] = _reference(given.notes, given.reference_words, threads.count, model.path)
    found["over_reference"] = found["words_per_s"] / found["reference_words_per_s"]
    return found


def _annotate(command: Sequence[str]) -> dict[str, float | int]:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "bench.bioassist"
        command = [*command, "--project", str(project), "--no-review", "--json"]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        peak, first, looked = 0, None, 0.0
        while process.poll() is None:
            # Asking for PSS walks all pages and holds the worker up, so it is done once a second.
            if time.perf_counter() - looked > 1:
                peak, looked = max(peak, used(process.pid)), time.perf_counter()
            if first is None and _has_suggestion(project):
                first = time.perf_counter() - began
            time.sleep(0.1)
        assert process.stdout is not None
        status = json.loads(process.stdout.read())
        return {
            "words": status["words"],
            "words_per_s": status["words_per_second"],
            "seconds_in_all": time.perf_counter() - began,
            "seconds_to_first_suggestion": first or float("nan"),
            "peak_memory_mib": peak / 2**20,
        }


def _opening(command: Sequence[str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        return opening([*command, "--project", str(Path(folder) / "bench.bioassist")])


def _command(notes: Path, documents: int, threads: int, schema: Path) -> list[str]:
    command = [sys.executable, "-c", "from bioassist.cli import main; main()", "annotate"]
    command += [str(path) for path in files(notes)[:documents]]
    return [*command, "--schema", str(schema), "--offline", "--threads", str(threads)]


def _has_suggestion(project: Path) -> bool:
    file = project / "project.sqlite"
    if not file.exists():
        return False
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM suggestions").fetchone()[0] > 0
    except sqlite3.Error:
        return False


def _reference(notes: Path, words: int, threads: int, model: Path) -> float:
    from assistant.engine.reference import Reference

    found, count = programs(notes, words, 25)
    reference = Reference(model, threads=threads)
    try:
        reference.run(found[0])
        began = time.perf_counter()
        for program in found:
            reference.run(program)
        return count / (time.perf_counter() - began)
    finally:
        reference.close()


if __name__ == "__main__":
    main()
