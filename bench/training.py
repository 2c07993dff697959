"""Training tokens a second against TRL's SFTTrainer: `python -m bench.training DATA --base GGUF --recipe NAME`.

Both train the same LoRA (rank, layers, rate) on the same samples of a prepared folder, for as many useful tokens, one
behind the other in processes of their own. Useful tokens are those of samples, not padding. TRL runs with its defaults
(batches of 8 padded to the longest, gradient checkpointing) and, as a second row, with its own packing and without
checkpointing; the loss is on the same tokens.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from trainer import packing, prepared
from trainer import recipe as recipes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--base", required=True)
    parser.add_argument("--recipe", default="smollm2-135m-cpu")
    parser.add_argument("--tokens", type=int, default=16_384, help="useful tokens that each learns from")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    spawned = multiprocessing.get_context("spawn")
    for name in ("bioassist", "TRL, defaults", "TRL, packing"):
        with tempfile.TemporaryDirectory() as folder:
            queue = spawned.Queue()
            process = spawned.Process(target=_run, args=(name, given, Path(folder), queue))
            process.start()
            found[name] = queue.get()
            process.join()
        told = found[name]
        print(f"{name:<16}{told['tokens_per_s']:>8.1f} tokens/s{told['peak_gib']:>7.2f} GiB", file=sys.stderr)
    best = max(found[name]["tokens_per_s"] for name in found if name != "bioassist")
    found["ratios"] = {
        "over_trl_defaults": found["bioassist"]["tokens_per_s"] / found["TRL, defaults"]["tokens_per_s"],
        "over_trl_best": found["bioassist"]["tokens_per_s"] / best,
    }
    print(json.dumps(found, indent=2) if given.json else found["ratios"])


def _run(name: str, given: argparse.Namespace, folder: Path, queue: Any) -> None:
    if name == "bioassist":
        tokens, seconds = _ours(given, folder)
    else:
        tokens, seconds = _trl(given, folder, packed=name.endswith("packing"))
    scale = 2**30 if sys.platform == "darwin" else 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    queue.put({"tokens": tokens, "seconds": seconds, "tokens_per_s": tokens / seconds, "peak_gib": peak})


def _recipe(given: argparse.Namespace) -> recipes.Recipe:
    changes = [f"optimization.budget_tokens={given.tokens}", "saving.dev_samples=0", "saving.minutes=1000.0"]
    return recipes.load(given.recipe, changes)


def _rows(given: argparse.Namespace, chosen: recipes.Recipe) -> list[int]:
    """The samples that the recipe's plan learns from, in its order."""
    learned = prepared.read(given.data)
    plan = packing.plan(
        learned.train.lengths,
        pack_tokens=chosen.batch.pack_tokens,
        step_tokens=chosen.batch.step_tokens,
        epochs=chosen.optimization.epochs,
        budget_tokens=given.tokens,
        seed=chosen.optimization.seed,
    )
    return [row for step in plan.steps for pack in step.packs for row in pack]


def _ours(given: argparse.Namespace, folder: Path) -> tuple[int, float]:
    from trainer.train import train

    finished = train(_recipe(given), given.data, given.base, folder / "run", say=lambda line: None)
    # The run's own clock: steps alone, without loading and saving, as TRL's train_runtime.
    return finished.tokens, finished.seconds


def _trl(given: argparse.Namespace, folder: Path, *, packed: bool) -> tuple[int, float]:
    import datasets
    from peft import LoraConfig
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast
    from trl import SFTConfig, SFTTrainer

    from trainer.base import open_base

    chosen = _recipe(given)
    learned = prepared.read(given.data)
    rows = []
    for row in _rows(given, chosen):
        ids, decisions = learned.train.sample(row)
        rows.append({"input_ids": ids, "completion_mask": [int(decided) for decided in decisions]})
    base = open_base(given.base, chosen.machine)
    vocabulary = {str(number): number for number in range(base.vocabulary_size)}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(WordLevel(vocabulary, unk_token="0")), eos_token="0", pad_token="0"
    )
    settings = SFTConfig(
        output_dir=str(folder),
        num_train_epochs=1,
        learning_rate=chosen.optimization.rate,
        max_length=chosen.batch.pack_tokens,
        packing=packed,
        gradient_checkpointing=not packed,
        per_device_train_batch_size=2 if packed else 8,
        bf16=True,
        use_cpu=base.device.type == "cpu",
        save_strategy="no",
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    lora = LoraConfig(
        r=chosen.lora.rank, lora_alpha=chosen.lora.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    trainer = SFTTrainer(
        base.model,
        args=settings,
        train_dataset=datasets.Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=lora,
    )
    began = time.perf_counter()
    outcome = trainer.train()
    seconds = outcome.metrics.get("train_runtime", time.perf_counter() - began)
    return sum(len(row["input_ids"]) for row in rows), seconds


if __name__ == "__main__":
    main()
