"""Check what is kept of a model against the sums that it should have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.models import cache, sums
from assistant.models.catalog import Entry
from assistant.models.progress import Progress, Quiet


@dataclass(frozen=True, slots=True)
class Checked:
    """A file and what is wrong with it (None: nothing)."""

    model: str
    path: Path
    problem: str | None


def verify(entry: Entry, progress: Progress | None = None) -> list[Checked]:
    """Read every file that is there of a model: base, prepared file, adapter, calibration. Empty if none is there."""
    shown = progress or Quiet()
    return [Checked(entry.name, path, _problem(path, size, sum_, shown)) for path, size, sum_ in _files(entry)]


def quick(entry: Entry) -> list[Checked]:
    """The same by size alone."""
    return [Checked(entry.name, path, _wrong_size(path, size)) for path, size, _ in _files(entry)]


def _files(entry: Entry) -> Iterator[tuple[Path, int | None, str]]:
    prepared = cache.read_prepared(entry)
    base = cache.base_path(entry)
    if prepared is not None or base.is_file():
        yield base, entry.base.size, entry.base.sha256
    if prepared is not None and prepared.file != entry.base.file:
        yield cache.prepared_path(prepared), prepared.size, prepared.sha256
    if prepared is not None and entry.adapter is not None:
        yield entry.adapter.path, None, entry.adapter.sha256
    if prepared is not None and entry.calibration is not None:
        yield entry.calibration.path, None, entry.calibration.sha256


def _wrong_size(path: Path, size: int | None) -> str | None:
    if not path.is_file():
        return "is missing"
    found = path.stat().st_size
    return None if size is None or found == size else f"has {found:,} bytes instead of {size:,}"


def _problem(path: Path, size: int | None, wanted: str, progress: Progress) -> str | None:
    wrong = _wrong_size(path, size)
    if wrong:
        return wrong
    progress.begin(f"Reading {path.name}", path.stat().st_size)
    found = sums.sha256(path, progress.at)
    return None if found == wanted else f"has sha256 {found} instead of {wanted}"
