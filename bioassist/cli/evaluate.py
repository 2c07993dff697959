"""`bioassist evaluate`: how well a model does a task on gold data, by the engine that annotates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli import scores
from bioassist.cli.diagnostics import Exit, say
from bioassist.cli.formats import listed
from bioassist.errors import InputError, UsageError
from bioassist.tasks.renderings import RENDERINGS

if TYPE_CHECKING:
    from assistant.models import ResolvedModel
    from bioassist.metrics.calibration import Calibration
    from bioassist.schema import EntityType
    from trainer.corpora.shelf import Shelf
    from trainer.engine import Engine
    from trainer.gold import Named
    from trainer.rendering import Rendered
    from trainer.windowing import Windowed


@click.command("evaluate")
@click.option("--data", required=True, metavar="FORMAT:PATH", help="Gold data: iob, "
              f"{listed()} and a path; or corpus:NAME, its development split.")  # fmt: skip
@click.option("--model", metavar="NAME|GGUF", help="A model of the catalog, or a GGUF file.  [default: the default]")
@click.option("--adapter", type=click.Path(path_type=Path), metavar="GGUF", help="A LoRA adapter for the model.")
@click.option("--task", type=click.Choice(list(RENDERINGS)), default="ner", show_default=True, help="What is judged.")
@click.option("--program", metavar="NAME", help="How the task is rendered, as in ner.typed.  [default: the model's]")
@click.option("--tokens", type=click.Choice(["given", "own"]), help="Words as the data have them, as papers count, or "
              "cut by bioassist, as in your notes.  [default: given where the data have words]")  # fmt: skip
@click.option("--types", metavar="A,B", help="Score these entity types alone.")
@click.option("--map", "renamed", multiple=True, metavar="THEIRS=OURS", help="Score a type of the data as another.")
@click.option("--schema", "schema_file", metavar="FILE", help="Types with the descriptions that the model is told.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Take N documents or samples, drawn with a seed.")
@click.option("--window-words", type=click.IntRange(5), default=60, show_default=True, help="Words a window.")
@click.option("--corpora", type=click.Path(path_type=Path), help="Folder of corpora.  [default: BIOASSIST_CORPORA]")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Threads for llama.cpp.  [default: all cores]")
@click.option("--picture", type=click.Path(path_type=Path), metavar="FILE.svg", help="Draw how often the model is "
              "right by how sure it is: calibrated, as it is shown, if it has a calibration.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(**options: Any) -> int:
    """Run a model over gold data stripped of their annotations, and compare.

    It runs what `annotate` runs: the same programs, windows and engine. Intervals are 95%, bootstrapped by document.
    Test splits are never looked for; figures on a development split are development figures.

    \b
    Examples:
      bioassist evaluate --data corpus:ncbi-disease --limit 250
      bioassist evaluate --data brat:reviewed-brat --types Disease,Medication
      bioassist evaluate --data corpus:negex --task assertion --json
    """
    import psutil

    from assistant.models import resolve
    from trainer.engine import engine
    from trainer.gold import named

    data = named(options["data"])
    model = resolve(options["model"], options["adapter"], offline=True)
    program = program_of(model, options["task"], options["program"])
    threads = options["threads"] or psutil.cpu_count(logical=False) or 1
    with engine(model.path, model.adapter, threads) as running:
        told = {
            "model": model.name,
            "file_type": model.file_type,
            "task": options["task"],
            "program": program,
            "data": str(data),
            "split": "dev" if data.format == "corpus" else "as given",
            "threads": threads,
            "published": scores.published(data.path) if data.format == "corpus" else [],
        }
        if options["task"] == "ner":
            told |= _entities(running, data, program, model, options)
        else:
            told |= _decisions(running, data, program, model, options)
    if told["too_long"]:
        say(f"bioassist: {told['too_long']} windows are too long for the model and count as without answer.")
    if options["picture"] is not None and "reliability" in told:
        _draw(told, options["picture"])
    click.echo(json.dumps(told, indent=2) if options["as_json"] else scores.table(told))
    return Exit.FINDINGS if told["too_long"] else Exit.DONE


def _draw(told: dict[str, Any], target: Path) -> None:
    from trainer import drawing

    bins, which = scores.shown(told)
    drawing.reliability(bins, target, f"{told['model']}, {told['program']}, {told['data']}", f"probability, {which}")
    say(f"bioassist: wrote {target}, of probabilities {which}.")


def program_of(model: ResolvedModel, task: str, asked: str | None) -> str:
    """The rendering to run: the person's, the first that the model was trained for, else the task's first."""
    known = RENDERINGS[task]
    if asked is not None and asked not in known:
        raise UsageError(f"{asked!r} is no rendering of {task}.", next_step=f"Known: {', '.join(known)}.")
    return asked or next((name for name in model.trained_labels if name in known), known[0])


def shelf(options: dict[str, Any]) -> Shelf:
    from trainer.corpora import default_root
    from trainer.corpora.shelf import Shelf

    return Shelf(options["corpora"] or default_root())


def entity_data(data: Named, options: dict[str, Any]) -> tuple[list[Windowed], list[EntityType], bool]:
    """The documents to look for entities in, the types to look for, and whether words are as the data give them."""
    from bioassist import schema as schemas
    from trainer import gold

    renamed = {}
    for one in options["renamed"]:
        theirs, equals, ours = one.partition("=")
        if not equals or not theirs or not ours:
            raise UsageError(f"--map takes THEIRS=OURS, not {one!r}.")
        renamed[theirs] = ours
    given = options["tokens"] == "given" or (options["tokens"] is None and data.format == "iob")
    if options["tokens"] is None and data.format == "corpus":
        given = gold.has_words(data.path)
    documents, types = gold.documents(
        data,
        shelf(options),
        renamed=renamed,
        wanted=[name.strip() for name in (options["types"] or "").split(",") if name.strip()],
        schema=schemas.load(options["schema_file"]) if options["schema_file"] else None,
        given_words=given,
        window_words=options["window_words"],
    )
    return documents, types, given


def _entities(
    running: Engine, data: Named, program: str, model: ResolvedModel, options: dict[str, Any]
) -> dict[str, Any]:
    from trainer import evaluate

    documents, types, given = entity_data(data, options)
    chosen = evaluate.some(documents, options["limit"])
    found = evaluate.entities(running, chosen, types, program)
    label = {entity.name: entity.served_by for entity in types}
    mentions = (entity for document in found.predicted for entity in document)
    shown = [(label[entity.type], *sure) for entity, sure in zip(mentions, found.sure, strict=True)]
    return {
        "tokens": "given" if given else "own",
        "types": [entity.name for entity in types],
        **scores.entity_figures(found),
        **scores.calibrated_figures(shown, _calibration(model, program)),
    }


def _decisions(
    running: Engine, data: Named, program: str, model: ResolvedModel, options: dict[str, Any]
) -> dict[str, Any]:
    from trainer import evaluate

    samples = decision_data(data, program, options)
    if program == "qa.free":
        return scores.text_figures(evaluate.texts(running, samples))
    found = evaluate.decisions(running, samples)
    shown = [(one.label, one.probability, one.right) for one in found.suggested]
    return {**scores.decision_figures(found), **scores.calibrated_figures(shown, _calibration(model, program))}


def decision_data(data: Named, program: str, options: dict[str, Any]) -> list[Rendered]:
    """The samples of a corpus for a task that is no search for entities."""
    from trainer import evaluate, gold

    if data.format != "corpus":
        raise UsageError(f"--task {options['task']} takes corpus:NAME.", where=str(data))
    samples = gold.samples(data.path, program, shelf(options), options["window_words"])
    chosen = evaluate.some(samples, options["limit"])
    if not chosen:
        raise InputError("there is nothing to decide in it.", where=str(data))
    return chosen


def _calibration(model: ResolvedModel, program: str) -> Calibration | None:
    from bioassist.tasks.fingerprints import FINGERPRINTS

    return model.calibration_of(FINGERPRINTS[program])
