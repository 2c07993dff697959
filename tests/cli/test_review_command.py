"""The review screen in a real terminal: opened, left, interrupted, and its worker killed under it."""

from __future__ import annotations

import os
import select
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, ClassVar

import psutil
import pytest
from cli_setup import MAIN, NOTE, Desk, long_note, wait_until
from tiny_model import write_tiny_llama

from assistant.children import environment
from assistant.project.store import Project

fcntl = pytest.importorskip("fcntl", reason="terminals of one's own are POSIX's")
termios = pytest.importorskip("termios")

# The place of the suggestion in focus, below the text.
FIRST = "1 of "


class Terminal:
    """A command with a terminal of 80x24 of its own; `errors` is where its standard error goes instead."""

    opened: ClassVar[list[Terminal]] = []

    def __init__(self, desk: Desk, *arguments: str | Path, errors: IO[bytes] | None = None) -> None:
        self.screen, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", MAIN, *(str(argument) for argument in arguments)],
            cwd=desk.folder,
            env=environment() | {"TERM": "xterm-256color", "COLORTERM": ""},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs if errors is None else errors,
            start_new_session=True,
            text=True,
        )
        os.close(theirs)
        self.shown = ""
        self._gone = False
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        self.opened.append(self)

    def _read(self) -> None:
        # A terminal that nobody reads stops its program.
        while not self._gone:
            try:
                if not select.select([self.screen], [], [], 0.1)[0]:
                    continue
                part = os.read(self.screen, 1 << 16)
            except OSError:
                return
            if not part:
                return
            self.shown += part.decode("utf-8", "replace")

    def wait_for(self, words: str) -> None:
        wait_until(lambda: words in self.shown, self.process)

    def type(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def vanish(self) -> None:
        """The terminal is gone, and nobody tells the command: it has no session with it that would be hung up."""
        self._gone = True
        self._reading.join()
        os.close(self.screen)

    def leave(self) -> int:
        """Quit after something was decided: the page at the end of the session waits for a key."""
        self.type("q")
        self.wait_for("any key leaves")
        self.type(" ")
        return self.ended()

    def ended(self) -> int:
        code = self.process.wait(30)
        self._reading.join(5)
        os.close(self.screen)
        assert "Traceback" not in self.shown
        return code


@pytest.fixture(autouse=True)
def closed_terminals() -> Iterator[None]:
    """What a failed test leaves running would slow down all others."""
    yield
    while Terminal.opened:
        process = Terminal.opened.pop().process
        if process.poll() is None:
            for one in (*psutil.Process(process.pid).children(recursive=True), process):
                one.kill()


def accepted(desk: Desk) -> int:
    with Project.open(desk.project, read_only=True) as project:
        return sum(tally.accepted for tally in project.counts().values())


def test_a_project_is_reviewed(annotated: Desk) -> None:
    terminal = Terminal(annotated, "review", annotated.project)
    terminal.wait_for("denies")
    terminal.type("a")
    wait_until(lambda: accepted(annotated) == 1, terminal.process)
    assert terminal.leave() == 0
    assert accepted(annotated) == 1


def test_ctrl_c_leaves_the_screen_as_an_interrupt(annotated: Desk) -> None:
    terminal = Terminal(annotated, "review", annotated.project)
    terminal.wait_for("denies")
    terminal.type("\x03")
    assert terminal.ended() == 130
    assert "What is done is kept" in terminal.shown


def test_a_terminal_that_vanishes_ends_the_screen(annotated: Desk) -> None:
    terminal = Terminal(annotated, "review", annotated.project)
    terminal.wait_for("denies")
    terminal.type("a")
    wait_until(lambda: accepted(annotated) == 1, terminal.process)
    terminal.vanish()
    assert terminal.process.wait(30) == 130
    with annotated.opened() as project:
        assert project.verify() == []
    assert accepted(annotated) == 1


def test_it_ends_the_reading_too(desk: Desk) -> None:
    desk.write({"a.txt": NOTE, "b.txt": long_note(400)})
    arguments = [argument for argument in desk.arguments() if argument != "--no-review"]
    with (desk.folder / "errors.txt").open("wb") as errors:
        terminal = Terminal(desk, "annotate", *arguments, errors=errors)
        terminal.wait_for("denies")
        children = psutil.Process(terminal.process.pid).children(recursive=True)
        terminal.vanish()
        assert terminal.process.wait(30) == 130
    assert psutil.wait_procs(children, timeout=10)[1] == [], "the model's process goes with it"
    assert "What is done is kept" in (desk.folder / "errors.txt").read_text("utf-8")


def test_errors_into_a_file_leave_the_screen_where_it_is_seen(annotated: Desk) -> None:
    with (annotated.folder / "errors.txt").open("wb") as errors:
        terminal = Terminal(annotated, "review", annotated.project, errors=errors)
        terminal.wait_for("denies")
        terminal.type("a")
        wait_until(lambda: accepted(annotated) == 1, terminal.process)
        assert terminal.leave() == 0
    assert b"\x1b" not in (annotated.folder / "errors.txt").read_bytes()


def test_annotate_opens_the_screen_before_the_first_note_is_whole(desk: Desk) -> None:
    desk.write({"a.txt": long_note(400), "b.txt": NOTE})
    arguments = [argument for argument in desk.arguments() if argument != "--no-review"]
    terminal = Terminal(desk, "annotate", *arguments)
    terminal.wait_for("denies")
    terminal.wait_for(FIRST)
    assert desk.states()["a"] == "reading"
    terminal.type("a")
    wait_until(lambda: accepted(desk) == 1, terminal.process)
    assert desk.states()["a"] == "reading", "what is there can be decided on while the rest is read"
    assert terminal.leave() == 0
    assert "2 to go: the same command goes on" in terminal.shown
    assert desk.annotate().code == 0
    assert accepted(desk) == 1 and set(desk.states().values()) == {"ready"}


def test_a_model_that_does_not_load_is_told_in_the_terminal_and_no_screen_opens(desk: Desk) -> None:
    desk.write({"a.txt": NOTE})
    write_tiny_llama(desk.folder / "m.gguf", architecture="quux")
    arguments = [argument for argument in desk.arguments("--model", "m.gguf") if argument != "--no-review"]
    terminal = Terminal(desk, "annotate", *arguments)
    assert terminal.ended() == 4
    assert "quux" in terminal.shown and "to decide" not in terminal.shown
    assert "\x1b[?1049h" not in terminal.shown, "the screen of a whole-window application was never asked for"


def test_annotate_opens_the_screen_and_goes_on_when_its_worker_is_killed(desk: Desk) -> None:
    desk.write({"a.txt": NOTE, **{f"{name}.txt": long_note(20, name) for name in "bcd"}})
    arguments = [argument for argument in desk.arguments() if argument != "--no-review"]
    terminal = Terminal(desk, "annotate", *arguments)
    terminal.wait_for("denies")
    children = psutil.Process(terminal.process.pid).children()
    (worker,) = [child for child in children if "assistant.engine.worker" in child.cmdline()]
    terminal.wait_for(FIRST)
    assert set(desk.states().values()) != {"ready"}
    worker.kill()
    # A decision is made while the fresh one starts.
    terminal.type("a")
    wait_until(lambda: accepted(desk) == 1, terminal.process)
    wait_until(lambda: set(desk.states().values()) == {"ready"}, terminal.process)
    assert terminal.leave() == 0
    assert "4 of 4 notes ready" in terminal.shown
    with desk.opened() as project:
        assert len([row for row in project.documents() if row.words == 24 * 20]) == 3
        assert project.verify() == []


def test_leaving_the_screen_stops_the_reading_and_the_same_command_resumes(desk: Desk) -> None:
    desk.write({"a.txt": NOTE, "b.txt": long_note(400)})
    arguments = [argument for argument in desk.arguments() if argument != "--no-review"]
    terminal = Terminal(desk, "annotate", *arguments, "--output", "jsonl:out.jsonl")
    terminal.wait_for("denies")
    wait_until(lambda: desk.states()["a"] == "ready", terminal.process)
    terminal.type("q")
    assert terminal.ended() == 0
    assert "1 to go: the same command goes on" in terminal.shown
    assert desk.states() == {"a": "ready", "b": "pending"}
    assert Path("out.jsonl").is_file()


def test_without_a_terminal_there_is_no_screen(annotated: Desk) -> None:
    told = annotated.run("review", annotated.project)
    assert told.code == 2 and "the review screen needs a terminal" in told.said


def test_a_screenshot_needs_none(annotated: Desk) -> None:
    assert annotated.run("review", annotated.project, "--screenshot", "screen.svg").code == 0
    assert "denies" in Path("screen.svg").read_text("utf-8")


@pytest.mark.parametrize("arguments", [(), ("--screenshot", "screen.svg")])
def test_no_project(desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    told = desk.run("review", "none", *arguments)
    assert told.code == 5 and "none: there is no project here" in told.said
