"""The mean of two rounds of training."""

from __future__ import annotations

import json
from pathlib import Path

import prepared_data
import pytest
import torch
from safetensors.torch import save_file

from bioassist.errors import InputError, ModelError, UsageError
from trainer.adapter import WEIGHTS, read
from trainer.averaging import average


def round_of(folder: Path, *, labels: list[str], base: str = "a" * 64, turned: bool = False, steps: int = 8) -> Path:
    """A finished run of two weights, as `trainer.train` leaves one; `turned` puts it at right angles to others."""
    (folder / "adapter").mkdir(parents=True)
    values = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    weights = {"q.lora_A.weight": values.flip(0) if turned else values * steps, "q.lora_B.weight": values * 0}
    save_file(weights, folder / "adapter" / WEIGHTS)
    (folder / "adapter" / "adapter_config.json").write_text("{}", "utf-8")
    facts = {
        "mixture": folder.name,
        "fingerprint": f"{steps:064x}",
        "labels": {"ner.typed": labels},
        "programs": {"ner.typed": "ner.typed/1:0123456789ab"},
    }
    manifest = {
        "recipe": prepared_data.recipe().settings(),
        "data": {"fingerprint": facts["fingerprint"], "facts": facts},
        "base": {"source": "base.gguf", "kind": "gguf", "sum": base},
        "steps": steps,
        "tokens": 100,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def test_the_mean_lies_between_and_says_what_it_is_of(tmp_path: Path) -> None:
    first = round_of(tmp_path / "first", labels=["Drug"], steps=8)
    second = round_of(tmp_path / "second", labels=["Disease", "Drug"], steps=16)
    found = read(average([first, second], tmp_path / "mean"))
    assert found["q.lora_A.weight"].tolist() == [[12.0, 0.0], [0.0, 12.0]]
    manifest = json.loads((tmp_path / "mean/manifest.json").read_text("utf-8"))
    facts = manifest["data"]["facts"]
    assert facts["labels"] == {"ner.typed": ["Disease", "Drug"]}
    assert facts["mixture"] == "first + second"
    assert [part["mixture"] for part in facts["parts"]] == ["first", "second"]
    assert [(one["run"], one["steps"]) for one in manifest["averaged"]] == [("first", 8), ("second", 16)]


def test_runs_that_have_no_mean_are_refused(tmp_path: Path) -> None:
    first = round_of(tmp_path / "first", labels=["Drug"])
    for name, settings, what in (
        ("base", {"base": "b" * 64}, "another base"),
        ("stranger", {"turned": True}, "nothing in common"),
    ):
        other = round_of(tmp_path / name, labels=["Drug"], **settings)  # type: ignore[arg-type]
        with pytest.raises(ModelError, match=what):
            average([first, other], tmp_path / "mean")
    with pytest.raises(UsageError, match="two runs"):
        average([first], tmp_path / "mean")
    with pytest.raises(InputError, match="not a folder"):
        average([first, tmp_path], tmp_path / "mean")
    with pytest.raises(UsageError, match="there already"):
        average([first, first], first)
    assert not (tmp_path / "mean").exists()


def test_another_rank_or_other_programs(tmp_path: Path) -> None:
    first = round_of(tmp_path / "first", labels=["Drug"])
    other = round_of(tmp_path / "other", labels=["Drug"])
    save_file({"q.lora_A.weight": torch.ones(3, 2)}, other / "adapter" / WEIGHTS)
    with pytest.raises(ModelError, match="another rank"):
        average([first, other], tmp_path / "mean")
    third = round_of(tmp_path / "third", labels=["Drug"])
    manifest = json.loads((third / "manifest.json").read_text("utf-8"))
    manifest["data"]["facts"]["programs"]["ner.typed"] = "ner.typed/2:0123456789ab"
    (third / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ModelError, match="other programs"):
        average([first, third], tmp_path / "mean")
