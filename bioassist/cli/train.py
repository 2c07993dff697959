"""`bioassist train`: prepare data, train an adapter, export it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bioassist.cli import (
    train_ablate,
    train_average,
    train_calibrate,
    train_composition,
    train_data,
    train_encoder,
    train_spacy,
)
from bioassist.cli.bases import base_of
from bioassist.cli.diagnostics import Exit, say
from bioassist.errors import BioassistError, InputError, UsageError


@click.group("train")
def command() -> None:
    """Make instruction data, train a LoRA adapter on them, and export it as GGUF.

    Needs the packages of `pip install 'bioassist[train]'`.

    \b
    Example:
      bioassist train data --mixture clinical-cpu --out data/
      bioassist train run --data data/ --recipe smollm2-135m-cpu --out run/
      bioassist train export run/ --out adapter.gguf
    """


command.add_command(train_data.command)
command.add_command(train_composition.command)
command.add_command(train_average.command)
command.add_command(train_ablate.command)
command.add_command(train_encoder.command)
command.add_command(train_calibrate.command)
command.add_command(train_spacy.command)


@command.command("run")
@click.option("--data", "data_", required=True, type=click.Path(path_type=Path), help="A folder of `train data`.")
@click.option("--recipe", required=True, metavar="NAME|FILE", help="How: smollm2-135m-cpu, smollm2-135m, llama2-7b, "
              "llama2-13b, llama2-13b-sharded, llama3-8b-qlora or a TOML file.")  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for checkpoints, log and adapter.")
@click.option("--base", metavar="NAME|GGUF|FOLDER|HUB", help="The base model.  [default: the recipe's]")
@click.option("--from-adapter", type=click.Path(path_type=Path), help="A peft adapter to begin with.")
@click.option("--resume", is_flag=True, help="Go on from the newest checkpoint in --out.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a setting of the recipe.")
def run(**options: Any) -> int:
    """Train a LoRA adapter. Stop it with Ctrl-C; the same command with --resume goes on.

    \b
    Example:
      bioassist train run --data data/ --recipe smollm2-135m-cpu --out run/
    """
    try:
        from trainer import recipe as recipes
        from trainer.train import until_stopped
    except ModuleNotFoundError as error:
        raise BioassistError(
            f"training needs {error.name}.", next_step="Run `pip install 'bioassist[train]'`."
        ) from None
    chosen = recipes.load(options["recipe"], options["changes"])
    base = options["base"] or chosen.base
    finished = until_stopped(
        chosen,
        options["data_"],
        base_of(None) if base == "smollm2-135m-instruct" else base_of(base),
        options["out"],
        resume=options["resume"],
        start_from=options["from_adapter"],
    )
    if finished.stopped:
        say("bioassist: stopped. The same command with --resume goes on.")
        return Exit.INTERRUPTED
    say(f"bioassist: the adapter is in {finished.adapter}. `bioassist train export {options['out']}` makes a GGUF.")
    return Exit.DONE


@command.command("export")
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE.gguf", help="Where to write it.")
@click.option("--base-gguf", metavar="NAME|GGUF", help="The base as GGUF, if the run had it as a folder.")
@click.option("--type", "file_type", type=click.Choice(["F16", "F32", "Q8_0"]), default="Q8_0", show_default=True,
              help="How the adapter's numbers are written.")  # fmt: skip
@click.option("--name", default="", help="What the adapter calls itself.  [default: the run's folder]")
@click.option("--licence", default="", help="Its licence, written into it.")
@click.option("--merged", type=click.Path(path_type=Path), metavar="FILE.gguf", help="Merge it into the base as well.")
@click.option("--merged-type", type=click.Choice(["Q4_0", "Q8_0", "Q4_K", "BF16", "F16", "F32"]), default="F16",
              show_default=True, help="The type of the merged model.")  # fmt: skip
@click.option("--force", is_flag=True, help="Write over what is there.")
def export(**options: Any) -> int:
    """Write the adapter of RUN as a GGUF that llama.cpp loads, and merge it into the base if asked.

    \b
    Example:
      bioassist train export run/ --out adapter.gguf --merged model.gguf --merged-type Q4_0
    """
    from trainer.adapter_gguf import export as write
    from trainer.quantize import merged

    folder: Path = options["run_folder"]
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise InputError("this is not a folder of `bioassist train run`.", where=str(folder)) from None
    adapter = folder / "adapter"
    if not adapter.is_dir():
        raise InputError("the run has not ended yet: there is no adapter.", where=str(folder), next_step="--resume it.")
    for target in (options["out"], options["merged"]):
        if target is not None and target.exists() and not options["force"]:
            raise UsageError("this is there already.", where=str(target), next_step="Name another, or add --force.")
    base = Path(base_of(options["base_gguf"] or manifest["base"]["source"]))
    if not base.is_file():
        raise UsageError("the base must be a GGUF file here.", where=str(base), next_step="Name it with --base-gguf.")
    name = options["name"] or folder.resolve().name
    write(
        adapter,
        base,
        options["out"],
        file_type=options["file_type"],
        name=name,
        licence=options["licence"],
        manifest=manifest,
    )
    say(f"bioassist: wrote {options['out']} ({options['out'].stat().st_size / 1e6:.1f} MB)")
    if options["merged"] is not None:
        merged(base, options["out"], options["merged"], options["merged_type"])
        say(f"bioassist: wrote {options['merged']} ({options['merged'].stat().st_size / 1e6:.1f} MB)")
    calibration = options["out"].with_name(f"{options['out'].stem}.calibration.json")
    say("bioassist: what its probabilities are worth, on gold notes that it was not trained on, tells")
    say(f"  `bioassist train calibrate --adapter {options['out']} --data FORMAT:PATH --out {calibration}`;")
    say(f"  `bioassist models add {options['out']} --card FILE` takes that too, and gives it a name.")
    return Exit.DONE
