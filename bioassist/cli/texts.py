"""The texts of notes for commands that read them without a project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import bioassist
from bioassist.cli.diagnostics import say
from bioassist.errors import BioassistError, InputError


def texts(notes: Sequence[str], encoding: str | None = None) -> Iterator[str]:
    """The text of each note that files, folders and globs stand for, when it is needed.

    What cannot be read is passed over and told. Raises InputError if a path does not exist.
    """
    from assistant.project.notes.intake import gather
    from bioassist.reading import decode

    files, findings = gather(notes)
    for finding in findings:
        say(f"bioassist: {finding}")
    for file in files:
        try:
            text = decode(file.path.read_bytes(), str(file.path), encoding).text
        except InputError as error:
            say(f"bioassist: {error}")
        else:
            yield text


def examples() -> list[str]:
    """The fictional notes that come with bioassist: in an installed package, or in a checkout."""
    package = Path(bioassist.__file__).resolve().parent
    installed = package / "_examples"
    folder = installed if installed.is_dir() else package.parent / "examples" / "notes"
    found = sorted(str(path) for path in folder.glob("*.txt"))
    if not found:
        raise BioassistError("the example notes are missing.", where=str(folder), next_step="Name notes of your own.")
    return found
