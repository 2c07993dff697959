"""Types of annotations by id, for files that do not fit into memory."""

from __future__ import annotations

import re
from array import array
from typing import Protocol

_USUAL = re.compile(r"([A-Z#])([1-9][0-9]{0,8})\Z")
_MOST_TYPES = 1 << 16


class Types(Protocol):
    """What is asked of a dictionary of types by id."""

    def __contains__(self, identity: object, /) -> bool: ...
    def __setitem__(self, identity: str, type_: str, /) -> None: ...
    def get(self, identity: str, /) -> str | None: ...


class TypesById:
    """Types by id, in two bytes for each id of the usual form (T17), where a dictionary takes over a hundred."""

    def __init__(self) -> None:
        self._types: list[str | None] = [None]
        self._codes: dict[str, int] = {}
        self._rows: dict[str, array[int]] = {}
        self._others: dict[str, str] = {}
        self._length = 0

    def add(self, identity: str) -> None:
        """Note that `identity` is there, of a type yet to come."""
        self[identity] = ""

    def __contains__(self, identity: object) -> bool:
        return isinstance(identity, str) and self.get(identity) is not None

    def get(self, identity: str) -> str | None:
        if identity in self._others:
            return self._others[identity]
        match = _USUAL.match(identity)
        if not match or match[1] not in self._rows:
            return None
        row, place = self._rows[match[1]], int(match[2])
        return self._types[row[place]] if place < len(row) else None

    def __setitem__(self, identity: str, type_: str) -> None:
        self._length += 1
        match = _USUAL.match(identity)
        # A row up to a number far beyond the others would hold nothing but gaps.
        if not match or int(match[2]) > 64 + 8 * self._length or identity in self._others or not self._known(type_):
            self._others[identity] = type_
            return
        row, place = self._rows.setdefault(match[1], array("H")), int(match[2])
        if place >= len(row):
            row.extend(bytes(place + 1 - len(row)))
        row[place] = self._codes[type_]

    def _known(self, type_: str) -> bool:
        if type_ not in self._codes and len(self._types) < _MOST_TYPES:
            self._codes[type_] = len(self._types)
            self._types.append(type_)
        return type_ in self._codes
