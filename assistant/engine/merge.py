"""A LoRA adapter into its base: W + alpha/rank B A, from GGUF files to a GGUF file, with numpy and gguf alone.

A base is known by its `identity`, a sum over its norms and biases. They are F32 in every file type, so a base keeps its
identity however it is quantised, and a model that was trained further has another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from gguf import GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
from gguf.quants import dequantize
from numpy.typing import NDArray

from bioassist.errors import ModelError

IDENTITY_KEY = "bioassist.base.identity"
BASE_NAME_KEY = "bioassist.base.name"
MERGED_KEY = "bioassist.merged"
ALPHA_KEY = "adapter.lora.alpha"

Full = Literal["F16", "F32"]

_TYPES: dict[str, tuple[type[np.float16] | type[np.float32], LlamaFileType]] = {
    "F16": (np.float16, LlamaFileType.MOSTLY_F16),
    "F32": (np.float32, LlamaFileType.ALL_F32),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """The two halves for one weight, in F32: `a` [rank, inputs] and `b` [outputs, rank]."""

    a: NDArray[np.float32]
    b: NDArray[np.float32]


def open_gguf(path: Path) -> Any:
    """A reader of `path`. Raises ModelError."""
    try:
        return GGUFReader(str(path))
    except OSError as error:
        raise ModelError(f"the file cannot be read: {error.strerror}.", where=str(path)) from error
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise ModelError(
            "this is not a GGUF file, or it is cut short.", where=str(path), next_step="Fetch or make it again."
        ) from error


def value(reader: Any, key: str) -> Any:
    """What a GGUF says under `key`; None if nothing."""
    field = reader.fields.get(key)
    return None if field is None else field.contents()


def vocabulary_sum(reader: Any) -> str:
    """64 hex digits over all tokens in their order, as `Vocabulary.sha256` has it; empty for a file without any."""
    field = reader.fields.get("tokenizer.ggml.tokens")
    if field is None:
        return ""
    digest = hashlib.sha256()
    for place in field.data:
        digest.update(bytes(field.parts[place]) + b"\0")
    return digest.hexdigest()


def identity(reader: Any) -> str:
    """64 hex digits over the architecture and all one-dimensional tensors: the same however a base is quantised."""
    digest = hashlib.sha256(str(value(reader, "general.architecture")).encode())
    for tensor in sorted(reader.tensors, key=lambda one: one.name):
        if len(tensor.shape) == 1 and not tensor.name.startswith("rope_"):
            digest.update(tensor.name.encode())
            digest.update(np.ascontiguousarray(numbers(tensor)).tobytes())
    return digest.hexdigest()


def numbers(tensor: Any) -> NDArray[np.float32]:
    """A GGUF tensor's values in F32, shaped [outputs, inputs]."""
    found: NDArray[np.float32] = dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
    return found


def pairs(adapter: Any) -> dict[str, Pair]:
    """The weights of an adapter by the name of the tensor they belong to. Raises ModelError."""
    halves: dict[str, dict[str, NDArray[np.float32]]] = {}
    for tensor in adapter.tensors:
        name, _, half = tensor.name.rpartition(".lora_")
        if not name or half not in ("a", "b"):
            raise ModelError(f"{tensor.name} is no tensor of a LoRA adapter.")
        halves.setdefault(name, {})[half] = numbers(tensor)
    found = {}
    for name, of in halves.items():
        if set(of) != {"a", "b"} or of["a"].shape[0] != of["b"].shape[1]:
            raise ModelError(f"the two halves for {name} do not fit each other.")
        found[name] = Pair(of["a"], of["b"])
    return found


def check(base: Any, adapter: Any, *, base_path: Path, adapter_path: Path) -> dict[str, Pair]:
    """The adapter's pairs, if it is one for this base. Raises ModelError that says in what they differ."""
    where = str(adapter_path)
    if value(adapter, "general.type") != "adapter" or value(adapter, "adapter.type") != "lora":
        raise ModelError("this is not a LoRA adapter.", where=where)
    if value(base, "general.type") == "adapter":
        raise ModelError("this is an adapter, not a model.", where=str(base_path))
    merged = value(base, MERGED_KEY)
    if merged:
        raise ModelError(
            f"this model has an adapter in it already: {merged}.",
            where=str(base_path),
            next_step="Give the base that the adapter was trained on.",
        )
    for_this, is_ = value(adapter, "general.architecture"), value(base, "general.architecture")
    if for_this != is_:
        raise ModelError(f"this adapter is for the architecture {for_this}; the base is {is_}.", where=where)
    said = value(adapter, IDENTITY_KEY)
    if said and said != identity(base):
        name = value(adapter, BASE_NAME_KEY) or "another base"
        raise ModelError(
            f"this adapter was trained on {name}, and {value(base, 'general.name') or base_path.name} is not that.",
            where=where,
            next_step="Give the base that it was trained on, in any file type.",
        )
    found = pairs(adapter)
    shapes = {tensor.name: tuple(int(size) for size in reversed(tensor.shape)) for tensor in base.tensors}
    for name, pair in found.items():
        wanted = (pair.b.shape[0], pair.a.shape[1])
        if shapes.get(name) != wanted:
            has = f"has shape {shapes[name]}" if name in shapes else "is not"
            raise ModelError(
                f"this adapter is for another base: {name} {has} in this one, {wanted} in the adapter's.", where=where
            )
    return found


def merge(base: Path, adapter: Path, target: Path, file_type: Full = "F16") -> Path:
    """Write `base` with `adapter` in it to `target`; one weight at a time is in memory.

    Everything else in the base stays, and what the adapter says of labels, programs and data is added. Tensors that are
    quantised become `file_type`, as is needed to quantise them anew. Raises ModelError; a partial file is removed.
    """
    from_base, from_adapter = open_gguf(base), open_gguf(adapter)
    added = check(from_base, from_adapter, base_path=base, adapter_path=adapter)
    alpha = float(value(from_adapter, ALPHA_KEY) or 0.0)
    partial = target.with_name(f".{target.name}.partial")
    dtype, number = _TYPES[file_type]
    writer = GGUFWriter(str(partial), value(from_base, "general.architecture"))
    extra: dict[str, Any] = {
        key: value(from_adapter, key)
        for key in from_adapter.fields
        if key.startswith("bioassist.") and from_adapter.fields[key].types[0] is GGUFValueType.STRING
    }
    extra[MERGED_KEY] = value(from_adapter, "general.name") or adapter.stem
    copy_metadata(from_base, writer, leave_out={*extra, "general.file_type"})
    for key, text in extra.items():
        writer.add_string(key, text)
    writer.add_file_type(number)
    kept = {tensor.name: _kept(tensor, dtype) for tensor in from_base.tensors}
    for tensor in from_base.tensors:
        shape = [int(size) for size in reversed(tensor.shape)]
        of = np.dtype(kept[tensor.name])
        writer.add_tensor_info(tensor.name, shape, of, int(np.prod(shape)) * of.itemsize)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in from_base.tensors:
            weight = numbers(tensor)
            pair = added.get(tensor.name)
            if pair is not None:
                weight = weight + np.float32(alpha / pair.a.shape[0]) * (pair.b @ pair.a)
            writer.write_tensor_data(weight.astype(kept[tensor.name], copy=False))
        writer.close()
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ModelError(
            f"the merged model could not be written: {error.strerror}.",
            where=str(target),
            next_step=f"About {base_bytes(from_base, dtype) / 2**20:,.0f} MiB of disk are needed.",
        ) from error
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return target


def copy_metadata(reader: Any, writer: Any, *, leave_out: set[str]) -> None:
    """All key-value pairs of `reader`, with their types; `GGUFWriter` has written the architecture itself."""
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture" or key in leave_out:
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind is GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), kind, inner)


def base_bytes(reader: Any, dtype: type[np.float16] | type[np.float32]) -> int:
    """Bytes of the tensors of `reader` as `merge` writes them."""
    return sum(int(np.prod(tensor.shape)) * np.dtype(_kept(tensor, dtype)).itemsize for tensor in reader.tensors)


def _kept(tensor: Any, dtype: type[np.float16] | type[np.float32]) -> type[np.float16] | type[np.float32]:
    """One-dimensional tensors stay F32, as llama.cpp wants them."""
    return np.float32 if len(tensor.shape) == 1 else dtype
