"""The application's end of the worker: starts it, writes to it, hears it, and knows how it ended."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable

from assistant.children import ended, environment
from assistant.engine.machine import step_back
from assistant.engine.wire import Message, receive, send

_PATIENCE = 5.0


class Worker:
    """One worker process. `hear` is called on a thread of this object with each message, then once with None.

    A plain subprocess with pipes: inside a running Textual application multiprocessing cannot start one, since
    standard error has no file descriptor there.
    """

    def __init__(self, opening: Message, wait_policy: str, hear: Callable[[Worker, Message | None], None]) -> None:
        # llama.cpp complains here before it aborts; the file has no name and goes with the process.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assistant.engine.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            # The OpenMP runtime reads its policy when llama.cpp is loaded, so it has to be there before.
            env=environment() | {"OMP_WAIT_POLICY": wait_policy},
        )
        step_back(self._process.pid)
        self._hear = hear
        self._listener = threading.Thread(target=self._listen, name="worker-listener", daemon=True)
        self._listener.start()
        self.send(opening)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: Message) -> None:
        """A message to a worker that has ended is dropped: the listener tells of the end."""
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, message)
        except OSError:
            return

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

    def ending(self) -> str:
        """How the process ended, for people; waits for it a moment."""
        try:
            code = self._process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            return "it closed its pipe"
        return ended(code, self._complaints)

    def close(self) -> None:
        """End the process. What it was evaluating is lost; finished windows are stored already."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(timeout=_PATIENCE)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._complaints.close()
