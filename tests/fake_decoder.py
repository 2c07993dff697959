"""A decoder without a model: what it says depends on the text before alone, and it can be made to fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zlib import crc32

from assistant.engine.decoder import Fed, NoRoomError, NotFiniteError
from assistant.engine.writing import Best

Text = tuple[int, ...]


class FakeDecoder:
    """Keeps count of cells as llama.cpp does: shared ones once, and at most `capacity` in all.

    `broken` is asked with a text and the number of sequences in the batch whether there are no finite numbers behind
    it. `batches` are all that were evaluated, `wiped` after how many of them all cells were dropped.
    """

    def __init__(self, *, capacity: int = 10**9, broken: Callable[[Text, int], bool] = lambda text, beside: False):
        self.capacity = capacity
        self.broken = broken
        self.batches: list[list[Fed]] = []
        self.wiped: list[int] = []
        self.most = 0
        self._cells: dict[int, list[tuple[int, int]]] = {}
        self._next = 0

    def decode(self, tokens: Sequence[Fed]) -> None:
        if self._used() + len(tokens) > self.capacity:
            raise NoRoomError
        self.batches.append(list(tokens))
        for fed in tokens:
            cells = self._cells.setdefault(fed.sequence, [])
            assert fed.position == len(cells), "a gap in a sequence, or a cell that was not given back"
            cells.append((fed.token, self._next))
            self._next += 1
        self.most = max(self.most, self._used())

    def logits(self, place: int, of: Sequence[int]) -> list[float]:
        text = self._text(place)
        return [crc32(repr((text, token)).encode()) / 2**31 for token in of]

    def best(self, place: int) -> Best:
        text = self._text(place)
        return Best(crc32(repr(text).encode()) % 26 + 97, 0.5, b"x", False)

    def share(self, source: int, target: int, length: int) -> None:
        self._cells[target] = self._cells.get(source, [])[:length]

    def forget(self, sequence: int, start: int = 0) -> None:
        del self._cells.get(sequence, [])[start:]

    def clear(self) -> None:
        self._cells.clear()
        self.wiped.append(len(self.batches))

    def _text(self, place: int) -> Text:
        batch = self.batches[-1]
        fed = batch[place]
        assert fed.wanted
        text = tuple(token for token, _ in self._cells[fed.sequence][: fed.position + 1])
        if self.broken(text, len({other.sequence for other in batch})):
            raise NotFiniteError
        return text

    def _used(self) -> int:
        return len({cell for cells in self._cells.values() for _, cell in cells})
