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
from assistant.bench.material import Stretch, words_of
from assistant.bench.running import Failure
from assistant.bench.trial import Outcome, Setup, Trial
from assistant.engine.machine import Threads, Tuning, is_busy
from assistant.models.cache import Prepared, prepared_path
from assistant.models.prepare import processor, threads
from assistant.models.progress import Progress, Quiet
from assistant.models.tuned import Tuned
from bioassist.errors import ModelError

SLOTS = (4, 8, 16, 32)
BATCHES = (128, 256, 512, 1024)
WORDS = 600
TRIES = 2
# What is found has to be so much faster than what is there already: less is luck.
MARGIN = 1.02


@dataclass(frozen=True, slots=True)
class Work:
    """What is read: `stretches` as entities of `schema` (TOML) in the rendering `task`."""

    schema: str
    task: str
    stretches: tuple[Stretch, ...]


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
    default = Tuning(Threads(threads(), "active"))
    speeds: dict[Tuning, float] = {}
    trials = sum(1 for kind in (_threads, _slots, _batches) for _ in kind(default)) - 2
    shown.begin("Measuring", trials)

    def speed(tuning: Tuning) -> float:
        if tuning not in speeds:
            speeds[tuning] = _speed(prepared, work, tuning, run, shown)
            shown.at(len(speeds))
        return speeds[tuning]

    best = default
    if not speed(default):
        raise ModelError("llama.cpp cannot read this model here.", next_step="See `bioassist doctor`.")
    for kind in (_threads, _slots, _batches):
        fastest = max(kind(best), key=speed)
        if speed(fastest) > speed(best) * MARGIN:
            best = fastest
    return Tuned(
        model=prepared.model,
        sha256=prepared.sha256,
        threads=best.threads.count,
        waiting=best.threads.wait,
        batch=best.batch,
        slots=best.slots,
        words_per_s=round(speed(best), 1),
        default_words_per_s=round(speed(default), 1),
        words=words_of(work.stretches),
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


def _slots(tuning: Tuning) -> Iterator[Tuning]:
    return (replace(tuning, slots=slots) for slots in SLOTS)


def _batches(tuning: Tuning) -> Iterator[Tuning]:
    return (replace(tuning, batch=batch) for batch in BATCHES)


def _speed(
    prepared: Prepared,
    work: Work,
    tuning: Tuning,
    run: Callable[[Trial], Outcome | Failure],
    progress: Progress,
) -> float:
    """Words a second, the best of several tries; 0 for settings that the model cannot be read with."""
    setup = Setup(str(prepared_path(prepared)), work.schema, work.task, tuning.threads.count, tuning.threads.wait)
    trial = Trial("engine", setup, work.stretches, batch=tuning.batch, slots=tuning.slots)
    speeds = [0.0]
    for _ in range(TRIES):
        found = run(trial)
        if isinstance(found, Failure):
            progress.note(f"batch {tuning.batch} with {tuning.slots} slots is left out: {found.reason}")
            break
        speeds.append(found.words_per_s)
    return max(speeds)
