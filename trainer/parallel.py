"""Several processes that train one adapter, each on its share of a step's packs, as `torchrun` starts them.

    torchrun --nproc-per-node 4 -m trainer.train --recipe llama2-13b --data DATA --out RUN

Gradients add up over all of them before the optimizer's step, so the number of processes changes what is computed by
rounding alone. A LoRA's gradients are small; the frozen base is on every device whole, or cut up (`trainer.sharding`).
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import distributed

T = TypeVar("T")

# Others wait while one reads a large base from a slow disk.
_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ranks:
    """This process among `size`, counted from 0. The first writes; the others compute."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        return self.rank == 0

    def share(self, packs: Sequence[T]) -> Sequence[T]:
        return packs[self.rank :: self.size]

    def draw(self, seed: int, step: int) -> None:
        """Let each of several processes draw numbers of its own in a step, the same when the step is taken again.

        A checkpoint has the generators of the first alone.
        """
        if self.size > 1:
            torch.manual_seed(random.Random(f"{seed}/{step}/{self.rank}").getrandbits(63))

    def add_up(self, parameters: Iterable[torch.nn.Parameter], loss: float) -> float:
        """Sum gradients over all processes, in place, and the loss, which is returned."""
        if self.size == 1:
            return loss
        every = list(parameters)
        for parameter in every:
            if parameter.grad is None:
                # Its process had no decision in this step.
                parameter.grad = torch.zeros_like(parameter)
            distributed.all_reduce(parameter.grad)
        total = torch.tensor([loss], dtype=torch.float64, device=every[0].device)
        distributed.all_reduce(total)
        return float(total)

    def any(self, flag: bool, device: torch.device) -> bool:
        """Whether it holds in any of the processes."""
        if self.size == 1:
            return flag
        found = torch.tensor([int(flag)], device=device)
        distributed.all_reduce(found)
        return bool(found.item())

    def wait(self) -> None:
        """Until all have come so far."""
        if self.size > 1:
            distributed.barrier()

    @contextmanager
    def in_turn(self, *, alone: bool) -> Iterator[None]:
        """The first process before all others, who then go together; or each of them by itself, if `alone`."""
        last = self.size - 1 if alone else min(self.size - 1, 1)
        turn = min(self.rank, last)
        for _ in range(turn):
            self.wait()
        yield
        for _ in range(turn, last):
            self.wait()


def join(cuda: bool) -> Ranks:
    """The processes that torchrun started, with NCCL between GPUs and Gloo between CPUs; one alone without it."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Ranks()
    if cuda:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if cuda else "gloo", timeout=_PATIENCE)
    return Ranks(distributed.get_rank(), size)
