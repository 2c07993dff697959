"""Rows of tables on their way into a project: each is a note, as a file of a folder is."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.project.notes.intake import Finding, NoteFile, from_project, reason_of, taken, unreadable
from assistant.project.store import Project
from bioassist.errors import InputError, UsageError
from converters.tables import Table, decoded, is_table, rows


def tables_among(
    files: Sequence[NoteFile], text_column: str | None, id_column: str | None, encoding: str | None
) -> tuple[list[NoteFile], list[Table]]:
    """The notes among `files`, and the tables of notes.

    A table that has no column `text_column` or `id_column` is refused (InputError), and so is one without a word on its
    columns, or columns without a table (UsageError).
    """
    found = [file for file in files if is_table(file.path) or (text_column and file.path.suffix.lower() == ".json")]
    if found and text_column is None:
        raise UsageError(
            "this is a table, and which of its columns has the notes was not said.",
            where=str(found[0].path),
            next_step="Name it with --text-column, and the one that names the notes with --id-column.",
        )
    if (text_column or id_column) and not found:
        option = "--text-column" if text_column else "--id-column"
        raise UsageError(f"{option} is for tables, and there is none.", next_step="Name a table, or leave it out.")
    tables = [Table(file.path, text_column or "", id_column, encoding) for file in found]
    for table in tables:
        # What is wrong with the columns shows at the first row.
        next(rows(table), None)
    return [file for file in files if file not in found], tables


def take_in_tables(project: Project, tables: Sequence[Table], *, new_versions: bool = False) -> list[Finding]:
    """Bring the rows of `tables` into the project, one at a time.

    Those of several tables have their table's name before theirs. A row that is no note becomes a row of the project
    with its reason, if it has an id of its own, and a finding. Text that changed is treated as that of files is.
    """
    findings: list[Finding] = []
    for table in tables:
        prefix = f"{table.path.stem}/" if len(tables) > 1 else ""
        stored = from_project(project, table.path)
        for row in rows(table):
            shown, place = f"{table.path}:{row.place}", f"{stored}:{row.place}"
            file = NoteFile(table.path, f"{prefix}{row.name}")
            try:
                note = decoded(row, place, table.encoding)
            except InputError as error:
                if row.name is None:
                    findings.append(Finding(shown, "unreadable", reason_of(error)))
                else:
                    findings.append(unreadable(project, file, place, shown, reason_of(error)))
                continue
            findings += taken(project, file, note, shown, new_versions=new_versions)
    return findings
