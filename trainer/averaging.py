"""The mean of the adapters of several runs, one of which went on from another or all from the same.

A round on other proportions of the data gains on some sources what it loses on others; the mean of before and after
often keeps both (Wortsman et al. 2022, "Model soups"). A and B are averaged each by itself. That is near the mean of
their products only where the runs lie near each other, so adapters that do not are refused.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from bioassist.errors import InputError, ModelError, UsageError
from trainer import run_log
from trainer.adapter import CONFIG, WEIGHTS, read

# Of the runs of unrelated seeds the weights stand at right angles; of one that went on from another, nearly in line.
_LEAST_COSINE = 0.5
_FACTS = ("mixture", "fingerprint", "counts", "seed")


def average(runs: Sequence[Path], out: Path) -> Path:
    """Write the run folder `out`, whose adapter is the mean of those of `runs`; the folder of its adapter.

    Its manifest is the last run's, with all runs' data and recipes in "averaged". Raises UsageError for fewer than two
    runs, for `out` that is there, and for runs that have no mean: of other bases, shapes, programs, or too far apart.
    """
    if len(runs) < 2:
        raise UsageError("a mean takes two runs or more.")
    if out.exists():
        raise UsageError("this is there already.", where=str(out), next_step="Name another folder.")
    manifests = [_manifest(run) for run in runs]
    weights = [read(run / "adapter") for run in runs]
    first = weights[0]
    for run, manifest, one in zip(runs[1:], manifests[1:], weights[1:], strict=True):
        _refuse_unrelated(run, manifests[0], manifest, first, one)
    adapter = out / "adapter"
    adapter.mkdir(parents=True)
    mean = {name: torch.stack([one[name].float() for one in weights]).mean(0).contiguous() for name in first}
    save_file(mean, adapter / WEIGHTS)
    shutil.copyfile(runs[-1] / "adapter" / CONFIG, adapter / CONFIG)
    run_log.write_manifest(out, _joined(runs, manifests))
    return adapter


def _manifest(run: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((run / run_log.MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        raise InputError("this is not a folder of `bioassist train run`.", where=str(run)) from None
    if not (run / "adapter").is_dir():
        raise InputError("the run has not ended yet: there is no adapter.", where=str(run), next_step="--resume it.")
    return manifest


def _refuse_unrelated(
    run: Path,
    its: Mapping[str, Any],
    other: Mapping[str, Any],
    first: Mapping[str, torch.Tensor],
    one: Mapping[str, torch.Tensor],
) -> None:
    if its["base"]["sum"] != other["base"]["sum"]:
        raise ModelError("it was trained on another base than the first run.", where=str(run))
    shapes = {name: values.shape for name, values in first.items()}
    alphas = {manifest["recipe"]["lora.alpha"] for manifest in (its, other)}
    if shapes != {name: values.shape for name, values in one.items()} or len(alphas) > 1:
        raise ModelError("its adapter is of another rank, alpha or other layers than the first run's.", where=str(run))
    programs, others = (manifest["data"]["facts"]["programs"] for manifest in (its, other))
    if any(programs[task] != others[task] for task in programs.keys() & others.keys()):
        raise ModelError("it was trained for other programs than the first run.", where=str(run))
    cosine = torch.nn.functional.cosine_similarity(_flat(first), _flat(one), dim=0)
    if cosine < _LEAST_COSINE:
        raise ModelError(
            f"its adapter has nothing in common with the first run's (cosine {cosine:.2f}), so they have no mean.",
            where=str(run),
            next_step="Average a run with one that went on from it (--from-adapter).",
        )


def _flat(weights: Mapping[str, torch.Tensor]) -> torch.Tensor:
    return torch.cat([weights[name].float().flatten() for name in sorted(weights)])


def _joined(runs: Sequence[Path], manifests: Sequence[dict[str, Any]]) -> dict[str, Any]:
    facts = [manifest["data"]["facts"] for manifest in manifests]
    fingerprints = [manifest["data"]["fingerprint"] for manifest in manifests]
    labels: dict[str, list[str]] = {}
    for one in facts:
        for task, names in one["labels"].items():
            labels[task] = sorted({*labels.get(task, ()), *names})
    parts = [{key: one[key] for key in _FACTS if key in one} for one in facts]
    together = {
        "mixture": " + ".join(str(one.get("mixture", "")) for one in facts),
        "fingerprint": hashlib.sha256("\n".join(fingerprints).encode()).hexdigest(),
        "labels": labels,
        "programs": {task: program for one in facts for task, program in one["programs"].items()},
        "vocabulary": facts[-1].get("vocabulary", {}),
        "sources": {name: source for one in facts for name, source in one.get("sources", {}).items()},
        "parts": parts,
    }
    kept: dict[str, Any] = {
        key: manifests[-1][key] for key in ("recipe", "base", "versions", "machine") if key in manifests[-1]
    }
    averaged = [
        {"run": run.resolve().name, **{key: one[key] for key in ("recipe", "data", "steps", "tokens") if key in one}}
        for run, one in zip(runs, manifests, strict=True)
    ]
    return {
        **kept,
        "data": {"fingerprint": together["fingerprint"], "facts": together},
        "averaged": averaged,
        "finished": run_log.now(),
    }
