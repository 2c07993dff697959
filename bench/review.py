"""Key to paint on the review screen, opening time and memory: `python -m bench.review`.

Projects of 100 and of 10,000 documents are made, each with one note of 100,000 characters and 5,000 suggestions; the
real screen is opened on each in a process of its own, once alone and once while notes are read: a thread writes results
into the project as `annotate` does, and processes of the worker's priority keep every core busy.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from assistant.bench.memory import own
from assistant.children import environment
from assistant.engine.events import DocumentDone, Progress, WindowDone
from bench.busy import busy
from bench.review_project import LONG, begin_run, make, suggestions_of

SIZE = (120, 40)
# What a person does in the long note, then among the notes.
IN_THE_NOTE = {
    "scroll a row": "down",
    "scroll a page": "pagedown",
    "next suggestion": "n",
    "accept": "a",
    "reject": "x",
    "relabel": "2",
    "move a boundary": "right_square_bracket",
    "undo": "u",
    "redo": "U",
}
AMONG_NOTES = {"next note": "N", "previous note": "P", "mark done": "D"}
FIRST = 3  # keys of each kind that are pressed before it counts: what is read once is read then


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, nargs="+", default=[100, 10_000])
    parser.add_argument("--characters", type=int, default=100_000, help="of the long note")
    parser.add_argument("--suggestions", type=int, default=5_000, help="in the long note")
    parser.add_argument("--keys", type=int, default=40, help="presses of each key")
    parser.add_argument("--windows", type=float, default=10.0, help="results a second that the reading writes")
    parser.add_argument("--busy", type=int, default=os.cpu_count() or 1, help="busy processes beside the reading")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--case", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--reading", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case is not None:
        print(json.dumps(asyncio.run(case(given.case, given))))
        return
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for documents in given.documents:
            for reading in (False, True):
                place = Path(folder) / f"{documents}-{reading}"
                place.mkdir()
                path = make(place, documents, given.characters, given.suggestions)
                found.append({"documents": documents, "reading": reading} | _run(path, reading, given))
                if not given.json:
                    report(found[-1])
    if given.json:
        print(json.dumps(found, indent=2))


def _run(path: Path, reading: bool, given: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.review", "--case", str(path), "--keys", str(given.keys)]
    command += ["--windows", str(given.windows)] + (["--reading"] if reading else [])
    with busy(given.busy if reading else 0, nice=10):
        began = time.time()
        done = subprocess.run(command, capture_output=True, text=True, env=environment() | {"BENCH_BEGAN": str(began)})
    if done.returncode:
        raise SystemExit(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


async def case(path: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Open the project, press the keys, and say how long that took."""
    from assistant.project.calibration.refitting import refit
    from assistant.project.store import Project
    from assistant.review.session import ReviewSession
    from bench.review_screen import TimedApp, first_paint, press, settled

    imported = time.time() - float(os.environ["BENCH_BEGAN"])
    began = time.perf_counter()
    with Project.open(path, actor="bench") as project:
        refit(project)
        app = TimedApp(ReviewSession(project, "bench"), None, None)
        app.collect_in_pauses()
        async with app.run_test(headless=False, size=SIZE) as pilot:
            await first_paint(pilot)
            opened = time.perf_counter() - began
            await settled(pilot)
            memory = own(os.getpid())
            took: dict[str, list[float]] = {}
            with Reading(project, app, given.windows) if given.reading else nullcontext():
                for name, key in (IN_THE_NOTE | AMONG_NOTES).items():
                    pressed = [await press(pilot, key) for _ in range(FIRST + given.keys)]
                    took[name] = [1000 * one for one in pressed[FIRST:] if one is not None]
                app.review.open(project.documents()[1].id)
                await pilot.pause()
                took["to the long note"] = [1000 * (await press(pilot, "P") or 0)]
            ended = own(os.getpid())
    return {
        "start s": imported,
        "open s": opened,
        "opened MiB": memory / 2**20,
        "ended MiB": ended / 2**20,
        "keys": {name: figures(values) for name, values in took.items()},
        "all": figures([value for values in took.values() for value in values]),
    }


def figures(values: list[float]) -> dict[str, float]:
    """How many, and milliseconds: the median, the 95th percentile, the most."""
    ordered = sorted(values)
    if not ordered:
        return {"n": 0, "p50": float("nan"), "p95": float("nan"), "max": float("nan")}
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return {"n": len(ordered), "p50": statistics.median(ordered), "p95": p95, "max": ordered[-1]}


class Reading:
    """Writes into the project what a model might find, from a thread, and tells the screen of it, as `annotate` does.

    Every fourth window is of the note on the screen, which is being read meanwhile.
    """

    def __init__(self, project: Any, app: Any, windows_a_second: float) -> None:
        self._project, self._app, self._pause = project, app, 1 / windows_a_second
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, name="reading")

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        self._thread.join()

    def _read(self) -> None:
        project = self._project
        run = begin_run(project)
        rows = {row.name: row for row in project.documents()}
        long, waiting = rows[LONG], [row for row in rows.values() if row.state == "pending"]
        project.set_state(long.id, "reading")
        # Beside those that the note has, twice as many are to come.
        more = suggestions_of(long.text_sha, project.text(long.id), 3 * 5000)
        count = 0
        while not self._over.wait(self._pause):
            count += 1
            if count % 4 and waiting:
                row = waiting[count * 3 // 4 % len(waiting)]
                found = suggestions_of(row.text_sha, project.text(row.id), 20)
            else:
                row, found = long, more[4 * count % len(more) :][:4]
            project.put_window(f"bench-{count}", {"mentions": []}, row.id)
            project.add_suggestions(row.id, run, found)
            self._app.report(WindowDone(row.id, 40, count, None))
            if row is not long:
                project.set_state(row.id, "ready", words=200)
                self._app.report(DocumentDone(row.id))
            self._app.report(Progress(count, len(rows), 40 * count, 40 / self._pause, None, "bench"))


def report(found: dict[str, Any]) -> None:
    print(f"{found['documents']:,} documents, {'while notes are read' if found['reading'] else 'alone'}")
    print("  " + "   ".join(f"{name} {found[name]:.2f}" for name in ("start s", "open s", "opened MiB", "ended MiB")))
    print(f"  {'key to paint, ms':<20}{'n':>6}{'p50':>8}{'p95':>8}{'most':>8}")
    for name, one in (found["keys"] | {"all": found["all"]}).items():
        print(f"  {name:<20}{one['n']:>6}{one['p50']:>8.1f}{one['p95']:>8.1f}{one['max']:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
