"""A process that is killed at any moment loses nothing that it had shown as saved."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from project_setup import Ward

from assistant.project.state import fold
from assistant.project.store import Project

REVIEW = """
import os, sys, threading
from pathlib import Path
from assistant.project.store import Project
from assistant.review.session import ReviewSession

def show(*words):
    # In one piece, whatever the other thread writes.
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

project = Project.open(Path(sys.argv[1]), actor="ann")
session = ReviewSession(project)
document = project.documents()[0].id
session.open(document)

def engine():
    for number in range(100_000):
        project.put_window(f"w{number}", {"labels": ["O"] * 50}, document)
        show("window", number)

threading.Thread(target=engine, daemon=True).start()
number = 0
while True:
    item = session.current.focused
    act = session.accept if number % 3 else session.reject
    saved = act()
    if saved is None:
        break
    status = next(one.status for one in session.current.items if one.id == item.id)
    show("saved", saved.seq, item.id, status)
    if number % 10 == 9:
        undone = session.undo()
        show("undone", undone.seq, item.id, "pending")
        session.focus_next(pending_only=True)
    number += 1
show("finished")
sys.stdin.read()
"""


@pytest.mark.parametrize("lines", [1, 8, 30, 75, 160])
def test_everything_that_was_shown_as_saved_is_there(tmp_path: Path, lines: int) -> None:
    ward = Ward(tmp_path)
    document = ward.note(" ".join(f"<Symptom 0.9>pain{number}</Symptom>" for number in range(600)))
    ward.project.close()
    process = subprocess.Popen(
        [sys.executable, "-c", REVIEW, str(ward.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    printed = [process.stdout.readline() for _ in range(lines)]
    time.sleep(random.Random(lines).random() / 50)
    process.kill()
    rest, _ = process.communicate()
    # The last line may have been cut by the kill.
    whole = [line.split() for line in ("".join(printed) + rest).split("\n")[:-1]]
    assert len(whole) >= lines and ["finished"] not in whole

    with Project.open(ward.path) as project:
        assert project.verify() == []
        shown = {line[2]: line[3] for line in whole if line[0] in ("saved", "undone")}
        assert len(shown) > 3 or lines < 75
        last = max((int(line[1]) for line in whole if line[0] in ("saved", "undone")), default=0)
        entries = project.journal.entries(document)
        assert len(entries) - last in (0, 1), "what was saved last may not have been shown any more"
        items = fold(project.suggestions(document), entries[:last])
        assert {item_id: items[item_id].status for item_id in shown} == shown
        windows = [f"w{line[1]}" for line in whole if line[0] == "window"]
        assert project.cached_windows(windows).keys() == set(windows)


def test_a_kill_while_a_project_is_made_leaves_a_place_for_it(tmp_path: Path) -> None:
    path = tmp_path / "notes.bioassist"
    for wait in (0.0, 0.002, 0.01):
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys; from pathlib import Path; from assistant.project.store import Project\n"
                "print('go', flush=True); Project.open(Path(sys.argv[1]), create=True)",
                str(path),
            ],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.kill()
        process.communicate()
        with Project.open(path, create=True) as project:
            assert project.documents() == [] and project.verify() == []
        (path / "project.sqlite").unlink()
