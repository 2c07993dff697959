"""The command line as a person meets it: what a command said, and the code it ended with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from assistant.children import environment
from assistant.engine.client import Ending
from assistant.engine.wire import Message, receive, send
from assistant.engine.worker import serve
from assistant.project.store import Project
from bioassist.cli import group
from bioassist.cli.diagnostics import Guard

NOTE = "The patient denies chest pain. Rx amoxicillin 5mg/kg t.d.s.\nFever and cough for 3/7; no rash.\n"
SCHEMA = "[[entities]]\nname = 'Disease'\n[[entities]]\nname = 'Drug'\n"
# A shell that runs the tests in the background makes them, and so the commands, deaf to Ctrl-C.
MAIN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from bioassist.cli import main; main()"


def long_note(paragraphs: int, about: str = "ward") -> str:
    """Paragraphs of 24 words, no two alike, so that each has to be read."""
    return "".join(
        f"The {about} denies chest{number} pain. Rx {about}x{number} 5mg/kg t.d.s.\n"
        f"Fever and cough for 3/7; no {about}{number}.\n"
        for number in range(paragraphs)
    )


@dataclass(frozen=True)
class Told:
    """How a command ended. `said` is what a person reads on stderr, `out` what a program reads on stdout."""

    code: int
    out: str
    said: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class NearWorker:
    """The worker without its process: the real one, pipes and all, on a thread. It saves a second a run."""

    def __init__(self, opening: Message, wait_policy: str, hear: Callable[[Any, Message | None], None]) -> None:
        (ours_in, theirs_out), (theirs_in, ours_out) = os.pipe(), os.pipe()
        self._to, self._from = os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb")
        self._serving = threading.Thread(target=self._serve, args=(theirs_in, theirs_out), daemon=True)
        self._listening = threading.Thread(target=self._listen, args=(hear,), daemon=True)
        self._serving.start()
        self._listening.start()
        self.send(opening)

    @property
    def pid(self) -> int:
        return os.getpid()

    def send(self, message: Message) -> None:
        with suppress(OSError):
            send(self._to, message)

    def ending(self) -> Ending:
        return Ending("it broke")

    def close(self) -> None:
        with suppress(OSError):
            self._to.close()
        self._serving.join()
        self._listening.join()
        self._from.close()

    def _serve(self, incoming: int, outgoing: int) -> None:
        with os.fdopen(incoming, "rb") as come, os.fdopen(outgoing, "wb") as go:
            serve(come, go)

    def _listen(self, hear: Callable[[Any, Message | None], None]) -> None:
        while (message := receive(self._from)) is not None:
            hear(self, message)
        hear(self, None)


class Desk:
    """A folder with notes in it, and the command line there."""

    def __init__(self, folder: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.notes = folder / "notes"
        self.project = folder / "notes.bioassist"
        self.model = model
        self._capsys = capsys
        (folder / "schema.toml").write_text(SCHEMA, "utf-8")

    def write(self, content: dict[str, str | bytes]) -> None:
        """Files below `notes/`; text as UTF-8 with its line ends as they are."""
        for name, data in content.items():
            path = self.notes / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.encode() if isinstance(data, str) else data)

    def run(self, *arguments: str | Path) -> Told:
        """Run a command in this process. Whatever it is, what it says can be read and obeyed nowhere."""
        self._capsys.readouterr()
        code = Guard(group).code([str(argument) for argument in arguments])
        said = self._capsys.readouterr()
        return checked(Told(int(code), said.out, said.err))

    def annotate(self, *arguments: str | Path) -> Told:
        """`annotate` with the tiny model and the schema of two labels; the folder `notes` unless others are named."""
        return self.run("annotate", *self.arguments(*arguments))

    def arguments(self, *arguments: str | Path) -> list[str]:
        given = [str(argument) for argument in arguments]
        if not given or given[0].startswith("--"):
            given.insert(0, "notes")
        if "--model" not in given:
            given += ["--model", str(self.model)]
        if "--schema" not in given and not self.project.exists():
            given += ["--schema", "schema.toml"]
        return [*given, "--threads", "1", "--no-review"]

    def process(self, *arguments: str | Path, **more: Any) -> subprocess.Popen[str]:
        """The real command, in a session of its own, as a terminal would start it."""
        return subprocess.Popen(
            [sys.executable, "-c", MAIN, *(str(argument) for argument in arguments)],
            cwd=self.folder,
            env=environment() | more.pop("env", {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=os.name == "posix",
            **more,
        )

    @contextmanager
    def opened(self, path: Path | None = None) -> Iterator[Project]:
        with Project.open(path or self.project) as project:
            yield project

    def states(self, path: Path | None = None) -> dict[str, str]:
        """The state of each note, seen as another process sees it."""
        with Project.open(path or self.project, read_only=True) as project:
            return {row.name: row.state for row in project.documents()}

    def found(self, path: Path | None = None) -> dict[str, list[tuple[str, int, int]]]:
        """What is suggested, note by note."""
        with Project.open(path or self.project, read_only=True) as project:
            return {
                row.name: [(s.type, s.spans[0].start, s.spans[-1].end) for s in project.suggestions(row.id)]
                for row in project.documents()
                if row.has_text
            }


def checked(told: Told) -> Told:
    """What holds for every command: no trace of our code, no control character, no message but on stderr."""
    for text in (told.out, told.said):
        assert "Traceback" not in text and "this should not happen" not in text, text
        assert all(char == "\n" or char.isprintable() for char in text), ascii(text)
    assert not re.search("^bioassist:", told.out, re.MULTILINE)
    return told


def ended(process: subprocess.Popen[str], seconds: float = 60) -> Told:
    try:
        out, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        for one in (*psutil.Process(process.pid).children(recursive=True), process):
            one.kill()
        raise
    return checked(Told(process.returncode, out, said))


def wait_until(true: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 180) -> None:
    """Wait for what the running process brings about. A busy machine may take long; it ends early if that has ended."""
    until = time.monotonic() + seconds
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)
