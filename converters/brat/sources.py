"""The files of brat documents below a folder: which belong together, and their lines, read a piece at a time."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bioassist.errors import InputError
from converters.brat.codec import Record, Seen, read_records
from converters.report import Finding, Report

TEXT = ".txt"
ANNOTATIONS = ".ann"
# Annotations in parts, as the shared tasks gave them out; read where there is no `.ann`.
PARTS = (".a1", ".a2", ".rel", ".co")
OFFSETS = ".offsets.json"

# From this size on a file is read a piece at a time, which takes a little longer.
_LARGE = 4 << 20
_EXTENSIONS = (TEXT, ANNOTATIONS, *PARTS)


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of one document: its text, and what annotates it (none, one `.ann`, or parts)."""

    name: str
    text: Path
    annotations: tuple[Path, ...]

    @property
    def offsets(self) -> Path:
        return self.text.with_name(self.text.name.removesuffix(TEXT) + OFFSETS)


@dataclass(slots=True)
class Lines:
    """The lines of the files that annotate one document, numbered through; `place` says where one stands."""

    paths: tuple[Path, ...]
    _begins: list[int] = field(default_factory=list)

    def records(self, text: str | None, seen: Seen | None = None) -> Iterator[Record]:
        """The records of all files. Raises InputError if one cannot be read."""
        self._begins = []
        begin = 0
        seen = set() if seen is None else seen
        for path in self.paths:
            self._begins.append(begin)
            record = None
            try:
                with path.open("rb") as file:
                    small = os.fstat(file.fileno()).st_size < _LARGE
                    for record in read_records(file.read() if small else file, text, seen):
                        yield record._replace(line=begin + record.line) if begin else record
            except OSError as error:
                raise unreadable(path, error) from error
            if record is not None:
                begin += record.line + record.breaks

    def place(self, line: int) -> tuple[Path, int]:
        """The file and the line in it of a line of `records`."""
        number = max(bisect_right(self._begins, line - 1) - 1, 0)
        return self.paths[number], line - self._begins[number]


def find(source: Path, report: Report) -> Iterator[Sources]:
    """The documents at `source`, by name. Raises InputError if there are none."""
    if source.is_file():
        stem = source.with_name(source.name.removesuffix(source.suffix))
        there = {path.suffix for path in _files_of(stem) if path.is_file()}
        annotations = _annotations(stem, there) if source.suffix == TEXT else (source,)
        yield Sources(stem.name, _files_of(stem)[0], annotations)
        return
    if not source.is_dir():
        raise InputError("there is no such file or folder.", where=str(source))
    found: dict[Path, set[str]] = {}
    for path in below(source, report):
        if path.suffix in _EXTENSIONS and not path.is_dir():
            found.setdefault(path.with_name(path.name.removesuffix(path.suffix)), set()).add(path.suffix)
    if not found:
        raise InputError(
            "holds no .txt and no .ann files.", where=str(source), next_step="Name a folder of brat files."
        )
    for stem, extensions in sorted(found.items()):
        name = stem.relative_to(source).as_posix()
        annotations = _annotations(stem, extensions)
        if TEXT not in extensions:
            place = shown(annotations[0], source)
            report.add(
                Finding(name, "no text", "there is no .txt beside it; it was not read.", file=place, kind="loss")
            )
            continue
        if not annotations:
            report.add(Finding(name, "no annotations", "there is no .ann beside it.", file=f"{name}{TEXT}"))
        yield Sources(name, _files_of(stem)[0], annotations)


def below(folder: Path, report: Report) -> Iterator[Path]:
    """All files and folders below `folder`, in order. What is neither, links that lead out of it, and links to folders
    are findings."""
    yield from _below(folder, folder, report)


def _below(folder: Path, root: Path, report: Report) -> Iterator[Path]:
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        report.add(Finding("", "unreadable", f"cannot be read: {error.strerror}.", file=str(folder), kind="loss"))
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_symlink() and (entry.is_dir() or not entry.is_file() or not _stays(path, root)):
            report.add(Finding("", "link", "this link was not followed.", file=str(path), kind="loss"))
        elif entry.is_dir():
            yield path
            yield from _below(path, root, report)
        elif entry.is_file():
            yield path
        else:
            report.add(Finding("", "no file", "it is neither file nor folder.", file=str(path), kind="loss"))


def _stays(link: Path, root: Path) -> bool:
    return link.resolve().is_relative_to(root.resolve())


def shown(path: Path, source: Path) -> str:
    """`path` as findings name it."""
    return path.relative_to(source if source.is_dir() else source.parent).as_posix()


def content(path: Path) -> bytes:
    """Raises InputError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot be read: {error.strerror}.", where=str(path))


def _files_of(stem: Path) -> list[Path]:
    return [stem.with_name(stem.name + extension) for extension in (TEXT, ANNOTATIONS, *PARTS)]


def _annotations(stem: Path, there: set[str]) -> tuple[Path, ...]:
    _, whole, *parts = _files_of(stem)
    return (whole,) if ANNOTATIONS in there else tuple(part for part in parts if part.suffix in there)
