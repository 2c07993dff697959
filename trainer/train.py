"""LoRA training on prepared token ids, with the loss on decisions alone.

    python -m trainer.train --recipe smollm2-135m-cpu --data DATA --base MODEL.gguf --out RUN [--resume]

Runs on torch, transformers, peft and pyarrow alone (and gguf, for a GGUF base), so that `trainer/` and
`bioassist/errors.py` can be taken to a bare machine with a GPU, together with the prepared data.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

# libgomp's threads spin while they wait: beside any other busy program that is many times slower than sleeping.
# It is read when torch loads the library.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

from bioassist.errors import BioassistError, InputError
from trainer import checkpoints, packing, parallel, prepared, recipe, run_log, sharding
from trainer.base import Base, device_for, open_base
from trainer.prepared import Prepared
from trainer.recipe import Recipe
from trainer.run import Finished, Run

DEQUANTIZED = "base"


def train(
    chosen: Recipe,
    data: Path,
    base: str,
    out: Path,
    *,
    resume: bool = False,
    start_from: Path | None = None,
    say: Callable[[str], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Finished:
    """Train an adapter for `base` (a GGUF file, a folder or a hub name) on the prepared folder `data`, into `out`.

    `start_from` is a peft adapter to begin with. `say` takes lines for a person; without it they go to stderr. `stop`
    is asked after each step; a run that it ends has a checkpoint there. Raises BioassistError: InputError for the data,
    ModelError for the base, a loss that is no number and a full disk, UsageError for the rest.
    """
    device = device_for(chosen.machine)
    ranks = parallel.join(device.type == "cuda")
    mesh = sharding.mesh_of(ranks.size, device) if chosen.machine.sharding == "full" else None
    if ranks.first:
        checkpoints.start_folder(out, resume)
    ranks.wait()
    learned = prepared.read(data)
    planned = packing.plan(
        learned.train.lengths,
        pack_tokens=chosen.batch.pack_tokens,
        step_tokens=chosen.batch.step_tokens,
        epochs=chosen.optimization.epochs,
        budget_tokens=chosen.optimization.budget_tokens,
        seed=chosen.optimization.seed,
    )
    if chosen.machine.threads:
        torch.set_num_threads(chosen.machine.threads)
    heard = say if ranks.first else lambda line: None
    progress = run_log.Progress(len(planned.steps), planned.tokens, heard)
    # The first may have to write the base out, which the others then read. One that is cut up is whole in the memory
    # of the machine before, where there may be no room for several.
    with ranks.in_turn(alone=mesh is not None):
        opened = open_base(base, chosen.machine, out / DEQUANTIZED)
        _check_vocabulary(learned, opened)
        run = Run(chosen, learned, planned, opened, out, progress, ranks, mesh)
    if start_from is not None and not resume:
        run.adapter.load(start_from)
    run.begin(resume, start_from)
    return run.go(stop)


def _check_vocabulary(data: Prepared, base: Base) -> None:
    said = data.facts.get("vocabulary", {}).get("size", 0)
    largest = max(prepared.largest_id(split) for split in (data.train, data.dev) if split is not None)
    if max(largest + 1, said) > base.vocabulary_size:
        raise InputError(
            f"the data were made with a vocabulary of {max(largest + 1, said):,} tokens; "
            f"this base has {base.vocabulary_size:,}.",
            where=str(data.folder),
            next_step="Prepare the data again with the base that is to be trained.",
        )


def until_stopped(
    chosen: Recipe, data: Path, base: str, out: Path, *, resume: bool = False, start_from: Path | None = None
) -> Finished:
    """`train` for a terminal: Ctrl-C or SIGTERM ends it behind the step it is in, with a checkpoint.

    Asked a second time it does not wait for that, and raises KeyboardInterrupt; earlier checkpoints stay.
    """
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        print("Stopping behind this step, with a checkpoint.", file=sys.stderr)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return train(chosen, data, base, out, resume=resume, start_from=start_from, stop=lambda: bool(asked))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main(arguments: list[str] | None = None) -> int:
    """The command of a machine that has no `bioassist`. Returns its exit code."""
    parser = argparse.ArgumentParser(prog="trainer.train", description="LoRA training on prepared token ids.")
    parser.add_argument("--recipe", required=True, help=f"a .toml file, or one of {', '.join(recipe.names())}")
    parser.add_argument("--data", required=True, type=Path, help="a folder of `bioassist train data`")
    parser.add_argument("--base", help="a GGUF file, a model folder or a hub name; the recipe's if left out")
    parser.add_argument("--out", required=True, type=Path, help="a folder for checkpoints, log and adapter")
    parser.add_argument("--resume", action="store_true", help="go on from the newest checkpoint in --out")
    parser.add_argument("--from-adapter", type=Path, help="a peft adapter to begin with")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting of the recipe"
    )
    given = parser.parse_args(arguments)
    try:
        chosen = recipe.load(given.recipe, given.set)
        finished = until_stopped(
            chosen,
            given.data,
            given.base or chosen.base,
            given.out,
            resume=given.resume,
            start_from=given.from_adapter,
        )
    except BioassistError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("Stopped. Go on from the newest checkpoint with --resume.", file=sys.stderr)
        return 130
    if finished.stopped:
        print(f"Stopped after step {finished.steps}. Go on with --resume.", file=sys.stderr)
        return 130
    print(finished.adapter)
    return 0


if __name__ == "__main__":
    sys.exit(main())
