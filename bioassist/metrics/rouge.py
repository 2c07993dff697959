"""ROUGE-L (Lin 2004): how much of a text's words another has in the same order."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def rouge_l(gold: str, found: str) -> float:
    """The F1, 0 to 1, of the longest common subsequence of words, case folded; 1 for two texts without words."""
    wanted, said = _WORD.findall(gold.casefold()), _WORD.findall(found.casefold())
    if not wanted or not said:
        return float(wanted == said)
    return 2 * _longest(wanted, said) / (len(wanted) + len(said))


def _longest(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest common subsequence, in the memory of one row."""
    row = [0] * (len(second) + 1)
    for word in first:
        before = 0
        for place, other in enumerate(second, 1):
            kept = row[place]
            row[place] = before + 1 if word == other else max(row[place], row[place - 1])
            before = kept
    return row[-1]
