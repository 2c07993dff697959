"""How long it takes to make queues and filters over a project of many notes, and to accept all of it at once.

    python -m bench.queues --documents 10000

Everything here runs in a thread beside the screen; what counts for a person is `next`, which is a key.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from assistant.project.store import Project
from assistant.review.order.ordering import NAMES
from assistant.review.session import ReviewSession
from bench.review_project import make

T = TypeVar("T")
STEPS = 200


def timed(what: str, call: Callable[[], T]) -> T:
    started = time.perf_counter()
    found = call()
    print(f"{what:<44} {time.perf_counter() - started:8.2f} s", flush=True)
    return found


def steps(session: ReviewSession) -> None:
    """From entry to entry, each in another note as likely as not, with a decision on every second."""
    seconds = []
    for number in range(STEPS):
        started = time.perf_counter()
        if number % 2 and session.current is not None and session.current.focused is not None:
            session.accept()
        elif session.next_in_queue() is None:
            break
        seconds.append(time.perf_counter() - started)
    if len(seconds) > 1:
        worst = statistics.quantiles(seconds, n=20)[-1]
        print(f"  next or accept: p50 {statistics.median(seconds) * 1000:.1f} ms, p95 {worst * 1000:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--together", type=int, default=150_000, help="suggestions of one note, accepted at once")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder), told.documents, 100_000, 5_000)
        with Project.open(path, actor="bench") as project:
            session = ReviewSession(project)
            timed("list of notes", session.documents)
            for kind in NAMES:
                followed = timed(f"queue: {NAMES[kind]}", lambda kind=kind: session.queue_of(kind))  # type: ignore[misc]
                session.take_queue(followed)
                print(f"  {followed.queue.view.total:,} entries")
                steps(session)
            session.take_queue(None)
            for line in ("label:Disease sure:<0.5", "fever", "is:disputed"):
                wanted = session.parse_filter(line)
                assert wanted is not None
                timed(f"filter: {line}", lambda wanted=wanted: session.filtered(wanted))  # type: ignore[misc]
            timed("what to expect of all notes", lambda: session.estimates(everywhere=True))
            count = timed("accept over 0.8 in all notes", lambda: session.accept_over(0.8, everywhere=True))
            print(f"  {count:,} accepted")
            timed("undo", session.undo)
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder), 1, told.together * 16, told.together)
        with Project.open(path, actor="bench") as project:
            session = ReviewSession(project)
            timed("one note: open", lambda: session.open(1))
            count = timed("one note: accept over 0", lambda: session.accept_over(0.0))
            print(f"  {count:,} accepted")
            timed("one note: undo", session.undo)


if __name__ == "__main__":
    main()
