"""The LoRA on a base: peft's layers, with their arithmetic in one step, and F32 master weights for the optimizer."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import Linear as LoraLinear
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch.nn.functional import linear
from transformers import PreTrainedModel

from bioassist.errors import ModelError, UsageError
from trainer.base import quiet
from trainer.recipe import Lora

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
_NAME = "default"


class Adapter:
    """A LoRA being trained. `masters` are its weights in F32 by their names in a peft file; the model computes with
    `dtype`, and with the masters themselves where that is F32.
    """

    def __init__(self, base: PreTrainedModel, lora: Lora, dtype: torch.dtype, seed: int) -> None:
        """Raises UsageError where no layer of the base has a name among `lora.targets`."""
        torch.manual_seed(seed)
        self.config = LoraConfig(
            r=lora.rank,
            lora_alpha=lora.alpha,  # type: ignore[arg-type]
            lora_dropout=lora.dropout,
            target_modules=list(lora.targets) if lora.targets else "all-linear",
            task_type="CAUSAL_LM",
        )
        try:
            with quiet():
                self.model: PeftModel = get_peft_model(base, self.config, autocast_adapter_dtype=False)
        except ValueError as error:
            raise UsageError(f"the adapter does not fit this base: {error}") from error
        self._computing: dict[str, torch.nn.Parameter] = {}
        self.masters: dict[str, torch.nn.Parameter] = {}
        for name, parameter in self.model.named_parameters():
            if not parameter.requires_grad:
                continue
            # Drawn in F32 whatever the base is in, so that one seed gives one adapter.
            parameter.data = parameter.data.float()
            saved = name.replace(f".{_NAME}.", ".")
            self._computing[saved] = parameter
        if not lora.dropout:
            _fuse(self.model)
        for name, parameter in self._computing.items():
            if dtype == torch.float32:
                self.masters[name] = parameter
            else:
                self.masters[name] = torch.nn.Parameter(parameter.data.clone())
                parameter.data = parameter.data.to(dtype)

    @property
    def count(self) -> int:
        """How many numbers are trained."""
        return sum(parameter.numel() for parameter in self.masters.values())

    def to(self, device: torch.device) -> None:
        """Move what is trained, and leave the base where it is."""
        for parameter in (*self._computing.values(), *self.masters.values()):
            parameter.data = parameter.data.to(device)

    def collect(self) -> None:
        """Move the gradients of the last backward pass to the masters, where they add up in F32."""
        for name, parameter in self._computing.items():
            master = self.masters[name]
            if master is parameter or parameter.grad is None:
                continue
            gradient = parameter.grad.to(torch.float32)
            master.grad = gradient if master.grad is None else master.grad.add_(gradient)
            parameter.grad = None

    def publish(self) -> None:
        """Let the model compute with what the optimizer made of the masters."""
        for name, parameter in self._computing.items():
            if self.masters[name] is not parameter:
                parameter.data.copy_(self.masters[name].data)

    def save(self, folder: Path) -> None:
        """Write a peft adapter of F32 weights to `folder`, which exists."""
        save_file({name: one.data.contiguous().cpu() for name, one in self.masters.items()}, folder / WEIGHTS)
        self.config.save_pretrained(str(folder))

    def load(self, folder: Path) -> None:
        """Take the weights of a peft adapter of the same shape. Raises ModelError, and then nothing is taken."""
        found = read(folder)
        wanted = {name: tuple(one.shape) for name, one in self.masters.items()}
        if {name: tuple(one.shape) for name, one in found.items()} != wanted:
            raise ModelError(
                "this adapter is of another rank, other layers or another base.",
                where=str(folder),
                next_step="Train with the recipe and the base that it was made with.",
            )
        for name, weights in found.items():
            self.masters[name].data.copy_(weights)
        self.publish()


def read(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of a peft adapter by name. Raises ModelError."""
    try:
        return load_file(folder / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise ModelError("this adapter's weights are missing or cut short.", where=str(folder / WEIGHTS)) from error


def read_config(folder: Path) -> dict[str, Any]:
    """A peft adapter's settings. Raises ModelError."""
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError("this folder holds no adapter.", where=str(folder)) from error
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise ModelError("this is not a LoRA adapter.", where=str(folder / CONFIG))
    return config


def copy(source: Path, target: Path) -> None:
    """Copy the files of a peft adapter to the folder `target`, which exists."""
    for name in (WEIGHTS, CONFIG):
        shutil.copyfile(source / name, target / name)


class _Adapted(torch.autograd.Function):
    """x W' + bias + scale (x A') B', with nothing kept for the backward pass but x and x A'.

    W is frozen and has no gradient. Shapes: x [..., inputs], W [outputs, inputs], A [rank, inputs], B [outputs, rank].
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        a: torch.Tensor,
        b: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        flat = x.reshape(-1, x.shape[-1])
        low = flat @ a.t()
        result = linear(flat, weight, bias).addmm_(low, b.t(), alpha=scale)
        ctx.save_for_backward(flat, low, weight, a, b)
        ctx.scale = scale
        return result.view(*x.shape[:-1], weight.shape[0])

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        flat, low, weight, a, b = ctx.saved_tensors
        of_result = gradients[0].reshape(-1, weight.shape[0])
        of_low = of_result @ b
        of_low *= ctx.scale
        of_x = None
        if ctx.needs_input_grad[0]:
            of_x = (of_result @ weight).addmm_(of_low, a).view(*gradients[0].shape[:-1], weight.shape[1])
        return of_x, None, None, of_low.t() @ flat, (of_result.t() @ low).mul_(ctx.scale), None


def _forward(layer: LoraLinear, x: torch.Tensor) -> torch.Tensor:
    base = layer.get_base_layer()
    weight: torch.Tensor = base.weight  # type: ignore[assignment]
    bias: torch.Tensor | None = base.bias  # type: ignore[assignment]
    a, b = layer.lora_A[_NAME].weight, layer.lora_B[_NAME].weight
    with torch.autocast(x.device.type, enabled=False):
        dtype = weight.dtype
        result = _Adapted.apply(  # type: ignore[no-untyped-call]
            x.to(dtype), weight, bias, a.to(dtype), b.to(dtype), layer.scaling[_NAME]
        )
    return result  # type: ignore[no-any-return]


def fused(model: PeftModel) -> Iterator[LoraLinear]:
    """The layers that compute base and adapter together: those whose weights are plain numbers, not 4-bit blocks."""
    for module in model.modules():
        if type(module) is LoraLinear and type(module.get_base_layer()) is torch.nn.Linear:
            yield module


def _fuse(model: PeftModel) -> None:
    for layer in fused(model):
        layer.forward = functools.partial(_forward, layer)  # type: ignore[method-assign]
