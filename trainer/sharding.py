"""A base that is cut up over the processes of a run, for those that do not fit on one GPU (torch's `fully_shard`).

Each process keeps its part of every block of the transformer. A block is put together on all of them when it computes,
forward and backward, and dropped behind it. The adapter is small beside the base and whole on each, so gradients,
optimizer and checkpoints are those of every run of several processes, and a run may go on with more of them or fewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from transformers import PreTrainedModel

from bioassist.errors import UsageError

if TYPE_CHECKING:
    from torch.distributed.device_mesh import DeviceMesh

# The block that computes, the one that is fetched meanwhile, and what it is fetched into.
_BLOCKS_AT_ONCE = 3


def mesh_of(size: int, device: torch.device) -> DeviceMesh:
    """All `size` processes, which must come here together. Raises UsageError if there is one alone."""
    if size == 1:
        raise UsageError(
            "machine.sharding=full cuts the base up over several processes, and there is one.",
            next_step="Start it with `torchrun --nproc-per-node 4 -m trainer.train`, one process a GPU, "
            "or take --set machine.sharding=none.",
        )
    # Not every build of torch has it, and one process does without.
    from torch.distributed.device_mesh import init_device_mesh

    return init_device_mesh(device.type, (size,))


def shard(model: PreTrainedModel, mesh: DeviceMesh) -> None:
    """Keep this process's part of `model` on its device, block by block, so that the whole is never there.

    What is trained is left as it is. Nothing is sent here, so processes may come one by one. Raises UsageError for an
    architecture whose blocks are not known.
    """
    from torch.distributed.fsdp import fully_shard

    if not blocks(model):
        raise UsageError(
            f"transformers does not say what the blocks of {type(model).__name__} are, so it cannot be cut up.",
            next_step="Take --set machine.sharding=none.",
        )
    trained = {parameter for parameter in model.parameters() if parameter.requires_grad}
    for block in blocks(model):
        fully_shard(block, mesh=mesh, ignored_params=trained)
    fully_shard(model, mesh=mesh, ignored_params=trained)


def blocks(model: PreTrainedModel) -> list[torch.nn.Module]:
    """The blocks of a transformer; none if transformers does not say what they are."""
    names = set(model._no_split_modules or ())
    # torch gives what is cut up a class of its own.
    return [module for module in model.modules() if type(module).__name__.removeprefix("FSDP") in names]


def gathered(model: PreTrainedModel) -> int:
    """Bytes of the base that are put together on each device at once: some blocks, and what is in none of them."""
    of_blocks = [size(block) for block in blocks(model)]
    return size(model) - sum(of_blocks) + _BLOCKS_AT_ONCE * max(of_blocks, default=0)


def size(module: torch.nn.Module) -> int:
    """Bytes of what is frozen in a module, whole."""
    frozen = (parameter for parameter in module.parameters() if not parameter.requires_grad)
    return sum(parameter.numel() * parameter.element_size() for parameter in frozen)
