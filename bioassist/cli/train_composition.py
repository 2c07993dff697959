"""`bioassist train composition`: what prepared data are made of, as tables and pictures."""

from __future__ import annotations

from pathlib import Path

import click

from bioassist.cli.diagnostics import Exit, say
from bioassist.errors import UsageError


@click.command("composition")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the report.")
@click.option("--force", is_flag=True, help="Write over a report that is there.")
def command(data: Path, out: Path, force: bool) -> int:
    """Write a report on DATA, a folder of `train data`: samples, tokens and decisions by task and source, labels,
    lengths, duplicates, leakage and licences; as Markdown with pictures, and as one HTML page.

    \b
    Example:
      bioassist train composition data/ --out report/
    """
    from trainer.composition import composition
    from trainer.composition_report import write

    if (out / "composition.md").exists() and not force:
        raise UsageError("there is a report already.", where=str(out), next_step="Name another folder, or add --force.")
    for path in write(composition(data), out):
        say(f"bioassist: wrote {path}")
    return Exit.DONE
