"""A copy of a project that is whole, made while it may be in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from assistant.project.file import creation
from assistant.project.file.database import file_error, translated
from assistant.project.file.holder import Holder
from assistant.project.store import Project
from bioassist.errors import ProjectError, UsageError

SUFFIX = ".sqlite"


def back_up(project: Project, destination: Path, *, force: bool = False) -> Path:
    """Copy the project to `destination`: a file if its name ends in ".sqlite", else a folder that can be opened as any
    project. Returns the file that was written.

    What is written while it is copied is in it or not, never half. The copy is checked, and is in its place only when
    it is whole. Raises UsageError if something is there (with `force`: something with decisions that the project has
    not), ProjectError if it is in use, cannot be written or is not sound.
    """
    folder = destination.suffix != SUFFIX
    file = destination / creation.FILE if folder else destination
    if file.exists():
        _refuse_over(project, file, destination, force=force)
    unfinished = file.with_name(f"{file.name}.new")
    holder = None
    try:
        if folder:
            creation.prepare(destination)
            creation.refuse_unless_project(destination, create=True)
            holder = Holder(destination)
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with translated(file), closing(sqlite3.connect(unfinished, isolation_level=None)) as copy:
            project.copy_to(copy)
            # One file holds everything, wherever it is carried to.
            copy.execute("PRAGMA journal_mode=DELETE")
            (sound,) = copy.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            raise ProjectError("the copy is not sound.", where=str(file), next_step="Check the disk, and try again.")
        unfinished.replace(file)
    except OSError as error:
        raise file_error(file, error) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        if holder is not None:
            holder.release()
    return file


def _refuse_over(project: Project, file: Path, destination: Path, *, force: bool) -> None:
    if file.samefile(project.path / creation.FILE):
        raise UsageError("that is the project itself.", where=str(destination), next_step="Name another place.")
    if not force:
        raise UsageError("this is there already.", where=str(destination), next_step="Name another, or add --force.")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as there:
            heads = there.execute("SELECT actor, actor_seq, hash FROM heads").fetchall()
    except sqlite3.Error:
        heads = [("", 0, "")]
    if not all(project.journal.has(*head) for head in heads):
        raise UsageError(
            "what is there is no backup of this project, or has decisions that the project has not.",
            where=str(destination),
            next_step="Name another place.",
        )
