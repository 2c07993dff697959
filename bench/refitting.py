"""How many decisions a project needs until its own calibration beats the model's: a simulation on gold data.

    python -m bench.refitting --model model.gguf --of corpus:bc5cdr-both --in corpus:maccrobat-clinical

The model's calibration is fitted on the answers to `--of`; a project has the documents of `--in`, and decisions as its
gold data make them. Both the same: on halves of one corpus. A third of the project's documents judges, the others are
decided on, one after the other, in twelve orders.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

from bioassist.metrics.calibrating import Curves, Decided, curves, moved
from bioassist.metrics.calibration import ece, log_loss
from trainer import confidence, evaluate, gold
from trainer.corpora import default_root
from trainer.corpora.shelf import Shelf
from trainer.engine import engine

COUNTS = (50, 100, 200, 300, 400, 600, 800, 1200)
ORDERS = 12


def decisions(model: Path, data: str, program: str, limit: int | None, threads: int) -> list[Decided]:
    named = gold.named(data)
    given = named.format == "corpus" and gold.has_words(named.path)
    documents, types = gold.documents(named, Shelf(default_root()), renamed={}, given_words=given)
    observed = confidence.Observed()
    with engine(model, threads=threads) as running:
        confidence.observe(running, evaluate.some(documents, limit), types, program, observed)
    return observed.decided()


def simulate(shipped_on: Sequence[Decided], project: Sequence[Decided], seed: int) -> dict[int, tuple[float, ...]]:
    """By number of decisions: documents, log loss and calibration error of the model's and of the moved calibration."""
    chance = random.Random(seed)
    groups = sorted({one.group for one in project})
    chance.shuffle(groups)
    if shipped_on is project:
        half = set(groups[: len(groups) // 2])
        shipped_on = [one for one in project if one.group in half]
        groups = groups[len(groups) // 2 :]
    known = curves(shipped_on)
    judging = set(groups[: len(groups) // 3])
    judged = [one for one in project if one.group in judging]
    made = [one for group in groups[len(groups) // 3 :] for one in project if one.group == group]
    found = {}
    for count in COUNTS:
        if count <= len(made):
            own = moved(known, made[:count])
            documents = len({one.group for one in made[:count]})
            found[count] = (documents, *_scored(known, judged), *_scored(own, judged))
    return found


def _scored(fitted: Curves, judged: Sequence[Decided]) -> tuple[float, float]:
    sure = [(fitted.of(one.label, one.probability), one.right) for one in judged]
    return log_loss(sure), ece(sure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--of", required=True, metavar="FORMAT:PATH")
    parser.add_argument("--in", dest="inside", required=True, metavar="FORMAT:PATH")
    parser.add_argument("--program", default="ner.inline")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--threads", type=int, default=1)
    told = parser.parse_args()
    shipped = decisions(told.model, told.of, told.program, told.limit, told.threads)
    same = told.of == told.inside
    project = shipped if same else decisions(told.model, told.inside, told.program, told.limit, told.threads)
    rows: dict[int, list[tuple[float, ...]]] = {}
    for seed in range(ORDERS):
        for count, row in simulate(shipped, project, seed).items():
            rows.setdefault(count, []).append(row)
    print(f"{'decisions':>9} {'notes':>6} {'loss: model':>12} {'own':>7} {'ECE: model':>11} {'own':>6} {'better':>12}")
    for count, found in rows.items():
        notes, loss, error, own_loss, own_error = (sum(column) / len(found) for column in zip(*found, strict=True))
        better = sum(row[3] < row[1] for row in found)
        print(
            f"{count:>9} {notes:>6.0f} {loss:>12.4f} {own_loss:>7.4f} {error:>11.3f} {own_error:>6.3f} "
            f"{better:>6} of {len(found):>2}"
        )


if __name__ == "__main__":
    main()
