"""`models tune`: which threads, waiting, slots and batch a model is read fastest with on this machine.

One setting is varied after the other, the best of each kept, each read by the engine in a process of its own: the
OpenMP runtime takes its waiting policy once, when it is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import psutil

from assistant.bench import running
from assistant.bench.material import Stretch
from assistant.bench.running import Failure
from assistant.bench.trial import Outcome, Setup, Trial
from assistant.engine.machine import WINDOW_WORDS, Threads, Tuning, is_busy
from assistant.models.cache import Prepared, prepared_path
from assistant.models.prepare import processor, threads
from assistant.models.progress import Progress, Quiet
from assistant.models.tuned import Tuned
from bioassist.errors import ModelError

SLOTS = (4, 8, 16, 32, 64)
BATCHES = (128, 256, 512, 1024)
# Slots are measured on as many windows as fill them so often, and anything on so many at least, if there are.
ROUNDS, WINDOWS = 2, 10
# Words of notes that are enough for all of it.
WORDS = max(SLOTS) * ROUNDS * WINDOW_WORDS
TRIES = 2
# What is found has to be so much faster than what is there already: less is luck.
MARGIN = 1.02


@dataclass(frozen=True, slots=True)
class Work:
    """What is read: `stretches` as entities of `schema` (TOML) in the rendering `task`."""

    schema: str
    task: str
    stretches: tuple[Stretch, ...]


def windows_for(slots: int) -> int:
    """How many windows it takes to measure so many slots."""
    return max(slots * ROUNDS, WINDOWS)


def tune(
    prepared: Prepared,
    work: Work,
    progress: Progress | None = None,
    run: Callable[[Trial], Outcome | Failure] = running.run,
) -> Tuned:
    """The fastest settings for `prepared`; nothing is written. Raises ModelError if it cannot be read at all."""
    shown = progress or Quiet()
    busy = is_busy()
    if busy:
        shown.note("Other programs are busy: what is measured now may not hold on a quiet machine.")
    best = default = Tuning(Threads(threads(), "active"))
    # Each number of slots may be measured twice: on its own text, and on that of the next.
    trials = len(list(_threads(default))) + 2 * len(SLOTS) + len(BATCHES)
    shown.begin("Measuring", trials)
    speeds = _Speeds(prepared, work, run, shown)
    if speeds.outcome(default, default.slots) is None:
        raise ModelError("llama.cpp cannot read this model here.", next_step="See `bioassist doctor`.")
    for other in _threads(default):
        best = speeds.faster(best, other)
    for slots in SLOTS:
        before, best = best, speeds.faster(best, replace(best, slots=slots))
        if best is before and slots > best.slots:
            # Where more are no faster, still more are not either, and take long to measure.
            break
    for batch in BATCHES:
        best = speeds.faster(best, replace(best, batch=batch))
    found, plain = (speeds.outcome(one, max(best.slots, default.slots)) for one in (best, default))
    assert found is not None
    shown.at(trials)
    return Tuned(
        model=prepared.model,
        sha256=prepared.sha256,
        threads=best.threads.count,
        waiting=best.threads.wait,
        batch=best.batch,
        slots=best.slots,
        words_per_s=round(found.words_per_s, 1),
        default_words_per_s=round(plain.words_per_s, 1) if plain else 0.0,
        memory=found.memory,
        words=found.words,
        busy=busy,
        cpu=processor(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _threads(tuning: Tuning) -> Iterator[Tuning]:
    own = threads()
    counts: Sequence[int] = sorted({own, max(1, own - 1), max(1, own // 2), psutil.cpu_count() or own}, reverse=True)
    for count in counts:
        for wait in ("active", "passive"):
            yield replace(tuning, threads=Threads(count, wait))


class _Speeds:
    """What settings were measured to do, each in a process of its own."""

    def __init__(
        self, prepared: Prepared, work: Work, run: Callable[[Trial], Outcome | Failure], progress: Progress
    ) -> None:
        self._path = str(prepared_path(prepared))
        self._work = work
        self._run = run
        self._progress = progress
        self._known: dict[tuple[Tuning, int], Outcome | None] = {}

    def faster(self, one: Tuning, other: Tuning) -> Tuning:
        """`other` if it reads the same text faster by more than luck, else `one`."""
        there, slots = len(self._work.stretches), max(one.slots, other.slots)
        if other.slots > one.slots and there < slots * ROUNDS:
            self._progress.note(f"{slots} slots are left out: the notes have {there} windows.")
            return one
        before, after = self.outcome(one, slots), self.outcome(other, slots)
        if before is None or after is None:
            return one if after is None else other
        return other if after.words_per_s > before.words_per_s * MARGIN else one

    def outcome(self, tuning: Tuning, slots: int) -> Outcome | None:
        """The best of several tries on text for so many slots; None for what the model cannot be read with."""
        windows = windows_for(slots)
        if (tuning, windows) not in self._known:
            self._known[tuning, windows] = self._measure(tuning, windows)
            self._progress.at(len(self._known))
        return self._known[tuning, windows]

    def _measure(self, tuning: Tuning, windows: int) -> Outcome | None:
        setup = Setup(self._path, self._work.schema, self._work.task, tuning.threads.count, tuning.threads.wait)
        stretches = self._work.stretches[:windows]
        trial = Trial("engine", setup, stretches, batch=tuning.batch, slots=tuning.slots)
        ended: list[Outcome] = []
        for _ in range(TRIES):
            found = self._run(trial)
            if isinstance(found, Failure):
                self._progress.note(f"batch {tuning.batch} with {tuning.slots} slots is left out: {found.reason}")
                return None
            ended.append(found)
        return max(ended, key=lambda one: one.words_per_s)
