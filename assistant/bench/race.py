"""Which trials are run, one after the other, and the best of each contender's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from assistant.bench import running
from assistant.bench.material import Stretch, up_to
from assistant.bench.running import Failure
from assistant.bench.trial import Outcome, Setup, Trial
from assistant.engine.machine import SLOTS

CONTENDERS = ("reference", "grammar", "server", "langextract", "engine", "floor")
BATCHES = (256, 512, 1024)
# The server answers one request after the other; more clients save it the time between two.
CLIENTS = (2, 4)
RENDERINGS = ("ner.inline", "ner.typed")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a contender: its trials in the order in which they ran. `task` is the rendering that it read."""

    name: str
    task: str
    trials: tuple[tuple[Trial, Outcome | Failure], ...]

    @property
    def best(self) -> tuple[Trial, Outcome] | None:
        """The fastest trial that came to its end."""
        ended = [(trial, found) for trial, found in self.trials if isinstance(found, Outcome)]
        return max(ended, key=lambda one: one[1].words_per_s, default=None)

    @property
    def failure(self) -> Failure | None:
        """Why there is none; that of its last trial."""
        last = self.trials[-1][1]
        return last if self.best is None and isinstance(last, Failure) else None


def setting(trial: Trial) -> str:
    """The settings that the contender has, for people."""
    batch = f"batch {trial.batch}"
    return {
        "reference": "one token at a time",
        "engine": f"{batch}, {trial.slots} slots",
        "server": f"{batch}, {trial.clients} client{'s' if trial.clients > 1 else ''}",
    }.get(trial.contender, batch)


def race(
    setup: Setup,
    stretches: Sequence[Stretch],
    *,
    words: int,
    slots: int = SLOTS,
    batches: Sequence[int] = BATCHES,
    only: Collection[str] = CONTENDERS,
    run: Callable[[Trial], Outcome | Failure] = running.run,
    say: Callable[[str], None] = lambda line: None,
) -> list[Result]:
    """Run every contender in `only`; those that are slow read the first stretches alone, of about `words` words.

    The engine goes first, since the reference is compared with its labels and the floor reads as many tokens; where
    either is asked for, so is the engine. Engine and grammar read the other rendering too: the engine twice `words` of
    it, since that one is slow. A contender that fails does not hold up the others.
    """
    whole = tuple(stretches)
    few = tuple(up_to(whole, words))
    found: dict[str, Result] = {}

    def compete(name: str, trials: Sequence[Trial]) -> Result:
        """Run what is not run yet of a contender."""
        ran = list(found[name].trials) if name in found else []
        for trial in trials:
            say(f"{name}, {setting(trial)}")
            ran.append((trial, outcome := run(trial)))
            if isinstance(outcome, Failure) and outcome.missing:
                break
        found[name] = Result(name, trials[0].setup.task, tuple(ran))
        return found[name]

    def in_both(name: str, trials: Sequence[Trial], other_words: int) -> Result:
        read = tuple(up_to(whole, other_words))
        for task in RENDERINGS:
            if task != setup.task:
                other = replace(setup, task=task)
                compete(f"{name} {task}", [replace(one, setup=other, stretches=read) for one in trials])
        return compete(name, trials)

    engine = [Trial("engine", setup, whole, batch=batch, slots=slots) for batch in batches]
    best = None
    if "engine" in only:
        best = in_both("engine", engine, 2 * words).best
    elif {"reference", "floor"} & set(only):
        best = compete("engine", engine).best
    if "floor" in only:
        if best is None:
            nothing = Failure("the engine, which says how many tokens it is to read, failed")
            found["floor"] = Result("floor", setup.task, ((Trial("floor", setup, whole), nothing),))
        else:
            tokens = best[1].tokens
            compete("floor", [Trial("floor", setup, whole, batch=batch, tokens=tokens) for batch in batches])
    if "reference" in only:
        answers = best[1].answers if best is not None else ()
        compete("reference", [Trial("reference", setup, few, answers=answers)])
    if "grammar" in only:
        in_both("grammar", [Trial("grammar", setup, few, batch=batch) for batch in batches], words)
    if "server" in only:
        alone = compete("server", [Trial("server", setup, few, batch=batch) for batch in batches]).best
        if alone is not None:
            compete("server", [replace(alone[0], clients=clients) for clients in CLIENTS])
    if "langextract" in only:
        compete("langextract", [Trial("langextract", setup, few, batch=batch) for batch in batches])
    return sorted(found.values(), key=lambda result: (CONTENDERS.index(result.name.split()[0]), result.name))
