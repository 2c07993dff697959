"""`bioassist models add`: an adapter of one's own as a model with a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli.diagnostics import say
from bioassist.tasks.renderings import RENDERINGS

if TYPE_CHECKING:
    from assistant.models import Entry


@click.command("add")
@click.argument("adapter", type=click.Path(path_type=Path))
@click.option("--card", required=True, type=click.Path(path_type=Path), metavar="FILE", help="What the model is: its "
              "data, licences, figures and limits, as text.")  # fmt: skip
@click.option("--name", metavar="NAME", help="What to call it.  [default: what the adapter calls itself]")
@click.option("--base", metavar="NAME", help="The catalog's model whose base it was trained on.  [default: the default "
              "model]")  # fmt: skip
@click.option("--calibration", type=click.Path(path_type=Path), metavar="FILE", help="What its probabilities are "
              "worth, as `train calibrate` writes it.  [default: what lies beside ADAPTER under its name, with "
              ".calibration.json for .gguf]")  # fmt: skip
@click.option("--description", metavar="TEXT", help="One line for `models list`.")
@click.option("--force", is_flag=True, help="Replace an entry of yours with that name.")
def command(adapter: Path, calibration: Path | None, **options: Any) -> None:
    """Put ADAPTER, a GGUF as `train export` writes it, into your catalog as a model with a name.

    It is copied beside your catalog with its card. Its labels and programs are read from it; one that was trained on
    another base, or for programs that this version does not run, is refused. Without a calibration its probabilities
    are shown as it gives them.

    \b
    Example:
      bioassist models add adapter.gguf --card card.md --name ward-notes
    """
    from assistant.models.adding import add

    beside = adapter.with_name(f"{adapter.stem}.calibration.json")
    entry = add(adapter, calibration=calibration or (beside if beside.is_file() else None), **options)
    say(f"bioassist: {entry.name} is in {entry.catalog}. `bioassist models pull {entry.name}` prepares it, then")
    say(f"  `bioassist annotate NOTES --model {entry.name}` uses it.")
    if calibration is None and entry.calibration is not None:
        say(f"  Its calibration is that of {beside}.")
    _say_what_is_not_calibrated(entry, beside)


def _say_what_is_not_calibrated(entry: Entry, file: Path) -> None:
    from assistant.models import calibrations

    fitted = calibrations.of_entry(entry)
    trained = {name for name, program in entry.programs.items() if program not in fitted}
    tasks = [task for task, names in RENDERINGS.items() if task != "qa" and not trained.isdisjoint(names)]
    if tasks:
        say(f"  Its probabilities of {', '.join(tasks)} are not calibrated: they are shown as it gives them.")
        say("  Gold notes that it was not trained on tell what they are worth: once it is pulled, for each task")
        say(f"  `bioassist train calibrate --model {entry.name} --task {tasks[0]} --data FORMAT:PATH --out {file}`,")
        say("  then this command again with --force.")
