"""Values that are read from the tables once a document, and again only where a document changed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Generic, TypeVar

from assistant.project.file.database import Database

Value = TypeVar("Value")
# Who sees what is the same for all.
NOBODY = ""
# Which documents, of all (None) or among some, an annotator is to work on without suggestions.
Blind = Callable[[str, Collection[int] | None], set[int]]


class Remembered(Generic[Value]):
    """A value for each document. `load` reads them for the given documents, or for all if given None.

    Where another process may be writing to the project, all is read anew once it has.
    """

    def __init__(self, database: Database, load: Callable[[set[int] | None], dict[int, Value]]) -> None:
        self._database = database
        self._load = load
        self._values: dict[int, Value] | None = None
        self._stale: set[int] = set()
        self._version: object = None
        database.on_rollback(self.forget)

    def all(self) -> dict[int, Value]:
        """The values by document id, in the order of loading; not to be changed."""
        with self._database.lock:
            if self._database.read_only and self._version != (version := self._database.row("PRAGMA data_version")):
                self._values, self._version = None, version
            if self._values is None:
                self._values = self._load(None)
            elif self._stale:
                fresh = self._load(self._stale)
                for document_id in self._stale - fresh.keys():
                    self._values.pop(document_id, None)
                self._values.update(fresh)
            self._stale.clear()
            return self._values

    def touch(self, document_id: int) -> None:
        """The document changed: read its value anew when it is next asked for."""
        with self._database.lock:
            self._stale.add(document_id)

    def forget(self) -> None:
        """Read everything anew."""
        with self._database.lock:
            self._values = None


class RememberedByActor(Generic[Value]):
    """The same for each annotator, who sees a project by their own decisions. `load` is given the annotator first."""

    def __init__(self, database: Database, load: Callable[[str, set[int] | None], dict[int, Value]]) -> None:
        self._database = database
        self._load = load
        self._by_actor: dict[str, Remembered[Value]] = {}

    def of(self, actor: str) -> Remembered[Value]:
        with self._database.lock:
            if actor not in self._by_actor:
                self._by_actor[actor] = Remembered(self._database, partial(self._load, actor))
            return self._by_actor[actor]

    def touch(self, document_id: int, actor: str | None = None) -> None:
        """The document changed: for everybody, unless one annotator is named."""
        with self._database.lock:
            for name, values in self._by_actor.items():
                if actor in (None, name):
                    values.touch(document_id)

    def forget(self) -> None:
        with self._database.lock:
            for values in self._by_actor.values():
                values.forget()
