"""`bioassist train calibrate`: what a model's probabilities are worth, and what makes them worth more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli.diagnostics import Exit, say
from bioassist.cli.evaluate import decision_data, entity_data, program_of
from bioassist.errors import InputError, UsageError
from bioassist.tasks.renderings import RENDERINGS

if TYPE_CHECKING:
    from assistant.models import ResolvedModel
    from bioassist.metrics.calibrating import Decided
    from trainer.engine import Engine
    from trainer.gold import Named

    # What was found in each of the data, by its name.
    Sources = list[tuple[str, Sequence[Decided]]]

TASKS = [task for task in RENDERINGS if task != "qa"]


@click.command("calibrate")
@click.option("--data", "named_data", required=True, multiple=True, metavar="FORMAT:PATH", help="Gold data that the "
              "model was not trained on, as `evaluate` takes them; several times for several.")  # fmt: skip
@click.option("--model", metavar="NAME|GGUF", help="A model of the catalog, or a GGUF file.  [default: the default]")
@click.option("--adapter", type=click.Path(path_type=Path), metavar="GGUF", help="A LoRA adapter for the model.")
@click.option("--task", type=click.Choice(TASKS), default="ner", show_default=True, help="What is calibrated.")
@click.option("--program", metavar="NAME", help="How the task is rendered, as in ner.typed.  [default: the model's]")
@click.option("--tokens", type=click.Choice(["given", "own"]), help="Words as the data have them, or cut by bioassist, "
              "as in your notes.  [default: given where the data have words]")  # fmt: skip
@click.option("--types", metavar="A,B", help="Take these entity types alone.")
@click.option("--map", "renamed", multiple=True, metavar="THEIRS=OURS", help="Take a type of the data as another.")
@click.option("--schema", "schema_file", metavar="FILE", help="Types with the descriptions that the model is told.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Take N documents or samples of each, at random.")
@click.option("--window-words", type=click.IntRange(5), default=60, show_default=True, help="Words a window.")
@click.option("--corpora", type=click.Path(path_type=Path), help="Folder of corpora.  [default: BIOASSIST_CORPORA]")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Threads for llama.cpp.  [default: all cores]")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.json", help="Write the calibration there, for "
              "`models add --calibration`; beside those of other tasks that the file has.")  # fmt: skip
@click.option("--picture", type=click.Path(path_type=Path), metavar="FILE.svg", help="Draw how often the model is "
              "right by how sure it is, calibrated.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(**options: Any) -> int:
    """Compare a model's confidence with how often it is right, and fit a calibration.

    The model reads the data once. Tables come of it: definitions of a mention's confidence, ways to calibrate the one
    that the engine uses (cross-validated by document), of several data how far off the calibration is on each alone,
    and near misses by threshold. Of relations, attributes and classes it is the second and third, over what is
    suggested. What is written with --out makes the model's probabilities mean what they say on notes like these.

    \b
    Examples:
      bioassist train calibrate --data corpus:maccrobat-clinical --adapter adapter.gguf --out adapter.calibration.json
      bioassist train calibrate --task assertion --data corpus:negex --model ward --out adapter.calibration.json
    """
    import psutil

    from assistant.models import calibrations, resolve
    from bioassist.tasks.fingerprints import FINGERPRINTS
    from trainer import confidence
    from trainer.engine import engine
    from trainer.gold import named

    data = [named(one) for one in options["named_data"]]
    for target in (options["out"], options["picture"]):
        if target is not None and not target.parent.is_dir():
            raise UsageError("there is no folder to write it to.", where=str(target))
    model = resolve(options["model"], options["adapter"], offline=True)
    program = program_of(model, options["task"], options["program"])
    if options["out"] is not None:
        calibrations.check_model(options["out"], _model(model))
    with engine(model.path, model.adapter, options["threads"] or psutil.cpu_count(logical=False) or 1) as running:
        read = _mentions if options["task"] == "ner" else _answers
        sources, documents, told = read(running, data, program, options)
    decided = [one for _, some in sources for one in some]
    if len({one.group for one in decided}) < 2:
        raise InputError("the model found too little in them to compare.", where=", ".join(options["named_data"]))
    fitted = confidence.calibration(
        decided, documents, FINGERPRINTS[program], _model(model), [name for name, _ in sources]
    )
    told = {
        "model": model.name,
        "file_type": model.file_type,
        "program": program,
        "source": list(fitted.source),
        "documents": documents,
        "suggestions": len(decided),
        "right": sum(one.right for one in decided),
        **told,
        "methods": [asdict(one) for one in confidence.methods(decided)],
        "by_source": [asdict(one) for one in confidence.by_source(sources)],
        "calibration": fitted.to_json(),
    }
    click.echo(json.dumps(told, indent=2) if options["as_json"] else "\n".join(_table(told)))
    if options["out"] is not None:
        calibrations.put(options["out"], fitted)
        say(f"bioassist: wrote {options['out']}, {fitted.fingerprint}.")
    if options["picture"] is not None:
        from trainer import drawing

        title = f"{model.name}, {program}, cross-validated"
        drawing.reliability(fitted.measured.bins_after, options["picture"], title, "probability, calibrated")
        say(f"bioassist: wrote {options['picture']}")
    return Exit.DONE


def _mentions(
    running: Engine, data: Sequence[Named], program: str, options: dict[str, Any]
) -> tuple[Sources, int, dict[str, Any]]:
    """The mentions that the model finds, in how many documents, and figures of them alone."""
    from trainer import confidence, evaluate

    observed = confidence.Observed()
    ends = [0]
    for one in data:
        documents, types, _ = entity_data(one, options)
        confidence.observe(running, evaluate.some(documents, options["limit"]), types, program, observed)
        ends.append(len(observed.judged))
    decided = observed.decided()
    sources: Sources = [
        (_source(one), decided[begin:end]) for one, (begin, end) in zip(data, pairwise(ends), strict=True)
    ]
    told = {
        "words": observed.words,
        "missed": observed.missed,
        "definitions": [asdict(one) for one in confidence.definitions(observed)],
        "near_misses": [asdict(one) for one in confidence.near_misses(observed)],
    }
    return sources, observed.documents, told


def _answers(
    running: Engine, data: Sequence[Named], program: str, options: dict[str, Any]
) -> tuple[Sources, int, dict[str, Any]]:
    """What the model would suggest of other tasks, and in how many documents."""
    from trainer import evaluate

    sources: Sources = []
    documents: set[str] = set()
    for one in data:
        samples = decision_data(one, program, options)
        sources.append((_source(one), evaluate.decisions(running, samples).suggested))
        documents |= {sample.group for sample in samples}
    return sources, len(documents), {}


def _model(model: ResolvedModel) -> dict[str, str]:
    """What a calibration says of its model."""
    from assistant.models import calibrations

    adapter = {"adapter": model.adapter_sha256} if model.adapter_sha256 else {}
    merged = {"merged": calibrations.AT_LOAD} if model.adapter else {}
    return {"name": model.name, "identity": model.identity, "file_type": model.file_type, **adapter, **merged}


def _source(data: Any) -> str:
    return f"{data} (dev)" if data.format == "corpus" else str(data)


def _table(told: dict[str, Any]) -> list[str]:
    of = f" of {told['words']:,} words" if "words" in told else ""
    lines = [
        f"{told['model']} {told['file_type']}, {told['program']}, {', '.join(told['source'])}",
        f"{told['suggestions']:,} suggestions, {told['right']:,} of them right, in {told['documents']:,} documents{of}",
    ]
    for title, key in (("confidence, as given", "definitions"), ("calibrated, cross-validated", "methods")):
        if key in told:
            lines += ["", f"{title:<30}{'AUROC':>8}{'ECE':>8}{'log loss':>10}"]
        for row in told.get(key, ()):
            area = f"{row['auroc']:.3f}" if row["auroc"] is not None else "-"
            lines.append(f"{row['name']:<30}{area:>8}{row['ece']:>8.3f}{row['loss']:>10.3f}")
    if len(told["by_source"]) > 1:
        lines += ["", *_by_source(told["by_source"])]
    if "near_misses" in told:
        lines += ["", f"{told['missed']:,} mentions of the gold data are touched by nothing that was found"]
        lines.append(f"{'near misses over':<30}{'in 1,000 words':>16}{'touch one':>11}{'of those touched':>18}")
    for row in told.get("near_misses", ()):
        lines.append(
            f"{row['threshold']:<30.2f}{row['per_1000_words']:>16.1f}{row['precision']:>11.3f}{row['recall']:>18.3f}"
        )
    return lines


def _by_source(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The calibration error on each source: as the model gives it, by the fit to all together, by one to it alone."""
    lines = [f"{'calibration error on':<34}{'found':>7}{'right':>7}{'given':>9}{'together':>10}{'alone':>8}"]
    for row in rows:
        alone = f"{row['alone']:.3f}" if row["alone"] is not None else "-"
        lines.append(
            f"{row['name']:<34}{row['suggestions']:>7,}{row['right']:>7,}{row['given']:>9.3f}{row['together']:>10.3f}"
            f"{alone:>8}"
        )
    return lines
