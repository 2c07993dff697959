"""One SQLite connection behind one lock, and its failures as errors a person can act on.

The connection is shared by the thread of the screen and that of the engine. Transactions are immediate and durable
(`synchronous=FULL`) when they return; one inside another joins it. A failed one leaves the file as it was.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.project.file.holder import held
from bioassist.errors import ProjectError

APPLICATION_ID = 0x62696F61  # "bioa", at a fixed place in the file
_BUSY_SECONDS = 5.0
_AT_ONCE = 500


class Database:
    """The open project file. Made by `connect`."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self.lock = threading.RLock()
        self._connection: sqlite3.Connection | None = connection
        self._forgetful: list[Callable[[], None]] = []

    def on_rollback(self, forget: Callable[[], None]) -> None:
        """Call `forget` whenever writes were taken back, so that nothing remembered outlives them."""
        self._forgetful.append(forget)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are saved together when it ends, or none. Raises ProjectError if they cannot be."""
        if self.read_only:
            raise ProjectError("the project is open for reading only.", where=str(self.path.parent))
        with self.lock, translated(self.path):
            connection = self._open()
            if connection.in_transaction:
                yield
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                # SQLite may have rolled back by itself, on a full disk for instance.
                if connection.in_transaction:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                for forget in self._forgetful:
                    forget()
                raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self.lock, translated(self.path):
            return self._open().execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query."""
        with self.lock, translated(self.path):
            found: tuple[Any, ...] | None = self._open().execute(sql, values).fetchone()
            return found

    def rows_in(self, sql: str, wanted: Iterable[Any], values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query that ends in `IN`, for any number of wanted values."""
        listed, found = list(wanted), []
        with self.lock:
            for start in range(0, len(listed), _AT_ONCE):
                part = listed[start : start + _AT_ONCE]
                found += self.rows(f"{sql} ({','.join('?' * len(part))})", [*values, *part])
        return found

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """One writing statement; returns the row id of an insert. In a transaction of its own unless inside one."""
        with self.transaction():
            return self._open().execute(sql, values).lastrowid or 0

    def execute_many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        with self.transaction():
            self._open().executemany(sql, values)

    def copy_to(self, other: sqlite3.Connection) -> None:
        """Copy the file, as it is saved at one moment, into an empty one."""
        with self.lock, translated(self.path):
            self._open().backup(other)

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file; nothing if it is sound."""
        try:
            found = [str(row[0]) for row in self.rows("PRAGMA integrity_check")]
        except ProjectError as error:
            return [error.what]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        """Put everything into the one file and close it; a second close does nothing."""
        with self.lock:
            connection, self._connection = self._connection, None
            if connection is None:
                return
            if not self.read_only:
                # What cannot be moved now (a full disk) stays in the write-ahead log and is as safe there.
                with suppress(sqlite3.Error):
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ProjectError("the project is closed.", where=str(self.path.parent))
        return self._connection


def connect(path: Path, *, read_only: bool, exclusive: bool) -> Database:
    """Open the project file at `path`, which must be there, in WAL mode.

    `exclusive` keeps the file locked until it is closed and does without shared memory, as network file systems need.
    Raises ProjectError if the file is not a project's, is damaged, in use or cannot be written.
    """
    try:
        with translated(path):
            database = _connect(path, read_only=read_only, exclusive=exclusive)
            if database is None and not exclusive:
                database = _connect(path, read_only=read_only, exclusive=True)
    except OSError as error:
        raise file_error(path, error) from error
    if database is None:
        raise ProjectError(
            "the file system does not support what keeps decisions safe (SQLite's write-ahead log).",
            where=str(path.parent),
            next_step="Put the project on a local disk with --project.",
        )
    return database


def _connect(path: Path, *, read_only: bool, exclusive: bool) -> Database | None:
    if path.stat().st_size == 0:
        raise damaged(path, "it is empty")
    connection = sqlite3.connect(
        _address(path, read_only=read_only, exclusive=exclusive),
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_SECONDS,
    )
    try:
        if exclusive:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise ProjectError("this is an SQLite file, but not a bioassist project.", where=str(path))
        connection.execute("PRAGMA foreign_keys=ON")
        # Temporary tables hold words of notes; they must not be written to a shared folder.
        connection.execute("PRAGMA temp_store=MEMORY")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            if not _use_write_ahead_log(connection, exclusive=exclusive):
                connection.close()
                return None
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA fullfsync=ON")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return Database(path, connection, read_only=read_only)


def _use_write_ahead_log(connection: sqlite3.Connection, *, exclusive: bool) -> bool:
    try:
        mode: str = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    except sqlite3.OperationalError as error:
        # Where memory cannot be shared between processes, the failure has one of these faces.
        code = error.sqlite_errorcode & 0xFF
        if not exclusive and code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_CANTOPEN):
            return False
        raise
    return mode.lower() == "wal"


def _address(path: Path, *, read_only: bool, exclusive: bool) -> str:
    address = path.resolve().as_uri()
    if not read_only:
        return address + "?mode=rw"
    # A closed project holds everything in its one file; then not even a lock or a log has to be made beside it.
    log = path.with_name(path.name + "-wal")
    if not (log.exists() and log.stat().st_size) and not _writable(path.parent):
        return address + "?mode=ro&immutable=1"
    # An exclusive lock can only be had on a file that is open for writing.
    return address + ("?mode=rw" if exclusive else "?mode=ro")


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns failures of SQLite on the file at `path` into ProjectErrors; mistakes in its use stay what they are."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise
    except sqlite3.DatabaseError as error:
        raise _as_project_error(path, error) from error


def damaged(path: Path, how: str) -> ProjectError:
    return ProjectError(
        f"the project file is damaged: {how}.",
        where=str(path),
        next_step=(
            "It was not changed. Restore the folder from a backup, or copy it and save what is readable with "
            f"`sqlite3 {path.name} .recover`."
        ),
    )


def file_error(path: Path, error: OSError) -> ProjectError:
    """What an operating system error on a project's folder or file means to a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _unwritable(path)
    return ProjectError(f"cannot be used: {error.strerror or error}.", where=str(path))


def _as_project_error(path: Path, error: sqlite3.DatabaseError) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return _full(path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path, str(error))
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return _unwritable(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return held(path.parent)
    if code == sqlite3.SQLITE_IOERR:
        return ProjectError(
            f"the disk failed ({error}); what was shown as saved is saved.",
            where=str(path),
            next_step="Check the disk, then open the project again.",
        )
    return error


def _full(path: Path) -> ProjectError:
    return ProjectError(
        "the disk is full; the last action was not saved.", where=str(path), next_step="Free some space and repeat it."
    )


def _unwritable(path: Path) -> ProjectError:
    return ProjectError(
        "the project's folder or file cannot be written.",
        where=str(path),
        next_step="Make it writable, or name another place with --project.",
    )
