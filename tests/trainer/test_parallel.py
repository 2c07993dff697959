"""Two processes learn what one learns."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import prepared_data
import pytest
import torch
from safetensors.torch import load_file
from tiny_architectures import write_tiny

from assistant.children import environment
from trainer import checkpoints, run_log
from trainer.parallel import Ranks

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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny(tmp_path / "tiny.gguf", "llama")
    prepared_data.write(tmp_path / "data")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return tmp_path


def test_two_processes_end_with_the_weights_of_one_and_write_once(folder: Path) -> None:
    for processes in (1, 2):
        done = run(processes, folder, f"run{processes}")
        assert done.returncode == 0, done.stderr[-3000:]
    one, two = (load_file(folder / f"run{n}" / "adapter" / "adapter_model.safetensors") for n in (1, 2))
    assert any(weights.abs().max() > 0.01 for name, weights in one.items() if "lora_B" in name)
    for name, weights in one.items():
        torch.testing.assert_close(two[name], weights, rtol=1e-3, atol=1e-5)
    logs = [run_log.entries(folder / f"run{n}" / run_log.LOG) for n in (1, 2)]
    assert [entry["step"] for entry in logs[0]] == [entry["step"] for entry in logs[1]]
    told = [[entry["loss"] for entry in log if "loss" in entry] for log in logs]
    assert told[1] == pytest.approx(told[0], rel=1e-4)
    manifest = json.loads((folder / "run2" / "manifest.json").read_text())
    assert manifest["machine"]["processes"] == 2 and manifest["result"]["dev"] is not None
    assert len(checkpoints.all_of(folder / "run2")) == len(checkpoints.all_of(folder / "run1"))


def test_every_pack_is_learned_from_by_one_of_them() -> None:
    packs = list(range(7))
    shares = [list(Ranks(rank, 3).share(packs)) for rank in range(3)]
    assert sorted(pack for share in shares for pack in share) == packs
    assert max(map(len, shares)) - min(map(len, shares)) == 1
    assert list(Ranks().share(packs)) == packs and Ranks().add_up([], 2.5) == 2.5
