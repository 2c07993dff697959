"""Runs many programs at once, at the speed of reading.

Each program is a sequence of llama.cpp's context. What is given goes into the batch in one piece up to the next place
where the model decides; all sequences go into the same batch, so that the matrix products are wide; the instruction's
cells are evaluated once and shared; logits are read at decisions alone, and of the tokens that may follow alone. A
sequence that finishes is replaced at once.

While a person waits for a program (priority 0), the others stand still: a batch of few sequences is quick, and leaves
room for drafts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

from assistant.engine.cells import PREFIXES, Cells
from assistant.engine.compile import Compiler
from assistant.engine.decoder import DamagedModelError, Decoder, Fed, NoRoomError, NotFiniteError
from assistant.engine.jobs import Done, Job, Refused
from assistant.engine.sequence import Running
from bioassist.errors import EngineError

# The priority of what a person waits for.
AWAITED = 0
# Until something is finished few run, so that the first does not wait for the rest; fewer still if somebody waits.
FIRST_SLOTS, FIRST_AWAITED = 4, 2


class Scheduler:
    """`slots` sequences over a `decoder` with room for `cells` tokens, at most `batch` of them a time.

    `seats` are further sequences, for what a person waits for, so that it begins at once when all slots are taken.

    A sequence asks for up to `lookahead` decisions at once: behind a decision the likely answer, the choice's first
    option, is taken for granted, and what was evaluated in vain is thrown away if the model decides otherwise. Where
    drafts have held it asks for as many again, and where few sequences are in a batch each asks for more, up to
    `drafts` for all together. The answers are the same for any `lookahead` and `drafts`; 1 and 0 draft nothing.

    A program for which the model gives no finite numbers is read again alone, with all cells new, and refused if that
    does not help.

    `submit` jobs, then call `step` until `idle`. `evaluated` is called after each batch, of which a step may have some.
    """

    def __init__(
        self,
        decoder: Decoder,
        compiler: Compiler,
        *,
        cells: int,
        batch: int,
        slots: int,
        seats: int = 0,
        lookahead: int = 1,
        drafts: int = 0,
        evaluated: Callable[[], None] = lambda: None,
    ) -> None:
        self._decoder = decoder
        self._compiler = compiler
        self._cells = Cells(decoder, cells, self._read_instruction)
        self._batch = batch
        # As asked for, and as many as the cells have turned out to hold.
        self._slots = self._held = slots
        self._lookahead = lookahead
        self._drafts = drafts
        self._evaluated = evaluated
        self._free = list(range(PREFIXES + slots + seats - 1, PREFIXES - 1, -1))
        self._waiting: list[Job] = []
        self._running: list[Running] = []
        self._new: list[Running] = []
        self._jobs: dict[int, Job] = {}
        self._some_finished = False
        self._suspects: deque[Job] = deque()
        self._alone: Job | None = None
        self._out: list[Done | Refused] = []
        self.tokens_evaluated = 0
        self.batches = 0

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._running and not self._suspects

    @property
    def waiting(self) -> int:
        """Jobs that have not begun; the caller keeps this a little above zero."""
        return len(self._waiting)

    @property
    def longest(self) -> int:
        """The most cells that one program may fill, its instruction included."""
        return self._cells.total // 2

    def wants(self, priority: int) -> bool:
        """Whether it is time to submit another job of this priority."""
        return sum(job.priority <= priority for job in self._waiting) < 2

    def submit(self, job: Job) -> None:
        """Raises EngineError for a program that can never fit; the caller cuts its input instead."""
        if job.compiled.cells > self.longest:
            raise EngineError(f"a window of {job.compiled.cells} tokens does not fit a context of {self._cells.total}.")
        if job.priority == AWAITED and not any(known.priority == AWAITED for known in self._known()):
            # A person has just come: the first answers count.
            self._some_finished = False
        self._queue(job)

    def prioritise(self, names: Collection[int]) -> None:
        """A person waits for these jobs from now on, and for no other."""
        for job in self._known():
            job.priority = AWAITED if job.name in names else AWAITED + 1
        waiting, self._waiting = self._waiting, []
        for job in waiting:
            self._queue(job)

    def renew(self) -> None:
        """Begin as if nothing had been evaluated yet, so that what follows depends on nothing before it; when idle."""
        assert self.idle
        self._cells.clear()
        self._free.sort(reverse=True)
        self._held = self._slots
        self._some_finished = False

    def step(self) -> list[Done | Refused]:
        """Evaluate one batch; return the jobs that came to an end in it.

        Raises OutOfMemoryError, EngineError if llama.cpp cannot go on, DamagedModelError where no note is at fault.
        """
        try:
            self._admit()
            self._queue_new()
            active = self._active()
            fed: list[Fed] = []
            # Those that decide go before those that still read their input: they are what the others wait behind.
            for running in sorted(active, key=lambda running: running.queued):
                fed += running.take(self._batch - len(fed), len(fed))
            self._evaluate(fed)
        except NoRoomError as error:
            self._start_over(error)
        else:
            ahead = self._ahead(len(active))
            for running in active:
                self._decide(running, ahead)
        out, self._out = self._out, []
        return out

    def _known(self) -> list[Job]:
        return [*self._waiting, *self._suspects, *self._jobs.values()]

    def _queue(self, job: Job) -> None:
        place = next((i for i, other in enumerate(self._waiting) if other.priority > job.priority), len(self._waiting))
        self._waiting.insert(place, job)

    def _awaited(self) -> list[Running]:
        return [running for running in self._running if self._jobs[running.sequence].priority == AWAITED]

    def _active(self) -> list[Running]:
        """The programs that go on with the next batch."""
        return self._awaited() or list(self._running)

    def _ahead(self, active: int) -> int:
        """How many decisions each of `active` sequences asks for at once."""
        return max(self._lookahead, self._drafts // max(active, 1))

    def _evaluate(self, fed: list[Fed]) -> None:
        if fed:
            self._decoder.decode(fed)
            self.tokens_evaluated += len(fed)
            self.batches += 1
            self._evaluated()

    def _admit(self) -> None:
        """Let begin what may begin now. What was read in vain is read alone, when all that runs has finished."""
        if self._suspects or self._alone is not None:
            if not self._running:
                self._cells.clear()
                self._alone = self._suspects.popleft()
                self._begin(self._alone)
            return
        while self._waiting and self._may_begin(self._waiting[0]):
            self._begin(self._waiting[0])

    def _may_begin(self, job: Job) -> bool:
        awaited = len(self._awaited())
        if awaited and job.priority != AWAITED:
            return False
        beside, first = (awaited, FIRST_AWAITED) if job.priority == AWAITED else (len(self._running), FIRST_SLOTS)
        if not self._free or beside >= (self._held if self._some_finished else min(first, self._held)):
            return False
        return self._cells.make_room(job.compiled) or not self._running

    def _begin(self, job: Job) -> None:
        self._cells.lend(job.compiled, self._free[-1])
        if job is not self._alone:
            self._waiting.remove(job)
        running = Running(job.compiled, self._free.pop(), self._compiler)
        self._running.append(running)
        self._jobs[running.sequence] = job
        self._new.append(running)

    def _queue_new(self) -> None:
        """Queue what those ask for that have just begun, now that it is known how many there are."""
        new, self._new = self._new, []
        ahead = self._ahead(len(self._active()))
        for running in new:
            try:
                running.queue(ahead)
            except EngineError as error:
                self._refuse(running, error)
                continue
            if running.complete:
                self._finish(running)

    def _read_instruction(self, ids: tuple[int, ...], sequence: int) -> None:
        for start in range(0, len(ids), self._batch):
            fed = [
                Fed(token, place, sequence, place + 1 == len(ids) and self._alone is not None)
                for place, token in enumerate(ids[start : start + self._batch], start)
            ]
            self._evaluate(fed)
            if fed[-1].wanted:
                self._look_at_model(len(fed) - 1)

    def _look_at_model(self, place: int) -> None:
        """See whether the model can say anything behind an instruction, where it could not with a note behind that."""
        try:
            self._decoder.best(place)
        except NotFiniteError as error:
            raise DamagedModelError(
                "the model gives no finite numbers, whatever it reads.",
                next_step="Its file may be damaged: see `bioassist models verify`.",
            ) from error

    def _decide(self, running: Running, ahead: int) -> None:
        try:
            running.read(self._decoder, ahead)
        except NotFiniteError as error:
            job = self._jobs[running.sequence]
            if job is self._alone:
                self._refuse(running, error)
            else:
                self._release(running)
                self._suspects.append(job)
        except EngineError as error:
            self._refuse(running, error)
        else:
            if running.complete:
                self._finish(running)

    def _start_over(self, error: NoRoomError) -> None:
        """The cells do not hold what was reckoned to fit: all that runs begins again, half as much of it at once."""
        jobs = [self._jobs[running.sequence] for running in self._running]
        self._new = []
        if len(jobs) > 1:
            self._held = min(self._held, len(jobs)) // 2
            for running in list(self._running):
                self._release(running)
            self._waiting[:0] = sorted(jobs, key=lambda job: job.priority)
        elif jobs:
            self._refuse(self._running[0], error, too_long=True)
        else:
            # Not even an instruction fits.
            job = self._alone or self._waiting.pop(0)
            self._alone = None
            self._out.append(Refused(job.name, error.what))
        self._cells.clear()

    def _refuse(self, running: Running, error: EngineError, *, too_long: bool = False) -> None:
        self._out.append(Refused(self._jobs[running.sequence].name, error.what, too_long))
        self._release(running)

    def _finish(self, running: Running) -> None:
        self._some_finished = True
        self._out.append(Done(self._jobs[running.sequence].name, tuple(running.answers), running.tokens))
        self._release(running)

    def _release(self, running: Running) -> None:
        """Take a program off, and its cells from it."""
        self._cells.give_back(running.compiled, running.sequence)
        self._free.append(running.sequence)
        self._running.remove(running)
        if self._jobs.pop(running.sequence) is self._alone:
            self._alone = None
