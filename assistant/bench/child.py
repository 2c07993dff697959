"""The process of one trial: `python -m assistant.bench.child`, told which over standard input."""

from __future__ import annotations

import dataclasses
import signal
import traceback
from importlib import import_module
from pathlib import Path

from assistant.bench.trial import NotInstalledError, Outcome, Trial
from assistant.engine.wire import Message, receive, send
from assistant.engine.worker import take_pipes
from bioassist.errors import BioassistError

OURS = ("engine", "reference", "floor")


def run(trial: Trial) -> Outcome:
    """Raises BioassistError, or whatever the contender's libraries do."""
    # Importing either loads llama.cpp's library.
    module = import_module("assistant.bench.ours" if trial.contender in OURS else "assistant.bench.rivals")
    outcome: Outcome = getattr(module, trial.contender)(trial)
    return outcome


def answer(trial: Trial) -> Message:
    """The outcome, or why there is none; never a word of a note, which other people's errors may quote."""
    try:
        return {"outcome": dataclasses.asdict(run(trial))}
    except BioassistError as error:
        return {"failed": error.what, "missing": isinstance(error, NotInstalledError)}
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        return {"failed": what, "missing": False}


def main() -> None:
    # Ctrl-C goes to every process of the terminal; the application ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    incoming, outgoing = take_pipes()
    message = receive(incoming)
    if message is not None:
        send(outgoing, answer(Trial.from_message(message)))


if __name__ == "__main__":
    main()
