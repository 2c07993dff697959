"""Words and texts to token ids, and rows of them to batches that are padded to their longest."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from trainer.encoders.tagging import WordWindow, word_windows

# The label of tokens that are not decided: those inside words, special ones, and what another window decides.
IGNORED = -100
# Batches of about equal lengths are made from so many batches of the shuffled order.
_SORTED = 32


@dataclass(frozen=True, slots=True)
class Row:
    """What the encoder takes for one sequence, by the name of its argument; all lists are of one length."""

    inputs: Mapping[str, Sequence[int]]

    def __len__(self) -> int:
        return len(self.inputs["input_ids"])


@dataclass(frozen=True, slots=True)
class WordRow(Row):
    """A row over words. `firsts` maps the place of each decided word to that of its first token.

    A word of which the vocabulary keeps nothing (a lone zero-width space) is not in it.
    """

    firsts: Mapping[int, int]

    def targets(self, labels: Sequence[int]) -> list[int]:
        """A label a token; `labels` has one a word."""
        found = [IGNORED] * len(self)
        for word, token in self.firsts.items():
            found[token] = labels[word]
        return found


def word_rows(tokenizer: Any, words: Sequence[str], longest: int) -> list[WordRow]:
    """Rows of at most `longest` tokens over `words`, each of which is decided in at most one of them."""
    room = longest - tokenizer.num_special_tokens_to_add(False)
    # Byte-level vocabularies write a word within a text with the space before it; others drop the space.
    words = [f" {word}" for word in words]
    counts = [0] * len(words)
    for word in tokenizer(words, is_split_into_words=True, add_special_tokens=False).word_ids():
        counts[word] += 1
    return [
        _word_row(tokenizer, words, window, longest)
        for window in word_windows([min(count, room) for count in counts], room)
    ]


def _word_row(tokenizer: Any, words: list[str], window: WordWindow, longest: int) -> WordRow:
    encoded = tokenizer(words[window.begin : window.end], is_split_into_words=True, truncation=True, max_length=longest)
    firsts: dict[int, int] = {}
    for token, word in enumerate(encoded.word_ids()):
        if word is not None and window.first <= word + window.begin < window.last:
            firsts.setdefault(word + window.begin, token)
    return WordRow(dict(encoded), firsts)


def text_row(tokenizer: Any, first: str, second: str | None, longest: int) -> tuple[Row, bool]:
    """A row over one text or a pair, and whether the longer of them had to be cut."""
    whole = tokenizer(first, second, verbose=False)
    if len(whole["input_ids"]) <= longest:
        return Row(dict(whole)), False
    return Row(dict(tokenizer(first, second, truncation=True, max_length=longest))), True


def batched(lengths: Sequence[int], size: int, chance: random.Random) -> list[list[int]]:
    """All places of `lengths` in batches of `size`, shuffled, those of a batch about equally long."""
    order = list(range(len(lengths)))
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), size * _SORTED):
        part = sorted(order[start : start + size * _SORTED], key=lambda place: lengths[place])
        batches += [part[begin : begin + size] for begin in range(0, len(part), size)]
    chance.shuffle(batches)
    return batches


def padded(rows: Sequence[Row], padding: int, device: torch.device) -> dict[str, torch.Tensor]:
    """The arguments of the encoder for `rows`, each [rows, longest row]; `padding` is the id of the padding token."""
    widest = max(len(row) for row in rows)
    return {
        name: torch.tensor(
            [[*row.inputs[name], *[padding if name == "input_ids" else 0] * (widest - len(row))] for row in rows],
            device=device,
        )
        for name in rows[0].inputs
    }
