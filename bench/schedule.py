"""What the scheduler makes of a model's answers: `python -m bench.schedule NOTES --words 600`.

The model answers windows of the notes once. Its answers are then replayed with more and less drafted ahead, with fewer
cells, and with a person who comes to a document while others are read. Batches are what one waits for, tokens what is
evaluated, in vain or not; neither depends on the machine.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from pathlib import Path

from assistant.engine.cells import PREFIXES
from assistant.engine.compile import Compiler
from assistant.engine.decoder import Fed
from assistant.engine.jobs import Done, Job
from assistant.engine.llama import Llama, Settings
from assistant.engine.machine import BATCH, CELLS, DRAFTS, LOOKAHEAD, SEATS, SLOTS, WINDOW_WORDS
from assistant.engine.scheduler import AWAITED, Scheduler
from assistant.engine.writing import Best
from assistant.models import resolve
from bench.notes import programs
from trainer.encode import encode

Answers = dict[int, tuple[str, ...]]


class Replay:
    """A decoder that computes nothing: it knows how each text goes on."""

    def __init__(self, filled: Sequence[tuple[int, ...]]) -> None:
        self._filled = filled
        self._texts: dict[int, list[int]] = {}
        self._batch: list[Fed] = []

    def decode(self, tokens: Sequence[Fed]) -> None:
        self._batch = list(tokens)
        for fed in tokens:
            text = self._texts.setdefault(fed.sequence, [])
            del text[fed.position :]
            text.append(fed.token)

    def logits(self, place: int, of: Sequence[int]) -> list[float]:
        fed = self._batch[place]
        before = tuple(self._texts[fed.sequence][: fed.position + 1])
        # Behind a wrong draft there is no such text, and it does not matter what is said.
        following = next((ids[len(before)] for ids in self._filled if ids[: len(before)] == before), None)
        return [float(token == following) for token in of]

    def best(self, place: int) -> Best:
        raise NotImplementedError("nothing is written here")

    def share(self, source: int, target: int, length: int) -> None:
        self._texts[target] = self._texts[source][:length]

    def forget(self, sequence: int, start: int = 0) -> None:
        del self._texts[sequence][start:]

    def clear(self) -> None:
        self._texts.clear()


def run(scheduler: Scheduler, jobs: Sequence[Job], answers: Answers) -> list[tuple[int, int]]:
    """Run `jobs` into `answers`; the batches and tokens after which each came to its end, in that order."""
    for job in jobs:
        scheduler.submit(job)
    left = {job.name for job in jobs}
    ends: list[tuple[int, int]] = []
    while left:
        for done in scheduler.step():
            assert isinstance(done, Done), done
            answers[done.name] = tuple(answer.option for answer in done.answers)
            if done.name in left:
                left.remove(done.name)
                ends.append((scheduler.batches, scheduler.tokens_evaluated))
    return ends


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--words", type=int, default=600)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 2, 3, 4, SLOTS])
    parser.add_argument("--ahead", type=int, nargs="+", default=[1, LOOKAHEAD, 4, 6, 8, 12, 16])
    parser.add_argument("--cells", type=int, nargs="+", default=[2 * CELLS, CELLS, CELLS * 3 // 4, CELLS // 2])
    given = parser.parse_args()
    found, words = programs(given.notes, given.words, WINDOW_WORDS)
    answers: Answers = {}
    path = given.model or resolve(None, offline=True).path
    llama = Llama(path, Settings(CELLS, BATCH, SLOTS + PREFIXES, given.threads))
    try:
        compiler = Compiler(llama.vocabulary.tokenize, llama.vocabulary.bos)
        jobs = [Job(number, compiler.compile(program)) for number, program in enumerate(found)]
        run(Scheduler(llama, compiler, cells=CELLS, batch=BATCH, slots=SLOTS, lookahead=LOOKAHEAD), jobs, answers)
        filled = [encode(program, answers[number], compiler).ids for number, program in enumerate(found)]
    finally:
        llama.close()

    def replay(of: Sequence[Job], *, cells: int = CELLS, slots: int = SLOTS, ahead: int = LOOKAHEAD) -> Scheduler:
        scheduler = Scheduler(Replay(filled), compiler, cells=cells, batch=BATCH, slots=slots, lookahead=ahead)
        again: Answers = {}
        run(scheduler, of, again)
        assert again == answers
        return scheduler

    outside = sum(option == found[0].choices[0].options[0] for labels in answers.values() for option in labels)
    sizes = [job.compiled.cells for job in jobs]
    print(
        f"{len(found)} windows, {words} words, {outside / words:.0%} outside mentions; at most {max(sizes)} cells,",
        end=" ",
    )
    print(f"{len(jobs[0].compiled.shared)} of them the instruction")
    print("\nwindows at once  ahead  batches/word  tokens/word  tokens/batch")
    for slots, ahead in itertools.product(given.at_once, given.ahead):
        made = replay(jobs, slots=slots, ahead=ahead, cells=2 * CELLS)
        batches, tokens = made.batches, made.tokens_evaluated
        print(f"{slots:>15}{ahead:>7}{batches / words:>14.3f}{tokens / words:>13.2f}{tokens / batches:>14.1f}")
    print("\ncells  batches/word  tokens/word")
    for cells in given.cells:
        made = replay(jobs, cells=cells)
        print(f"{cells:>5}{made.batches / words:>14.3f}{made.tokens_evaluated / words:>13.2f}")
    print("\na person comes to    drafts  first after        all after")
    for count, drafts in itertools.product((1, 4, 10), (0, DRAFTS)):
        first, last = _person(jobs, Replay(filled), compiler, count, drafts)
        print(f"{count:>2} windows{drafts:>17}  {_told(first):<17}  {_told(last)}")


def _person(
    jobs: Sequence[Job], decoder: Replay, compiler: Compiler, count: int, drafts: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Batches and tokens until the first and until all of `count` windows are read, with all slots taken before."""
    scheduler = Scheduler(
        decoder, compiler, cells=CELLS, batch=BATCH, slots=SLOTS, seats=SEATS, lookahead=LOOKAHEAD, drafts=drafts
    )
    others, asked = jobs[count:], [Job(job.name, job.compiled, AWAITED) for job in jobs[:count]]
    for job in others:
        scheduler.submit(job)
    # One is finished, so all slots are taken, and all of them are somewhere in the middle.
    while not scheduler.step():
        pass
    batches, tokens = scheduler.batches, scheduler.tokens_evaluated
    ends = [(end - batches, evaluated - tokens) for end, evaluated in run(scheduler, asked, {})]
    return ends[0], ends[-1]


def _told(end: tuple[int, int]) -> str:
    return f"{end[0]} b, {end[1]} tok"


if __name__ == "__main__":
    main()
