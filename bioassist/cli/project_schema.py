"""`bioassist project schema`: a project's labels, what they were before, and back to that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioassist.cli.changing import KEPT
from bioassist.cli.diagnostics import say, visible
from bioassist.schema.comparing import LABELLED, names

if TYPE_CHECKING:
    from assistant.project.schema.history import SchemaChange
    from assistant.project.store import Project


@click.command("schema")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--undo", "back", is_flag=True, help="Take the last change of the schema back, with what was renamed.")
@click.option("--toml", is_flag=True, help="Print the schema itself, as --schema takes it.")
def command(project: Path, back: bool, toml: bool) -> None:
    """Show the labels of PROJECT, how many decisions bear each, and how its schema changed.

    `annotate --schema` changes it.

    \b
    Examples:
      bioassist project schema notes.bioassist
      bioassist project schema notes.bioassist --undo
    """
    from assistant.project.store import Project

    if back:
        with Project.open(project) as opened:
            _undo(opened)
        return
    with Project.open(project, read_only=True) as opened:
        if toml:
            click.echo(opened.schema.dumps(), nl=False)
            return
        for line in (*_labels(opened), *map(_told, opened.schema_history.all())):
            click.echo(visible(line))


def _undo(project: Project) -> None:
    from assistant.project.schema.changes import undo

    undone = undo(project)
    say(f"bioassist: the schema is {undone.schema.name!r} of {_minute(undone.change.at)} UTC again.")
    if undone.entries:
        say(f"  {undone.entries:,} entries were taken back: decisions have their earlier labels.")
    for of in undone.renamed.values():
        for new, old in of.items():
            say(f"  What was decided since as {new} is {old} now.")
    for one in undone.kept:
        say(visible(f"  {one.label} stays in {sum(one.decisions.values()):,} decisions; {KEPT}"))
    say("  The next `bioassist annotate` reads the notes again if they were read since.")


def _labels(project: Project) -> Iterator[str]:
    schema, borne = project.schema, project.schema_history.borne()
    yield f"{schema.name} ({schema.fingerprint})"
    for kind in LABELLED:
        known = names(schema, kind)
        others = sorted(label for of, label in borne if of == kind and label not in known)
        for label in (*known, *others):
            count = sum(borne.get((kind, label), {}).values())
            borne_by = "1 decision" if count == 1 else f"{count:,} decisions"
            yield f"  {kind}: {label}, {borne_by}" + (", not in the schema" if label not in known else "")


def _told(change: SchemaChange) -> str:
    """One change as one line."""
    told = [f"{old} became {new}" for of in change.renamed.values() for old, new in of.items()]
    told += [f"{label} was left as it was" for _, label in change.kept]
    line = f"changed {_minute(change.at)} UTC by {change.actor}, from {change.fingerprint}"
    line += f": {', '.join(told)}" if told else ""
    return line + (f" (taken back {_minute(change.undone)} UTC)" if change.undone else "")


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")
