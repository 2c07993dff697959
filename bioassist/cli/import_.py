"""`bioassist import`: annotated files, corrected or made elsewhere, as decisions of a project."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioassist.cli.diagnostics import Exit, say, visible
from bioassist.cli.formats import listed
from bioassist.errors import InputError, UsageError

if TYPE_CHECKING:
    from assistant.project.importing.account import Account

# How many documents that did not come are named.
_SHOWN = 5


@click.command("import")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("source", metavar="PATH", type=click.Path(path_type=Path))
@click.option("--from", "format_name", required=True, metavar="FORMAT", help=f"{listed()}.")
@click.option("--as", "actor", metavar="ACTOR", help="Whose decisions these are.  [default: the user of this machine]")
@click.option("--reviewed", metavar="all|FILE", help="Documents that were reviewed as a whole, marks or not: all, or "
              "those whose names FILE lists, one a line.")  # fmt: skip
@click.option("--schema", "schema_file", metavar="FILE", help="Labels of a new project.  [default: those of the "
              "files' configuration, or the labels they use]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def command(
    project: Path,
    source: Path,
    format_name: str,
    actor: str | None,
    reviewed: str | None,
    schema_file: str | None,
    as_json: bool,
) -> int:
    """Take the annotations at PATH into PROJECT, or make PROJECT of them.

    Of documents that PROJECT has, each difference from what was exported becomes a decision: accepted, relabelled,
    moved, deleted, added. What is marked as unreviewed stays so; a document without such marks is done. The table on
    stdout says how the suggestions did in reviewed documents. The same files a second time change nothing.

    \b
    Examples:
      bioassist import notes.bioassist --from brat corrected/ --as ann
      bioassist import new.bioassist --from brat corpus/
    """
    from assistant.project.importing.corpus import fill, refuse_unless_documents
    from assistant.project.importing.returning import Returning
    from assistant.project.store import Project
    from assistant.project.team.annotators import checked
    from bioassist import schema as schemas
    from converters.formats import by_name
    from converters.report import Report

    reader = by_name(format_name)
    actor = None if actor is None else checked(actor)
    schema = schemas.load(schema_file) if schema_file else None
    vouched = _vouched(reviewed)
    refuse_unless_documents(reader, source)
    with Project.open(project, create=True, actor=actor) as opened:
        report = Report()
        if not opened.documents():
            fill(opened, reader, source, schema, report)
            say(f"bioassist: made {project} with {_number(len(opened.documents()), 'document')}.")
        elif schema is not None and schema.fingerprint != opened.schema.fingerprint:
            raise UsageError("the project has another schema; --schema is for a new one.", where=str(project))
        returning = Returning(opened, reader, vouched=vouched)
        returning.account.report.merge(report)
        account = returning.read(source)
    for line in told(account):
        say(f"bioassist: {line}")
    if as_json:
        click.echo(json.dumps({"project": str(project), **account.as_dict()}, indent=2))
    else:
        for line in account.lines():
            click.echo(visible(line))
    return Exit.DONE if account.report.lossless else Exit.FINDINGS


def told(account: Account) -> Iterator[str]:
    """The account for a person: what came, what was decided, what was not taken and why."""
    yield (
        f"{_number(account.read, 'document')} came, {account.matched:,} of them the project's; {account.reviewed:,} "
        f"reviewed, {account.done:,} marked done just now, {len(account.missing):,} of the project's did not come."
    )
    decisions = [f"{number:,} {how}" for how, number in sorted(account.decisions.items())]
    decisions += [f"{number:,} {kind} {how}" for (kind, how), number in sorted(account.facts.items())]
    yield f"decisions: {', '.join(decisions) or 'none that the project did not have'}."
    if account.marked:
        yield f"{_number(account.marked, 'suggestion')} still marked as unreviewed."
    if account.by_content:
        yield f"{_number(account.by_content, 'annotation')} had another id, and matched by content."
    for name in account.missing[:_SHOWN]:
        yield f"did not come: {name}"
    if len(account.missing) > _SHOWN:
        yield f"... and {len(account.missing) - _SHOWN:,} more"
    # The first line counts what was read, which was said.
    yield from islice(account.report.lines(), 1, None)


def _vouched(reviewed: str | None) -> Collection[str] | None:
    if reviewed is None:
        return ()
    if reviewed == "all":
        return None
    try:
        lines = Path(reviewed).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "cannot be read as a list of document names.",
            where=reviewed,
            next_step="--reviewed takes all, or a text file with one name a line.",
        ) from error
    return frozenset(line.strip() for line in lines if line.strip())


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
