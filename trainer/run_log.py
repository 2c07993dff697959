"""What a run tells: a JSON line a step, a line of progress, a picture of the loss, and a manifest of what it was."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import torch

from bioassist.errors import UsageError
from trainer import drawing

LOG = "log.jsonl"
MANIFEST = "manifest.json"
PICTURE = "loss.png"

# Steps that the speed and the loss on the progress line are taken over.
_RECENT = 20


class Log:
    """`log.jsonl`: a line a step, on the disk before the next one starts. What lies after `step` is cut off."""

    def __init__(self, out: Path, step: int) -> None:
        self.path = out / LOG
        kept = [entry for entry in entries(self.path) if entry["step"] <= step]
        partial = self.path.with_suffix(".partial")
        partial.write_text("".join(json.dumps(entry) + "\n" for entry in kept), "utf-8")
        partial.replace(self.path)
        self._file = self.path.open("a", encoding="utf-8")

    def add(self, **values: Any) -> None:
        self._file.write(json.dumps(values) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class Silent:
    """The log of a process that is not the one to write."""

    def add(self, **values: Any) -> None: ...

    def close(self) -> None: ...


def entries(path: Path) -> list[dict[str, Any]]:
    """Whole lines of a log; a killed run may have left a piece of one at its end."""
    found = []
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            break
        if not isinstance(entry, dict) or "step" not in entry:
            break
        found.append(entry)
    return found


class Progress:
    """One line that is written over on a terminal, and now and then on its own elsewhere."""

    def __init__(self, steps: int, tokens: int, say: Callable[[str], None] | None = None) -> None:
        self._steps, self._tokens = steps, tokens
        self._say = say
        self._live = say is None and sys.stderr.isatty()
        self._recent: deque[tuple[float, int, float]] = deque(maxlen=_RECENT)
        self._told = 0.0

    def step(self, number: int, epoch: int, loss: float, rate: float, tokens: int, done: int, seconds: float) -> None:
        """`tokens` were learned from in this step of `seconds`, `done` in all."""
        self._recent.append((loss, tokens, seconds))
        now = time.monotonic()
        if number < self._steps and now - self._told < (0.5 if self._live else 30.0):
            return
        self._told = now
        speed = sum(one[1] for one in self._recent) / max(sum(one[2] for one in self._recent), 1e-9)
        mean = sum(one[0] for one in self._recent) / len(self._recent)
        left = (self._tokens - done) / speed
        self._tell(
            f"step {number}/{self._steps}  epoch {epoch + 1}  loss {mean:.4f}  rate {rate:.1e}  "
            f"{speed:,.0f} tok/s  {duration(left)} left",
            last=number == self._steps,
        )

    def note(self, line: str) -> None:
        if self._say:
            self._say(line)
        else:
            print(("\r\033[K" if self._live else "") + line, file=sys.stderr, flush=True)

    def _tell(self, line: str, *, last: bool) -> None:
        if self._live:
            print(f"\r\033[K{line}", end="\n" if last else "", file=sys.stderr, flush=True)
        else:
            self.note(line)


def duration(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def machine(device: torch.device) -> dict[str, Any]:
    """What the run ran on, without the machine's name."""
    told: dict[str, Any] = {
        "device": device.type,
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
    }
    if device.type == "cuda":
        told["gpu"] = torch.cuda.get_device_name(device)
    return told


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("torch", "transformers", "peft", "pyarrow", "bitsandbytes", "gguf"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_manifest(out: Path, facts: dict[str, Any]) -> None:
    partial = out / f"{MANIFEST}.partial"
    partial.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", "utf-8")
    partial.replace(out / MANIFEST)


def draw(out: Path) -> Path | None:
    """A picture of the loss by step, where matplotlib is installed."""
    told = entries(out / LOG)
    trained = [(entry["step"], entry["loss"]) for entry in told if "loss" in entry]
    dev = [(entry["step"], entry["dev_loss"]) for entry in told if "dev_loss" in entry]
    if not trained:
        return None
    try:
        figure, axes = drawing.figure(7, 4)
    except UsageError:
        return None
    axes.plot(*zip(*trained, strict=True), linewidth=0.8, color="#9db4c0", label="training, each step")
    span = max(1, len(trained) // 50)
    smooth = [
        sum(loss for _, loss in trained[max(0, at - span) : at + 1]) / min(at + 1, span + 1)
        for at in range(len(trained))
    ]
    axes.plot([step for step, _ in trained], smooth, color="#1f4e79", label="training, smoothed")
    if dev:
        axes.plot(*zip(*dev, strict=True), "o-", color="#c0504d", label="development")
    axes.set(xlabel="optimizer step", ylabel="loss a decision", yscale="log")
    axes.legend(frameon=False)
    path = out / PICTURE
    drawing.png(figure, path)
    return path
