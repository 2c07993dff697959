"""What decides how an encoder is fine-tuned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """`rate` is the highest learning rate, reached after `warmup`, a share of all steps, and falling to 0 at the end.

    `limit` training samples and `limit_dev` development ones are drawn with a fixed seed, None for all. `types` are the
    only entity types looked for, none for all. Entities are looked for in windows of about `window_words` words, as
    `bioassist evaluate` has them. `clip` bounds the gradient's norm. `threads` None leaves the number to torch.
    """

    epochs: int = 3
    rate: float = 5e-5
    batch: int = 16
    limit: int | None = None
    limit_dev: int | None = None
    types: tuple[str, ...] = ()
    window_words: int = 60
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    warmup: float = 0.1
    weight_decay: float = 0.01
    clip: float = 1.0
