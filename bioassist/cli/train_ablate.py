"""`bioassist train ablate`: what each kind of task in a mixture is good for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bioassist.cli.diagnostics import Exit, say
from bioassist.errors import UsageError


@click.command("ablate")
@click.option("--mixture", required=True, metavar="NAME|FILE", help="The mixture that tasks are left out of.")
@click.option("--recipe", required=True, metavar="NAME|FILE", help="How each run is trained.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for data, runs and the table.")
@click.option("--budget", type=click.IntRange(1), default=300_000, show_default=True, help="Training tokens a run.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="Development samples a source.")
@click.option("--base", metavar="NAME|GGUF", help="The base model.  [default: the default model's]")
@click.option("--corpora", type=click.Path(path_type=Path), help="Folder of corpora.  [default: BIOASSIST_CORPORA]")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a setting of the recipe.")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Threads for llama.cpp.  [default: all cores]")
def command(**options: Any) -> int:
    """Train once on everything and once without each kind of task, for as many tokens each, and judge every source.

    Stopped, the same command goes on. The table is written to OUT/ablation.md after each run, and printed at the end.

    \b
    Example:
      bioassist train ablate --mixture clinical-cpu --recipe smollm2-135m-cpu --out ablation/
    """
    import psutil

    from bioassist.cli.bases import base_of
    from trainer import recipe as recipes
    from trainer.ablation import TABLE, ablate
    from trainer.corpora import default_root
    from trainer.corpora.shelf import Shelf
    from trainer.mixture import load

    base = Path(base_of(options["base"]))
    if not base.is_file():
        raise UsageError("--base must be a GGUF file, which is judged too.", where=str(base))
    ablate(
        load(options["mixture"]),
        Shelf(options["corpora"] or default_root()),
        base,
        recipes.load(options["recipe"], options["changes"]),
        options["out"],
        budget_tokens=options["budget"],
        limit=options["limit"],
        threads=options["threads"] or psutil.cpu_count(logical=False) or 1,
        say=lambda line: say(f"bioassist: {line}"),
    )
    click.echo((options["out"] / TABLE).read_text("utf-8"), nl=False)
    return Exit.DONE
