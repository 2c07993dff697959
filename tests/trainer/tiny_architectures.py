"""Tiny random models of the architectures that adapters are written for, made from the tiny llama's GGUF."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGUFValueType, GGUFWriter
from tiny_model import write_tiny_llama

# Head widths that transformers takes for granted where it reads a GGUF: Qwen3's 128, Gemma3's scale for 256.
_SHAPES = {
    "llama": {"width": 64, "heads": 4, "key_heads": 2},
    "qwen2": {"width": 64, "heads": 4, "key_heads": 2},
    "qwen3": {"width": 256, "heads": 2, "key_heads": 1},
    "gemma3": {"width": 256, "heads": 1, "key_heads": 1},
}


def write_tiny(path: Path, architecture: str, seed: int = 3) -> Path:
    """Write a model of `architecture` to `path`, with norms and biases that are not what they would be untrained."""
    shape = _SHAPES[architecture]
    if architecture == "llama":
        return write_tiny_llama(path, seed=seed, **shape)
    plain = write_tiny_llama(path.with_suffix(".llama"), seed=seed, **shape)
    reader = GGUFReader(str(plain))
    random = np.random.default_rng(seed)
    width, head = shape["width"], shape["width"] // shape["heads"]
    writer = GGUFWriter(str(path), architecture)
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture":
            continue
        inner = field.types[-1] if field.types[0] is GGUFValueType.ARRAY else None
        writer.add_key_value(key.replace("llama.", f"{architecture}."), field.contents(), field.types[0], inner)
    if architecture in ("qwen3", "gemma3"):
        writer.add_key_length(head)
        writer.add_value_length(head)
    if architecture == "gemma3":
        writer.add_sliding_window(512)

    def near_one(name: str, size: int) -> None:
        writer.add_tensor(f"{name}.weight", (1 + 0.2 * random.standard_normal(size)).astype(np.float32))

    for tensor in reader.tensors:
        if architecture == "gemma3" and tensor.name == "output.weight":
            # Gemma's output layer is its embedding.
            continue
        values = np.array(tensor.data)
        if architecture == "gemma3" and tensor.name == "token_embd.weight":
            values = values / np.float32(np.sqrt(width))
        writer.add_tensor(tensor.name, values)
    for block in range(2):
        name = f"blk.{block}"
        if architecture == "qwen2":
            for half, size in (("q", width), ("k", head * shape["key_heads"]), ("v", head * shape["key_heads"])):
                writer.add_tensor(f"{name}.attn_{half}.bias", random.standard_normal(size).astype(np.float32))
        else:
            near_one(f"{name}.attn_q_norm", head)
            near_one(f"{name}.attn_k_norm", head)
        if architecture == "gemma3":
            near_one(f"{name}.post_attention_norm", width)
            near_one(f"{name}.post_ffw_norm", width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    plain.unlink()
    return path
