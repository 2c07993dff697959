"""How many threads llama.cpp gets, and how they wait: chosen by what else the machine is doing.

llama.cpp's OpenMP threads spin while they wait for each other. On a quiet machine that is fast; beside a busy process
two spinning threads took forty times as long as one. So a busy machine gets fewer threads, and they sleep.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil

# How annotation runs where nothing else is said: cells for all sequences together, tokens a batch at most, sequences
# at once, decisions that one of them asks for ahead, words a window.
CELLS, BATCH, SLOTS, LOOKAHEAD, WINDOW_WORDS = 4096, 512, 8, 3, 60
# Further sequences for what a person waits for, and decisions asked for ahead where few sequences run.
SEATS, DRAFTS = 4, 8

# Less than this holds hardly a window beside its instruction, or is no faster than single tokens.
_FEWEST_CELLS, _FEWEST_TOKENS = 2048, 64

_BUSY_CORES = 0.5
# The share of the processor, in percent, that other programs may take before a measurement is called into question.
_BUSY_PERCENT = 25


@dataclass(frozen=True, slots=True)
class Threads:
    """`count` threads; `wait` is what OMP_WAIT_POLICY is set to before the library loads."""

    count: int
    wait: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What a worker needs memory for: cells, tokens a batch, sequences at once."""

    cells: int = CELLS
    batch: int = BATCH
    slots: int = SLOTS

    def __str__(self) -> str:
        return f"{self.cells} cells, batches of {self.batch} tokens and {self.slots} windows at once"

    def smaller(self) -> Shape | None:
        """Half of it, as far as that still reads; None where it does not get smaller."""
        less = Shape(
            min(self.cells, max(self.cells // 2, _FEWEST_CELLS)),
            min(self.batch, max(self.batch // 2, _FEWEST_TOKENS)),
            max(self.slots // 2, 1),
        )
        return less if less != self else None


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a model was found to be read fastest with on this machine, when it was quiet (`bioassist models tune`)."""

    threads: Threads
    batch: int = BATCH
    slots: int = SLOTS

    @property
    def cells(self) -> int:
        return cells_for(self.slots)


def cells_for(slots: int) -> int:
    """Cells that so many windows fill at once; more slots with no more cells would stand empty."""
    return max(CELLS, slots * CELLS // SLOTS)


def choose_threads(
    asked: int | None = None,
    *,
    tuned: Threads | None = None,
    busy_cores: float | None = None,
    cores: int | None = None,
) -> Threads:
    """Threads for this machine as it is now; `asked` is the person's number, which is taken as it is.

    `tuned` was found when the machine was quiet, and holds as long as it is. `busy_cores` (how many cores other
    programs keep busy) and `cores` are measured if not given, which takes 0.2 s.
    """
    own = cores or psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if busy_cores is None:
        busy_cores = psutil.cpu_percent(interval=0.2) / 100 * (psutil.cpu_count() or 1)
    busy = busy_cores > _BUSY_CORES
    if tuned is not None and not busy and asked in (None, tuned.count):
        return tuned
    count = asked or (max(1, round(own - busy_cores)) if busy else own)
    return Threads(count, "passive" if busy or count > own else "active")


def is_busy() -> bool:
    """Whether other programs keep this machine so busy that what is measured now may not hold; takes 0.5 s."""
    return float(psutil.cpu_percent(0.5)) > _BUSY_PERCENT


def step_back(pid: int) -> None:
    """Give a process lower priority than the screen has; where that is not allowed, leave it."""
    try:
        process = psutil.Process(pid)
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else 5)
    except (psutil.Error, OSError):
        return
