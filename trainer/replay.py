"""A project's corrections as a data set, with replay: samples of a mixture beside them, so that what the model was
trained on before is not forgotten."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioassist.errors import InputError
from bioassist.tasks.fingerprints import FINGERPRINTS
from trainer.corpora import Split
from trainer.corpora.shelf import Shelf
from trainer.corrections import Corrections
from trainer.dataset import present, sources_of
from trainer.mixture import Mixture
from trainer.rendering import Drawing, Rendered, render
from trainer.writing import DatasetReport, Making, making

# How training samples vary where no mixture says so: as in the default adapter's.
SUBSETS, WORDINGS = 0.25, 0.2
# A token of ordinary text is four characters; with four times as many there are enough samples, duplicates and all.
_CHARACTERS = 16
_LICENCE = "the notes' own"
# What training samples must not hold is known from the development samples.
_ORDER: tuple[Split, ...] = ("dev", "train")


@dataclass(frozen=True, slots=True)
class Replay:
    """Samples of `mixture`, drawn at random, for `share` (from 0, less than 1) of all training tokens."""

    mixture: Mixture
    shelf: Shelf
    share: float
    skip_missing: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was written; `share` of its training tokens are the mixture's, `wanted` should have been."""

    report: DatasetReport
    wanted: float
    share: float

    @property
    def short(self) -> bool:
        """Whether the mixture has less than was wanted of it, by more than a hundredth."""
        return self.share < self.wanted - 0.01


def write(
    corrections: Corrections,
    base: Path,
    destination: Path,
    *,
    replay: Replay | None = None,
    facts: dict[str, Any] | None = None,
    seed: int = 0,
    context: int = 1024,
    say: Callable[[str], None] = lambda line: None,
) -> Replayed:
    """Render corrections and replay for the vocabulary of the GGUF `base`, and write them to the folder `destination`.

    Windows are those that annotation reads. The development split has replay in the same share; training samples of
    any development text, drawn or not, are left out. `facts` are added to those of the sources in dataset.json. Raises
    InputError if there is no training sample, or for a corpus that is not there.
    """
    here = present(replay.mixture, replay.shelf, replay.skip_missing, say) if replay else None
    share = replay.share if replay else 0.0
    with making(base, context) as made:
        tokens = {"train": 0, "dev": 0}
        for split in _ORDER:
            own = made.add(split, corrections.render(split, _drawing(here, split, seed)))
            if here is not None and replay is not None:
                samples = render(here, replay.shelf, split, seed)
                if split == "dev":
                    samples = _avoided(samples, made)
                room = round(own * share / (1 - share))
                chance = random.Random(f"{seed}/replay/{split}")
                tokens[split] = made.add(split, list(drawn(samples, room * _CHARACTERS, chance)), room)
        total = sum(count["tokens"] for count in made.counts["train"].values())
    if not total:
        raise InputError(
            "nothing is left to train on.",
            where="corrections",
            next_step="About a fifth of the notes is kept to judge by: mark more notes done.",
        )
    got = tokens["train"] / total
    name = f"corrections with {here.name}" if here is not None else "corrections"
    told = _facts(corrections, here, made, facts or {})
    if here is not None:
        told["replay"] = {"mixture": here.name, "wanted": share, "share": round(got, 4), "tokens": tokens["train"]}
    return Replayed(made.save(name, told, destination, seed=seed, private=True), share, got)


def drawn(samples: Iterable[Rendered], characters: int, chance: random.Random) -> Iterator[Rendered]:
    """As many samples, drawn at random, as have `characters` characters; in random order, and no more in memory."""
    kept: list[tuple[float, int, int, Rendered]] = []
    total = 0
    for number, sample in enumerate(samples):
        length = len(sample.program.filled(sample.answers))
        heapq.heappush(kept, (-chance.random(), number, length, sample))
        total += length
        while total - kept[0][2] >= characters:
            total -= heapq.heappop(kept)[2]
            if not kept:
                break
    for _, _, _, sample in sorted(kept, key=lambda one: (-one[0], one[1])):
        yield sample


def _avoided(samples: Iterable[Rendered], made: Making) -> Iterator[Rendered]:
    for sample in samples:
        made.avoid(sample.given)
        yield sample


def _drawing(mixture: Mixture | None, split: Split, seed: int) -> Drawing:
    """Windows as the assistant cuts them, variation as the mixture has it."""
    subsets, wordings = (mixture.subsets, mixture.wordings) if mixture else (SUBSETS, WORDINGS)
    own = Mixture("corrections", (), subsets=subsets, wordings=wordings)
    return Drawing(own, split, random.Random(f"{seed}/corrections/{split}"))


def _facts(corrections: Corrections, mixture: Mixture | None, made: Making, more: dict[str, Any]) -> dict[str, Any]:
    """Sources, labels and programs of what is in the training split, and not of what was not drawn."""
    there = {name for name, count in made.counts["train"].items() if count["samples"]}
    replayed = [source for source in mixture.sources if f"{source.corpus} {source.task}" in there] if mixture else []
    own = sorted(there - {f"{source.corpus} {source.task}" for source in replayed})
    labels: dict[str, set[str]] = {corrections.task: set(corrections.mentions)} if own else {}
    for source in replayed:
        labels.setdefault(source.task, set()).update(source.taught)
    of_notes = {"task": corrections.task, "licence": _LICENCE}
    return {
        "sources": {name.removesuffix(f" {corrections.task}"): of_notes for name in own} | sources_of(replayed),
        "labels": {task: sorted(names) for task, names in labels.items()},
        "programs": {task: FINGERPRINTS[task] for task in labels},
        **more,
        "corrections": corrections.facts,
    }
