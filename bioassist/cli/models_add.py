"""`bioassist models add`: an adapter of one's own as a model with a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bioassist.cli.diagnostics import say


@click.command("add")
@click.argument("adapter", type=click.Path(path_type=Path))
@click.option("--card", required=True, type=click.Path(path_type=Path), metavar="FILE", help="What the model is: its "
              "data, licences, figures and limits, as text.")  # fmt: skip
@click.option("--name", metavar="NAME", help="What to call it.  [default: what the adapter calls itself]")
@click.option("--base", metavar="NAME", help="The catalog's model whose base it was trained on.  [default: the default "
              "model]")  # fmt: skip
@click.option("--calibration", type=click.Path(path_type=Path), metavar="FILE", help="What its probabilities are "
              "worth, as `train calibrate` writes it.")  # fmt: skip
@click.option("--description", metavar="TEXT", help="One line for `models list`.")
@click.option("--force", is_flag=True, help="Replace an entry of yours with that name.")
def command(adapter: Path, **options: Any) -> None:
    """Put ADAPTER, a GGUF as `train export` writes it, into your catalog as a model with a name.

    It is copied beside your catalog with its card. Its labels and programs are read from it; one that was trained on
    another base, or for programs that this version does not run, is refused.

    \b
    Example:
      bioassist models add adapter.gguf --card card.md --name ward-notes
    """
    from assistant.models.adding import add

    entry = add(adapter, **options)
    say(f"bioassist: {entry.name} is in {entry.catalog}. `bioassist models pull {entry.name}` prepares it, then")
    say(f"  `bioassist annotate NOTES --model {entry.name}` uses it.")
