"""Words a second of the scheduler over ways to lay out the work: `python -m bench.layout NOTES --model GGUF...`."""

from __future__ import annotations

import argparse
import itertools
import time
from pathlib import Path

from assistant.engine.cells import PREFIXES
from assistant.engine.compile import Compiler
from assistant.engine.jobs import Job
from assistant.engine.llama import Llama, Settings
from assistant.engine.scheduler import Scheduler
from bench.notes import programs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=Path)
    parser.add_argument("--model", type=Path, nargs="+", required=True)
    parser.add_argument("--words", type=int, default=1500)
    parser.add_argument("--windows", type=int, nargs="+", default=[40])
    parser.add_argument("--slots", type=int, nargs="+", default=[16])
    parser.add_argument("--batch", type=int, nargs="+", default=[512])
    parser.add_argument("--flash", type=int, nargs="+", default=[1])
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    print("model            window slots batch flash  words/s  tokens/s  tokens/word  tokens/batch")
    for model, target, slots, batch, flash in itertools.product(
        given.model, given.windows, given.slots, given.batch, given.flash
    ):
        found, words = programs(given.notes, given.words, target)
        settings = Settings(8192, batch, slots + PREFIXES, given.threads, flash_attention=bool(flash))
        llama = Llama(model, settings)
        compiler = Compiler(llama.vocabulary.tokenize, llama.vocabulary.bos)
        scheduler = Scheduler(llama, compiler, cells=8192, batch=batch, slots=slots)
        for number, program in enumerate(found):
            scheduler.submit(Job(number, compiler.compile(program)))
        began = time.perf_counter()
        while not scheduler.idle:
            scheduler.step()
        seconds = time.perf_counter() - began
        tokens = scheduler.tokens_evaluated
        print(
            f"{model.name:<18}{target:>5}{slots:>6}{batch:>6}{flash:>6}{words / seconds:>9.1f}{tokens / seconds:>10.0f}"
            f"{tokens / words:>13.2f}{tokens / scheduler.batches:>14.0f}",
            flush=True,
        )
        llama.close()


if __name__ == "__main__":
    main()
