"""Who has which of the context's cells: programs, and the instructions that they share."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from assistant.engine.compile import Compiled
from assistant.engine.decoder import Decoder

# So many instructions are kept at once, in sequences 0 to PREFIXES - 1.
PREFIXES = 8

Ids = tuple[int, ...]


@dataclass(slots=True)
class _Prefix:
    """An instruction's cells: the sequence that holds them, and how many programs share them now."""

    sequence: int
    users: int = 0


class Cells:
    """`total` cells of a `decoder`. An instruction is evaluated (`read` into a sequence) when it is first needed.

    A program has as many cells as it can fill, from `lend` to `give_back`, so that it never has to stop half-way.
    """

    def __init__(self, decoder: Decoder, total: int, read: Callable[[Ids, int], None]) -> None:
        self.total = total
        self._decoder = decoder
        self._read = read
        self._prefixes: OrderedDict[Ids, _Prefix] = OrderedDict()
        self._taken = 0

    def make_room(self, compiled: Compiled) -> bool:
        """Whether a program can begin; instructions that nobody uses now go for it, the oldest first."""
        known = compiled.shared in self._prefixes
        wanted = self._taken + compiled.cells - (len(compiled.shared) if known else 0) - self.total
        idle = [ids for ids, prefix in self._prefixes.items() if not prefix.users and ids != compiled.shared]
        if wanted > sum(map(len, idle)) or not (known or idle or len(self._prefixes) < PREFIXES):
            return False
        for ids in idle:
            if wanted <= 0 and (known or len(self._prefixes) < PREFIXES):
                break
            self._decoder.forget(self._prefixes.pop(ids).sequence)
            self._taken -= len(ids)
            wanted -= len(ids)
        return True

    def lend(self, compiled: Compiled, sequence: int) -> None:
        """Let `sequence` begin with the program's instruction, and keep cells for the rest; `make_room` comes first."""
        prefix = self._prefix(compiled.shared)
        self._decoder.share(prefix.sequence, sequence, len(compiled.shared))
        prefix.users += 1
        self._taken += compiled.cells - len(compiled.shared)

    def give_back(self, compiled: Compiled, sequence: int) -> None:
        self._decoder.forget(sequence)
        self._prefixes[compiled.shared].users -= 1
        self._taken -= compiled.cells - len(compiled.shared)

    def clear(self) -> None:
        """Drop all cells and what is in them, when no program has any.

        A number that is not finite spreads even from cells that are not looked at.
        """
        self._decoder.clear()
        self._prefixes.clear()
        self._taken = 0

    def _prefix(self, ids: Ids) -> _Prefix:
        if ids in self._prefixes:
            self._prefixes.move_to_end(ids)
            return self._prefixes[ids]
        used = {prefix.sequence for prefix in self._prefixes.values()}
        prefix = _Prefix(next(sequence for sequence in range(PREFIXES) if sequence not in used))
        self._read(ids, prefix.sequence)
        self._prefixes[ids] = prefix
        self._taken += len(ids)
        return prefix
