"""Samples of a pack know nothing of each other, however attention is computed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_architectures import write_tiny

from trainer.adapter import Adapter, fused
from trainer.adapter_gguf import ARCHITECTURES
from trainer.base import open_base
from trainer.deciding import decision_logits
from trainer.packing import rows
from trainer.recipe import Lora, Machine

FIRST = ([1, 20, 30, 40, 50, 60, 70], [False] * 6 + [True])
CHANGED = ([1, 21, 33, 44, 55, 66, 77], [False] * 6 + [True])
SECOND = ([1, 80, 90, 100, 110], [False, False, True, True, True])


def opened(path: Path, architecture: str, attention: str, precision: str = "f32") -> Adapter:
    base = write_tiny(path / f"{architecture}.gguf", architecture)
    machine = Machine(device="cpu", precision=precision, attention=attention)
    dtype = torch.float32 if precision == "f32" else torch.bfloat16
    adapter = Adapter(open_base(str(base), machine).model, Lora(rank=4, alpha=8.0), dtype, 0)
    generator = torch.Generator().manual_seed(1)
    for weights in adapter.masters.values():
        weights.data = torch.randn(weights.shape, generator=generator) * 0.1
    adapter.publish()
    return adapter


@torch.no_grad()
def of_second(adapter: Adapter, first: tuple[list[int], list[bool]] | None, precision: str = "f32") -> torch.Tensor:
    """Logits of the second sample's decisions, behind `first` in the same pack."""
    pack = rows([first, SECOND] if first else [SECOND])
    return decision_logits(adapter.model, pack, precision)[-3:]


@pytest.mark.parametrize("attention", ["by-sample", "dense"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_sample_is_computed_as_if_it_were_alone(architecture: str, attention: str, tmp_path: Path) -> None:
    adapter = opened(tmp_path, architecture, attention)
    behind, behind_changed = of_second(adapter, FIRST), of_second(adapter, CHANGED)
    assert torch.equal(behind, behind_changed)
    torch.testing.assert_close(behind, of_second(adapter, None), atol=1e-4, rtol=1e-4)
    firsts = [decision_logits(adapter.model, rows([first, SECOND]), "f32")[0] for first in (FIRST, CHANGED)]
    assert not torch.equal(*firsts), "the change must be one that its own sample sees"


@pytest.mark.parametrize("precision", ["mixed", "bf16"])
def test_so_it_is_in_bf16(precision: str, tmp_path: Path) -> None:
    adapter = opened(tmp_path, "llama", "by-sample", precision)
    assert torch.equal(of_second(adapter, FIRST, precision), of_second(adapter, CHANGED, precision))


def test_a_sliding_window_is_kept_within_a_sample(tmp_path: Path) -> None:
    one, other = opened(tmp_path, "gemma3", "by-sample"), opened(tmp_path, "gemma3", "dense")
    long = [1, *(10 + place % 200 for place in range(600))]
    pack = rows([FIRST, (long, [place > 590 for place in range(len(long))])])
    with torch.no_grad():
        logits = [decision_logits(each.model, pack, "f32") for each in (one, other)]
    torch.testing.assert_close(*logits, atol=1e-3, rtol=1e-3)


def test_the_fused_layers_are_pefts_own(tmp_path: Path) -> None:
    """Logits and gradients with our arithmetic, then with peft's forward put back."""
    adapter = opened(tmp_path, "qwen2", "by-sample")
    pack = rows([FIRST, SECOND])

    def run() -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        for weights in adapter.masters.values():
            weights.grad = None
        logits = decision_logits(adapter.model, pack, "f32")
        logits.square().mean().backward()
        return logits.detach(), {
            name: one.grad.clone() for name, one in adapter.masters.items() if one.grad is not None
        }

    ours, our_gradients = run()
    layers = list(fused(adapter.model))
    assert len(layers) == 14
    for layer in layers:
        del layer.forward
    theirs, their_gradients = run()
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
    assert set(our_gradients) == set(adapter.masters)
    torch.testing.assert_close(our_gradients, their_gradients, atol=1e-4, rtol=1e-3)
