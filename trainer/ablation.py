"""What each kind of task in a mixture is good for: train without it at the same token budget, and judge everything.

Runs are independent and kept in folders of their own, so an interrupted ablation goes on where it was. The table is
written again after each of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bioassist.errors import UsageError
from bioassist.metrics.bootstrap import Interval
from trainer import adapter_gguf, dataset, prepared
from trainer.corpora.shelf import Shelf
from trainer.engine import engine
from trainer.judging import Judged, judge
from trainer.mixture import Mixture
from trainer.recipe import Recipe

EVERYTHING = "everything"
RESULTS = "ablation.json"
TABLE = "ablation.md"
_BEGUN = "begun.json"


def kind(task: str) -> str:
    """The group that a task is left out with: "ner", "re", "class", "qa" or its own name."""
    return task.partition(".")[0]


def ablate(
    mixture: Mixture,
    shelf: Shelf,
    base: Path,
    recipe: Recipe,
    out: Path,
    *,
    budget_tokens: int,
    limit: int | None = None,
    threads: int = 2,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, list[Judged]]:
    """Scores by what was left out, `EVERYTHING` first. Each run trains on `budget_tokens` tokens from the GGUF `base`.

    Sources that the mixture takes no sample of are neither trained on nor judged. Raises UsageError for a mixture with
    one kind of task alone and for an `out` that was begun otherwise, and what data, training and evaluation raise.
    """
    mixture = mixture.only(lambda source: bool(source.repeat or source.take))
    kinds = list(dict.fromkeys(kind(source.task) for source in mixture.sources))
    if len(kinds) < 2:
        raise UsageError(f"{mixture.name} has one kind of task alone; there is nothing to leave out.")
    chosen = replace(
        recipe,
        optimization=replace(recipe.optimization, budget_tokens=budget_tokens, epochs=1e3),
        # What is judged is the engine's answers; figures of the training loop would cost as much again.
        saving=replace(recipe.saving, dev_samples=0),
    )
    _begin(out, mixture, base, chosen, limit)
    data = out / "data"
    if not (data / "dataset.json").exists():
        dataset.write(mixture, shelf, base, data, context=recipe.batch.pack_tokens, say=say)
    found: dict[str, list[Judged]] = {}
    told = [f"# The mixture {mixture.name} without one kind of task", "",
            f"{budget_tokens:,} training tokens a run, {f'at most {limit:,}' if limit else 'all'} development samples "
            "a source.", ""]  # fmt: skip
    for left_out in (EVERYTHING, *kinds):
        folder = out / (left_out if left_out == EVERYTHING else f"without-{left_out}")
        results = folder / RESULTS
        if results.exists():
            found[left_out] = [_judged(one) for one in json.loads(results.read_text("utf-8"))]
        else:
            say(f"Training on {EVERYTHING if left_out == EVERYTHING else f'all but {left_out}'}.")
            model = _trained(data, folder, chosen, base, left_out)
            with engine(model, threads=threads) as running:
                judged = [judge(running, mixture, source, shelf, limit) for source in mixture.sources]
            found[left_out] = [one for one in judged if one is not None]
            _write(results, json.dumps([asdict(one) for one in found[left_out]], indent=1))
        _write(out / TABLE, "\n".join([*told, *table(found)]))
    return found


def _begin(out: Path, mixture: Mixture, base: Path, recipe: Recipe, limit: int | None) -> None:
    """Keep in `out` what its figures are of. Raises UsageError if those that are there are of something else."""
    with base.open("rb") as opened:
        summed = hashlib.file_digest(opened, "sha256").hexdigest()
    now = {
        "mixture": {
            "name": mixture.name,
            **{f"{source.corpus} {source.task}": [source.repeat, source.take] for source in mixture.sources},
        },
        "recipe": recipe.settings(),
        "limit": limit,
        "base": summed,
    }
    path = out / _BEGUN
    if path.is_file():
        before = json.loads(path.read_text("utf-8"))
        different = [name for name, value in now.items() if before.get(name) != value]
        if different:
            raise UsageError(
                f"the ablation in this folder was begun with another {', '.join(different)}.",
                where=str(out),
                next_step="Go on with what it was begun with, or give another --out.",
            )
        return
    out.mkdir(parents=True, exist_ok=True)
    _write(path, json.dumps(now, indent=1))


def _write(path: Path, text: str) -> None:
    """`text` and a line end, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(text + "\n", "utf-8")
    partial.replace(path)


def _trained(data: Path, folder: Path, recipe: Recipe, base: Path, left_out: str) -> Path:
    """Train on `data` without the kind `left_out`, and merge; an unfinished run in `folder` is gone on with."""
    from trainer.quantize import merged
    from trainer.train import train

    part = folder / "data"
    prepared.part(data, part, lambda task: kind(task) != left_out)
    run = folder / "run"
    finished = train(recipe, part, str(base), run, resume=run.exists())
    manifest: dict[str, Any] = json.loads((run / "manifest.json").read_text("utf-8"))
    adapter, model = folder / "adapter.gguf", folder / "model.gguf"
    adapter_gguf.export(finished.adapter, base, adapter, file_type="F16", name=folder.name, manifest=manifest)
    # An adapter that is applied at every token makes reading twice as slow.
    merged(base, adapter, model, "F16")
    return model


def _judged(said: dict[str, Any]) -> Judged:
    interval = said.pop("interval")
    return Judged(**said, interval=Interval(**interval) if interval else None)


def table(found: Mapping[str, Sequence[Judged]]) -> list[str]:
    """Lines of a Markdown table: a row a source, a column a run; what is left out stands as a difference."""
    runs = list(found)
    head = ["source and task", "measure", "everything (95%)", *(f"without {name}" for name in runs[1:])]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for place, whole in enumerate(found[EVERYTHING]):
        cells = [whole.name, whole.measure, _with_interval(whole)]
        cells += [f"{found[name][place].value - whole.value:+.3f}" for name in runs[1:]]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _with_interval(one: Judged) -> str:
    if one.interval is None:
        return f"{one.value:.3f}"
    return f"{one.value:.3f} ({one.interval.low:.3f} to {one.interval.high:.3f})"
