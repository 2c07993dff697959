"""Notes on the disk and their way into a project: which files, under which names, and what could not be taken."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assistant.project.records import DocumentRow
from assistant.project.store import Project
from bioassist.documents import text_hash
from bioassist.errors import InputError, UsageError
from bioassist.reading import DecodedText, decode
from converters.tables import file_of, is_table

PROJECT_SUFFIX = ".bioassist"
NOTE_SUFFIX = ".txt"

_NAME_PROJECT = "Say where the project is to be with --project DIR."
# SQLite holds no more than ten times this in one place; a file of this size is an export of many notes.
_LONGEST = 100_000_000


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note's file, and its name in the project: the path below the folder that was given, without ".txt"."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one file that a person should know; the work went on without it.

    `kind` groups findings; `document` is the note's name in the project, if it has one.
    """

    path: str
    kind: str
    message: str
    document: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def gather(notes: Sequence[str]) -> tuple[list[NoteFile], list[Finding]]:
    """The notes that files, folders and globs stand for, in order, each once, and what was passed over.

    A folder means the .txt files below it; a file that is named is taken whatever it is called.
    Raises InputError if a path does not exist, or if nothing is left.
    """
    files: list[NoteFile] = []
    findings: list[Finding] = []
    roots = [path for pattern in notes for path in _expand(pattern)]
    several = len(roots) > 1
    for root in roots:
        if root.is_dir():
            prefix = PurePosixPath(root.name) if several else PurePosixPath()
            files += _below(root, prefix, findings)
        else:
            files.append(NoteFile(root, _name(PurePosixPath(root.name))))
    unique = _distinct(files)
    if not unique:
        where = ", ".join(notes)
        if findings:
            raise InputError(f"no notes could be read: {findings[0].message}", where=where)
        raise InputError(f"no {NOTE_SUFFIX} files here.", where=where, next_step="Name a folder that holds notes.")
    return unique, findings


def default_project(notes: Sequence[str]) -> Path:
    """`<notes>.bioassist` beside the notes. Raises UsageError where several notes have no one place."""
    if len(notes) == 1 and Path(notes[0]).exists():
        whole = _absolute(Path(notes[0]))
        if whole.is_file():
            return whole.with_name(whole.stem + PROJECT_SUFFIX)
    else:
        parents = {_absolute(path).parent for pattern in notes for path in _expand(pattern)}
        if len(parents) > 1:
            raise UsageError("these notes lie in several folders.", next_step=_NAME_PROJECT)
        whole = parents.pop()
    if not whole.name:
        raise UsageError("there is no place beside these notes.", where=str(whole), next_step=_NAME_PROJECT)
    return whole.with_name(whole.name + PROJECT_SUFFIX)


def take_in(
    project: Project, files: Sequence[NoteFile], *, encoding: str | None = None, new_versions: bool = False
) -> list[Finding]:
    """Bring `files` into the project. A note that cannot be read becomes a row with its reason and a finding.

    `encoding` is for those that are not UTF-8. A note whose text changed since it came is left as it was reviewed, with
    a finding, unless `new_versions`: then the new text takes its place, with the decisions that still hold on it.
    """
    findings: list[Finding] = []
    for file in files:
        shown = str(file.path)
        stored = from_project(project, file.path)
        try:
            decoded = _read(file.path, stored, encoding)
        except (InputError, OSError) as error:
            findings.append(unreadable(project, file, stored, shown, reason_of(error)))
            continue
        findings += taken(project, file, decoded, shown, new_versions=new_versions)
    return findings


def taken(project: Project, file: NoteFile, decoded: DecodedText, shown: str, *, new_versions: bool) -> list[Finding]:
    """Bring the text of one note into the project; a finding, with `shown` as its place, if it changed."""
    name, row = _row(project, file, decoded)
    if row is None or not row.text_sha or row.text_sha == text_hash(decoded.text):
        project.add_document(name, decoded)
        return []
    if new_versions:
        version = project.new_version(name, decoded)
        kept = f"{version.carried} decisions carried over, {version.left} stay with version {row.version} alone."
        return [Finding(shown, "new version", f"taken in as version {version.row.version}: {kept}", name)]
    what = (
        "changed on the disk since it was annotated; the text that was annotated is kept, with its decisions. "
        "Take in the new text with --new-versions."
    )
    return [Finding(shown, "changed", what, name)]


def unreadable(project: Project, file: NoteFile, stored: str, shown: str, reason: str) -> Finding:
    """Leave a row in the project for a note that cannot be read, unless it has been before."""
    name, row = _row(project, file)
    if row is None or not row.text_sha:
        project.add_failed(name, stored, reason)
    return Finding(shown, "unreadable", reason, name)


def _row(project: Project, file: NoteFile, decoded: DecodedText | None = None) -> tuple[str, DocumentRow | None]:
    """The note's name in the project, and what is there under it; another note's name gets the folder before it."""
    # The rows of a table are as its files are to a folder.
    place = _absolute(file.path)
    name, folder = file.name, place.with_suffix("") if is_table(place) else place.parent
    row = project.document_named(name)
    while (
        row is not None
        and not (decoded and row.text_sha == text_hash(decoded.text))
        and _is_other(project, row, file.path)
    ):
        if not folder.name:
            break
        name, folder = f"{_plain(folder.name)}/{name}", folder.parent
        row = project.document_named(name)
    return name, row


def _is_other(project: Project, row: DocumentRow, path: Path) -> bool:
    # A note that is no longer where it was read may well be this one, moved.
    try:
        return not (project.path.parent / file_of(row.path)).samefile(path)
    except OSError:
        return False


def from_project(project: Project, path: Path) -> str:
    """The note's path seen from where the project lies: the two are moved together, and exports show it."""
    try:
        return Path(os.path.relpath(path, project.path.parent)).as_posix()
    except ValueError:
        # Another drive.
        return str(_absolute(path))


def _read(path: Path, stored: str, encoding: str | None) -> DecodedText:
    size = path.stat().st_size
    if not path.is_file():
        raise InputError("this is no ordinary file.", next_step="It was left out.")
    if size > _LONGEST:
        raise InputError(f"{size:,} bytes are more than one note.", next_step="Split it into its notes.")
    data = path.read_bytes()
    # Bytes of seven bits are UTF-8 whatever they mean, so there the person's word counts.
    if encoding is not None and data.isascii():
        return decode(data, stored, encoding)
    try:
        return decode(data, stored)
    except InputError:
        if encoding is None:
            raise
        return decode(data, stored, encoding)


def _absolute(path: Path) -> Path:
    """Without `..`, which has no place beside it; links stay as they were named."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def reason_of(error: InputError | OSError) -> str:
    if isinstance(error, InputError):
        return f"{error.what} {error.next_step}" if error.next_step else error.what
    return f"cannot be read: {(error.strerror or str(error)).lower()}."


def _expand(pattern: str) -> Iterator[Path]:
    path = Path(pattern)
    if path.exists():
        yield path
        return
    found = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else []  # noqa: PTH207
    if not found:
        raise InputError("no such file or folder.", where=pattern)
    for name in found:
        one = Path(name)
        if one.is_dir() and one.suffix == PROJECT_SUFFIX:
            continue
        yield one


def _below(root: Path, prefix: PurePosixPath, findings: list[Finding]) -> Iterator[NoteFile]:
    def unreadable(error: OSError) -> None:
        findings.append(
            Finding(str(error.filename), "unreadable", f"cannot be read: {(error.strerror or '').lower()}.")
        )

    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not name.endswith(PROJECT_SUFFIX))
        for name in sorted(names):
            if name.lower().endswith(NOTE_SUFFIX) and not name.startswith("."):
                path = Path(folder, name)
                yield NoteFile(path, _name(prefix / PurePosixPath(path.relative_to(root).as_posix())))


def _name(path: PurePosixPath) -> str:
    plain = path.with_suffix("") if path.suffix.lower() == NOTE_SUFFIX else path
    # A file name that is not valid UTF-8 comes with lone surrogates, which no export can hold.
    return _plain(str(plain))


def _plain(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _distinct(files: Sequence[NoteFile]) -> list[NoteFile]:
    """Each file once; two files that would have one name are told apart by their folders."""
    by_path: dict[Path, NoteFile] = {}
    for file in files:
        by_path.setdefault(file.path.resolve(), file)
    named: dict[str, NoteFile] = {}
    for file in by_path.values():
        name, number = file.name, 2
        while name in named:
            folder = file.path.absolute().parent.name
            name = f"{folder}/{file.name}" if f"{folder}/{file.name}" not in named else f"{file.name}-{number}"
            number += 1
        named[name] = NoteFile(file.path, name)
    return list(named.values())
