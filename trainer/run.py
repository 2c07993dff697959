"""One training run over its plan: steps, development figures, checkpoints, and what it says of itself."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy

from bioassist.errors import ModelError, UsageError
from trainer import checkpoints, memory, packing, parallel, run_log, sharding
from trainer.adapter import Adapter, copy
from trainer.base import Base, quiet
from trainer.checkpoints import Position
from trainer.deciding import decision_logits, evaluate
from trainer.optimizing import optimizer_for, rate_at
from trainer.prepared import Prepared
from trainer.recipe import Recipe

if TYPE_CHECKING:
    from torch.distributed.device_mesh import DeviceMesh

ADAPTER = "adapter"

# What may differ when a run is resumed: nothing here changes what an undisturbed run would have learned, but for the
# rate, which is how one gets past a loss that is no number.
_MAY_CHANGE = ("base", "saving.", "machine.threads", "machine.sharding", "optimization.rate")


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended: `adapter` is a folder in peft's format; `stopped` if it was asked to before its last step."""

    adapter: Path
    steps: int
    tokens: int
    seconds: float
    loss: float
    dev: dict[str, float] | None
    stopped: bool


class Run:
    """One run over its plan. The base is cut up over the processes of `mesh`, if there is one."""

    def __init__(
        self,
        chosen: Recipe,
        data: Prepared,
        plan: packing.Plan,
        base: Base,
        out: Path,
        progress: run_log.Progress,
        ranks: parallel.Ranks,
        mesh: DeviceMesh | None = None,
    ) -> None:
        self.recipe, self.data, self.plan, self.base, self.out, self.progress = chosen, data, plan, base, out, progress
        self.ranks, self.sharded = ranks, mesh is not None
        computing = torch.float32 if chosen.machine.precision == "f32" else torch.bfloat16
        self.adapter = Adapter(base.model, chosen.lora, computing, chosen.optimization.seed)
        self.adapter.model.train()
        if mesh is not None:
            memory.check_base(base.model, base.device, ranks.size)
            self.adapter.to(base.device)
            sharding.shard(base.model, mesh)
        if chosen.machine.gradient_checkpointing:
            with quiet():
                base.model.gradient_checkpointing_enable({"use_reentrant": False})  # type: ignore[no-untyped-call]
        self.optimizer = optimizer_for(chosen.optimization, list(self.adapter.masters.values()))
        self.position = Position()
        self.manifest: dict[str, Any] = {}
        self.dev: dict[str, float] | None = None

    def begin(self, resume: bool, start_from: Path | None) -> None:
        """Say what is going to happen, and go back to the newest checkpoint where the run is resumed."""
        self.manifest = {
            "recipe": self.recipe.settings(),
            "data": {"fingerprint": self.data.fingerprint, "facts": self.data.facts},
            "base": {"source": self.base.source, "kind": self.base.kind, "sum": self.base.sum},
            "start_from": str(start_from) if start_from else None,
            "versions": run_log.versions(),
            "machine": {**run_log.machine(self.base.device), "processes": self.ranks.size},
            "steps": len(self.plan.steps),
            "tokens": self.plan.tokens,
            "too_long": self.plan.too_long,
            "started": run_log.now(),
        }
        if resume:
            self._resume()
        if self.ranks.first:
            run_log.write_manifest(self.out, self.manifest)
        widest = max((pack for step in self.plan.steps for pack in step.packs), key=self._length)
        decisions = sum(sum(self.data.train.sample(row)[1]) for row in widest)
        gathered = sharding.gathered(self.base.model) if self.sharded else 0
        load = memory.Load(self._length(widest), decisions, self.adapter.count, gathered)
        config = self.base.model.config.get_text_config()
        predicted = memory.check(config, self.recipe, load, self.base.device)
        self.progress.note(
            f"{len(self.data.train):,} samples, {self.plan.tokens:,} tokens in {len(self.plan.steps):,} steps; "
            f"{self.adapter.count:,} numbers to train; {predicted.line()}."
        )
        if self.plan.too_long:
            self.progress.note(
                f"{self.plan.too_long:,} samples are longer than batch.pack_tokens ({self.recipe.batch.pack_tokens}) "
                "and left out."
            )

    def go(self, stop: Callable[[], bool]) -> Finished:
        log = run_log.Log(self.out, self.position.step) if self.ranks.first else run_log.Silent()
        loss = math.nan
        stopped = False
        saved = time.monotonic()
        try:
            while self.position.step < len(self.plan.steps) and not stopped:
                loss = self._step(log)
                number = self.position.step
                last = number == len(self.plan.steps)
                epoch_ends = last or self.plan.steps[number].epoch != self.plan.steps[number - 1].epoch
                if epoch_ends or (self.recipe.saving.dev_steps and number % self.recipe.saving.dev_steps == 0):
                    self._evaluate(log)
                stopped = not last and self.ranks.any(stop(), self.base.device)
                due = time.monotonic() - saved >= self.recipe.saving.minutes * 60
                counted = self.recipe.saving.steps and number % self.recipe.saving.steps == 0
                if self.ranks.first and (last or stopped or due or counted or epoch_ends):
                    checkpoints.save(self.out, self.position, self.adapter, self.optimizer, self.recipe.saving.keep)
                    saved = time.monotonic()
        finally:
            log.close()
        # What the first writes at the end, all may read.
        self.ranks.wait()
        return self._finish(loss, stopped)

    def _step(self, log: run_log.Log | run_log.Silent) -> float:
        """One optimizer step. Raises ModelError where loss or gradient is no number, with nothing changed."""
        began = time.monotonic()
        step = self.plan.steps[self.position.step]
        packs = [packing.rows([self.data.train.sample(row) for row in pack], self.base.device) for pack in step.packs]
        decisions = sum(len(pack.labels) for pack in packs)
        rate = rate_at(self.position.step, len(self.plan.steps), self.recipe.optimization)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        self.ranks.draw(self.recipe.optimization.seed, self.position.step)
        deciding = [pack for pack in packs if len(pack.labels)]
        mine = self.ranks.share(deciding)
        total = sum((self._learn(pack, decisions) for pack in mine), 0.0)
        if self.sharded and len(mine) < len(deciding[:: self.ranks.size]):
            # The others cannot put their blocks together without this process: it learns nothing from one pack more.
            self._learn(deciding[-1], math.inf)
        total = self.ranks.add_up(self.adapter.masters.values(), total)
        clip = self.recipe.optimization.clip or math.inf
        norm = float(torch.nn.utils.clip_grad_norm_(self.adapter.masters.values(), clip))
        if not (math.isfinite(total) and math.isfinite(norm)):
            raise self._no_number()
        self.optimizer.step()
        self.adapter.publish()
        seconds = time.monotonic() - began
        before = self.position
        self.position = Position(before.step + 1, before.tokens + step.tokens, before.seconds + seconds)
        log.add(
            step=self.position.step, epoch=step.epoch, loss=total, norm=norm, rate=rate, tokens=step.tokens,
            decisions=decisions, packs=len(packs), seconds=round(seconds, 3), at=run_log.now(),
        )  # fmt: skip
        self.progress.step(self.position.step, step.epoch, total, rate, step.tokens, self.position.tokens, seconds)
        return total

    def _learn(self, pack: packing.Rows, decisions: float) -> float:
        """Add up the gradients of a pack, a part of `decisions`, and give its part of the loss."""
        logits = decision_logits(self.adapter.model, pack, self.recipe.machine.precision)
        part = cross_entropy(logits, pack.labels, reduction="sum") / decisions
        part.backward()  # type: ignore[no-untyped-call]
        self.adapter.collect()
        return float(part.detach())

    def _evaluate(self, log: run_log.Log | run_log.Silent) -> None:
        if self.data.dev is None or not self.recipe.saving.dev_samples or not (self.ranks.first or self.sharded):
            return
        self.adapter.model.eval()
        self.dev = evaluate(
            self.adapter.model, self.data.dev, self.recipe, self.base.device, limit=self.recipe.saving.dev_samples
        )
        self.adapter.model.train()
        log.add(step=self.position.step, **{f"dev_{name}": value for name, value in self.dev.items()})
        self.progress.note(
            f"step {self.position.step}: development loss {self.dev['loss']:.4f}, "
            f"{self.dev['accuracy']:.4f} of {self.dev['decisions']:,.0f} decisions right"
        )

    def _resume(self) -> None:
        last = checkpoints.newest(self.out)
        try:
            before = json.loads((self.out / run_log.MANIFEST).read_text("utf-8"))
        except (OSError, ValueError):
            before = None
        if before is None or last is None:
            self.progress.note("There is no checkpoint yet: starting from the beginning.")
            return
        _check_same(before, self.manifest, self.out)
        self.manifest["started"] = before["started"]
        self.manifest["resumed"] = [*before.get("resumed", []), {"at": run_log.now(), "from": last.name}]
        self.position = checkpoints.restore(last, self.adapter, self.optimizer)
        self.progress.note(f"Going on from {last.name}.")

    def _finish(self, loss: float, stopped: bool) -> Finished:
        last = checkpoints.newest(self.out)
        final = self.out / ADAPTER
        if not self.ranks.first:
            return Finished(final, self.position.step, self.position.tokens, self.position.seconds, loss, None, stopped)
        if last is not None and not stopped:
            if not final.exists():
                partial = self.out / f".{ADAPTER}"
                partial.mkdir(exist_ok=True)
                copy(last, partial)
                partial.replace(final)
            # A run that had finished before has nothing else to tell them from.
            for entry in run_log.entries(self.out / run_log.LOG):
                loss = entry.get("loss", loss)
                if "dev_loss" in entry:
                    self.dev = {name: entry[f"dev_{name}"] for name in ("loss", "accuracy", "decisions")}
            self.manifest["finished"] = run_log.now()
            self.manifest["result"] = {
                "loss": loss,
                "dev": self.dev,
                "seconds": round(self.position.seconds, 1),
                "tokens_per_s": round(self.position.tokens / max(self.position.seconds, 1e-9), 1),
                "peak_memory_gib": _peak(self.base.device),
            }
            run_log.write_manifest(self.out, self.manifest)
        run_log.draw(self.out)
        return Finished(final, self.position.step, self.position.tokens, self.position.seconds, loss, self.dev, stopped)

    def _length(self, pack: packing.Pack) -> int:
        return sum(self.data.train.lengths[row] for row in pack)

    def _no_number(self) -> ModelError:
        last = checkpoints.newest(self.out)
        number = self.position.step + 1
        kept = f"{last.name} is whole: go on from it" if last else "Start again"
        flag = "--resume " if last else ""
        return ModelError(
            f"the loss of step {number} is not a number; the step was not taken.",
            where=str(self.out),
            next_step=f"{kept} with {flag}--set optimization.rate={self.recipe.optimization.rate / 2:g}.",
        )


def _check_same(before: dict[str, Any], now: dict[str, Any], out: Path) -> None:
    """Raises UsageError where a resumed run would not be the one that was begun."""
    different = [
        name
        for name, value in now["recipe"].items()
        if before["recipe"].get(name) != value and not name.startswith(_MAY_CHANGE)
    ]
    if before["data"]["fingerprint"] != now["data"]["fingerprint"]:
        different.append("the data")
    if before["base"]["sum"] != now["base"]["sum"]:
        different.append("the base")
    if different:
        raise UsageError(
            f"the run in this folder was begun with another {', '.join(different)}.",
            where=str(out),
            next_step="Resume with what it was begun with, or give another --out.",
        )


def _peak(device: torch.device) -> float | None:
    if device.type == "cuda":
        return round(torch.cuda.max_memory_allocated(device) / 2**30, 2)
    try:
        import resource
    except ImportError:
        # Windows has no such account.
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**30 if sys.platform == "darwin" else 2**20), 2)
