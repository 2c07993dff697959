"""Words to IOB2 tags and back, and windows of words that an encoder can take at once. No torch here.

An encoder gives every word a tag without looking at its neighbours' tags, so an I- can stand where nothing has begun.
It is read as conlleval reads it (Tjong Kim Sang and Buchholz 2000): such an I- begins a mention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bioassist.documents import Span
from bioassist.schema import EntityType
from bioassist.tasks import ner
from bioassist.tasks.ner import Mention
from bioassist.tasks.program import Answer
from trainer.windowing import Stretch

OUTSIDE = "O"
# The share of a window that it may repeat of the one before it.
_OVERLAP = 0.25


@dataclass(frozen=True, slots=True)
class WordWindow:
    """Words `begin` to `end` are read at once, of which those from `first` to `last` are decided here (half-open)."""

    begin: int
    end: int
    first: int
    last: int


def word_windows(tokens: Sequence[int], room: int) -> list[WordWindow]:
    """Windows over words that have so many `tokens`, each of at most `room` tokens; every word is decided once.

    Neighbouring windows share up to a quarter of `room`, and part in its middle. A word that is longer than `room`
    stands alone and has to be cut.
    """
    if not tokens:
        return []
    spans: list[tuple[int, int]] = []
    begin = 0
    while begin < len(tokens):
        end, taken = begin, 0
        while end < len(tokens) and (end == begin or taken + tokens[end] <= room):
            taken += tokens[end]
            end += 1
        spans.append((begin, end))
        if end == len(tokens):
            break
        begin, shared = end, 0
        while begin > spans[-1][0] + 1 and shared + tokens[begin - 1] <= room * _OVERLAP:
            begin -= 1
            shared += tokens[begin]
        # What is repeated must not keep the next word out.
        while begin < end and sum(tokens[begin:end]) + tokens[end] > room:
            begin += 1
    parts = [0, *((before[1] + after[0]) // 2 for before, after in pairwise(spans)), len(tokens)]
    return [WordWindow(*span, *part) for span, part in zip(spans, pairwise(parts), strict=True)]


class Tagger:
    """IOB2 tags for the entity `types`: the tags of gold words, and the mentions of tags that were given to words."""

    def __init__(self, types: Sequence[EntityType]) -> None:
        self._task = ner.typed(types)
        self.types = tuple(types)
        self.tags = (OUTSIDE, *(f"{head}-{entity.name}" for entity in types for head in "BI"))

    def gold(self, stretch: Stretch) -> tuple[list[str], int]:
        """The tags of a window's words, and how many of its entities they cannot say (see `Ner.answers`)."""
        answers, lost = self._task.answers(stretch.words, stretch.entities)
        return [answer.strip() for answer in answers], len(lost)

    def mentions(self, words: Sequence[Span], probabilities: Sequence[Sequence[float]]) -> list[Mention]:
        """The mentions that `probabilities`, one row a word in the order of `tags`, make likeliest word by word."""
        likeliest = [max(range(len(self.tags)), key=row.__getitem__) for row in probabilities]
        answers = []
        for row, place, tag in zip(
            probabilities, likeliest, repaired([self.tags[place] for place in likeliest]), strict=True
        ):
            rivals = {f" {name}": row[other] for other, name in enumerate(self.tags) if other != place}
            answers.append(Answer(f" {tag}", row[place], rivals))
        return self._task.mentions(words, answers)


def repaired(tags: Sequence[str]) -> list[str]:
    """IOB2 `tags` in which every mention begins with B: an I- that goes on with nothing of its type becomes one."""
    found: list[str] = []
    before = OUTSIDE
    for tag in tags:
        head, _, type_ = tag.partition("-")
        if head == "I" and before not in (f"B-{type_}", f"I-{type_}"):
            tag = f"B-{type_}"
        found.append(tag)
        before = tag
    return found
