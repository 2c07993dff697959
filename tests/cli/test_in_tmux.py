"""The installed program in a real terminal, from the notes to the exports, by the keys that a person presses."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from cli_setup import NOTE, Desk, long_note
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from assistant.project.file.holder import OWNER
from assistant.project.journal.entries import Entry
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from converters.formats import by_name

TMUX = shutil.which("tmux")
PROGRAM = shutil.which("bioassist", path=str(Path(sys.executable).parent))
# A machine may be busy; nothing waits for this unless something is broken.
PATIENCE = 180.0
ANNOTATE = ("annotate", "notes", "--schema", "schema.toml", "--threads", "1", "--as", "ann")

pytestmark = [
    pytest.mark.skipif(TMUX is None, reason="tmux is not installed"),
    pytest.mark.skipif(PROGRAM is None, reason="bioassist is not installed beside this Python"),
]


class Terminal:
    """A shell in a window of tmux, on a server of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = f"bioassist-{uuid.uuid4().hex}"
        self._environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "XDG_CONFIG_HOME": str(folder / "config"),
            "LC_ALL": "C.UTF-8",
        }

    def open_window(self) -> None:
        self._tmux("new-session", "-d", "-x", "120", "-y", "36", "-c", str(self._folder), "sh")
        self.until(lambda: self.screen().strip() != "")

    def close_window(self) -> None:
        self._tmux("kill-session")

    def end(self) -> None:
        subprocess.run(self._command("kill-server"), capture_output=True, timeout=PATIENCE, check=False)

    def type(self, *words: str | Path) -> None:
        """A command, with its exit code on a line of its own behind what it says."""
        self._tmux("send-keys", "-l", f'clear; {shlex.join(map(str, words))}; echo "[$?]"')
        self._tmux("send-keys", "Enter")

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"it never came; the screen is:\n{self.screen()}"
            time.sleep(0.05)

    def ended(self) -> str:
        """What the command said, which must have ended well."""
        self.until(lambda: re.search(r"^\[\d+\]$", self.screen(), re.MULTILINE) is not None)
        said = self.screen()
        assert "[0]" in said and "Traceback" not in said, said
        return said

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            self._command(*words), capture_output=True, encoding="utf-8", env=self._environment, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _command(self, *words: str) -> list[str]:
        return [str(TMUX), "-u", "-f", os.devnull, "-L", self._server, *words]


@pytest.fixture
def terminal(desk: Desk) -> Iterator[Terminal]:
    desk.write({"a.txt": NOTE * 2, "ward/b.txt": NOTE * 3})
    made = Terminal(desk.folder)
    yield made
    made.end()


def begin(desk: Desk, terminal: Terminal) -> None:
    """From the notes to the first suggestion on the screen, and on until all are read."""
    terminal.open_window()
    terminal.type("bioassist", *ANNOTATE, "--model", desk.model)
    terminal.until(lambda: "Suggestion 1 of" in terminal.screen() and "? to decide" in terminal.screen())
    terminal.until(lambda: set(desk.states().values()) == {"ready"})


def journal(desk: Desk) -> list[Entry]:
    """What is saved, as another process sees it while the screen is open."""
    with Project.open(desk.project, read_only=True) as project:
        return project.journal.entries(actor="ann")


def pressed(desk: Desk, terminal: Terminal, *keys: str) -> Entry:
    """What is saved of the keys that a person presses."""
    before = len(journal(desk))
    terminal.press(*keys)
    terminal.until(lambda: len(journal(desk)) > before)
    (made,) = journal(desk)[before:]
    return made


def leave(terminal: Terminal) -> None:
    terminal.press("q")
    terminal.until(lambda: "any key" in terminal.screen())
    terminal.press("Enter")
    terminal.ended()


def test_from_the_notes_to_the_exports(desk: Desk, terminal: Terminal) -> None:
    begin(desk, terminal)
    accepted = pressed(desk, terminal, "a")
    terminal.until(lambda: "accepted Drug" in terminal.screen())
    rejected = pressed(desk, terminal, "x")
    relabelled = pressed(desk, terminal, "1")
    added = pressed(desk, terminal, "v", "w", "W", "1")
    assert [one.action for one in (accepted, rejected, relabelled, added)] == ["accept", "reject", "edit", "add"]
    terminal.until(lambda: "+ added" in terminal.screen())
    unwanted = pressed(desk, terminal, "tab", "a")
    assert pressed(desk, terminal, "u").action == "undo"
    assert pressed(desk, terminal, "D").action == "done"
    terminal.until(lambda: "Notes 1/2" in terminal.screen())
    leave(terminal)

    terminal.type("bioassist", "status", desk.project.name)
    assert "2 documents: 1 done" in terminal.ended()
    terminal.type("bioassist", "export", desk.project.name, "--to", "brat", "brat")
    terminal.ended()
    terminal.type("bioassist", "export", desk.project.name, "--to", "spacy", "spacy")
    terminal.ended()
    kept = {tuple(accepted.payload["ids"]), (relabelled.payload["id"],), (added.payload["id"],)}
    with desk.opened() as project:
        session = ReviewSession(project, "ann")
        session.open(project.documents()[0].id)
        assert session.current is not None
        shown = {(item.type, item.start, item.end) for item in session.current.items if item.kept}
        assert {(item.id,) for item in session.current.items if item.kept} == kept
    assert unwanted.payload["ids"][0] not in {one for (one,) in kept}
    brat = {one.name: one for one in by_name("brat").read(desk.folder / "brat")}
    assert {(one.type, one.start, one.end) for one in brat["a"].entities} == shown and not brat["ward/b"].entities
    (corpus,) = (found for place in (desk.folder / "spacy").glob("*.spacy") if len(found := DocBin().from_disk(place)))
    (doc,) = corpus.get_docs(Vocab())
    spans = [*doc.ents, *(one for group in doc.spans.values() for one in group)]
    assert {(one.label_, one.start_char, one.end_char) for one in spans} == shown


def test_the_first_note_is_worked_on_while_it_is_read(desk: Desk, terminal: Terminal) -> None:
    desk.write({"a.txt": long_note(400)})
    terminal.open_window()
    terminal.type("bioassist", *ANNOTATE, "--model", desk.model)
    terminal.until(lambda: "Suggestion 1 of" in terminal.screen())
    shown = terminal.screen()
    assert "◐" in shown and re.search(r"◐ \d+/(\d+|…) read", shown), shown
    assert pressed(desk, terminal, "a").action == "accept"
    assert desk.states()["a"] == "reading"
    terminal.press("D")
    terminal.until(lambda: "Not whole yet" in terminal.screen())
    terminal.press("Escape")
    terminal.until(lambda: "Not whole yet" not in terminal.screen())
    assert [one.action for one in journal(desk)] == ["accept"]
    leave(terminal)


def test_a_window_that_is_closed_loses_nothing(desk: Desk, terminal: Terminal) -> None:
    begin(desk, terminal)
    done = [pressed(desk, terminal, key) for key in ("a", "x", "1")]
    process = psutil.Process(json.loads((desk.project / OWNER).read_text("utf-8"))["pid"])
    terminal.close_window()
    process.wait(PATIENCE)
    terminal.open_window()
    terminal.type("bioassist", "review", desk.project.name, "--as", "ann")
    terminal.until(lambda: "1 edited" in terminal.screen() or "2 kept" in terminal.screen())
    assert journal(desk) == done
    assert [pressed(desk, terminal, key).action for key in ("u", "a")] == ["undo", "accept"]
    leave(terminal)
    terminal.type("bioassist", "project", "verify", desk.project.name)
    terminal.ended()
