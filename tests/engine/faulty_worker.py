"""A worker that fails where a note says MARK: `python faulty_worker.py FAULT [FILE]`."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

from assistant.engine import llama, sequence, worker
from assistant.engine.decoder import Decoder, NotFiniteError, OutOfMemoryError
from bioassist.tasks.program import Text

MARK = "Rumpelstiltskin"


def fail(fault: str, batch: int) -> None:
    match fault:
        case "nan":
            raise NotFiniteError
        case "abort":
            os.abort()
        case "mistake":
            raise KeyError(f"{MARK} has a rash")
        case "hang":
            Path(sys.argv[2]).touch()
            threading.Event().wait()
        case "memory":
            if batch > 64:
                raise OutOfMemoryError("there was no memory for a batch.")


class Context(llama.Llama):
    def __init__(self, path: Path, settings: llama.Settings, adapter: Path | None = None) -> None:
        if sys.argv[1] == "slow":
            threading.Event().wait()
        if sys.argv[1] == "no context" or (sys.argv[1] == "small" and settings.cells > 2048):
            raise OutOfMemoryError(f"llama.cpp could not set up {settings.cells} cells for this model.")
        super().__init__(path, settings, adapter)


def read(self: sequence.Running, decoder: Decoder, ahead: int, *, _real: Any = sequence.Running.read) -> None:
    said = "".join(piece.text for piece in self.compiled.program.pieces if isinstance(piece, Text))
    if MARK in said:
        fail(sys.argv[1], decoder.settings.batch)  # type: ignore[attr-defined]
    _real(self, decoder, ahead)


if __name__ == "__main__":
    llama.Llama = Context  # type: ignore[misc]
    sequence.Running.read = read  # type: ignore[method-assign]
    worker.main()
