"""Peak memory of `annotate` over one long note, and over many short ones: `python -m bench.memory`.

Each case is a run of the command line on notes that are written for it, no stretch of them twice. Memory is that of all
its processes together, and of the application and its worker (PSS where the system tells it, else RSS). What grows with
the number or the length of notes shows in the last quarter of the time against the first.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from assistant.bench.memory import own

_SAID = (
    "the patient denies chest pain and reports cough with fever for 3 days started on amoxicillin 500 mg t.d.s. BP "
    "120/80 mmHg troponin 0.4 ng/mL no rash abdomen soft non-tender discharged home follow-up in clinic"
)
_EVERY = 1.0
_INTERRUPTED = 130


@dataclass
class Peaks:
    """The most that was seen, in bytes, of all processes and of each kind; and `course`, all over time."""

    whole: int = 0
    application: int = 0
    worker: int = 0
    course: list[int] = field(default_factory=list)

    def look(self, pid: int) -> None:
        application = own(pid)
        workers = [own(child.pid) for child in psutil.Process(pid).children(recursive=True)]
        self.application = max(self.application, application)
        self.worker = max([self.worker, *workers])
        self.whole = max(self.whole, application + sum(workers))
        self.course.append(application + sum(workers))


def sentences(seed: int) -> Iterator[str]:
    source, vocabulary = random.Random(seed), _SAID.split()
    for number in itertools.count():
        words = source.choices(vocabulary, k=source.randint(6, 18))
        yield f"{' '.join(words)} {number}.".capitalize() + ("\n" if number % 4 == 3 else " ")


def text(seed: int, size: int) -> str:
    """About `size` bytes."""
    parts: list[str] = []
    length = 0
    for sentence in sentences(seed):
        if length >= size:
            break
        parts.append(sentence)
        length += len(sentence)
    return "".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model's name or file; the default model if not given")
    parser.add_argument("--long", type=int, default=10_000_000, help="bytes of the long note")
    parser.add_argument("--notes", type=int, default=10_000, help="how many short notes")
    parser.add_argument("--short", type=int, default=600, help="bytes of a short note")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop a case after so long; 0: read all of it")
    parser.add_argument("--deterministic", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = {}
    for name, sizes in (("one long note", [given.long]), ("many short notes", [given.short] * given.notes)):
        with tempfile.TemporaryDirectory() as folder:
            notes = Path(folder) / "notes"
            notes.mkdir()
            for number, size in enumerate(sizes):
                (notes / f"{number:06}.txt").write_text(text(number, size), "utf-8")
            found[name] = run(notes, given)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    columns = next(iter(found.values()))
    print(f"{'':<18}" + "".join(f"{column:>16}" for column in columns))
    for name, values in found.items():
        print(f"{name:<18}" + "".join(f"{value:>16,.0f}" for value in values.values()))


def run(notes: Path, given: argparse.Namespace) -> dict[str, float]:
    project = notes.parent / "bench.bioassist"
    command = [sys.executable, "-c", "from bioassist.cli import main; main()", "annotate", str(notes)]
    command += ["--project", str(project), "--no-review", "--offline"]
    command += ["--model", given.model] if given.model else []
    command += ["--deterministic"] if given.deterministic else []
    peaks = Peaks()
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            peaks.look(process.pid)
        except psutil.Error:
            break
        if given.minutes and time.monotonic() - began > given.minutes * 60:
            # As Ctrl-C does: the run's books are closed.
            process.send_signal(signal.SIGINT)
            break
        time.sleep(_EVERY)
    if process.wait() not in (0, _INTERRUPTED):
        raise SystemExit(f"annotate ended with {process.returncode}")
    with closing(sqlite3.connect(project / "project.sqlite")) as file:
        words = file.execute("SELECT words FROM runs").fetchone()[0]
    # What it takes once everything is loaded, against what it takes in the end.
    course = peaks.course
    early, late = course[: max(len(course) // 4, 1)], course[-max(len(course) // 4, 1) :]
    return {
        "words": words,
        "all MiB": peaks.whole / 2**20,
        "application MiB": peaks.application / 2**20,
        "worker MiB": peaks.worker / 2**20,
        "first quarter": max(early) / 2**20,
        "last quarter": max(late) / 2**20,
        "seconds": time.monotonic() - began,
    }


if __name__ == "__main__":
    main()
