"""Runs a trial in a process of its own, so that its memory, and a failed assertion of llama.cpp's, are its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace

from assistant.bench.memory import Peak
from assistant.bench.trial import Outcome, Trial
from assistant.children import ended, environment
from assistant.engine.wire import Message, receive, send


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a trial has no outcome; `missing` if what it needs is not installed."""

    reason: str
    missing: bool = False


def run(trial: Trial) -> Outcome | Failure:
    """Run `trial` and wait for it; the outcome's memory is the most that its process was seen with."""
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assistant.bench.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            # The OpenMP runtime reads its policy when llama.cpp is loaded. What asks the server goes by no proxy.
            env=environment() | {"OMP_WAIT_POLICY": trial.setup.wait, "NO_PROXY": "127.0.0.1"},
        )
        try:
            with Peak(process.pid) as peak:
                message = _answer(process, trial)
            if message is None:
                return Failure(f"its process ended ({ended(process.wait(), complaints)})")
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
    if "failed" in message:
        return Failure(message["failed"], message["missing"])
    outcome = Outcome(**message["outcome"])
    return replace(outcome, memory=max(outcome.memory, peak.bytes), answers=tuple(map(tuple, outcome.answers)))


def _answer(process: subprocess.Popen[bytes], trial: Trial) -> Message | None:
    """What the process says; None if it ends without a word."""
    assert process.stdin is not None and process.stdout is not None
    with suppress(BrokenPipeError):
        send(process.stdin, trial.to_message())
    return receive(process.stdout)
