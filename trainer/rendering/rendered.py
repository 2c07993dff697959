"""One sample as a program, and what is drawn by chance for it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bioassist.tasks.program import Program
from bioassist.tasks.render import WORDINGS
from trainer.corpora import Split
from trainer.mixture import Mixture

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A program with its gold answers, one a choice.

    `given` is the text that it is about, `group` names what must stay on one side of a split, `words` counts the words
    that are decided about, `lost` the gold annotations that the program cannot say.
    """

    program: Program
    answers: tuple[str, ...]
    source: str
    document: str
    group: str
    given: str
    words: int = 0
    lost: int = 0


class Drawing:
    """What chance decides about training samples; development samples are taken as they are."""

    def __init__(self, mixture: Mixture, split: Split, chance: random.Random) -> None:
        self.window_words = mixture.window_words
        self.training = split == "train"
        self.chance = chance
        self._subsets = mixture.subsets
        self._wordings = mixture.wordings

    def wording(self) -> int:
        """The number of the instruction's wording; 0 is the one that annotation uses."""
        if self.training and self.chance.random() < self._wordings:
            return self.chance.randrange(1, WORDINGS)
        return 0

    def some(self, all_: Sequence[T]) -> list[T]:
        """All of them, or in training sometimes a random part in a random order."""
        if self.training and self.chance.random() < self._subsets:
            return self.chance.sample(list(all_), self.chance.randint(1, len(all_)))
        return list(all_)

    def reservoir(self, samples: Iterable[T], number: int) -> list[T]:
        """`number` of the samples, each as likely as any other, whatever their number (Vitter 1985, algorithm R)."""
        kept: list[T] = []
        for place, sample in enumerate(samples):
            if place < number:
                kept.append(sample)
            elif (other := self.chance.randrange(place + 1)) < number:
                kept[other] = sample
        return kept
