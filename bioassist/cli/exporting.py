"""What `annotate --output` and `export` share: FORMAT:DEST, and writing a project's documents with a report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bioassist.cli.diagnostics import say
from bioassist.errors import UsageError

if TYPE_CHECKING:
    from assistant.project.store import Project
    from converters.formats import Format, WriteOptions


# The fields of `assistant.project.exporting.documents.Withheld`, for people.
_WITHHELD = {
    "not_done": "documents not marked done",
    "skipped": "documents that were skipped",
    "unread": "documents not yet read by the engine",
    "failed": "documents that could not be read",
    "pending": "suggestions that nobody has decided on",
    "duplicates": "annotations with the type and extent of another",
    "dangling": "relations and others, or parts of them, whose annotation is not exported",
    "provisional": "ids that may change, since the project was open for reading alone",
}


@dataclass(frozen=True, slots=True)
class Output:
    """One export to make. `force` writes over what is there."""

    format: Format
    destination: Path
    force: bool


def outputs(wanted: Sequence[str], *, force: bool) -> list[Output]:
    """Parse FORMAT:DEST. Refuses at once what would be refused after hours of work."""
    from converters.formats import by_name

    planned: list[Output] = []
    for one in wanted:
        name, colon, destination = one.partition(":")
        if not colon or not destination:
            raise UsageError(f"--output takes FORMAT:DEST, as in brat:out, not {one!r}.")
        output = Output(by_name(name), Path(destination), force)
        _refuse(output.destination, force=force)
        if any(output.destination.resolve() == other.destination.resolve() for other in planned):
            raise UsageError("two exports cannot go to one place.", where=destination, next_step="Name another.")
        planned.append(output)
    return planned


def _refuse(destination: Path, *, force: bool) -> None:
    if (destination.exists() or destination.is_symlink()) and not force:
        raise UsageError("this is there already.", where=str(destination), next_step="Name another, or add --force.")
    folder = destination.absolute().parent
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder {destination.parent}.", where=str(destination), next_step="Make it first."
        )
    if not os.access(folder, os.W_OK):
        raise UsageError(
            f"the folder {destination.parent} cannot be written.", where=str(destination), next_step="Name another."
        )


# What keeps a format from doing without the texts; what is not named has them in its files.
_WORDS = {
    "brat": "its .ann files repeat the words of every mention",
    "conll": "it is made of the words",
    "spacy": "it is made of the words",
    "pubtator": "it repeats the words of every mention",
    "bioc-json": "it repeats the words of every mention",
    "bioc-xml": "it repeats the words of every mention",
}


def refuse_text(format_name: str) -> None:
    """Raises UsageError for a format that cannot be written without the texts."""
    if format_name != "jsonl":
        raise UsageError(
            f"{format_name} cannot be written without the texts: {_WORDS.get(format_name, 'its files hold them')}.",
            next_step="--to jsonl can: it has offsets, labels and the hash of each text.",
        )


def refuse_over_notes(planned: Sequence[Output], notes: Iterable[Path], folders: Iterable[Path] = ()) -> None:
    """Raises UsageError for an export that would be written over the notes, or into one of their `folders`.

    The next run would take what was exported there for notes.
    """
    taken = {place for note in notes for place in (note.resolve(), *note.resolve().parents)}
    roots = {folder.resolve() for folder in folders}
    for output in planned:
        place = output.destination.resolve()
        if place in taken:
            raise UsageError(
                "the notes lie here; an export would write over them.",
                where=str(output.destination),
                next_step="Name a folder of its own.",
            )
        if not roots.isdisjoint(place.parents):
            raise UsageError(
                "the export would lie among the notes, and be taken for notes the next time.",
                where=str(output.destination),
                next_step="Name a place outside the folder of notes.",
            )


def _label_keys(project: Project) -> tuple[str, ...]:
    """What labels have on the person's review screen in place of 1 to 9."""
    from assistant.tui.keymap.configuring import keys_of

    return tuple(key.keys for key in keys_of(project.path).digits)


def as_decided(project: Project, of: str | None, runner: str | None = None) -> Project:
    """The project as the annotator has it whose decisions are written; who that is is said unless nobody else could be.

    Of several, without gold, those of `runner` are meant if `of` names nobody. Raises UsageError as `whose` does.
    """
    from assistant.project.team.annotators import whose

    name = whose(project, of, runner)
    others = [one for one in project.annotators() if one != name]
    if others or (runner is not None and name != runner):
        more = f"; --of chooses another of {', '.join(others)}" if others and of is None else ""
        say(f"bioassist: the decisions that are exported are those of {name}{more}")
    return project.seen_by(name)


def write(
    project: Project,
    output: Output,
    include: Literal["accepted", "all"],
    documents: Literal["done", "all"] | None = None,
    options: WriteOptions | None = None,
) -> bool:
    """Write the export and its report (on stderr); whether the report has findings.

    `documents` None: those marked done for spaCy, which half-reviewed ones would teach to miss; all for the others.
    """
    from assistant.project.exporting.documents import documents_for_export
    from assistant.project.exporting.sent import Sending
    from converters.formats import WriteOptions

    which = documents or ("done" if output.format.name == "spacy" else "all")
    chosen = replace(options or WriteOptions(), force=output.force)
    if output.format.name == "brat":
        chosen = replace(chosen, label_keys=_label_keys(project))
    sending = Sending(output.format.name, chosen.profile, chosen.uncarried == "note")
    found, withheld = documents_for_export(project, include, which, sending)
    report = output.format.write(found, output.destination, project.schema, chosen)
    # Other folders are read by tools that may wonder at a file of ours; there the last export counts.
    if output.format.name == "brat" and output.destination.is_dir() and not project.read_only:
        sending.mark(output.destination)
    for field, reason in _WITHHELD.items():
        report.withhold(reason, getattr(withheld, field))
    say(f"bioassist: wrote {output.format.name} to {output.destination}")
    for line in report.lines():
        say(f"  {line}")
    return not report.lossless
