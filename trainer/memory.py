"""How much memory training will need, said before the first step; and which setting would make it fit.

Counted are what autograd keeps for the backward pass of the largest pack, the logits of its decisions, and the adapter
with its gradients and the optimizer's two moments. The base is in memory already when this is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import torch
from transformers import PretrainedConfig

from bioassist.errors import UsageError
from trainer.recipe import Recipe

# What allocators keep beside what is asked of them.
_SLACK = 1.2


@dataclass(frozen=True, slots=True)
class Load:
    """What there is besides the base: tokens of the widest pack, its decisions, numbers in the adapter."""

    pack_tokens: int
    decisions: int
    adapter: int


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
    return int(_SLACK * (activations + logits + masks + adapter))


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
    raise UsageError(f"there is too little memory: training {prediction.line()}.", next_step=advice)


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
            lighter = Load(tokens, int(load.decisions * share), load.adapter)
            setting = f"batch.pack_tokens={tokens}"
            yield (f"{said} --set {setting}" if said else setting), replace(recipe, machine=machine), lighter


def free(device: torch.device) -> int:
    """Bytes that this process may still take on `device`."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    available = int(psutil.virtual_memory().available)
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text("ascii"))
    except (OSError, ValueError):
        return available
    return min(available, int(limit) - used) if limit.isdigit() else available


def _gib(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 // 10 else f"{count / 2**20:.0f} MiB"
