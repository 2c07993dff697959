"""An adapter into its base: the right numbers, nothing else changed, and never into another base."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader, GGUFWriter
from tiny_architectures import write_tiny
from tiny_model import write_tiny_adapter, write_tiny_llama

from assistant.engine import merge
from assistant.engine.native import quantize
from bioassist.errors import ModelError, UsageError
from trainer.quantize import make


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_llama(tmp_path_factory.mktemp("base") / "base.gguf")


def weights(path: Path) -> dict[str, np.ndarray]:
    return {tensor.name: merge.numbers(tensor) for tensor in GGUFReader(str(path)).tensors}


def adapter_for(base: Path, path: Path, **metadata: str) -> Path:
    """An adapter of rank 4 and alpha 4 for the queries, which says what it was trained on."""
    known = {merge.IDENTITY_KEY: merge.identity(GGUFReader(str(base))), merge.BASE_NAME_KEY: "tiny", **metadata}
    return write_tiny_adapter(path, metadata=known)


def test_the_product_is_added_and_nothing_else_changed(base: Path, tmp_path: Path) -> None:
    adapter = adapter_for(base, tmp_path / "a.gguf")
    before, after, of = weights(base), weights(merge.merge(base, adapter, tmp_path / "m.gguf", "F32")), weights(adapter)
    assert list(before) == list(after)
    for name, values in before.items():
        added = of[f"{name}.lora_b"] @ of[f"{name}.lora_a"] if f"{name}.lora_a" in of else 0.0
        np.testing.assert_allclose(after[name], values + added, atol=1e-5)
    assert sum(f"{name}.lora_a" in of for name in before) == 2


def test_metadata_stays_and_the_adapters_is_added(base: Path, tmp_path: Path) -> None:
    adapter = adapter_for(base, tmp_path / "a.gguf", **{"bioassist.labels": '{"ner.typed": ["Drug"]}'})
    merged = GGUFReader(str(merge.merge(base, adapter, tmp_path / "m.gguf")))
    was = GGUFReader(str(base))
    for key in was.fields:
        if not key.startswith("GGUF.") and key != "general.file_type":
            assert merge.value(merged, key) == merge.value(was, key), key
            assert merged.fields[key].types == was.fields[key].types, key
    assert merge.value(merged, "bioassist.labels") == '{"ner.typed": ["Drug"]}'
    assert merge.value(merged, merge.MERGED_KEY) == "tiny adapter 0"
    assert merge.value(merged, "general.file_type") == 1
    assert {tensor.tensor_type.name for tensor in merged.tensors if len(tensor.shape) == 2} == {"F16"}


def test_a_base_keeps_its_identity_however_it_is_quantised(base: Path, tmp_path: Path) -> None:
    of_base = merge.identity(GGUFReader(str(base)))
    for file_type in ("Q8_0", "Q4_0", "F16"):
        quantize(base, tmp_path / file_type, file_type, 1)
        assert merge.identity(GGUFReader(str(tmp_path / file_type))) == of_base
    assert merge.identity(GGUFReader(str(write_tiny(tmp_path / "q", "qwen2")))) != of_base


def test_a_quantised_base_is_merged_as_what_it_stands_for(base: Path, tmp_path: Path) -> None:
    quantize(base, tmp_path / "q8.gguf", "Q8_0", 1)
    adapter = adapter_for(base, tmp_path / "a.gguf")
    after, of_quantised, of = (
        weights(merge.merge(tmp_path / "q8.gguf", adapter, tmp_path / "m.gguf", "F32")),
        weights(tmp_path / "q8.gguf"),
        weights(adapter),
    )
    name = "blk.1.attn_q.weight"
    np.testing.assert_allclose(after[name], of_quantised[name] + of[f"{name}.lora_b"] @ of[f"{name}.lora_a"], atol=1e-5)


def test_an_adapter_for_another_base_is_refused(base: Path, tmp_path: Path) -> None:
    adapter = adapter_for(base, tmp_path / "a.gguf")
    refused = {
        "architecture llama; the base is qwen2": write_tiny(tmp_path / "qwen2.gguf", "qwen2"),
        r"another base: blk.0.attn_q.weight has shape \(128, 128\)": write_tiny_llama(tmp_path / "wide", width=128),
    }
    unsaid = write_tiny_adapter(tmp_path / "unsaid.gguf")
    for said, other in refused.items():
        with pytest.raises(ModelError, match=said):
            merge.merge(other, unsaid, tmp_path / "m.gguf")
    trained_further = tmp_path / "further.gguf"
    _with_other_norms(base, trained_further)
    with pytest.raises(ModelError, match=r"trained on tiny, and .* is not that"):
        merge.merge(trained_further, adapter, tmp_path / "m.gguf")
    assert merge.merge(trained_further, unsaid, tmp_path / "unknown.gguf").exists(), "nothing says it does not fit"
    assert not (tmp_path / "m.gguf").exists()


def test_no_adapter_is_merged_twice(base: Path, tmp_path: Path) -> None:
    adapter = adapter_for(base, tmp_path / "a.gguf")
    merged = merge.merge(base, adapter, tmp_path / "m.gguf")
    with pytest.raises(ModelError, match="has an adapter in it already: tiny adapter 0"):
        merge.merge(merged, adapter, tmp_path / "again.gguf")


def test_a_model_is_no_adapter_and_an_adapter_no_model(base: Path, tmp_path: Path) -> None:
    adapter = adapter_for(base, tmp_path / "a.gguf")
    with pytest.raises(ModelError, match="not a LoRA adapter"):
        merge.merge(base, base, tmp_path / "m.gguf")
    with pytest.raises(ModelError, match="an adapter, not a model"):
        merge.merge(adapter, adapter, tmp_path / "m.gguf")
    (tmp_path / "cut.gguf").write_bytes(base.read_bytes()[:5000])
    with pytest.raises(ModelError, match="cut short"):
        merge.merge(tmp_path / "cut.gguf", adapter, tmp_path / "m.gguf")


def test_a_failed_merge_leaves_nothing(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = adapter_for(base, tmp_path / "a.gguf")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(GGUFWriter, "write_tensor_data", full)
    with pytest.raises(ModelError, match=r"No space left on device.*MiB of disk are needed"):
        merge.merge(base, adapter, tmp_path / "m.gguf")
    assert [one.name for one in tmp_path.iterdir()] == ["a.gguf"]


def test_file_types_are_made_from_one_merge(base: Path, tmp_path: Path) -> None:
    adapter = adapter_for(base, tmp_path / "a.gguf")
    made = make(base, adapter, tmp_path / "made", ["Q8_0", "Q4_0"])
    assert [model.file_type for model in made] == ["Q8_0", "Q4_0"]
    assert made[0].size > made[1].size
    assert sorted(one.name for one in (tmp_path / "made").iterdir()) == ["Q4_0.gguf", "Q8_0.gguf"]
    assert merge.value(GGUFReader(str(made[1].path)), merge.MERGED_KEY) == "tiny adapter 0"
    with pytest.raises(UsageError, match="Q5_X is no file type"):
        make(base, adapter, tmp_path / "made", ["Q5_X"])


def test_merging_needs_no_torch_and_no_llama_cpp() -> None:
    code = "import sys, assistant.engine.merge; print({'torch', 'llama_cpp', 'transformers'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def _with_other_norms(source: Path, target: Path) -> None:
    reader = GGUFReader(str(source))
    writer = GGUFWriter(str(target), "llama")
    merge.copy_metadata(reader, writer, leave_out=set())
    for tensor in reader.tensors:
        values = np.array(tensor.data)
        writer.add_tensor(tensor.name, values * np.float32(1.01) if values.ndim == 1 else values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
