"""Attention in a pack, sample by sample: exactly what each would compute alone, and no mask of pack by pack.

Registered with transformers under a name of its own; the ends of the samples reach it as a keyword of the forward call.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface

BY_SAMPLE = "bioassist_by_sample"


def by_sample(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    sliding_window: int | None = None,
    sample_ends: tuple[int, ...] | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """`query` [1, heads, tokens, width], `key` and `value` with heads of their own; gives [1, tokens, heads, width].

    Without `sample_ends` the whole is one sample.
    """
    grouped = key.shape[1] != query.shape[1]
    wanted = query.dtype
    if query.device.type == "cpu":
        # torch's kernel for the CPU is up to three times slower in bf16 at the length of a sentence.
        query, key, value = query.float(), key.float(), value.float()
    parts = []
    start = 0
    for end in sample_ends or (query.shape[2],):
        mask = None
        if sliding_window is not None and end - start > sliding_window:
            mask = torch.ones(end - start, end - start, dtype=torch.bool, device=query.device).tril()
            mask = mask.triu(1 - sliding_window)
        parts.append(
            scaled_dot_product_attention(
                query[:, :, start:end],
                key[:, :, start:end],
                value[:, :, start:end],
                attn_mask=mask,
                is_causal=mask is None,
                scale=scaling,
                enable_gqa=grouped,
            ).transpose(1, 2)
        )
        start = end
    return torch.cat(parts, dim=1).to(wanted), None


def _no_mask(*_: Any, **__: Any) -> None:
    return None


AttentionInterface.register(BY_SAMPLE, by_sample)
AttentionMaskInterface.register(BY_SAMPLE, _no_mask)
