"""The application's end of the worker: starts it, writes to it, hears it, and knows how it ended."""

from __future__ import annotations

import contextlib
import errno
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.children import ended, environment
from assistant.engine.machine import step_back
from assistant.engine.wire import Message, receive, send

_PATIENCE = 5.0
# What a process is started with; its messages are the wire's.
COMMAND = (sys.executable, "-P", "-m", "assistant.engine.worker")
# A system without memory left kills; what asks for memory in vain says so in one of these ways.
_KILLED = -int(getattr(signal, "SIGKILL", 9))
_NO_MEMORY = ("bad_alloc", "out of memory", "memoryerror", "failed to allocate")
# Linux counts the processes it killed so: a person kills with the same signal.
_KILLS = Path("/proc/vmstat")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a worker ended, or could not be `started`, for people, and whether it looks as if memory had run out."""

    how: str
    out_of_memory: bool = False
    started: bool = True

    @classmethod
    def of_start(cls, error: OSError) -> Ending:
        """There was never a process."""
        return cls(str(error.strerror or error), error.errno == errno.ENOMEM, started=False)

    def __str__(self) -> str:
        what = "ended" if self.started else "could not be started"
        return f"the process that runs llama.cpp {what} ({self.how.rstrip('.')})"


def kills_for_memory(counts: Path = _KILLS) -> int | None:
    """How many processes this system has killed for want of memory since it started; None where it does not say."""
    try:
        told = dict(line.split() for line in counts.read_text(encoding="ascii").splitlines())
        return int(told["oom_kill"])
    except (OSError, ValueError, KeyError):
        return None


def killed_for_memory(before: int | None, now: int | None) -> bool:
    """Whether a process that was killed was killed for want of memory; taken for likely where nobody counts."""
    return before is None or now is None or now > before


class Worker:
    """One worker process. `hear` is called on a thread of this object with each message, then once with None.

    Raises OSError where the system has no memory, or no room in its table, for one more process or thread.

    A plain subprocess with pipes: inside a running Textual application multiprocessing cannot start one, since
    standard error has no file descriptor there.
    """

    def __init__(self, opening: Message, wait_policy: str, hear: Callable[[Worker, Message | None], None]) -> None:
        self._kills = kills_for_memory()
        # llama.cpp complains here before it aborts; the file has no name and goes with the process.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                # The OpenMP runtime reads its policy when llama.cpp is loaded, so it has to be there before.
                env=environment() | {"OMP_WAIT_POLICY": wait_policy},
            )
        except OSError:
            self._complaints.close()
            raise
        step_back(self._process.pid)
        self._hear = hear
        # A worker that hangs reads nothing, and a pipe holds little; whoever sends to it must not hang with it.
        self._outbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="worker-writer", daemon=True)
        self._listener = threading.Thread(target=self._listen, name="worker-listener", daemon=True)
        try:
            self._writer.start()
            self._listener.start()
        except RuntimeError as error:
            self._outbox.put(None)
            with self._process:
                self._process.kill()
            self._complaints.close()
            raise OSError(errno.EAGAIN, str(error)) from error
        self.send(opening)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: Message) -> None:
        """Goes out when the worker takes it. To one that has ended it is dropped: the listener tells of the end."""
        self._outbox.put(message)

    def _write(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            while (message := self._outbox.get()) is not None:
                send(self._process.stdin, message)
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while True:
            try:
                message = receive(self._process.stdout)
            except (OSError, ValueError):
                message = None
            self._hear(self, message)
            if message is None:
                return

    def ending(self) -> Ending:
        """How the process ended; waits for it a moment."""
        try:
            code = self._process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            return Ending("it closed its pipe")
        how = ended(code, self._complaints)
        killed = code == _KILLED and killed_for_memory(self._kills, kills_for_memory())
        return Ending(how, killed or any(word in how.casefold() for word in _NO_MEMORY))

    def close(self) -> None:
        """End the process. What it was evaluating is lost; finished windows are stored already."""
        self._outbox.put(None)
        try:
            self._process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._writer.join(timeout=_PATIENCE)
        self._listener.join(timeout=_PATIENCE)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._complaints.close()
