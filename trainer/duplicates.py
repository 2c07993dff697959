"""Samples that are there twice, or on both sides of a split: exactly, nearly, and across sources.

Leakage: a training text most of whose runs of eight words stand in development texts of any source. It finds the same
abstract in two corpora however each cuts it into windows. Near duplicates within training: texts of different groups
whose sets of three-word runs overlap by a Jaccard index of 0.8 or more, found by MinHash and checked exactly.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b

import numpy as np

LEAK_RUN = 8
LEAK_SHARE = 0.5
NEAR_RUN = 3
NEAR_SHARE = 0.8
# 16 bands of 4: two texts of index 0.8 meet in a band with a probability of 0.9998, of index 0.4 with 0.34.
_BANDS, _ROWS = 16, 4
_WORD = re.compile(r"\w+")


def _runs(text: str, length: int) -> set[int]:
    """Hashes of all runs of `length` words, case folded; of the whole text if it is shorter."""
    words = _WORD.findall(text.casefold())
    last = max(len(words) - length, 0)
    parts = (" ".join(words[start : start + length]) for start in range(last + 1))
    return {int.from_bytes(blake2b(part.encode(), digest_size=8).digest()) for part in parts}


class Leakage:
    """What development texts hold; `holds` says whether a training text is among it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._known: set[int] = set()
        for text in texts:
            self._known |= _runs(text, LEAK_RUN)

    def holds(self, text: str) -> bool:
        runs = _runs(text, LEAK_RUN)
        return len(runs & self._known) >= LEAK_SHARE * len(runs)


class NearDuplicates:
    """Texts seen so far: `seen` says whether one is nearly an earlier one of another group, and keeps it if not."""

    def __init__(self) -> None:
        # Odd factors: multiplication by them permutes 64-bit numbers; the high bits of the product are taken.
        self._factors = np.random.default_rng(0).integers(1, 2**63, _BANDS * _ROWS, dtype=np.uint64) * 2 + 1
        self._bands: list[defaultdict[bytes, list[int]]] = [defaultdict(list) for _ in range(_BANDS)]
        self._texts: list[tuple[str, set[int]]] = []

    def seen(self, text: str, group: str) -> bool:
        runs = _runs(text, NEAR_RUN)
        numbers = np.fromiter(runs, np.uint64, len(runs))
        least = ((numbers[:, None] * self._factors) >> np.uint64(32)).min(axis=0).astype(np.uint32)
        keys = [least[band * _ROWS : (band + 1) * _ROWS].tobytes() for band in range(_BANDS)]
        candidates = {place for band, key in zip(self._bands, keys, strict=True) for place in band.get(key, ())}
        for place in candidates:
            other, theirs = self._texts[place]
            if other != group and len(runs & theirs) >= NEAR_SHARE * len(runs | theirs):
                return True
        for band, key in zip(self._bands, keys, strict=True):
            band[key].append(len(self._texts))
        self._texts.append((group, runs))
        return False
