"""The contenders of the house: the engine, the reference decoder it is held to, and the floor under both."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assistant.bench.clock import Clock
from assistant.bench.material import window_programs, words_of
from assistant.bench.trial import Outcome, Trial
from assistant.engine.cells import PREFIXES
from assistant.engine.compile import Compiler, Given
from assistant.engine.decoder import Fed
from assistant.engine.jobs import Job, Refused
from assistant.engine.llama import Llama, Settings
from assistant.engine.machine import DRAFTS, LOOKAHEAD, SEATS, cells_for
from assistant.engine.native import build
from assistant.engine.scheduler import Scheduler
from assistant.engine.worker import gpu_layers
from bioassist.errors import EngineError


def engine(trial: Trial) -> Outcome:
    """This engine, over windows as `annotate` cuts them."""
    clock = Clock()
    cells = cells_for(trial.slots)
    llama = _llama(trial, cells, trial.slots + SEATS + PREFIXES)
    try:
        clock.read()
        compiler = Compiler(llama.vocabulary.tokenize, llama.vocabulary.bos)
        scheduler = Scheduler(
            llama,
            compiler,
            cells=cells,
            batch=trial.batch,
            slots=trial.slots,
            seats=SEATS,
            lookahead=LOOKAHEAD,
            drafts=DRAFTS,
        )
        programs = window_programs(trial.stretches, trial.setup.task, trial.setup.types)
        for number, program in enumerate(programs):
            scheduler.submit(Job(number, compiler.compile(program)))
        answers: dict[int, tuple[str, ...]] = {}
        while not scheduler.idle:
            for done in scheduler.step():
                if isinstance(done, Refused):
                    raise EngineError(done.reason)
                clock.found()
                answers[done.name] = tuple(answer.option for answer in done.answers)
        in_order = tuple(answers[number] for number in range(len(programs)))
        return clock.stop(words_of(trial.stretches), scheduler.tokens_evaluated, answers=in_order)
    finally:
        llama.close()


def floor(trial: Trial) -> Outcome:
    """The model reads `trial.tokens` tokens of the same notes in full batches, each from its own beginning.

    Logits are asked for as often as there are words. There is nothing to wait for between two batches, so no way to
    get labels from so many tokens can be faster.
    """
    clock = Clock()
    llama = _llama(trial, max(trial.batch, 256), 1)
    try:
        ids = itertools.cycle(_ids(llama, trial))
        words = words_of(trial.stretches)
        clock.read()
        for start in range(0, trial.tokens, trial.batch):
            length = min(trial.batch, trial.tokens - start)
            fed = [
                Fed(token, place, 0, place + 1 == length or _falls_on(start + place, words, trial.tokens))
                for place, token in zip(range(length), ids, strict=False)
            ]
            llama.decode(fed)
            # llama.cpp may return before it has finished; asking for numbers waits for them.
            llama.logits(length - 1, [fed[-1].token])
            llama.forget(0)
        return clock.stop(words, trial.tokens)
    finally:
        llama.close()


def reference(trial: Trial) -> Outcome:
    """The reference decoder over the engine's windows; then, untimed, how the two agree."""
    from assistant.engine.agreement import agreement
    from assistant.engine.reference import Reference

    clock = Clock()
    decoder = Reference(Path(trial.setup.model), threads=trial.setup.threads, gpu_layers=layers(trial))
    try:
        programs = window_programs(trial.stretches, trial.setup.task, trial.setup.types)
        # Once untimed, so that the instruction, which it keeps, is not counted.
        decoder.run(programs[0])
        clock.found()
        before = decoder.evaluated
        clock.read()
        found = [decoder.run(program)[0] for program in programs]
        outcome = clock.stop(words_of(trial.stretches), decoder.evaluated - before)
        if not trial.answers:
            return outcome
        answered = trial.answers[: len(programs)]
        held = agreement(decoder, programs, answered)
        pairs = [pair for one, other in zip(found, answered, strict=True) for pair in zip(one, other, strict=True)]
        told = {
            "labels": len(pairs),
            "same": sum(one == other for one, other in pairs),
            "decisions": held.decisions,
            "other_with_the_same_history": len(held.gaps),
            "largest_gap": max(held.gaps, default=0.0),
            "noise_mean": held.noise_mean,
            "noise_largest": held.noise_largest,
        }
        return replace(outcome, agreement=told)
    finally:
        decoder.close()


def layers(trial: Trial) -> int:
    """How many layers go on the GPU, in llama.cpp's number."""
    return gpu_layers(trial.setup.gpu_layers, build().gpu_offload)


def _llama(trial: Trial, cells: int, sequences: int) -> Llama:
    settings = Settings(cells, trial.batch, sequences, trial.setup.threads, layers(trial))
    return Llama(Path(trial.setup.model), settings)


def _ids(llama: Llama, trial: Trial) -> Iterator[int]:
    """The tokens of the notes as they stand in the programs."""
    compiler = Compiler(llama.vocabulary.tokenize, llama.vocabulary.bos)
    for program in window_programs(trial.stretches, trial.setup.task, trial.setup.types):
        for step in compiler.compile(program).steps:
            if isinstance(step, Given):
                yield from step.ids


def _falls_on(place: int, count: int, of: int) -> bool:
    """Whether one of `count` places, spread evenly over `of`, is `place`."""
    return (place + 1) * count // of > place * count // of
