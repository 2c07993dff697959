"""Make the file type that reads fastest on this machine.

Which one that is depends on the processor more than on the size: with bf16 instructions BF16 can win over a file of
half its size. So each is made and timed; llama.cpp does both in processes of their own.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from assistant.engine.machine import is_busy
from assistant.models.cache import DiskFullError, Measured, free_bytes
from assistant.models.errands import errand
from assistant.models.progress import Progress
from bioassist.errors import ModelError

# Those that cost at most a point of F1. Q4_0 cost the default five, so four bits are made only if they are asked for.
CANDIDATES = ("Q8_0", "BF16", "F16")
TYPES = (*CANDIDATES, "Q4_0", "Q4_K")
# What types may be made from; a quantised file is dequantised to F16 first.
FULL = ("F32", "F16", "BF16")

# The scheduler's batches are about this wide; narrower ones favour small files, wider ones BF16.
WIDTH = 128
TOKENS = 384
ROUNDS = 3
TRIES = 2
# Read again in the next round are those within this of the fastest: less is not made up by luck.
STILL_IN = 0.6
# A smaller file is taken if it is so close to the fastest: it loads sooner and leaves memory to others.
CLOSE = 0.95

# Bytes of a type for each byte of a 4-bit base, at most; what is needed for a while is their sum.
_ROOM = {"Q4_0": 1.1, "Q8_0": 1.7, "Q4_K": 1.3, "BF16": 3.2, "F16": 3.2}


@dataclass(frozen=True, slots=True)
class Made:
    """The chosen type and its file, why, and what was measured (nothing if the type was asked for)."""

    file_type: str
    path: Path
    why: str
    measured: tuple[Measured, ...]


def room_needed(base_size: int, file_type: str | None) -> int:
    """Bytes that fetching and preparing take up at most, for one type or for all of them."""
    types = {"F16", file_type} if file_type else set(CANDIDATES)
    # The base itself, and the wheel around it while it is unpacked.
    return int(base_size * (2.2 + sum(_ROOM[kind] for kind in types)))


def prepare(base: Path, base_type: str, place: Path, file_type: str | None, threads: int, progress: Progress) -> Made:
    """Make `file_type` of `base` in the folder `place`, or for None the type that reads fastest here.

    `base_type` is the base's own type. The result may be the base itself. Raises ModelError.
    """
    source, source_type = base, base_type
    if base_type not in FULL:
        progress.begin("Making F16 of the base")
        source, source_type = _quantize(base, base_type, place, "F16", threads), "F16"
    made = {source_type: source}
    for kind in CANDIDATES if file_type is None else (file_type,):
        if kind in made:
            continue
        progress.begin(f"Making {kind}")
        try:
            made[kind] = _quantize(source, source_type, place, kind, threads)
        except ModelError as error:
            if file_type is not None or isinstance(error, DiskFullError):
                raise
            progress.note(f"{kind} is left out: {error.what}")
    if file_type is not None:
        return Made(file_type, made[file_type], "it was asked for", ())
    busy = is_busy()
    if busy:
        progress.note("Other programs are busy: what is measured now may not hold on a quiet machine.")
    measured = measure({kind: made[kind] for kind in CANDIDATES if kind in made}, threads, progress)
    chosen, why = choose(measured)
    return Made(chosen, made[chosen], f"{why} (measured while other programs were busy)" if busy else why, measured)


def measure(made: dict[str, Path], threads: int, progress: Progress) -> tuple[Measured, ...]:
    """Time how fast each file is read: the best of several tries, in rounds, so that a busy moment of the machine
    is not held against one type. Raises ModelError if none of them can be read.
    """
    best: dict[str, float] = {}
    racing = list(made)
    progress.begin("Measuring", ROUNDS * len(made))
    for turn in range(ROUNDS):
        for place, kind in enumerate(list(racing)):
            progress.at(turn * len(made) + place)
            try:
                answer = errand("read", str(made[kind]), *map(str, (TOKENS, WIDTH, TRIES, threads)))
            except ModelError as error:
                progress.note(f"{kind} is left out: {error.what}")
                racing.remove(kind)
                best.pop(kind, None)
                continue
            best[kind] = max(best.get(kind, 0.0), *answer["tokens_per_s"])
        racing = [kind for kind in racing if best[kind] >= STILL_IN * max(best.values())]
    if not best:
        raise ModelError("llama.cpp can read none of the types here.", next_step="See `bioassist doctor`.")
    return tuple(
        Measured(kind, round(speed, 1), made[kind].stat().st_size)
        for kind, speed in sorted(best.items(), key=lambda one: -one[1])
    )


def choose(measured: Sequence[Measured]) -> tuple[str, str]:
    """The type to keep, and why in a few words: the fastest, or a smaller one within 5% of it."""
    fastest = max(measured, key=lambda one: one.tokens_per_s)
    close = [one for one in measured if one.tokens_per_s >= CLOSE * fastest.tokens_per_s]
    smallest = min(close, key=lambda one: (one.size, -one.tokens_per_s))
    if smallest.size >= fastest.size:
        return fastest.file_type, "it reads fastest on this machine"
    return smallest.file_type, f"it reads within 5% of {fastest.file_type}, the fastest here, and is smaller"


def threads() -> int:
    """Cores that this process may use, each counted once."""
    cores = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    try:
        allowed = len(psutil.Process().cpu_affinity() or ())
    except (AttributeError, psutil.Error):
        # macOS has no such limit to ask for.
        allowed = cores
    return max(1, min(cores, allowed or cores))


def processor() -> str:
    """The processor's name, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
        told = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        told = platform.processor()
    return told or platform.machine()


def _quantize(source: Path, source_type: str, place: Path, file_type: str, threads: int) -> Path:
    target = place / f"{file_type}.gguf"
    try:
        errand("quantize", str(source), str(target), file_type, str(threads))
    except ModelError as error:
        # A process that was killed leaves what it had written.
        target.unlink(missing_ok=True)
        of_source = 1 / _ROOM["F16"] if source_type in FULL else 1.0
        if free_bytes(place) < source.stat().st_size * of_source * _ROOM[file_type]:
            raise DiskFullError(place) from error
        raise
    return target
