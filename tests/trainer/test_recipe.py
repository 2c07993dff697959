"""Recipes: what ships loads, and a wrong setting is named before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from bioassist.errors import UsageError
from trainer.recipe import load, names


def test_shipped_recipes_load() -> None:
    assert names() == [
        "llama2-13b", "llama2-13b-sharded", "llama2-7b", "llama3-8b-qlora", "smollm2-135m", "smollm2-135m-cpu",
    ]  # fmt: skip
    for name in names():
        assert load(name).name == name
    assert load("llama2-13b").optimization.epochs == 3.0
    assert load("llama3-8b-qlora").machine.quantize == "nf4"
    assert load("smollm2-135m-cpu").machine.device == "cpu"
    whole, cut_up = load("llama2-13b").settings(), load("llama2-13b-sharded").settings()
    assert {name for name in whole if whole[name] != cut_up[name]} == {"name", "machine.sharding"}


def test_settings_are_changed_from_the_command_line() -> None:
    changed = load(
        "smollm2-135m-cpu",
        ["optimization.rate=5e-4", "machine.precision=bf16", "lora.rank=8", "batch.step_tokens=4096"],
    )
    assert (changed.optimization.rate, changed.machine.precision, changed.lora.rank) == (5e-4, "bf16", 8)
    assert changed.batch.step_tokens == 4096


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("optimization.ratte=1", "optimization.ratte is not a setting"),
        ("optimisation.rate=1", "not a change to a recipe"),
        ("rate", "not a change to a recipe"),
        ("optimization.rate=fast", "float is wanted"),
        ("lora.rank=8.5", "int is wanted"),
        ("lora.rank=0", "must be more than 0"),
        ("optimization.warmup=3", "between 0 and 1"),
        ("machine.sharding=half", "not one of none, full"),
        ("optimization.schedule=step", "not one of linear, cosine, constant"),
        ("machine.gradient_checkpointing=1", "bool is wanted"),
    ],
)
def test_a_wrong_setting_is_named(change: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load("smollm2-135m-cpu", [change])


def test_a_base_in_4_bits_is_not_cut_up() -> None:
    with pytest.raises(UsageError, match=r"4 bits .*cannot be cut up"):
        load("llama3-8b-qlora", ["machine.sharding=full"])
    with pytest.raises(UsageError, match=r"4 bits .*cannot be cut up"):
        load("llama2-13b-sharded", ["machine.quantize=nf4"])


def test_an_unknown_recipe_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="smollm2-135m-cpu"):
        load("smollm3")
    broken = tmp_path / "mine.toml"
    broken.write_text("[lora\n", "utf-8")
    with pytest.raises(UsageError, match="not TOML"):
        load(str(broken))
