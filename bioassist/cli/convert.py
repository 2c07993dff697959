"""`bioassist convert`: annotated documents from one format to another."""

from __future__ import annotations

from pathlib import Path

import click

from bioassist.cli.diagnostics import Exit, say


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path))
@click.option("--from", "from_format", required=True, metavar="FORMAT", help="brat, spacy or jsonl.")
@click.option("--to", "to_format", required=True, metavar="FORMAT", help="brat, spacy or jsonl.")
@click.option("--schema", "schema_file", metavar="FILE", help="Schema for formats that write configuration.")
@click.option("--strict", is_flag=True, help="Exit with 1 if anything could not be carried over as it was.")
@click.option("--force", is_flag=True, help="Write over what is there.")
def command(
    source: Path,
    destination: Path,
    from_format: str,
    to_format: str,
    schema_file: str | None,
    strict: bool,
    force: bool,
) -> int:
    """Convert SOURCE to DEST. What does not go through as it was is listed on stderr, every single one counted.

    \b
    Example:
      bioassist convert corpus/ corpus.jsonl --from brat --to jsonl
    """
    from bioassist import schema as schemas
    from converters.formats import WriteOptions, by_name, convert

    schema = schemas.load(schema_file) if schema_file else None
    report = convert(source, destination, by_name(from_format), by_name(to_format), schema, WriteOptions(force=force))
    for line in report.lines():
        say(line)
    return Exit.FINDINGS if strict and not report.lossless else Exit.DONE
