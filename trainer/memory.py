"""How much memory training will need, said before the first step; and which setting would make it fit.

Counted are what autograd keeps for the backward pass of the largest pack, the logits of its decisions, and the adapter
with its gradients and the optimizer's two moments; of a base that is cut up over several devices, what is put together
at once. The base, or this device's part of it, is in memory already when this is asked; whether it will be is asked
before (`check_base`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import torch
from transformers import PretrainedConfig, PreTrainedModel

from bioassist.errors import UsageError
from trainer import sharding
from trainer.recipe import Recipe

# What allocators keep beside what is asked of them.
_SLACK = 1.2
# The share of a device that a base may take, the rest being for the step.
_FOR_BASE = 0.8


@dataclass(frozen=True, slots=True)
class Load:
    """What there is besides the base: tokens of the widest pack, its decisions, numbers in the adapter.

    `gathered` are the bytes that a base which is cut up takes besides its part.
    """

    pack_tokens: int
    decisions: int
    adapter: int
    gathered: int = 0


@dataclass(frozen=True, slots=True)
class Prediction:
    """Bytes."""

    needed: int
    free: int

    @property
    def fits(self) -> bool:
        return self.needed <= self.free

    def line(self) -> str:
        return f"needs about {_gib(self.needed)} beside the base, {_gib(self.free)} are free"


def predict(config: PretrainedConfig, recipe: Recipe, load: Load) -> int:
    """Bytes that a step of `load` needs beside the base."""
    width: int = config.hidden_size
    hidden: int = config.intermediate_size
    layers: int = config.num_hidden_layers
    heads: int = config.num_attention_heads
    head: int = getattr(config, "head_dim", None) or width // heads
    attended = head * (heads + 2 * (getattr(config, "num_key_value_heads", None) or heads))
    wide, narrow = {"mixed": (4, 2), "bf16": (2, 2), "f32": (4, 4)}[recipe.machine.precision]
    # Per token: two sums and two norms between layers; what enters and leaves attention; gate, up and their product.
    kept = wide * 6 * width + narrow * 3 * width + (4 + narrow) * (attended + heads * head) + narrow * 5 * hidden
    kept += narrow * 7 * recipe.lora.rank
    if recipe.machine.gradient_checkpointing:
        activations = load.pack_tokens * (kept + layers * wide * width)
    else:
        activations = load.pack_tokens * kept * layers
    logits = load.decisions * config.vocab_size * (4 + 4 + narrow)
    masks = load.pack_tokens**2 * 4 if recipe.machine.attention == "dense" else 0
    adapter = load.adapter * (4 * 4 + (0 if recipe.machine.precision == "f32" else 2 * narrow))
    return int(_SLACK * (activations + logits + masks + adapter + load.gathered))


def check(config: PretrainedConfig, recipe: Recipe, load: Load, device: torch.device) -> Prediction:
    """Raises UsageError naming the first setting that would fit, if this one will not."""
    prediction = Prediction(predict(config, recipe, load), free(device))
    if prediction.fits:
        return prediction
    for setting, changed, lighter in _lighter(recipe, load):
        needed = predict(config, changed, lighter)
        if needed <= prediction.free:
            advice = f"It would fit (about {_gib(needed)}) with --set {setting}."
            break
    else:
        advice = "No setting makes it fit; take a machine with more memory, or a smaller base."
        if device.type == "cuda" and recipe.machine.sharding == recipe.machine.quantize == "none":
            advice += " Several GPUs share the base with --set machine.sharding=full."
    raise UsageError(f"there is too little memory: training {prediction.line()}.", next_step=advice)


def check_base(model: PreTrainedModel, device: torch.device, processes: int = 1) -> None:
    """Raises UsageError if `model`, cut up over so many processes, does not fit on `device`; says what would.

    What trains on the CPU is in its memory already.
    """
    if device.type == "cpu":
        return
    whole, room = sharding.size(model), free(device)
    needed = whole if processes == 1 else whole // processes + sharding.gathered(model)
    if needed <= room:
        return
    share = _FOR_BASE * room - sharding.gathered(model)
    advice = ""
    if share > 0:
        advice = (
            f"{max(2, math.ceil(whole / share))} such GPUs would hold it, with `torchrun --nproc-per-node` and --set "
            "machine.sharding=full. "
        )
    raise UsageError(
        f"there is too little memory: the base takes {_gib(needed)} of {'the' if processes == 1 else 'each'} GPU, "
        f"{_gib(room)} are free.",
        next_step=f"{advice}In 4 bits (--set machine.quantize=nf4 --set machine.sharding=none) it takes about "
        f"{_gib(whole // 4)} of one.",
    )


def _lighter(recipe: Recipe, load: Load) -> Iterator[tuple[str, Recipe, Load]]:
    """Settings in the order in which they cost least, each with the recipe and load it makes."""
    for checkpointing in (recipe.machine.gradient_checkpointing, True):
        machine = replace(recipe.machine, gradient_checkpointing=checkpointing)
        said = "" if checkpointing == recipe.machine.gradient_checkpointing else "machine.gradient_checkpointing=true"
        if said:
            yield said, replace(recipe, machine=machine), load
        tokens = load.pack_tokens
        while tokens > 256:
            tokens //= 2
            share = tokens / load.pack_tokens
            lighter = replace(load, pack_tokens=tokens, decisions=int(load.decisions * share))
            setting = f"batch.pack_tokens={tokens}"
            yield (f"{said} --set {setting}" if said else setting), replace(recipe, machine=machine), lighter


def free(device: torch.device) -> int:
    """Bytes that this process may still take on `device`."""
    if device.type == "cuda":
        # What torch keeps for itself and does not use is free too.
        kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + kept
    available = int(psutil.virtual_memory().available)
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text("ascii"))
    except (OSError, ValueError):
        return available
    return min(available, int(limit) - used) if limit.isdigit() else available


def _gib(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 // 10 else f"{count / 2**20:.0f} MiB"
