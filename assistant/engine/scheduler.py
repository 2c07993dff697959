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

from assistant.engine.compile import Compiled, Compiler, Given, Node, Writing
from assistant.engine.writing import Best, Written
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
    def best(self, place: int) -> Best: ...
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
class _Ask:
    """A decision to make from the logits behind a token.

    `node` is the place in the tree of options, `after` the token that tells an option that ends there from longer ones,
    `step` the program's next step. What is queued behind takes for granted that `draft` is chosen, None for nothing.
    """

    node: Node
    after: int | None
    step: int
    draft: int | None = None


@dataclass(slots=True)
class _Running:
    """A program on its way: what is queued to evaluate, and up to where it is decided and drafted.

    `queue` are tokens with the decision that their logits are wanted for, if any; `step` is the step of the program
    that is queued next, and `previous` the answer it follows, drafted or made. `asked` counts decisions in the queue.
    """

    job: Job
    sequence: int
    position: int
    decisions: int
    step: int = 0
    previous: str | None = None
    queue: deque[tuple[int, _Ask | Written | None]] = field(default_factory=deque)
    asked: int = 0
    path: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    tokens: int = 0

    @property
    def complete(self) -> bool:
        return len(self.answers) == self.decisions


class Scheduler:
    """`slots` sequences over a `decoder` with room for `cells` tokens, at most `batch` of them a time.

    A sequence asks for up to `lookahead` decisions at once: behind a decision the likely answer, the choice's first
    option, is taken for granted, and what was evaluated in vain is thrown away if the model decides otherwise. The
    answers are the same for any `lookahead`.

    `submit` jobs, then call `step` until `idle`.
    """

    def __init__(
        self, decoder: Decoder, compiler: Compiler, *, cells: int, batch: int, slots: int, lookahead: int = 1
    ) -> None:
        self._decoder = decoder
        self._compiler = compiler
        self._cells = cells
        self._batch = batch
        self._lookahead = lookahead
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
        asks: dict[int, list[tuple[int, int, _Ask]]] = {}
        writing: dict[int, tuple[int, Written]] = {}
        # Those that decide go before those that still read their input: they are what the others wait behind.
        for running in sorted(self._running, key=lambda running: len(running.queue)):
            count = min(self._batch - len(fed), len(running.queue))
            for _ in range(count):
                token, ask = running.queue.popleft()
                if isinstance(ask, Written):
                    writing[running.sequence] = (len(fed), ask)
                elif ask is not None:
                    asks.setdefault(running.sequence, []).append((len(fed), running.position, ask))
                fed.append(Fed(token, running.position, running.sequence, ask is not None))
                running.position += 1
            running.tokens += count
        if fed:
            self._decoder.decode(fed)
            self.tokens_evaluated += len(fed)
            self.batches += 1
        for running in list(self._running):
            if running.sequence in writing:
                self._write(running, *writing[running.sequence])
            elif running.sequence in asks:
                self._decide(running, asks[running.sequence])
            else:
                continue
            if running.complete:
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
            self._waiting.pop(0)
            sequence = self._free.pop()
            self._decoder.share(prefix, sequence, len(job.compiled.shared))
            self._reserved += own
            decisions = sum(not isinstance(step, Given) for step in job.compiled.steps)
            running = _Running(job, sequence, len(job.compiled.shared), decisions)
            self._running.append(running)
            self._queue(running)
            if running.complete:
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

    def _queue(self, running: _Running, given: Sequence[int] = ()) -> None:
        """Queue the program's steps up to `lookahead` decisions ahead, the likely answers taken for granted.

        `given` are tokens in front of them.
        """
        steps = running.job.compiled.steps
        given = list(given)
        while running.step < len(steps) and running.asked < self._lookahead:
            step = steps[running.step]
            if isinstance(step, Given):
                following = steps[running.step + 1] if running.step + 1 < len(steps) else None
                if isinstance(following, Writing) and running.asked:
                    # Nothing is written behind a draft.
                    break
                given += step.ids
                running.step += 1
                continue
            if isinstance(step, Writing):
                running.step += 1
                self._append(running, given, Written(step.free))
                return
            node = self._compiler.tree(step.choice, running.previous)
            if len(ways(node, step.after)) == 1 and running.asked:
                # Nothing to decide here, but what was drafted before it has to be decided first.
                break
            running.step += 1
            ask, tokens = self._enter(running, node, step.after)
            given += tokens
            if ask is None:
                continue
            self._append(running, given, ask)
            draft = step.choice.legal(running.previous)[0]
            given = self._draft(ask, draft)
            if ask.draft is None:
                return
            running.previous = draft
        # What lies behind the last decision is not evaluated; what lies before the next one waits for it.
        if given and running.step < len(steps):
            self._append(running, given, None)

    @staticmethod
    def _append(running: _Running, tokens: Sequence[int], ask: _Ask | Written | None) -> None:
        for token in tokens[:-1]:
            running.queue.append((token, None))
        running.queue.append((tokens[-1], ask))
        running.asked += ask is not None

    @staticmethod
    def _draft(ask: _Ask, option: str) -> list[int]:
        """Take `option` for granted behind `ask`, if one token decides for it; the tokens it is given by."""
        if ask.node.ending == option:
            ask.draft = ask.after
            return []
        for token, child in ask.node.children.items():
            if child.options == [option]:
                ask.draft = token
                return [token, *only_way(child)]
        return []

    def _enter(self, running: _Running, node: Node, after: int | None) -> tuple[_Ask | None, list[int]]:
        """Go down the tree as long as there is one way: the tokens on it, and the decision it leads to.

        Without a decision the choice is made, and its answer kept.
        """
        tokens: list[int] = []
        while len(ways(node, after)) == 1:
            if node.ending is not None:
                running.answers.append(_answer(node.ending, running.path))
                running.previous = node.ending
                running.path = []
                return None, tokens
            token, node = next(iter(node.children.items()))
            tokens.append(token)
        return _Ask(node, after, running.step), tokens

    def _decide(self, running: _Running, asks: Sequence[tuple[int, int, _Ask]]) -> None:
        """Make the decisions that were asked for, in order, up to the first that is not as drafted."""
        for place, position, ask in asks:
            running.asked -= 1
            open_ways = ways(ask.node, ask.after)
            tokens = list(open_ways)
            probabilities = softmax(self._decoder.logits(place, tokens))
            best = max(range(len(tokens)), key=lambda index: probabilities[index])
            chosen = open_ways[tokens[best]]
            rivals = {
                (str(ask.node.ending) if branch is None else branch.common()): probabilities[index]
                for index, branch in enumerate(open_ways.values())
                if index != best
            }
            running.path.append((probabilities[best], rivals))
            if tokens[best] == ask.draft:
                option = str(ask.node.ending) if chosen is None else chosen.options[0]
                running.answers.append(_answer(option, running.path))
                running.path = []
                continue
            self._turn(running, ask, position, tokens[best], chosen)
            return
        self._queue(running)

    def _write(self, running: _Running, place: int, written: Written) -> None:
        """Write one token more, or go on with what follows the text."""
        running.asked -= 1
        best = self._decoder.best(place)
        if written.add(best):
            self._append(running, [best.token], written)
            return
        running.answers.append(written.answer)
        running.previous = None
        self._queue(running, self._compiler.option(written.free.stop))

    def _turn(self, running: _Running, ask: _Ask, position: int, token: int, chosen: Node | None) -> None:
        """Go another way than what was queued behind `ask`."""
        if running.position > position + 1:
            self._decoder.forget(running.sequence, position + 1)
        running.position = position + 1
        running.queue.clear()
        running.asked = 0
        running.step = ask.step
        if chosen is None:
            running.previous = str(ask.node.ending)
            running.answers.append(_answer(running.previous, running.path))
            running.path = []
            self._queue(running)
            return
        further, tokens = self._enter(running, chosen, ask.after)
        self._append(running, [token, *tokens], further)
        if further is None:
            self._queue(running)

    def _finish(self, running: _Running) -> Done:
        self._decoder.forget(running.sequence)
        self._free.append(running.sequence)
        self._finished_any = True
        self._running.remove(running)
        compiled = running.job.compiled
        self._reserved -= compiled.cells - len(compiled.shared)
        return Done(running.job.name, tuple(running.answers), running.tokens)


def ways(node: Node, after: int | None) -> dict[int, Node | None]:
    """Where a place in the tree can be left: by a token to a node below, or by `after` to its end (None).

    Raises EngineError for an option that ends here if `after` does not tell it from the longer ones.
    """
    found: dict[int, Node | None] = dict(node.children)
    if node.ending is not None:
        if not node.children:
            return {-1: None}
        if after is None or after in node.children:
            raise EngineError(f"the label {node.ending!r} cannot be told from longer ones by this model.")
        found[after] = None
    return found


def only_way(node: Node) -> list[int]:
    """The tokens below a node that one option is left at."""
    tokens: list[int] = []
    while node.children:
        token, node = next(iter(node.children.items()))
        tokens.append(token)
    return tokens


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
