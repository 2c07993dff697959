"""`bioassist export`: a project's annotations as files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from bioassist.cli.brat_options import brat_options, with_brat_options
from bioassist.cli.diagnostics import Exit
from bioassist.cli.exporting import as_decided, outputs, refuse_over_notes, refuse_text, write
from bioassist.cli.formats import listed
from bioassist.cli.token_options import token_options, write_options

if TYPE_CHECKING:
    from converters.formats import Profile, Uncarried


@click.command("export")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("destination", metavar="DEST")
@click.option("--to", "format_name", required=True, metavar="FORMAT", help=f"{listed()}.")
@click.option("--include", type=click.Choice(["accepted", "all"]), default="accepted", show_default=True,
              help="Decisions alone, or unreviewed suggestions too, marked as such.")  # fmt: skip
@click.option("--documents", type=click.Choice(["done", "all"]),
              help="Documents marked done, or all.  [default: done for spacy, all for the others]")  # fmt: skip
@click.option("--of", metavar="NAME", help="Whose decisions.  [default: the only annotator's, or gold]")
@click.option("--without-text", is_flag=True, help="Offsets and labels alone, with the hash of each text (jsonl).")
@token_options
@brat_options
@click.option("--force", is_flag=True, help="Write over what is there.")
def command(
    project: Path,
    destination: str,
    format_name: str,
    include: Literal["accepted", "all"],
    documents: Literal["done", "all"] | None,
    of: str | None,
    without_text: bool,
    force: bool,
    profile: Profile,
    uncarried: Uncarried,
    original: Path | None,
    **tokens: Any,
) -> int:
    """Write the annotations of PROJECT to DEST.

    Ids stay the same from one export to the next. Exit code 1: something could not be written as it was; the report
    on stderr names each such annotation.

    \b
    Example:
      bioassist export notes.bioassist --to brat out/brat
    """
    from assistant.project.store import Project
    from converters.formats import WriteOptions
    from converters.tables import file_of

    if without_text:
        refuse_text(format_name)
    options = write_options(WriteOptions(text=not without_text), **tokens)
    options = with_brat_options(options, format_name, profile, uncarried, original)
    (output,) = outputs([f"{format_name}:{destination}"], force=force)
    # From where nothing can be written, ids are given that may change: the report says so.
    sealed = project.is_dir() and not os.access(project, os.W_OK)
    with Project.open(project, read_only=sealed) as opened:
        refuse_over_notes([output], {opened.path.parent / file_of(row.path) for row in opened.documents()})
        seen = as_decided(opened, of)
        return Exit.FINDINGS if write(seen, output, include, documents, options) else Exit.DONE
