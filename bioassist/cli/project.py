"""`bioassist project`: a project among several people, and its safety: parts, verification, backups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioassist.cli import project_schema
from bioassist.cli.diagnostics import Exit, say, visible
from bioassist.errors import UsageError

if TYPE_CHECKING:
    from assistant.project.team.parts import Merged, Part

_SHOWN = 5


@click.group("project")
def command() -> None:
    """Share a project out among annotators, bring their parts together, verify it, back it up, show its schema.

    \b
    Example:
      bioassist project export-part notes.bioassist --as anna -o anna.part
      bioassist project import-part notes.bioassist anna.part ben.part
    """


@command.command("assign")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("annotators", metavar="NAME...", nargs=-1, required=True)
@click.option("--overlap", default="0%", show_default=True, metavar="SHARE",
              help="The share of documents that two annotators get, to measure agreement.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="What is drawn by; the same seed draws the same.")
@click.option("--anew", is_flag=True, help="Share out all documents again, also those that are somebody's.")
@click.option("--as", "actor", metavar="NAME", help="Who assigns.  [default: the user of this machine]")
def assign(project: Path, annotators: tuple[str, ...], overlap: str, seed: int, anew: bool, actor: str | None) -> None:
    """Share out the documents of PROJECT among annotators: each document to one, some to two.

    Documents that are somebody's stay theirs. In the review everybody sees their own; `review --all` shows all. Those
    for two are drawn at random and spread evenly over the list and the pairs.

    \b
    Example:
      bioassist project assign notes.bioassist anna ben cara --overlap 20%
    """
    from assistant.project.store import Project
    from assistant.project.team.annotators import checked

    share = _share(overlap)
    names = [checked(name) for name in annotators]
    with Project.open(project, actor=None if actor is None else checked(actor)) as opened:
        rows = [row.id for row in opened.documents() if row.has_text]
        made = opened.assignments.share_out(rows, names, opened.actor, overlap=share, seed=seed, anew=anew)
        counts = opened.assignments.present().counts()
    say(f"bioassist: shared out {made.documents:,} documents, {made.for_two:,} of them to two annotators.")
    for name, count in sorted(counts.items()):
        click.echo(visible(f"{name}: {count:,} documents"))


def _share(given: str) -> float:
    number, percent = given.removesuffix("%"), given.endswith("%")
    try:
        share = float(number) / (100 if percent else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f"--overlap takes a share such as 20% or 0.2, not {given!r}.")
    return share


command.add_command(project_schema.command)


@command.command("export-part")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--as", "annotator", metavar="NAME", help="Whose part.  [default: the only annotator's]")
@click.option("-o", "--output", "destination", required=True, type=click.Path(path_type=Path), metavar="FILE",
              help="The file to write.")  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def export_part(project: Path, annotator: str | None, destination: Path, force: bool) -> None:
    """Write the journal of one annotator of PROJECT to a file, for `import-part` in another copy of the project.

    Documents are in it by name and by the hash of their text, not with their text. What annotators wrote in notes and
    comments is in it.

    \b
    Example:
      bioassist project export-part notes.bioassist --as anna -o anna.part
    """
    from assistant.project.store import Project
    from assistant.project.team.annotators import whose
    from assistant.project.team.parts import part_of

    if destination.exists() and not force:
        raise UsageError("this is there already.", where=str(destination), next_step="Name another, or add --force.")
    with Project.open(project, read_only=True) as opened:
        part = part_of(opened, whose(opened, None) if annotator is None else annotator)
    _write(part, destination)
    say(f"bioassist: wrote {len(part.entries):,} entries of {part.annotator} to {destination}")


@command.command("import-part")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_part(project: Path, files: tuple[Path, ...]) -> int:
    """Take the parts of annotators into PROJECT: of all files, or nothing.

    Each chain of entries is checked first. What is there already is passed over, so the same part may come again, and a
    longer one of the same annotator goes on. Exit code 1: some entries are on documents that PROJECT has not; they wait
    until those come.

    \b
    Example:
      bioassist project import-part notes.bioassist anna.part ben.part
    """
    from assistant.project.store import Project
    from assistant.project.team.parts import merge, read

    parts = [read(file) for file in files]
    with Project.open(project) as opened:
        merged = merge(opened, parts)
    for one in merged:
        for line in _told(one):
            say(visible(f"bioassist: {line}"))
    return Exit.FINDINGS if any(one.missing or one.otherwise for one in merged) else Exit.DONE


@command.command("verify")
@click.argument("project", type=click.Path(path_type=Path))
def verify(project: Path) -> int:
    """Check PROJECT: the file, every entry's hash and place in its annotator's chain, and what is derived from them.

    Exit code 1: something is not as it was written.

    \b
    Example:
      bioassist project verify notes.bioassist
    """
    from assistant.project.store import Project

    with Project.open(project, read_only=True) as opened:
        problems = opened.verify()
        entries, heads = opened.journal.length(), opened.journal.heads()
    for problem in problems:
        click.echo(visible(problem))
    if problems:
        say("bioassist: the project is not as it was written. Compare it with a backup.")
        return Exit.FINDINGS
    click.echo(f"sound: {entries:,} entries of {len(heads):,} annotators")
    for actor, (last, digest) in heads.items():
        click.echo(visible(f"{actor}: {last:,} entries, the last {digest}"))
    return Exit.DONE


@command.command("backup")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("destination", metavar="DIR|FILE.sqlite", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over a backup that is there.")
def backup(project: Path, destination: Path, force: bool) -> None:
    """Copy PROJECT, be it in use or not: to a folder that opens as any project, or to one file.

    The copy holds the notes. It is checked before it takes its place.

    \b
    Example:
      bioassist project backup notes.bioassist backups/monday
    """
    from assistant.project.file.backups import back_up
    from assistant.project.store import Project

    with Project.open(project, read_only=True) as opened:
        file = back_up(opened, destination, force=force)
    say(f"bioassist: copied {project} to {destination} ({file.stat().st_size / 1e6:,.1f} MB). It holds the notes.")


def _told(merged: Merged) -> list[str]:
    already = merged.entries - merged.taken
    told = [
        f"{merged.annotator}: {merged.taken:,} new entries taken in"
        + (f", {already:,} were there" if already else "")
        + f" ({merged.file})"
    ]
    for waiting, why in (
        (merged.missing, "the project has no such document"),
        (merged.otherwise, "the project has another text of it"),
    ):
        shown = list(waiting.items())
        told += [f"{name}: {why}; {count:,} entries wait for it." for name, count in shown[:_SHOWN]]
        if len(shown) > _SHOWN:
            told.append(f"... and {len(shown) - _SHOWN:,} more documents")
    if merged.labels:
        told.append(f"the schema has no type {', '.join(map(repr, merged.labels))}; what has it was taken in.")
    return told


def _write(part: Part, destination: Path) -> None:
    from assistant.project.team.parts import lines

    beside = destination.with_name(f"{destination.name}.new")
    try:
        beside.unlink(missing_ok=True)
        beside.touch(mode=0o600)
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines(part))
        beside.replace(destination)
    except OSError as error:
        raise UsageError(f"this file cannot be written: {error.strerror}.", where=str(destination)) from error
