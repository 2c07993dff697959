"""An adapter as a GGUF: llama.cpp computes with it what transformers and peft compute."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGUFReader
from numpy.typing import NDArray
from tiny_architectures import write_tiny

from assistant.engine import merge
from assistant.engine.decoder import Fed
from assistant.engine.llama import Llama, Settings
from assistant.engine.native import quantize
from assistant.engine.vocabulary import vocabulary
from assistant.models.gguf_file import read_adapter
from bioassist.errors import ModelError
from trainer.adapter import Adapter
from trainer.adapter_gguf import ARCHITECTURES, export, interleaved
from trainer.base import open_base
from trainer.quantize import make
from trainer.recipe import Lora, Machine

F32 = Machine(device="cpu", precision="f32")

# Largest difference of a logit, as a share of the logits' standard deviation.
EXACT = {"llama": 1e-4, "qwen2": 1e-4, "qwen3": 1e-4, "gemma3": 5e-3}  # llama.cpp looks Gemma's GELU up in F16
F16 = 0.03
Q8_0 = 0.35


def by_transformers(
    base: Path, ids: list[int], adapter: Path, *, rank: int = 8, spread: float = 0.05
) -> NDArray[np.float32]:
    """Logits [ids, vocabulary] with a random adapter, which is written to the folder `adapter`."""
    opened = open_base(str(base), F32)
    made = Adapter(opened.model, Lora(rank=rank, alpha=2.0 * rank), torch.float32, 0)
    generator = torch.Generator().manual_seed(1)
    for name, weights in made.masters.items():
        if "lora_B" in name:
            weights.data = torch.randn(weights.shape, generator=generator) * spread
    adapter.mkdir(parents=True, exist_ok=True)
    made.save(adapter)
    made.model.eval()
    with torch.no_grad():
        return made.model(input_ids=torch.tensor([ids]), use_cache=False).logits[0].numpy()


def by_llama(model: Path, ids: list[int], adapter: Path | None = None) -> NDArray[np.float32]:
    settings = Settings(cells=512, batch=256, sequences=2, threads=1, exact_cells=True)
    llama = Llama(model, settings, adapter)
    try:
        llama.decode([Fed(token, place, 0, True) for place, token in enumerate(ids)])
        return np.array([llama.all_logits(place) for place in range(len(ids))], dtype=np.float32)
    finally:
        llama.close()


def gap(found: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    return float(np.abs(found - wanted).max() / wanted.std())


def ids(count: int, vocabulary: int = 290) -> list[int]:
    return [1, *np.random.default_rng(0).integers(3, vocabulary, count - 1).tolist()]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_llama_cpp_agrees_with_transformers(architecture: str, tmp_path: Path) -> None:
    base = write_tiny(tmp_path / "base.gguf", architecture)
    wanted = by_transformers(base, ids(48), tmp_path / "peft")
    assert gap(by_llama(base, ids(48)), wanted) > 0.5, "the adapter must matter for this to show anything"

    adapter = export(tmp_path / "peft", base, tmp_path / "adapter.gguf", file_type="F32", name="test")
    at_load = by_llama(base, ids(48), adapter)
    assert gap(at_load, wanted) < EXACT[architecture]
    assert (at_load.argmax(1) == wanted.argmax(1)).all()

    made = {model.file_type: model.path for model in make(base, adapter, tmp_path / "made", ["F32", "F16", "Q8_0"])}
    assert gap(by_llama(made["F32"], ids(48)), wanted) < EXACT[architecture]
    merged = by_llama(made["F16"], ids(48))
    assert gap(merged, wanted) < F16
    assert (merged.argmax(1) == wanted.argmax(1)).all()
    assert gap(by_llama(made["Q8_0"], ids(48)), wanted) < Q8_0


@pytest.mark.parametrize(("file_type", "tolerance"), [("F16", F16), ("Q8_0", Q8_0)])
def test_smaller_adapters_cost_little(file_type: str, tolerance: float, tmp_path: Path) -> None:
    base = write_tiny(tmp_path / "base.gguf", "llama")
    wanted = by_transformers(base, ids(48), tmp_path / "peft", rank=32)
    adapter = export(tmp_path / "peft", base, tmp_path / "adapter.gguf", file_type=file_type, name="test")  # type: ignore[arg-type]
    assert read_adapter(adapter).file_type == file_type
    assert gap(by_llama(base, ids(48), adapter), wanted) < tolerance


def test_without_the_order_of_rows_the_answers_are_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = write_tiny(tmp_path / "base.gguf", "llama")
    wanted = by_transformers(base, ids(48), tmp_path / "peft")
    monkeypatch.setattr("trainer.adapter_gguf._INTERLEAVED", ())
    adapter = export(tmp_path / "peft", base, tmp_path / "adapter.gguf", file_type="F32", name="test")
    assert gap(by_llama(base, ids(48), adapter), wanted) > 0.1


def test_rows_of_each_head_are_interleaved() -> None:
    rows = np.arange(8, dtype=np.float32)[:, None]
    assert interleaved(rows, 2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


def test_an_adapter_says_what_it_is(tmp_path: Path) -> None:
    base = write_tiny(tmp_path / "base.gguf", "llama")
    by_transformers(base, ids(4), tmp_path / "peft")
    manifest = {
        "recipe": {"name": "test", "lora.rank": 8},
        "data": {
            "facts": {
                "mixture": "clinical",
                "fingerprint": "f" * 64,
                "labels": {"ner.typed": ["Disease", "Drug"]},
                "programs": {"ner.typed": "ner.typed/1:0123456789ab"},
            }
        },
    }
    path = export(
        tmp_path / "peft", base, tmp_path / "adapter.gguf", name="clinical", licence="apache-2.0", manifest=manifest
    )
    contents = read_adapter(path)
    assert contents.name == "clinical"
    assert contents.licence == "apache-2.0"
    assert contents.labels == {"ner.typed": ["Disease", "Drug"]}
    assert contents.programs == {"ner.typed": "ner.typed/1:0123456789ab"}
    reader = GGUFReader(str(path))
    assert json.loads(merge.value(reader, "bioassist.data"))["fingerprint"] == "f" * 64
    assert merge.value(reader, merge.IDENTITY_KEY) == merge.identity(GGUFReader(str(base)))


def test_kinds_of_lora_that_a_gguf_cannot_say_are_refused(tmp_path: Path) -> None:
    base = write_tiny(tmp_path / "base.gguf", "llama")
    by_transformers(base, ids(4), tmp_path / "peft")
    config = tmp_path / "peft" / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text("utf-8")), "use_rslora": True}), "utf-8")
    with pytest.raises(ModelError, match="use_rslora"):
        export(tmp_path / "peft", base, tmp_path / "adapter.gguf", name="test")
    assert not (tmp_path / "adapter.gguf").exists()


def test_an_adapter_is_not_written_for_a_base_of_another_shape(tmp_path: Path) -> None:
    base = write_tiny(tmp_path / "base.gguf", "llama")
    by_transformers(base, ids(4), tmp_path / "peft")
    other = write_tiny(tmp_path / "other.gguf", "qwen3")
    with pytest.raises(ModelError, match="another base"):
        export(tmp_path / "peft", other, tmp_path / "adapter.gguf", name="test")


def test_an_adapter_is_not_written_for_a_base_of_another_vocabulary(tmp_path: Path) -> None:
    base = write_tiny(tmp_path / "base.gguf", "llama")
    by_transformers(base, ids(4), tmp_path / "peft")
    with vocabulary(base) as known:
        there = known.sha256()
    assert there == merge.vocabulary_sum(GGUFReader(str(base)))

    def manifest(of_vocabulary: str) -> dict[str, Any]:
        return {"data": {"facts": {"vocabulary": {"sha256": of_vocabulary}}}}

    export(tmp_path / "peft", base, tmp_path / "same.gguf", name="test", manifest=manifest(there))
    with pytest.raises(ModelError, match="another vocabulary"):
        export(tmp_path / "peft", base, tmp_path / "other.gguf", name="test", manifest=manifest("0" * 64))
    assert not (tmp_path / "other.gguf").exists()


@pytest.mark.model
def test_the_default_base_agrees(tmp_path: Path, default_base: Path) -> None:
    """Merged as F32: the same numbers. In F16, at load or merged: within 5% of the logits' spread, and another best
    token only where the two best lie closer together than that.
    """
    base = tmp_path / "f16.gguf"
    quantize(default_base, base, "F16", 1)
    tokens = ids(96, 2000)
    wanted = by_transformers(base, tokens, tmp_path / "peft", rank=32, spread=0.005)
    assert (by_llama(base, tokens).argmax(1) != wanted.argmax(1)).any(), "the adapter must matter"
    adapter = export(tmp_path / "peft", base, tmp_path / "adapter.gguf", file_type="F32", name="test")
    exact = by_llama(merge.merge(base, adapter, tmp_path / "f32.gguf", "F32"), tokens)
    assert gap(exact, wanted) < 1e-3
    assert (exact.argmax(1) == wanted.argmax(1)).all()
    merged = merge.merge(base, adapter, tmp_path / "merged.gguf")
    every = np.arange(len(tokens))
    for found in (by_llama(base, tokens, adapter), by_llama(merged, tokens)):
        assert gap(found, wanted) < 0.05
        lost = wanted.max(1) - wanted[every, found.argmax(1)]
        assert lost.max() < 0.05 * wanted.std()
