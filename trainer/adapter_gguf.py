"""A peft adapter as a GGUF that llama.cpp applies: other names, and for llama the rows of Q and K in another order.

GGUF files of the llama family hold Q and K with the two halves of each head's rotary pairs interleaved, as Meta's own
code had them; transformers holds one half behind the other. So B, whose rows are the outputs, is reordered with them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, get_tensor_name_map
from gguf.constants import MODEL_ARCH, MODEL_ARCH_NAMES
from gguf.quants import quantize
from numpy.typing import NDArray

from assistant.engine import merge
from bioassist.errors import ModelError
from trainer.adapter import CONFIG, WEIGHTS, read, read_config

FileType = Literal["F16", "F32", "Q8_0"]

LABELS_KEY = "bioassist.labels"
PROGRAMS_KEY = "bioassist.programs"
DATA_KEY = "bioassist.data"
RECIPE_KEY = "bioassist.recipe"

ARCHITECTURES = ("llama", "qwen2", "qwen3", "gemma3")
# Architectures of GGUF whose Q and K rows are interleaved.
_INTERLEAVED = ("llama",)
_FILE_TYPES = {"F16": LlamaFileType.MOSTLY_F16, "F32": LlamaFileType.ALL_F32, "Q8_0": LlamaFileType.MOSTLY_Q8_0}
_BLOCK = 32


def export(
    adapter: Path,
    base: Path,
    target: Path,
    *,
    file_type: FileType = "F16",
    name: str,
    licence: str = "",
    manifest: dict[str, Any] | None = None,
) -> Path:
    """Write the peft adapter in the folder `adapter` as the GGUF `target`, for the GGUF `base` that it was trained on.

    `manifest` is the run's manifest.json, from which come labels, program fingerprints, and what the data were. Raises
    ModelError for an adapter that is not a plain LoRA, an unknown architecture, and shapes that the base does not have.
    """
    config = _plain(adapter)
    weights = read(adapter)
    reader = merge.open_gguf(base)
    architecture = str(merge.value(reader, "general.architecture"))
    if architecture not in ARCHITECTURES:
        raise ModelError(
            f"adapters for the architecture {architecture} cannot be written.",
            where=str(base),
            next_step=f"Known are {', '.join(ARCHITECTURES)}.",
        )
    _same_vocabulary(manifest or {}, reader, base)
    tensors = named(weights, reader, architecture, base=base, adapter=adapter)
    partial = target.with_name(f".{target.name}.partial")
    writer = GGUFWriter(str(partial), architecture)
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_file_type(_FILE_TYPES[file_type])
    writer.add_quantization_version(2)
    if licence:
        writer.add_license(licence)
    writer.add_string("adapter.type", "lora")
    writer.add_float32(merge.ALPHA_KEY, float(config["lora_alpha"]))
    for key, text in _said(manifest or {}, reader, base).items():
        writer.add_string(key, text)
    for tensor, values in tensors.items():
        _add(writer, tensor, values, file_type)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        partial.replace(target)
    except OSError as error:
        raise ModelError(f"the adapter could not be written: {error.strerror}.", where=str(target)) from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def named(
    weights: dict[str, Any], reader: Any, architecture: str, *, base: Path, adapter: Path
) -> dict[str, NDArray[np.float32]]:
    """The tensors of the GGUF adapter by name, in F32 and in GGUF's order of rows. Raises ModelError."""
    blocks = int(merge.value(reader, f"{architecture}.block_count"))
    heads = int(merge.value(reader, f"{architecture}.attention.head_count"))
    key_heads = int(merge.value(reader, f"{architecture}.attention.head_count_kv") or heads)
    number = next(one for one, text in MODEL_ARCH_NAMES.items() if text == architecture)
    names = get_tensor_name_map(MODEL_ARCH(number), blocks)
    shapes = {tensor.name: tuple(int(size) for size in reversed(tensor.shape)) for tensor in reader.tensors}
    found: dict[str, NDArray[np.float32]] = {}
    for key, tensor in weights.items():
        layer, _, half = key.removeprefix("base_model.model.").removesuffix(".weight").rpartition(".lora_")
        name = names.get_name(layer) if half in ("A", "B") else None
        if name is None:
            raise ModelError(f"GGUF has no name for {key} in {architecture}.", where=str(adapter / WEIGHTS))
        name = f"{name}.weight"
        values: NDArray[np.float32] = tensor.float().numpy()
        # A has the weight's inputs, its last dimension; B its outputs, the first.
        wanted = shapes.get(name, (0, 0))[1 if half == "A" else 0]
        if values.shape[1 if half == "A" else 0] != wanted:
            raise ModelError(
                f"this adapter is for another base: {name} does not fit (shape {shapes.get(name)} in {base.name}).",
                where=str(adapter),
                next_step="Give the GGUF of the base that it was trained on with --base-gguf.",
            )
        if half == "B" and architecture in _INTERLEAVED:
            if name.endswith("attn_q.weight"):
                values = interleaved(values, heads)
            elif name.endswith("attn_k.weight"):
                values = interleaved(values, key_heads)
        found[f"{name}.lora_{half.lower()}"] = values
    return found


def interleaved(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows of Q or K in GGUF's order: in each head, row i of the first half before row i of the second.

    >>> interleaved(np.arange(8, dtype=np.float32)[:, None], 2)[:, 0].astype(int).tolist()
    [0, 2, 1, 3, 4, 6, 5, 7]
    """
    halves = rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows.shape))


def _plain(adapter: Path) -> dict[str, Any]:
    """Raises ModelError for kinds of LoRA that a GGUF adapter cannot say."""
    config = read_config(adapter)
    for setting in ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "modules_to_save", "bias"):
        if config.get(setting) not in (None, False, "none", {}, []):
            raise ModelError(f"{setting} cannot be said in a GGUF adapter.", where=str(adapter / CONFIG))
    return config


def _same_vocabulary(manifest: dict[str, Any], reader: Any, base: Path) -> None:
    """Raise ModelError if the run learned from ids of another vocabulary than that of `base`."""
    learned = manifest.get("data", {}).get("facts", {}).get("vocabulary", {}).get("sha256")
    there = merge.vocabulary_sum(reader)
    if learned and there and learned != there:
        raise ModelError(
            "this base has another vocabulary than the one that the adapter's data were made with.",
            where=str(base),
            next_step="Give the base that was named to `bioassist train data`.",
        )


def _said(manifest: dict[str, Any], reader: Any, base: Path) -> dict[str, str]:
    """Metadata of our own, as text; what is not known is left out."""
    facts = manifest.get("data", {}).get("facts", {})
    data = {key: facts[key] for key in ("mixture", "fingerprint", "counts", "seed", "parts") if key in facts}
    if data:
        data["versions"] = manifest.get("versions", {})
    told = {
        LABELS_KEY: facts.get("labels"),
        PROGRAMS_KEY: facts.get("programs"),
        DATA_KEY: data,
        RECIPE_KEY: manifest.get("recipe"),
    }
    texts = {key: json.dumps(of, ensure_ascii=False) for key, of in told.items() if of}
    texts[merge.IDENTITY_KEY] = merge.identity(reader)
    texts[merge.BASE_NAME_KEY] = str(merge.value(reader, "general.name") or base.stem)
    return texts


def _add(writer: Any, name: str, values: NDArray[np.float32], file_type: FileType) -> None:
    if file_type == "F32":
        writer.add_tensor(name, values)
    elif file_type == "F16" or values.shape[1] % _BLOCK:
        # A rank that is no multiple of a block cannot be quantised.
        writer.add_tensor(name, values.astype(np.float16))
    else:
        writer.add_tensor(name, quantize(values, GGMLQuantizationType.Q8_0), raw_dtype=GGMLQuantizationType.Q8_0)
