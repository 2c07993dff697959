"""Runs many programs at once, at the speed of reading.

Each program is a sequence of llama.cpp's context. What is given goes into the batch in one piece up to the next place
where the model decides; all sequences go into the same batch, so that the matrix products are wide; the instruction's
cells are evaluated once and shared; logits are read at decisions alone, and of the tokens that may follow alone. A
sequence that finishes is replaced at once.
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.engine.compile import Compiled, Compiler, Given, Node
from bioassist.errors import EngineError
from bioassist.tasks.program import Answer

PREFIXES = 4
FIRST_SLOTS = 4


@dataclass(slots=True)
class Fed:
    """One token to evaluate: at `position` of `sequence`, with logits wanted behind it or not."""

    token: int
    position: int
    sequence: int
    wanted: bool


class Decoder(Protocol):
    """What the scheduler needs of a model; `assistant.engine.llama.Llama` is one."""

    def decode(self, tokens: Sequence[Fed]) -> None: ...
    def logits(self, place: int, of: Sequence[int]) -> list[float]: ...
    def share(self, source: int, target: int, length: int) -> None: ...
    def forget(self, sequence: int, start: int = 0) -> None: ...


@dataclass(slots=True)
class Job:
    """A compiled program to run, under a name of the caller's. Lower `priority` goes first, then order of coming."""

    name: int
    compiled: Compiled
    priority: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """A job's answers, one a choice, and how many tokens were evaluated for it."""

    name: int
    answers: tuple[Answer, ...]
    tokens: int


@dataclass(slots=True)
class _Running:
    """A program on its way: what is next to evaluate, and where in the tree of options it stands."""

    job: Job
    sequence: int
    position: int
    step: int = 0
    pending: deque[int] = field(default_factory=deque)
    node: Node | None = None
    after: int | None = None
    path: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    tokens: int = 0


class Scheduler:
    """`slots` sequences over a `decoder` with room for `cells` tokens, at most `batch` of them a time.

    `submit` jobs, then call `step` until `idle`.
    """

    def __init__(self, decoder: Decoder, compiler: Compiler, *, cells: int, batch: int, slots: int) -> None:
        self._decoder = decoder
        self._compiler = compiler
        self._cells = cells
        self._batch = batch
        self._free = list(range(PREFIXES + slots - 1, PREFIXES - 1, -1))
        self._waiting: list[Job] = []
        self._running: list[_Running] = []
        self._prefixes: OrderedDict[tuple[int, ...], int] = OrderedDict()
        self._reserved = 0
        self._finished_any = False
        self.tokens_evaluated = 0
        self.batches = 0

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._running

    @property
    def waiting(self) -> int:
        """Jobs that have not begun; the caller keeps this a little above zero."""
        return len(self._waiting)

    @property
    def longest(self) -> int:
        """The most cells that one program may fill, its instruction included."""
        return self._cells // 2

    def submit(self, job: Job) -> None:
        """Raises EngineError for a program that can never fit; the caller cuts its input instead."""
        if job.compiled.cells > self.longest:
            raise EngineError(f"a window of {job.compiled.cells} tokens does not fit a context of {self._cells}.")
        place = next((i for i, other in enumerate(self._waiting) if other.priority > job.priority), len(self._waiting))
        self._waiting.insert(place, job)

    def step(self) -> list[Done]:
        """Evaluate one batch; return the jobs that it finished."""
        finished = self._admit()
        fed: list[Fed] = []
        deciding: list[tuple[int, _Running]] = []
        # Those that decide go before those that still read their input: they are what the others wait behind.
        for running in sorted(self._running, key=lambda running: len(running.pending)):
            room = self._batch - len(fed)
            if room == 0:
                break
            count = min(room, len(running.pending))
            for _ in range(count):
                fed.append(Fed(running.pending.popleft(), running.position, running.sequence, False))
                running.position += 1
            running.tokens += count
            if not running.pending:
                fed[-1].wanted = True
                deciding.append((len(fed) - 1, running))
        if fed:
            self._decoder.decode(fed)
            self.tokens_evaluated += len(fed)
            self.batches += 1
        for place, running in deciding:
            self._decide(running, place)
            if running.node is None:
                finished.append(self._finish(running))
        return finished

    def _admit(self) -> list[Done]:
        finished: list[Done] = []
        while self._waiting and self._free:
            # Until something is finished, few run: what a person waits for should not wait for the rest.
            if not self._finished_any and len(self._running) >= FIRST_SLOTS:
                break
            job = self._waiting[0]
            own = job.compiled.cells - len(job.compiled.shared)
            if self._running and self._reserved + own + len(job.compiled.shared) > self._cells:
                break
            prefix = self._prefix(job.compiled.shared)
            if self._running and self._reserved + own > self._cells:
                break
            self._waiting.pop(0)
            sequence = self._free.pop()
            self._decoder.share(prefix, sequence, len(job.compiled.shared))
            self._reserved += own
            running = _Running(job, sequence, len(job.compiled.shared))
            self._running.append(running)
            self._advance(running)
            if running.node is None:
                finished.append(self._finish(running))
        return finished

    def _prefix(self, ids: tuple[int, ...]) -> int:
        """The sequence that holds the cells of an instruction; evaluated on first use."""
        if ids in self._prefixes:
            self._prefixes.move_to_end(ids)
            return self._prefixes[ids]
        if len(self._prefixes) < PREFIXES:
            sequence = len(self._prefixes)
        else:
            oldest, sequence = self._prefixes.popitem(last=False)
            self._decoder.forget(sequence)
            self._reserved -= len(oldest)
        for start in range(0, len(ids), self._batch):
            part = ids[start : start + self._batch]
            self._decoder.decode([Fed(token, start + i, sequence, False) for i, token in enumerate(part)])
            self.tokens_evaluated += len(part)
            self.batches += 1
        self._prefixes[ids] = sequence
        self._reserved += len(ids)
        return sequence

    def _advance(self, running: _Running) -> None:
        """Queue everything up to the next decision; leave `node` None if there is none."""
        steps = running.job.compiled.steps
        while running.step < len(steps):
            step = steps[running.step]
            running.step += 1
            if isinstance(step, Given):
                running.pending.extend(step.ids)
            else:
                previous = running.answers[-1].option if running.answers else None
                running.after = step.after
                self._enter(running, self._compiler.tree(step.choice, previous))
                if running.node is not None:
                    return
        running.node = None

    def _enter(self, running: _Running, node: Node) -> None:
        """Go down the tree as long as there is one way; stop where the model decides or the choice is made."""
        while True:
            ways = len(node.children) + (node.ending is not None)
            if ways > 1:
                running.node = node
                return
            if node.ending is not None:
                running.node = None
                running.answers.append(_answer(node.ending, running.path))
                running.path = []
                return
            token, node = next(iter(node.children.items()))
            running.pending.append(token)

    def _decide(self, running: _Running, place: int) -> None:
        node = running.node
        assert node is not None
        tokens = list(node.children)
        branches: list[Node | None] = list(node.children.values())
        if node.ending is not None:
            if running.after is None or running.after in node.children:
                raise EngineError(f"the label {node.ending!r} cannot be told from longer ones by this model.")
            tokens.append(running.after)
            branches.append(None)
        probabilities = softmax(self._decoder.logits(place, tokens))
        best = max(range(len(tokens)), key=lambda index: probabilities[index])
        rivals = {
            (branch.common() if branch is not None else str(node.ending)): probabilities[index]
            for index, branch in enumerate(branches)
            if index != best
        }
        running.path.append((probabilities[best], rivals))
        chosen = branches[best]
        if chosen is None:
            running.node = None
            running.answers.append(_answer(str(node.ending), running.path))
            running.path = []
        else:
            running.pending.append(tokens[best])
            self._enter(running, chosen)
        if running.node is None:
            self._advance(running)

    def _finish(self, running: _Running) -> Done:
        self._decoder.forget(running.sequence)
        self._free.append(running.sequence)
        self._finished_any = True
        self._running.remove(running)
        compiled = running.job.compiled
        self._reserved -= compiled.cells - len(compiled.shared)
        return Done(running.job.name, tuple(running.answers), running.tokens)


def softmax(logits: Sequence[float]) -> list[float]:
    top = max(logits)
    powers = [math.exp(value - top) for value in logits]
    total = sum(powers)
    return [power / total for power in powers]


def _answer(option: str, path: Sequence[tuple[float, dict[str, float]]]) -> Answer:
    """Join the decisions on the way to an option: each branch not taken weighs what was left at its place."""
    left = 1.0
    rivals: dict[str, float] = {}
    for probability, others in path:
        for beginning, value in others.items():
            rivals[beginning] = rivals.get(beginning, 0.0) + left * value
        left *= probability
    return Answer(option, left, rivals)
