"""An engine over a model file, without a worker process: what the tests of the scheduler run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.engine.cells import PREFIXES
from assistant.engine.compile import Compiler
from assistant.engine.jobs import Done, Job
from assistant.engine.llama import Llama, Settings
from assistant.engine.scheduler import Scheduler
from bioassist.tasks.program import Program


class Engine:
    def __init__(self, llama: Llama, *, slots: int, lookahead: int) -> None:
        settings = llama.settings
        self.llama = llama
        self.compiler = Compiler(llama.vocabulary.tokenize, llama.vocabulary.bos)
        self.scheduler = Scheduler(
            llama, self.compiler, cells=settings.cells, batch=settings.batch, slots=slots, lookahead=lookahead
        )

    def run(self, programs: Sequence[Program]) -> list[Done]:
        for number, program in enumerate(programs):
            self.scheduler.submit(Job(number, self.compiler.compile(program)))
        done: dict[int, Done] = {}
        while not self.scheduler.idle:
            for one in self.scheduler.step():
                assert isinstance(one, Done), one
                done[one.name] = one
        return [done[number] for number in range(len(programs))]


@contextmanager
def engine(
    path: Path,
    *,
    exact: bool = False,
    slots: int = 6,
    batch: int = 64,
    cells: int = 4096,
    threads: int = 1,
    lookahead: int = 1,
) -> Iterator[Engine]:
    settings = Settings(cells=cells, batch=batch, sequences=slots + PREFIXES, threads=threads, exact_cells=exact)
    llama = Llama(path, settings)
    try:
        yield Engine(llama, slots=slots, lookahead=lookahead)
    finally:
        llama.close()
