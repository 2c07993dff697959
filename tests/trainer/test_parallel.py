"""Two processes learn what one learns, with the base whole on each or cut up over both."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import prepared_data
import pytest
import torch
from safetensors.torch import load_file
from tiny_architectures import write_tiny
from transformers import LlamaConfig

from assistant.children import environment
from bioassist.errors import UsageError
from trainer import checkpoints, memory, run_log, sharding
from trainer.base import open_base
from trainer.parallel import Ranks
from trainer.recipe import Machine, load
from trainer.train import train

RECIPE = """
name = "tiny"
[lora]
rank = 4
alpha = 8.0
[batch]
pack_tokens = 32
step_tokens = 96
[optimization]
rate = 1e-2
epochs = 1.0
[machine]
device = "cpu"
precision = "f32"
threads = 1
[saving]
steps = 2
dev_samples = 4
dev_steps = 2
"""


def run(processes: int, folder: Path, name: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    command += [
        "-m",
        "trainer.train",
        "--recipe",
        "recipe.toml",
        "--data",
        "data",
        "--base",
        "tiny.gguf",
        "--out",
        name,
    ]
    return subprocess.run(
        [*command, *more],
        cwd=folder,
        env=environment() | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parallel")
    write_tiny(folder / "tiny.gguf", "llama")
    prepared_data.write(folder / "data")
    (folder / "recipe.toml").write_text(RECIPE)
    return folder


@pytest.fixture(scope="module")
def alone(folder: Path) -> Path:
    """A run of one process."""
    train(load(str(folder / "recipe.toml")), folder / "data", str(folder / "tiny.gguf"), folder / "alone",
          say=lambda line: None)  # fmt: skip
    return folder / "alone"


def killed_before_its_last_checkpoint(out: Path) -> None:
    """Make of a finished run one that was killed a while before."""
    shutil.rmtree(out / "adapter")
    shutil.rmtree(checkpoints.all_of(out)[-1])
    assert len(checkpoints.all_of(out)) == 1


def weights(out: Path) -> dict[str, torch.Tensor]:
    return load_file(out / "adapter" / "adapter_model.safetensors")


CUT_UP = ("--set", "machine.sharding=full")


@pytest.mark.parametrize("settings", [(), (*CUT_UP, "--set", "machine.gradient_checkpointing=true")])
def test_two_processes_end_with_the_weights_of_one_and_write_once(
    settings: tuple[str, ...], folder: Path, alone: Path
) -> None:
    """Steps have an odd number of packs too, so one process has none for a while that the other has."""
    out = folder / f"both{len(settings)}"
    done = run(2, folder, out.name, *settings)
    assert done.returncode == 0, done.stderr[-3000:]
    one, two = weights(alone), weights(out)
    assert any(values.abs().max() > 0.01 for name, values in one.items() if "lora_B" in name)
    assert two.keys() == one.keys()
    for name, values in one.items():
        torch.testing.assert_close(two[name], values, rtol=1e-3, atol=1e-5)
    logs = [run_log.entries(one / run_log.LOG) for one in (alone, out)]
    assert any(entry.get("packs", 0) % 2 for entry in logs[0])
    assert [entry["step"] for entry in logs[0]] == [entry["step"] for entry in logs[1]]
    for figure in ("loss", "dev_loss"):
        told = [[entry[figure] for entry in log if figure in entry] for log in logs]
        assert told[0] and told[1] == pytest.approx(told[0], rel=1e-4)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["machine"]["processes"] == 2 and manifest["result"]["dev"] is not None
    assert [one.name for one in checkpoints.all_of(out)] == [one.name for one in checkpoints.all_of(alone)]


def test_a_run_on_a_base_that_is_cut_up_goes_on_and_ends_with_the_same_weights(folder: Path) -> None:
    """With dropout, for which each process draws."""
    out = folder / "resumed"
    settings = [*CUT_UP, "--set", "lora.dropout=0.1"]
    assert run(2, folder, out.name, *settings).returncode == 0
    undisturbed = weights(out)
    killed_before_its_last_checkpoint(out)
    done = run(2, folder, out.name, *settings, "--resume")
    assert done.returncode == 0 and "Going on from step-" in done.stderr, done.stderr[-3000:]
    assert all(torch.equal(values, undisturbed[name]) for name, values in weights(out).items())


def test_a_run_goes_on_with_other_machines(folder: Path, alone: Path) -> None:
    """Begun on one process with the base whole, by a version without the setting; then on two, cut up."""
    wanted = weights(alone)
    out = folder / "moved"
    shutil.copytree(alone, out)
    killed_before_its_last_checkpoint(out)
    manifest = json.loads((out / "manifest.json").read_text())
    del manifest["recipe"]["machine.sharding"]
    (out / "manifest.json").write_text(json.dumps(manifest))
    done = run(2, folder, out.name, *CUT_UP, "--resume")
    assert done.returncode == 0 and "Going on from step-" in done.stderr, done.stderr[-3000:]
    for name, values in weights(out).items():
        torch.testing.assert_close(values, wanted[name], rtol=1e-3, atol=1e-5)


def test_one_process_has_nothing_to_cut_a_base_up_over(folder: Path) -> None:
    chosen = load(str(folder / "recipe.toml"), ["machine.sharding=full"])
    with pytest.raises(UsageError, match=r"there is one.*torchrun --nproc-per-node"):
        train(chosen, folder / "data", str(folder / "tiny.gguf"), folder / "never")
    assert not (folder / "never").exists()


def test_a_base_that_is_too_large_is_refused_with_how_many_gpus_would_hold_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = open_base(str(folder / "tiny.gguf"), Machine(device="cpu", precision="f32")).model
    whole = sum(one.numel() * one.element_size() for one in model.parameters())
    block = sum(one.numel() * one.element_size() for one in sharding.blocks(model)[0].parameters())
    assert len(sharding.blocks(model)) == 2 and sharding.gathered(model) == whole + block
    gpu = torch.device("cuda")
    monkeypatch.setattr(memory, "free", lambda _: whole)
    memory.check_base(model, gpu)
    with pytest.raises(UsageError, match=r"takes .* of each GPU"):
        memory.check_base(model, gpu, 2)
    # Of a model of two blocks all is there at once; of forty only a little.
    monkeypatch.setattr(sharding, "gathered", lambda _: whole // 10)
    monkeypatch.setattr(memory, "free", lambda _: whole // 2)
    with pytest.raises(UsageError, match=r"4 such GPUs would hold it.*--set machine.sharding=full"):
        memory.check_base(model, gpu)
    memory.check_base(model, gpu, 4)
    with pytest.raises(UsageError, match="4 such GPUs"):
        memory.check_base(model, gpu, 2)
    monkeypatch.setattr(memory, "free", lambda _: whole // 20)
    with pytest.raises(UsageError, match=r"too little memory.*In 4 bits") as caught:
        memory.check_base(model, gpu)
    assert "such GPUs" not in str(caught.value)


def test_what_is_put_together_at_once_counts_for_the_step() -> None:
    chosen = load("llama2-13b-sharded")
    load_ = memory.Load(4096, 800, 62_586_880)
    config = LlamaConfig(hidden_size=5120, intermediate_size=13824, num_hidden_layers=40, num_attention_heads=40)
    whole = memory.predict(config, chosen, load_)
    cut_up = memory.predict(config, chosen, replace(load_, gathered=2**31))
    assert cut_up - whole == pytest.approx(1.2 * 2**31, rel=1e-6)


@pytest.mark.parametrize(("size", "alone", "order"), [(1, True, [0]), (3, True, [0, 1, 2]), (3, False, [0, 1, 1])])
def test_processes_come_in_turn(size: int, alone: bool, order: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[int] = []
    monkeypatch.setattr(Ranks, "wait", lambda ranks: waited.append(ranks.rank))
    before = []
    for rank in range(size):
        with Ranks(rank, size).in_turn(alone=alone):
            before.append(waited.count(rank))
    assert before == order
    # A barrier opens when all have come to it.
    assert len({waited.count(rank) for rank in range(size)}) == 1


def test_every_pack_is_learned_from_by_one_of_them() -> None:
    packs = list(range(7))
    shares = [list(Ranks(rank, 3).share(packs)) for rank in range(3)]
    assert sorted(pack for share in shares for pack in share) == packs
    assert max(map(len, shares)) - min(map(len, shares)) == 1
    assert list(Ranks().share(packs)) == packs and Ranks().add_up([], 2.5) == 2.5
