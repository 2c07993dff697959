"""The optimizer, and the learning rate of each step."""

from __future__ import annotations

import math
from typing import Any

import torch

from bioassist.errors import UsageError
from trainer.recipe import Optimization


def rate_at(step: int, steps: int, settings: Optimization) -> float:
    """The learning rate of step number `step`, counted from 0, of `steps`."""
    warming = max(1, round(settings.warmup * steps)) if settings.warmup else 0
    if step < warming:
        return settings.rate * (step + 1) / warming
    share = (step - warming) / max(1, steps - warming)
    falling = {"linear": 1 - share, "cosine": 0.5 * (1 + math.cos(math.pi * share)), "constant": 1.0}[settings.schedule]
    return settings.rate * (settings.final + (1 - settings.final) * falling)


def optimizer_for(settings: Optimization, parameters: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
    options: dict[str, Any] = {
        "lr": settings.rate, "betas": (settings.beta1, settings.beta2), "weight_decay": settings.weight_decay
    }  # fmt: skip
    if settings.optimizer == "adamw":
        return torch.optim.AdamW(parameters, **options)
    try:
        from bitsandbytes.optim import AdamW8bit
    except ImportError as error:
        raise UsageError(
            "the optimizer adamw8bit needs bitsandbytes.", next_step="`pip install bitsandbytes`."
        ) from error
    return AdamW8bit(parameters, **options)  # type: ignore[no-any-return]
