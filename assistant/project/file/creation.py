"""Making a project's folder and file: whole or not at all, and never in a folder that holds something else."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path

from assistant.project.file.database import Database, translated
from assistant.project.file.holder import LOCK, OWNER
from assistant.project.file.migrations import migrate
from bioassist.errors import ProjectError

FILE = "project.sqlite"
_UNFINISHED = f"{FILE}.new"
# What a creation that was stopped half-way may have left.
_LEFT_OVER = {LOCK, OWNER, f"{OWNER}.new", _UNFINISHED, f"{_UNFINISHED}-journal"}


def refuse_unless_project(path: Path, *, create: bool) -> None:
    """Raises ProjectError if `path` is no project (nor, with `create`, a place for one)."""
    if path.exists() and not path.is_dir():
        raise ProjectError("a project is a folder, and this is a file.", where=str(path))
    if (path / FILE).is_file():
        return
    if not create:
        raise ProjectError(
            "there is no project here.", where=str(path), next_step="`bioassist annotate NOTES` makes one."
        )
    others = {entry.name for entry in path.iterdir()} - _LEFT_OVER
    if others:
        raise ProjectError(
            f"the folder is no project and holds other things ({sorted(others)[0]}).",
            where=str(path),
            next_step="Name another folder with --project.",
        )


def prepare(path: Path) -> None:
    """Make the folder if it is not there, for this person alone."""
    if not path.exists():
        path.mkdir(mode=0o700, parents=True)


def create(path: Path) -> None:
    """Make the project file if it is not there. The caller holds the folder."""
    file, unfinished = path / FILE, path / _UNFINISHED
    if file.exists():
        return
    # An empty folder that was there before becomes private too.
    path.chmod(stat.S_IRWXU)
    for left in (unfinished, path / f"{_UNFINISHED}-journal"):
        left.unlink(missing_ok=True)
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with translated(file):
            connection = sqlite3.connect(unfinished, isolation_level=None)
            with closing(connection):
                migrate(Database(file, connection, read_only=False))
        unfinished.replace(file)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    _save_names(path)


def _save_names(folder: Path) -> None:
    # A new name in a folder is only safe on the disk once the folder is; Windows has no way to say so.
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
