"""`bioassist train average`: the mean of several runs."""

from __future__ import annotations

from pathlib import Path

import click

from bioassist.cli.diagnostics import Exit, say
from bioassist.errors import BioassistError


@click.command("average")
@click.argument("runs", metavar="RUN RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the mean.")
def command(runs: tuple[Path, ...], out: Path) -> int:
    """Average the adapters of runs, one of which went on from another.

    What a second round on other data gains here it may lose there; the mean of before and after often keeps both.

    \b
    Example:
      bioassist train average first/ second/ --out mean/
    """
    try:
        from trainer.averaging import average
    except ModuleNotFoundError as error:
        raise BioassistError(
            f"training needs {error.name}.", next_step="Run `pip install 'bioassist[train]'`."
        ) from None
    adapter = average(runs, out)
    say(f"bioassist: the adapter is in {adapter}. `bioassist train export {out}` makes a GGUF.")
    return Exit.DONE
