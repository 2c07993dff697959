"""What a model says where a decision is: the only logits that training and its evaluation compute."""

from __future__ import annotations

import torch
from torch.nn.functional import cross_entropy

from trainer import packing
from trainer.prepared import Samples
from trainer.recipe import Recipe


def decision_logits(model: torch.nn.Module, pack: packing.Rows, precision: str) -> torch.Tensor:
    """Logits [decisions, vocabulary] in F32 of a pack, each sample by itself."""
    with torch.autocast(pack.ids.device.type, torch.bfloat16, enabled=precision == "mixed"):
        logits = model(
            input_ids=pack.ids,
            position_ids=pack.positions,
            attention_mask=None,
            use_cache=False,
            logits_to_keep=pack.keep,
            sample_ends=pack.ends,
        ).logits
    return logits[0].float()  # type: ignore[no-any-return]


@torch.inference_mode()
def evaluate(
    model: torch.nn.Module, samples: Samples, chosen: Recipe, device: torch.device, *, limit: int
) -> dict[str, float]:
    """On the first `limit` rows: loss a decision, the share whose token is the likeliest of all, and their number."""
    lengths = list(samples.lengths[:limit])
    fitting = [row for row, length in enumerate(lengths) if length <= chosen.batch.pack_tokens]
    loss, right, decisions = 0.0, 0, 0
    for rows in packing.packed(fitting, lengths, chosen.batch.pack_tokens):
        pack = packing.rows([samples.sample(row) for row in rows], device)
        if not len(pack.labels):
            continue
        logits = decision_logits(model, pack, chosen.machine.precision)
        loss += float(cross_entropy(logits, pack.labels, reduction="sum"))
        right += int((logits.argmax(-1) == pack.labels).sum())
        decisions += len(pack.labels)
    return {"loss": loss / max(decisions, 1), "accuracy": right / max(decisions, 1), "decisions": float(decisions)}
