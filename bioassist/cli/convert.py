"""`bioassist convert`: annotated documents from one format to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli.brat_options import brat_options, with_brat_options
from bioassist.cli.diagnostics import Exit, say
from bioassist.cli.formats import listed
from bioassist.cli.token_options import token_options, write_options
from bioassist.errors import UsageError
from bioassist.reading import check_encoding

if TYPE_CHECKING:
    from converters.formats import Profile, Uncarried
    from converters.tables import TableFormat

TABLE = "table"


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path))
@click.option("--from", "from_format", required=True, metavar="FORMAT", help=f"{listed()}; or table.")
@click.option("--to", "to_format", required=True, metavar="FORMAT", help=f"{listed()}.")
@click.option("--schema", "schema_file", metavar="FILE", help="Schema for formats that write configuration.")
@click.option("--text-column", metavar="NAME", help="Column, or key, of the notes, from a table.")
@click.option("--id-column", metavar="NAME", help="Column that names the notes.  [default: their row]")
@click.option("--encoding", metavar="NAME", help="Encoding of a table that is not UTF-8.")
@token_options
@brat_options
@click.option("--strict", is_flag=True, help="Exit with 1 if anything could not be carried over as it was.")
@click.option("--force", is_flag=True, help="Write over what is there.")
def command(
    source: Path,
    destination: Path,
    from_format: str,
    to_format: str,
    schema_file: str | None,
    text_column: str | None,
    id_column: str | None,
    encoding: str | None,
    strict: bool,
    force: bool,
    profile: Profile,
    uncarried: Uncarried,
    original: Path | None,
    **tokens: Any,
) -> int:
    """Convert SOURCE to DEST. What does not go through as it was is listed on stderr, every single one counted.

    \b
    Example:
      bioassist convert corpus/ corpus.jsonl --from brat --to jsonl
    """
    from bioassist import schema as schemas
    from converters.formats import WriteOptions, by_name, convert

    schema = schemas.load(schema_file) if schema_file else None
    options = write_options(WriteOptions(force=force), **tokens)
    options = with_brat_options(options, to_format, profile, uncarried, original)
    reader = by_name(from_format) if from_format != TABLE else _table(text_column, id_column, encoding)
    report = convert(source, destination, reader, by_name(to_format), schema, options)
    for line in report.lines():
        say(line)
    return Exit.FINDINGS if strict and not report.lossless else Exit.DONE


def _table(text_column: str | None, id_column: str | None, encoding: str | None) -> TableFormat:
    from converters.tables import TableFormat

    if text_column is None:
        raise UsageError("a table needs --text-column.", next_step="Name the column that has the notes.")
    if encoding is not None:
        check_encoding(encoding)
    return TableFormat(text_column, id_column, encoding)
