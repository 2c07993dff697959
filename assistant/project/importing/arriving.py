"""Annotations that lie beside notes: `NAME.ann` beside `NAME.txt` is what somebody annotated in brat before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant.project.importing.account import Account
from assistant.project.importing.returning import Returning
from assistant.project.notes.intake import NOTE_SUFFIX, NoteFile
from assistant.project.store import Project
from bioassist.errors import InputError
from converters.formats import by_name


def take_beside(project: Project, files: Sequence[NoteFile]) -> Account:
    """Take in the annotations beside notes that the project has and on which nobody ever decided anything.

    So they come in once, before the model reads the notes; what changes in them later is for an import. The documents
    are not marked done: how far they are annotated, the files do not say.
    """
    reader = by_name("brat")
    returning = Returning(project, reader, mark_done=False)
    account = returning.account
    rows = {_place(project.path.parent / row.path): row for row in project.documents() if row.has_text}
    for file in files:
        row = rows.get(_place(file.path))
        if file.path.suffix != NOTE_SUFFIX or row is None or not file.path.with_suffix(".ann").is_file():
            continue
        if project.journal.entries(row.id):
            continue
        try:
            (document,) = reader.read(file.path, None, account.report)
        except InputError as error:
            account.tell(row.name, "unreadable", f"its annotations were not taken: {error.what}", "loss")
            continue
        account.read += 1
        returning.take_as(row, replace(document, name=row.name))
    return account


def _place(path: Path) -> str:
    return str(path.resolve())
