"""Writing so that a destination is either whole or untouched.

Everything is written beside the destination first. A new one then gets its name in one step; an existing folder,
with `force`, gets its files one by one, and all of them back if one fails. Files and folders follow the umask.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bioassist.errors import UsageError


@dataclass(frozen=True, slots=True)
class Staging:
    """A folder to fill. `obsolete` are paths below it that an existing destination must not keep."""

    path: Path
    obsolete: list[Path] = field(default_factory=list)


@contextmanager
def new_folder(destination: Path, *, force: bool) -> Iterator[Staging]:
    """A folder that becomes `destination` when the block ends, and leaves no trace if the block raises.

    Raises UsageError if `destination` exists (without `force`), is a file, or cannot be written.
    """
    _refuse_existing(destination, force=force)
    if destination.exists() and not destination.is_dir():
        raise UsageError("is a file, a folder is needed.", where=str(destination), next_step="Name another place.")
    staged = _beside(destination)
    with _told_as_usage(destination), _removed_on_error(staged):
        staged.mkdir()
        staging = Staging(staged)
        yield staging
        if destination.is_dir():
            _merge(staging, destination)
            shutil.rmtree(staged)
        else:
            staged.rename(destination)


@contextmanager
def new_file(destination: Path, *, force: bool) -> Iterator[Path]:
    """A path to write to; the file becomes `destination` when the block ends, and is gone if the block raises.

    Raises UsageError as `new_folder` does.
    """
    _refuse_existing(destination, force=force)
    if destination.is_dir():
        raise UsageError("is a folder, a file is needed.", where=str(destination), next_step="Name another place.")
    staged = _beside(destination)
    with _told_as_usage(destination), _removed_on_error(staged):
        yield staged
        staged.replace(destination)


def _refuse_existing(destination: Path, *, force: bool) -> None:
    if (destination.exists() or destination.is_symlink()) and not force:
        raise UsageError("exists already.", where=str(destination), next_step="Name another place, or use --force.")
    if not destination.absolute().parent.is_dir():
        raise UsageError(
            f"there is no folder {destination.parent}.", where=str(destination), next_step="Make it first."
        )


def _beside(destination: Path) -> Path:
    return destination.absolute().parent / f".{destination.absolute().name[:100]}.{secrets.token_hex(4)}.partial"


@contextmanager
def _told_as_usage(destination: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror or error}.",
            where=str(destination),
            next_step="Nothing was changed there; free some space, or name another place.",
        ) from error


@contextmanager
def _removed_on_error(staged: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        # What is being raised says more than a failure to tidy up after it.
        with suppress(OSError):
            if staged.is_dir():
                shutil.rmtree(staged, ignore_errors=True)
            else:
                staged.unlink(missing_ok=True)
        raise


def _merge(staging: Staging, destination: Path) -> None:
    # What is replaced waits outside of the staged folder, which goes away whatever happens.
    kept = staging.path.with_suffix(".replaced")
    files = sorted(path for path in staging.path.rglob("*") if path.is_file())
    folders = sorted(path for path in staging.path.rglob("*") if path.is_dir())
    kept.mkdir()
    undo: list[tuple[Path, Path | None]] = []
    made: list[Path] = []
    try:
        for folder in folders:
            target = destination / folder.relative_to(staging.path)
            if not target.is_dir():
                target.mkdir()
                made.append(target)
        for obsolete in staging.obsolete:
            _set_aside(destination / obsolete, kept, undo)
        for file in files:
            target = destination / file.relative_to(staging.path)
            _refuse_outside(target, destination)
            _set_aside(target, kept, undo)
            file.rename(target)
            undo.append((target, None))
    except BaseException:
        _restore(undo, made, kept)
        raise
    shutil.rmtree(kept)


def _restore(undo: list[tuple[Path, Path | None]], made: list[Path], kept: Path) -> None:
    try:
        for target, saved in reversed(undo):
            if saved is None:
                target.unlink(missing_ok=True)
            else:
                saved.rename(target)
    except OSError as error:
        raise UsageError(
            f"could not be put back as it was: {error.strerror or error}.",
            where=str(kept),
            next_step="The files that were replaced are in this folder.",
        ) from error
    with suppress(OSError):
        kept.rmdir()
        for folder in reversed(made):
            folder.rmdir()


def _set_aside(target: Path, kept: Path, undo: list[tuple[Path, Path | None]]) -> None:
    if target.is_dir() and not target.is_symlink():
        raise UsageError("is a folder where a file has to go.", where=str(target), next_step="Name another place.")
    if target.exists() or target.is_symlink():
        saved = kept / str(len(undo))
        target.rename(saved)
        undo.append((target, saved))


def _refuse_outside(target: Path, destination: Path) -> None:
    if not target.parent.resolve().is_relative_to(destination.resolve()):
        raise UsageError("leads out of the destination.", where=str(target.parent), next_step="Remove this link first.")
