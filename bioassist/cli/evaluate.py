"""`bioassist evaluate`: how well a model does a task on gold data, by the engine that annotates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli.diagnostics import Exit, say
from bioassist.errors import InputError, UsageError

if TYPE_CHECKING:
    from assistant.models import ResolvedModel
    from bioassist.metrics.bootstrap import Interval
    from bioassist.metrics.spans import Score, Scores
    from trainer.corpora.shelf import Shelf
    from trainer.engine import Engine
    from trainer.gold import Named

# What a task on the command line may be rendered as, the model's own first.
TASKS = {
    "ner": ("ner.inline", "ner.typed", "ner.paper"),
    "re": ("re.pairs", "re.paper"),
    "assertion": ("assertion",),
    "nli": ("nli",),
    "class": ("class.one", "class.many"),
    "qa": ("qa.choice",),
}


@click.command("evaluate")
@click.option("--data", required=True, metavar="FORMAT:PATH", help="Gold data: brat, jsonl, spacy or iob and a path; "
              "or corpus:NAME, its development split.")  # fmt: skip
@click.option("--model", metavar="NAME|GGUF", help="A model of the catalog, or a GGUF file.  [default: the default]")
@click.option("--adapter", type=click.Path(path_type=Path), metavar="GGUF", help="A LoRA adapter for the model.")
@click.option("--task", type=click.Choice(list(TASKS)), default="ner", show_default=True, help="What is judged.")
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
    program = _program(model, options["task"], options["program"])
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
        }
        if options["task"] == "ner":
            told |= _entities(running, data, program, options)
        else:
            told |= _decisions(running, data, program, options)
    if told["too_long"]:
        say(f"bioassist: {told['too_long']} windows are too long for the model and count as without answer.")
    click.echo(json.dumps(told, indent=2) if options["as_json"] else _table(told))
    return Exit.FINDINGS if told["too_long"] else Exit.DONE


def _program(model: ResolvedModel, task: str, asked: str | None) -> str:
    """The rendering to run: the person's, the first that the model was trained for, else the task's first."""
    known = TASKS[task]
    if asked is not None and asked not in known:
        raise UsageError(f"{asked!r} is no rendering of {task}.", next_step=f"Known: {', '.join(known)}.")
    return asked or next((name for name in model.trained_labels if name in known), known[0])


def _shelf(options: dict[str, Any]) -> Shelf:
    from trainer.corpora import default_root
    from trainer.corpora.shelf import Shelf

    return Shelf(options["corpora"] or default_root())


def _entities(running: Engine, data: Named, program: str, options: dict[str, Any]) -> dict[str, Any]:
    from bioassist import schema as schemas
    from bioassist.metrics import calibration
    from trainer import evaluate, gold

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
        _shelf(options),
        renamed=renamed,
        wanted=[name.strip() for name in (options["types"] or "").split(",") if name.strip()],
        schema=schemas.load(options["schema_file"]) if options["schema_file"] else None,
        given_words=given,
        window_words=options["window_words"],
    )
    chosen = evaluate.some(documents, options["limit"])
    found = evaluate.entities(running, chosen, types, program)
    return {
        "tokens": "given" if given else "own",
        "types": [entity.name for entity in types],
        "documents": found.documents,
        "words": found.words,
        "exact": _scores(found.exact),
        "relaxed": _scores(found.relaxed),
        "ece": calibration.ece(found.sure),
        "auroc": calibration.auroc(found.sure),
        "words_per_s": found.words_per_s,
        "tokens_per_word": found.tokens_per_word,
        "too_long": found.too_long,
    }


def _decisions(running: Engine, data: Named, program: str, options: dict[str, Any]) -> dict[str, Any]:
    from bioassist.metrics import calibration
    from trainer import evaluate, gold

    if data.format != "corpus":
        raise UsageError(f"--task {options['task']} takes corpus:NAME.", where=str(data))
    samples = gold.samples(data.path, program, _shelf(options), options["window_words"])
    chosen = evaluate.some(samples, options["limit"])
    if not chosen:
        raise InputError("there is nothing to decide in it.", where=str(data))
    found = evaluate.decisions(running, chosen)
    scores = found.scores
    return {
        "samples": found.samples,
        "decisions": scores.decisions,
        "accuracy": scores.accuracy,
        "accuracy_interval": _interval(scores.accuracy_interval),
        "micro_f1": scores.micro,
        "micro_f1_interval": _interval(scores.micro_interval),
        "macro_f1": scores.macro,
        "macro_f1_interval": _interval(scores.macro_interval),
        "by_label": {
            name.strip(): {"precision": one.precision, "recall": one.recall, "f1": one.f1, "gold": one.gold}
            for name, one in scores.by_label.items()
        },
        "ece": calibration.ece(found.sure),
        "auroc": calibration.auroc(found.sure),
        "decisions_per_s": found.decisions_per_s,
        "too_long": found.too_long,
    }


def _scores(scores: Scores) -> dict[str, Any]:
    return {**_score(scores.micro), "by_type": {name: _score(one) for name, one in scores.by_type.items()}}


def _score(score: Score) -> dict[str, Any]:
    return {
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
        "f1_interval": _interval(score.f1_interval),
        "gold": score.counts.gold,
        "predicted": score.counts.predicted,
    }


def _interval(found: Interval | None) -> list[float] | None:
    return [found.low, found.high] if found is not None else None


def _table(told: dict[str, Any]) -> str:
    """The figures for a person, in lines of at most 80 columns."""
    lines = [f"{told['model']} {told['file_type']}, {told['program']}, {told['data']} ({told['split']})", ""]
    if "exact" in told:
        lines.append(f"{'':<14}{'precision':>10}{'recall':>8}{'F1':>8}   {'95%':<16}{'gold':>7}{'found':>7}")
        for name in ("exact", "relaxed"):
            lines.append(_row(name, told[name]))
        lines.append("")
        lines += [_row(name, one) for name, one in told["exact"]["by_type"].items()]
        lines += ["", f"{_counted(told['documents'], 'document')}, {told['words']:,} words ({told['tokens']} tokens), "
                      f"{told['words_per_s']:.1f} words/s, {told['tokens_per_word']:.2f} tokens a word"]  # fmt: skip
    else:
        for name in ("accuracy", "micro_f1", "macro_f1"):
            lines.append(f"{name.replace('_f1', ' F1'):<14}{told[name]:>10.3f}   {_range(told[f'{name}_interval'])}")
        lines += ["", f"{'':<30}{'precision':>10}{'recall':>8}{'F1':>8}{'gold':>7}"]
        for name, one in told["by_label"].items():
            lines.append(f"{name:<30}{one['precision']:>10.3f}{one['recall']:>8.3f}{one['f1']:>8.3f}{one['gold']:>7}")
        lines += ["", f"{_counted(told['samples'], 'sample')}, {told['decisions']:,} decisions"]
    auroc = f"{told['auroc']:.3f}" if told["auroc"] is not None else "no figure"
    lines.append(f"probabilities: expected calibration error {told['ece']:.3f}, AUROC of correctness {auroc}")
    return "\n".join(lines)


def _row(name: str, one: dict[str, Any]) -> str:
    return (
        f"{name:<14}{one['precision']:>10.3f}{one['recall']:>8.3f}{one['f1']:>8.3f}   {_range(one['f1_interval']):<16}"
        f"{one['gold']:>7}{one['predicted']:>7}"
    )


def _counted(number: int, of: str) -> str:
    return f"{number:,} {of}{'' if number == 1 else 's'}"


def _range(interval: list[float] | None) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
