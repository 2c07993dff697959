"""`bioassist train encoder`: fine-tunes an encoder on a corpus, as the peer of the instruction models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli import scores
from bioassist.cli.diagnostics import Exit, say
from bioassist.errors import BioassistError, UsageError
from bioassist.tasks.renderings import RENDERINGS

if TYPE_CHECKING:
    from trainer.encoders import Finished

# An encoder writes nothing, so it answers no questions.
TASKS = tuple(task for task in RENDERINGS if task != "qa")


@click.command("encoder")
@click.option("--encoder", required=True, metavar="FOLDER|HUB", help="An encoder in transformers' format, a hub name, "
              "or package:NAME for one that an installed package carries.")  # fmt: skip
@click.option("--data", required=True, metavar="corpus:NAME", help="Trained on its training split, judged on its "
              "development split.")  # fmt: skip
@click.option("--task", type=click.Choice(TASKS), required=True, help="What is learned.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for model, tokenizer and manifest.")
@click.option("--types", metavar="A,B", help="Look for these entity types alone.")
@click.option("--epochs", type=click.IntRange(1), default=3, show_default=True, help="Times through the data.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), default=5e-5, show_default=True, help="The highest "
              "learning rate; small encoders want more.")  # fmt: skip
@click.option("--batch", type=click.IntRange(1), default=16, show_default=True, help="Sequences a step.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Train on N samples, drawn with a seed.")
@click.option("--limit-dev", type=click.IntRange(1), metavar="N", help="Judge on N samples, drawn with a seed.")
@click.option("--window-words", type=click.IntRange(5), default=60, show_default=True, help="Words a window, for ner.")
@click.option("--seed", type=int, default=0, show_default=True, help="What chance decides by.")
@click.option("--corpora", type=click.Path(path_type=Path), help="Folder of corpora.  [default: BIOASSIST_CORPORA]")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True,
              help="Where it runs; auto takes a GPU if there is one.")  # fmt: skip
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Threads on a CPU.  [default: torch's choice]")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(**options: Any) -> int:
    """Fine-tune an encoder (BioBERT, BioClinicalBERT, DistilBERT ...) and judge it as `evaluate` judges models.

    Splits, documents and scores are those of `evaluate --data corpus:NAME`, so the figures can stand side by side.
    Figures that others published for the corpus are shown below; those are on test splits.

    \b
    Examples:
      bioassist train encoder --encoder biobert/ --data corpus:ncbi-disease --task ner --out ncbi/
      bioassist train encoder --encoder biobert/ --data corpus:gad --task re --out gad/ --epochs 2
    """
    format_, _, corpus = options["data"].partition(":")
    if format_ != "corpus" or not corpus:
        raise UsageError(f"--data takes corpus:NAME here, not {options['data']!r}.")
    try:
        from trainer.encoders import Settings, fine_tune
    except ModuleNotFoundError as error:
        raise BioassistError(
            f"training needs {error.name}.", next_step="Run `pip install 'bioassist[train]'`."
        ) from None
    from trainer.corpora import default_root
    from trainer.corpora.shelf import Shelf

    settings = Settings(
        types=tuple(name.strip() for name in (options["types"] or "").split(",") if name.strip()),
        **{name: options[name] for name in ("epochs", "rate", "batch", "limit", "limit_dev", "window_words", "seed",
                                            "device", "threads")},
    )  # fmt: skip
    shelf = Shelf(options["corpora"] or default_root())
    finished = fine_tune(options["encoder"], corpus, options["task"], options["out"], shelf, settings)
    told = _figures(finished, options)
    cut = finished.manifest["data"].get("cut", 0) + told["too_long"]
    if cut:
        say(f"bioassist: {cut:,} texts are longer than the encoder takes; their ends were cut off.")
    say(f"bioassist: the model is in {options['out']}.")
    click.echo(json.dumps(told, indent=2) if options["as_json"] else scores.table(told))
    return Exit.FINDINGS if cut else Exit.DONE


def _figures(finished: Finished, options: dict[str, Any]) -> dict[str, Any]:
    """What `evaluate` tells of a model, told of the encoder."""
    from trainer.evaluate import EntityScores

    told = {
        "model": finished.encoder.shown,
        "file_type": "F32",
        "task": options["task"],
        "program": finished.program,
        "data": options["data"],
        "split": "dev",
        "threads": finished.manifest["machine"]["threads"],
        "published": scores.published(options["data"].partition(":")[2]),
    }
    if isinstance(finished.scores, EntityScores):
        words = {"tokens": finished.tokens, "types": list(finished.types)}
        return told | words | scores.entity_figures(finished.scores)
    return told | scores.decision_figures(finished.scores)
