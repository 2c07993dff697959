"""Checkpoints: all that training needs to go on as if it had never stopped. A finished one is never touched again.

    checkpoints/step-000120/adapter_model.safetensors   the weights in F32, a peft adapter on its own
                            adapter_config.json
                            state.pt                    optimizer and random generators
                            state.json                  step and sums of the files, written last

One is written under another name and renamed when it is whole and on the disk.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from bioassist.errors import ModelError, UsageError
from trainer import adapter as adapters
from trainer.adapter import Adapter

FOLDER = "checkpoints"
_STATE = "state.pt"
_FACTS = "state.json"
_PARTIAL = ".partial-"


@dataclass(frozen=True, slots=True)
class Position:
    """Where training stands: finished optimizer steps, tokens learned from, and seconds spent on them."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0


def save(out: Path, position: Position, adapter: Adapter, optimizer: torch.optim.Optimizer, keep: int) -> Path:
    """Write a checkpoint beside the others, then remove all but the newest `keep`. Raises ModelError on a full disk."""
    folder = out / FOLDER
    final = folder / f"step-{position.step:06d}"
    if final.exists():
        if _whole(final):
            return final
        shutil.rmtree(final)
    partial = folder / f"{_PARTIAL}{final.name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        adapter.save(partial)
        generators = {"torch": torch.get_rng_state()}
        if torch.cuda.is_available():
            generators["cuda"] = torch.cuda.get_rng_state()
        torch.save({"optimizer": optimizer.state_dict(), "generators": generators}, partial / _STATE)
        facts = {**asdict(position), "files": {name: _sum(partial / name) for name in (adapters.WEIGHTS, _STATE)}}
        (partial / _FACTS).write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
        for file in partial.iterdir():
            _to_disk(file)
        partial.replace(final)
    except (OSError, RuntimeError) as error:
        # torch and safetensors report a full disk in words of their own.
        shutil.rmtree(partial, ignore_errors=True)
        raise _not_written(error, folder, out) from error
    for old in all_of(out)[:-keep] if keep else ():
        shutil.rmtree(old, ignore_errors=True)
    return final


def all_of(out: Path) -> list[Path]:
    """Finished checkpoints, oldest first."""
    return sorted((out / FOLDER).glob("step-*"), key=lambda one: int(one.name.removeprefix("step-")))


def newest(out: Path) -> Path | None:
    """The newest checkpoint whose files are what they were when it was written."""
    return next((one for one in reversed(all_of(out)) if _whole(one)), None)


def restore(folder: Path, adapter: Adapter, optimizer: torch.optim.Optimizer) -> Position:
    """Put everything back. Raises ModelError if the checkpoint is of another adapter."""
    facts = json.loads((folder / _FACTS).read_text("utf-8"))
    adapter.load(folder)
    state = torch.load(folder / _STATE, map_location="cpu", weights_only=True)
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["generators"]["torch"])
    if torch.cuda.is_available() and "cuda" in state["generators"]:
        torch.cuda.set_rng_state(state["generators"]["cuda"])
    return Position(facts["step"], facts["tokens"], facts["seconds"])


def _whole(folder: Path) -> bool:
    try:
        facts: dict[str, Any] = json.loads((folder / _FACTS).read_text("utf-8"))
        return all(_sum(folder / name) == said for name, said in facts["files"].items())
    except (OSError, ValueError, KeyError):
        return False


def _sum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _to_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _not_written(error: Exception, folder: Path, out: Path) -> ModelError:
    last = newest(out)
    kept = f"The checkpoint {last.name} is whole; go on from it with --resume." if last else "There is none before it."
    full = (isinstance(error, OSError) and error.errno == errno.ENOSPC) or _free(folder) < 1 << 20
    if full:
        return ModelError(
            "the disk is full, the checkpoint was not written.", where=str(folder), next_step=f"Free some space. {kept}"
        )
    return ModelError(f"the checkpoint was not written: {error}.", where=str(folder), next_step=kept)


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder if folder.is_dir() else folder.parent).free
    except OSError:
        return 1 << 40


def start_folder(out: Path, resume: bool) -> None:
    """Make `out`. Raises UsageError where it holds something already and `resume` is not said."""
    if out.exists() and not out.is_dir():
        raise UsageError("this is a file, not a folder.", where=str(out))
    if not resume and out.is_dir() and any(out.iterdir()):
        raise UsageError(
            "this folder is not empty.",
            where=str(out),
            next_step="Go on with the run in it with --resume, or give another --out.",
        )
    out.mkdir(parents=True, exist_ok=True)
