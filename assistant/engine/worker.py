"""The process that runs llama.cpp: `python -m assistant.engine.worker`, told what to do over standard input.

It has a process of its own because a failed assertion in llama.cpp ends the process it happens in, and because
llama.cpp writes to file descriptors 1 and 2, which belong to the screen. Messages go out over a copy of the original
standard output; descriptors 1 and 2 are pointed away before the library is loaded.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from assistant.engine.decoder import DamagedModelError, OutOfMemoryError
from assistant.engine.wire import Message, receive, send
from bioassist import schema as schemas
from bioassist.errors import BioassistError
from bioassist.tasks import ner
from bioassist.words import words

# Seconds between two signs of life at least; a tiny model makes a batch in less than a thousandth of one.
_SIGN_EVERY = 0.1

if TYPE_CHECKING:
    from assistant.engine.llama import Llama
    from assistant.engine.reader import Reader


def main() -> None:
    # spaCy, which cuts words, brings torch in where it is installed: seconds and a hundred megabytes for nothing.
    sys.modules["torch"] = None  # type: ignore[assignment]
    # Ctrl-C goes to every process of the terminal; the application decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # There is nothing in this process to save, and llama.cpp may be in the middle of a batch, or hang in it.
    serve(*take_pipes(), at_end=lambda: os._exit(0))


def serve(incoming: BinaryIO, outgoing: BinaryIO, at_end: Callable[[], None] = lambda: None) -> None:
    """Do what is asked for over `incoming`, answering over `outgoing`, until its other end is closed.

    `at_end` is called then at once, on another thread.
    """
    first = receive(incoming)
    if first is None:
        return
    messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    # From now on, since a model may take long to load.
    threading.Thread(target=_listen, args=(incoming, messages, at_end), daemon=True).start()
    # Where the application is gone there is nobody to tell.
    with contextlib.suppress(BrokenPipeError):
        try:
            llama, reader = _open(first, outgoing)
        except BioassistError as error:
            send(outgoing, _refusal(error))
            return
        _work(llama, reader, messages, outgoing)


def _work(llama: Llama, reader: Reader, messages: queue.SimpleQueue[Message | None], outgoing: BinaryIO) -> None:
    """Read what comes until its end, and tell why where that is before it should be."""
    try:
        _serve(reader, messages, outgoing)
    except BrokenPipeError:
        raise
    except DamagedModelError as error:
        send(outgoing, _refusal(error))
    except BioassistError as error:
        send(outgoing, {"say": "broken", "what": error.what, "memory": isinstance(error, OutOfMemoryError)})
    except Exception as error:
        # Its own words may quote a note; where it happened does not.
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        send(outgoing, {"say": "broken", "what": what, "memory": isinstance(error, MemoryError)})
    finally:
        llama.close()


def _refusal(error: BioassistError) -> Message:
    return {
        "say": "refused",
        "what": error.what,
        "where": error.where,
        "next": error.next_step,
        "memory": isinstance(error, OutOfMemoryError),
    }


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The process's own standard input and output, for messages alone; nothing else can write there any more."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return incoming, outgoing


def _listen(incoming: BinaryIO, messages: queue.SimpleQueue[Message | None], at_end: Callable[[], None]) -> None:
    while (message := receive(incoming)) is not None:
        messages.put(message)
    messages.put(None)
    at_end()


def _open(opening: Message, outgoing: BinaryIO) -> tuple[Llama, Reader]:
    from assistant.engine.asking import Asking
    from assistant.engine.cells import PREFIXES
    from assistant.engine.compile import Compiler
    from assistant.engine.cutting import Cutting
    from assistant.engine.followups import FollowUps
    from assistant.engine.llama import Llama, Settings
    from assistant.engine.machine import DRAFTS, SEATS
    from assistant.engine.native import build
    from assistant.engine.reader import Reader
    from assistant.engine.scheduler import Scheduler
    from assistant.engine.units import Keys

    began = time.monotonic()
    slots = int(opening["slots"])
    library = build()
    layers = gpu_layers(str(opening["gpu_layers"]), library.gpu_offload)
    settings = Settings(
        cells=int(opening["cells"]),
        batch=int(opening["batch"]),
        sequences=slots + SEATS + PREFIXES,
        threads=int(opening["threads"]),
        gpu_layers=layers,
    )
    adapter = opening.get("adapter")
    llama = Llama(Path(opening["model"]), settings, Path(adapter) if adapter else None)
    asking = Asking.of(schemas.loads(opening["schema"]), opening["trained"])
    passes = ner.passes(opening["task"], asking.schema.entities)
    compiler = Compiler(llama.vocabulary.tokenize, llama.vocabulary.bos)
    scheduler = Scheduler(
        llama,
        compiler,
        cells=settings.cells,
        batch=settings.batch,
        slots=slots,
        seats=SEATS,
        lookahead=int(opening["lookahead"]),
        drafts=DRAFTS,
        evaluated=_Signs(outgoing).give,
    )
    deterministic = bool(opening["deterministic"])
    longest = min(scheduler.longest, llama.trained_context)
    keys = Keys(opening["identity"])
    followups = FollowUps(asking, compiler, keys, longest=longest)
    cutting = Cutting(compiler, passes, followups, keys, longest=longest, target=int(opening["window_words"]))
    # What digits depend on besides the text and the model.
    worker = [astuple(settings), slots, opening["lookahead"], library.package, library.features]
    reader = Reader(scheduler, cutting, slots=slots, deterministic=deterministic, worker=worker)
    # What is slow for the first time alone is done before it says that it is ready: the file's pages come in, and what
    # cuts words. How long it is silent after that tells the application when it hangs.
    batch = llama.warm_up()
    words("first words")
    facts = {
        "threads": str(settings.threads),
        "GPU layers": "all" if layers < 0 else str(layers),
        "context": str(llama.trained_context),
        "seconds to load": f"{time.monotonic() - began:.1f}",
    }
    send(outgoing, {"say": "ready", "facts": facts, "batch": batch})
    return llama, reader


class _Signs:
    """Tells the application that this process is alive, after a batch and not too often."""

    def __init__(self, outgoing: BinaryIO) -> None:
        self._outgoing = outgoing
        self._given = time.monotonic()

    def give(self) -> None:
        if time.monotonic() - self._given > _SIGN_EVERY:
            send(self._outgoing, {"say": "alive"})
            self._given = time.monotonic()


def gpu_layers(asked: str, offload: bool) -> int:
    """llama.cpp's number for "auto", "all" or a count; a negative one means all."""
    if asked == "auto":
        return -1 if offload else 0
    return -1 if asked == "all" else int(asked)


def _serve(reader: Reader, messages: queue.SimpleQueue[Message | None], outgoing: BinaryIO) -> None:
    waiting = False
    while True:
        while True:
            try:
                message = messages.get(block=waiting)
            except queue.Empty:
                break
            waiting = False
            if message is None:
                return
            _take(reader, message)
        said = False
        for answer in reader.step():
            send(outgoing, answer)
            said = True
        waiting = reader.idle and not said


def _take(reader: Reader, message: Message) -> None:
    match message["say"]:
        case "document":
            reader.begin(message["document"], message["text"], message["priority"], care=message["care"])
        case "known":
            reader.known(message["document"], message["keys"])
        case "stands":
            reader.stands(message["document"], message["start"], message["entities"])
        case "prioritise":
            reader.prioritise(message["document"])


if __name__ == "__main__":
    main()
