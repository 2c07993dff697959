"""The assistant's engine as the trainer uses it: programs in, answers out, in one process."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.engine.cells import PREFIXES
from assistant.engine.compile import Compiler
from assistant.engine.jobs import Job, Refused
from assistant.engine.llama import Llama, Settings
from assistant.engine.machine import BATCH, LOOKAHEAD, SLOTS
from assistant.engine.scheduler import Scheduler
from bioassist.errors import EngineError
from bioassist.tasks.program import Answer, Program

# The samples of corpora are as long as they are, where a note's windows are cut; half of this holds one.
CELLS = 8192


@dataclass
class Engine:
    """Runs programs; `seconds` and `tokens` add up what all of them took, `too_long` those that did not fit."""

    compiler: Compiler
    scheduler: Scheduler
    longest: int
    seconds: float = 0.0
    tokens: int = 0
    too_long: int = 0

    def run(self, programs: Iterable[Program]) -> Iterator[tuple[int, tuple[Answer, ...]]]:
        """Answers with the number of their program, in the order in which they are finished.

        Programs are taken as they are needed, so there may be any number. One that is too long for the model has no
        answers and is counted.
        """
        began = time.perf_counter()
        left = enumerate(programs)
        more = True
        while more or not self.scheduler.idle:
            while more and self.scheduler.waiting < 2:
                number, program = next(left, (-1, None))
                if program is None:
                    more = False
                    break
                compiled = self.compiler.compile(program)
                if compiled.cells > self.longest:
                    self.too_long += 1
                    continue
                self.scheduler.submit(Job(number, compiled))
            if not self.scheduler.idle:
                for done in self.scheduler.step():
                    if isinstance(done, Refused):
                        raise EngineError(done.reason)
                    self.tokens += done.tokens
                    yield done.name, done.answers
        self.seconds += time.perf_counter() - began


@contextmanager
def engine(model: Path, adapter: Path | None = None, threads: int = 2) -> Iterator[Engine]:
    """The engine over a GGUF. Raises ModelError."""
    llama = Llama(model, Settings(cells=CELLS, batch=BATCH, sequences=SLOTS + PREFIXES, threads=threads), adapter)
    try:
        compiler = Compiler(llama.vocabulary.tokenize, llama.vocabulary.bos)
        scheduler = Scheduler(llama, compiler, cells=CELLS, batch=BATCH, slots=SLOTS, lookahead=LOOKAHEAD)
        yield Engine(compiler, scheduler, min(scheduler.longest, llama.trained_context))
    finally:
        llama.close()
