"""The folder that keeps fetched and prepared models: where it is, who may write it now, what lies in it.

    <cache>/<name>/<base>.gguf     as it was fetched, checked against the catalog
    <cache>/<name>/prepared-Q4_0.gguf, prepared.json     what this machine reads fastest, and why
    <cache>/sums.json              sums of files by path, size and time
    <cache>/<name>.lock, .pulling-<name>-*     of a pull under way

A file appears under its name complete or not at all; `prepared.json` comes last, so a model without it is not there.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import filelock
import platformdirs

from assistant.models.catalog import Entry
from bioassist.errors import ModelError

ENVIRONMENT = "BIOASSIST_MODELS"
PREPARED = "prepared.json"


class DiskFullError(ModelError):
    """There is no room left; no other source or file type will do better."""

    def __init__(self, where: Path | str) -> None:
        super().__init__(
            "the disk is full; nothing half-written was left.",
            where=str(where),
            next_step=f"Make room, or set {ENVIRONMENT} to a folder on another disk.",
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """How fast a type was read on this machine: tokens a second, the best of several tries; `size` in bytes."""

    file_type: str
    tokens_per_s: float
    size: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `models pull` made of a base: the file of `file_type`, its sum and size, and what was measured for it."""

    model: str
    base_sha256: str
    file_type: str
    file: str
    size: int
    sha256: str
    why: str
    measured: tuple[Measured, ...]
    tokens: int
    threads: int
    llama_cpp: str
    cpu: str
    at: str
    adapter_sha256: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def root() -> Path:
    """The cache: $BIOASSIST_MODELS, or `models` in the user's cache folder. It need not exist."""
    told = os.environ.get(ENVIRONMENT)
    return Path(told).expanduser() if told else platformdirs.user_cache_path("bioassist", appauthor=False) / "models"


def folder(name: str) -> Path:
    return root() / name


def base_path(entry: Entry) -> Path:
    return folder(entry.name) / entry.base.file


def read_prepared(entry: Entry) -> Prepared | None:
    """What is prepared for `entry`; None if nothing is, or if it was made of another base or adapter than its own."""
    path = folder(entry.name) / PREPARED
    try:
        content = json.loads(path.read_text("utf-8"))
        measured = tuple(Measured(**one) for one in content.pop("measured"))
        prepared = Prepared(**content, measured=measured)
        there = (path.parent / prepared.file).is_file()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    made_of = (prepared.base_sha256, prepared.adapter_sha256)
    return prepared if there and made_of == (entry.base.sha256, entry.adapter and entry.adapter.sha256) else None


def prepared_path(prepared: Prepared) -> Path:
    return folder(prepared.model) / prepared.file


def write_json(path: Path, content: object) -> None:
    """Write beside and rename, so that a reader sees the old or the new."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
            file.write("\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def locked(name: str, waiting: Callable[[], None]) -> Iterator[None]:
    """One pull or removal of a model at a time; calls `waiting` once if another process is at it."""
    with disk_errors(root()):
        root().mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = filelock.FileLock(root() / f"{name}.lock")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        waiting()
        lock.acquire()
    except OSError as error:
        raise disk_error(error, root()) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def workplace(name: str) -> Iterator[Path]:
    """A temporary folder on the cache's disk, gone afterwards. What a killed pull left is removed first.

    To be used under the model's lock.
    """
    with disk_errors(root()):
        for stale in root().glob(f".pulling-{name}-*"):
            shutil.rmtree(stale, ignore_errors=True)
        place = Path(tempfile.mkdtemp(prefix=f".pulling-{name}-", dir=root()))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def keep(made: Path, name: str, file: str) -> Path:
    """Move a complete file into the model's folder, private to the user."""
    target = folder(name) / file
    with disk_errors(target):
        target.parent.mkdir(mode=0o700, exist_ok=True)
        made.chmod(0o600)
        made.replace(target)
    return target


def remove(entry: Entry) -> int:
    """Delete what is kept of a model; return how many bytes that were. Raises ModelError."""
    place = folder(entry.name)
    with locked(entry.name, lambda: None), disk_errors(place):
        if not place.is_dir():
            return 0
        size = sum(file.stat().st_size for file in place.iterdir() if file.is_file())
        shutil.rmtree(place)
        return size


def free_bytes(place: Path) -> int:
    """Free space where `place` is or would be made."""
    existing = next(parent for parent in (place, *place.absolute().parents) if parent.exists())
    return shutil.disk_usage(existing).free


def need_room(place: Path, needed: int) -> None:
    """Raise ModelError if less than `needed` bytes are free."""
    free = free_bytes(place)
    if free < needed:
        raise ModelError(
            f"there is too little room: {megabytes(needed)} are needed for a while, {megabytes(free)} are free.",
            where=str(place),
            next_step=f"Make room, or set {ENVIRONMENT} to a folder on another disk; a single --type needs less.",
        )


def megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Turn an operating system's refusal into a ModelError."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, where) from error


def disk_error(error: OSError, where: Path) -> ModelError:
    place = str(error.filename or where)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(place)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ModelError(
            "no permission to write here, or the file is in use.",
            where=place,
            next_step=f"Set {ENVIRONMENT} to a folder of your own.",
        )
    return ModelError(f"{error.strerror or error}.", where=place)
