"""The training loop: AdamW with warm-up and linear decay, clipped gradients, everything drawn from one seed."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import PreTrainedModel

from bioassist.errors import ModelError
from trainer.encoders.encoding import IGNORED, Row, batched, padded
from trainer.encoders.settings import Settings
from trainer.optimizing import rate_at
from trainer.recipe import Optimization
from trainer.run_log import Log, Progress

# What a row is to be answered with: a label a token, one label, or 0 or 1 for each label.
Target = Sequence[int] | int | Sequence[float]
Loss = Callable[[torch.Tensor, Sequence[Target]], torch.Tensor]


@dataclass(frozen=True, slots=True)
class Learned:
    """`loss` is the mean of the last epoch; `tokens` counts those of all steps without padding."""

    steps: int
    tokens: int
    seconds: float
    loss: float


def token_loss(logits: torch.Tensor, targets: Sequence[Target]) -> torch.Tensor:
    """Cross-entropy of `logits` [rows, tokens, labels], a mean over decided tokens."""
    width = logits.shape[1]
    labels = [[*row, *[IGNORED] * (width - len(row))] for row in targets]  # type: ignore[misc,arg-type]
    # A batch in which nothing is decided has a loss of 0, not of 0 divided by 0.
    decided = sum(label != IGNORED for row in labels for label in row)
    flat = torch.tensor(labels, device=logits.device).flatten()
    total = cross_entropy(logits.flatten(0, 1), flat, ignore_index=IGNORED, reduction="sum")
    return total.div(max(decided, 1))


def one_loss(logits: torch.Tensor, targets: Sequence[Target]) -> torch.Tensor:
    """Cross-entropy of `logits` [rows, labels]."""
    return cross_entropy(logits, torch.tensor(targets, device=logits.device))


def many_loss(logits: torch.Tensor, targets: Sequence[Target]) -> torch.Tensor:
    """Binary cross-entropy of `logits` [rows, labels], each label by itself."""
    wanted = torch.tensor(targets, device=logits.device, dtype=logits.dtype)
    return binary_cross_entropy_with_logits(logits, wanted)


def learn(
    model: PreTrainedModel,
    rows: Sequence[Row],
    targets: Sequence[Target],
    loss_of: Loss,
    padding: int,
    settings: Settings,
    log: Log,
    say: Callable[[str], None] | None = None,
) -> Learned:
    """Train `model` in place. Raises ModelError where the loss is no number, with the step not taken."""
    lengths = [len(row) for row in rows]
    steps = math.ceil(len(rows) / settings.batch) * settings.epochs
    schedule = Optimization(rate=settings.rate, warmup=settings.warmup, final=0.0)
    optimizer = torch.optim.AdamW(_groups(model, settings.weight_decay), lr=settings.rate)
    progress = Progress(steps, sum(lengths) * settings.epochs, say)
    step, tokens, spent, mean = 0, 0, 0.0, math.nan
    torch.manual_seed(settings.seed)
    model.train()
    for epoch in range(settings.epochs):
        losses = []
        for batch in batched(lengths, settings.batch, random.Random(f"{settings.seed}/{epoch}")):
            began = time.monotonic()
            rate = rate_at(step, steps, schedule)
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad(set_to_none=True)
            with computing(model.device):
                logits = model(**padded([rows[place] for place in batch], padding, model.device)).logits
            loss = loss_of(logits.float(), [targets[place] for place in batch])
            loss.backward()  # type: ignore[no-untyped-call]
            norm = float(torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip))
            value = float(loss.detach())
            if not (math.isfinite(value) and math.isfinite(norm)):
                raise ModelError(
                    f"the loss of step {step + 1} is not a number; nothing was written.",
                    next_step=f"Start again with --rate {settings.rate / 2:g}.",
                )
            optimizer.step()
            step += 1
            losses.append(value)
            seconds = time.monotonic() - began
            spent += seconds
            there = sum(lengths[place] for place in batch)
            tokens += there
            log.add(step=step, epoch=epoch, loss=value, norm=norm, rate=rate, tokens=there, seconds=round(seconds, 3))
            progress.step(step, epoch, value, rate, there, tokens, seconds)
        mean = sum(losses) / len(losses)
    return Learned(step, tokens, spent, mean)


def computing(device: torch.device) -> AbstractContextManager[None]:
    """bf16 where the GPU has it; F32 on a CPU, where bf16 is slower on most."""
    fits = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=fits)


def _groups(model: PreTrainedModel, decay: float) -> list[dict[str, object]]:
    """Weights that decay, and the biases and norms that do not."""
    named = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    return [
        {"params": [one for _, one in named if one.ndim > 1], "weight_decay": decay},
        {"params": [one for _, one in named if one.ndim <= 1], "weight_decay": 0.0},
    ]
