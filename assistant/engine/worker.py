"""The process that runs llama.cpp: `python -m assistant.engine.worker`, told what to do over standard input.

It has a process of its own because a failed assertion in llama.cpp ends the process it happens in, and because
llama.cpp writes to file descriptors 1 and 2, which belong to the screen. Messages go out over a copy of the original
standard output; descriptors 1 and 2 are pointed away before the library is loaded.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from assistant.engine.wire import Message, receive, send
from bioassist import schema as schemas
from bioassist.errors import BioassistError
from bioassist.tasks import ner

if TYPE_CHECKING:
    from assistant.engine.llama import Llama
    from assistant.engine.reader import Reader


def main() -> None:
    # Ctrl-C goes to every process of the terminal; the application decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(*take_pipes())


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Do what is asked for over `incoming`, answering over `outgoing`, until its other end is closed."""
    first = receive(incoming)
    if first is None:
        return
    try:
        llama, reader = _open(first, outgoing)
    except BioassistError as error:
        send(outgoing, {"say": "refused", "what": error.what, "where": error.where, "next": error.next_step})
        return
    messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(incoming, messages), daemon=True).start()
    try:
        _serve(reader, messages, outgoing)
    except BrokenPipeError:
        # The application is gone; there is nobody to tell.
        return
    except BioassistError as error:
        send(outgoing, {"say": "broken", "what": error.what})
    finally:
        llama.close()


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The process's own standard input and output, for messages alone; nothing else can write there any more."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return incoming, outgoing


def _listen(incoming: BinaryIO, messages: queue.SimpleQueue[Message | None]) -> None:
    while True:
        message = receive(incoming)
        messages.put(message)
        if message is None:
            return


def _open(opening: Message, outgoing: BinaryIO) -> tuple[Llama, Reader]:
    from assistant.engine.compile import Compiler
    from assistant.engine.llama import Llama, Settings, build
    from assistant.engine.reader import Reader
    from assistant.engine.scheduler import PREFIXES, Scheduler

    began = time.monotonic()
    slots = int(opening["slots"])
    layers = gpu_layers(str(opening["gpu_layers"]), build().gpu_offload)
    settings = Settings(
        cells=int(opening["cells"]),
        batch=int(opening["batch"]),
        sequences=slots + PREFIXES,
        threads=int(opening["threads"]),
        gpu_layers=layers,
    )
    adapter = opening.get("adapter")
    llama = Llama(Path(opening["model"]), settings, Path(adapter) if adapter else None)
    schema = schemas.loads(opening["schema"])
    passes = ner.passes(opening["task"], schema.entities)
    compiler = Compiler(llama.vocabulary.tokenize, llama.vocabulary.bos)
    scheduler = Scheduler(
        llama,
        compiler,
        cells=settings.cells,
        batch=settings.batch,
        slots=slots,
        lookahead=int(opening["lookahead"]),
    )
    reader = Reader(
        scheduler,
        compiler,
        passes,
        model_identity=opening["identity"],
        longest=min(scheduler.longest, llama.trained_context),
        target=int(opening["window_words"]),
        slots=slots,
        deterministic=bool(opening["deterministic"]),
    )
    facts = {
        "threads": str(settings.threads),
        "GPU layers": "all" if layers < 0 else str(layers),
        "context": str(llama.trained_context),
        "seconds to load": f"{time.monotonic() - began:.1f}",
    }
    send(outgoing, {"say": "ready", "facts": facts})
    return llama, reader


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
            reader.begin(message["document"], message["text"], message["priority"])
        case "known":
            reader.known(message["document"], message["keys"])
        case "prioritise":
            reader.prioritise(message["document"])


if __name__ == "__main__":
    main()
