"""A model of random weights in the size of one that is not at hand: it knows nothing, but it takes as long to read.

Its vocabulary is another model's, so the same notes are the same tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType
from gguf.quants import quantize

from assistant.engine.merge import copy_metadata, open_gguf, value

# Types that the gguf package writes by itself; for others the first.
_TYPES = {
    "Q8_0": (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
    "BF16": (GGMLQuantizationType.BF16, LlamaFileType.MOSTLY_BF16),
    "F16": (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16),
    "F32": (GGMLQuantizationType.F32, LlamaFileType.ALL_F32),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a llama: its blocks, width, heads, heads of keys and values, and hidden width. Widths are multiples of 32."""

    blocks: int
    width: int
    heads: int
    key_heads: int
    hidden: int


# 1B is TinyLlama's shape, 360M is SmolLM2's, each with the embeddings of the vocabulary that it gets.
SHAPES = {"360M": Shape(32, 960, 15, 5, 2560), "1B": Shape(22, 2048, 32, 4, 5632)}
_CONTEXT = 8192


def file_type(wanted: str) -> str:
    """`wanted` if it can be written, else one that can."""
    return wanted if wanted in _TYPES else "Q8_0"


def size(shape: Shape, vocabulary: int, kind: str) -> int:
    """Bytes of its tensors, about."""
    per_number = {"F32": 4.0, "Q8_0": 34 / 32}.get(kind, 2.0)
    return int(sum(rows * columns for _, rows, columns in _weights(shape, vocabulary)) * per_number)


def vocabulary_size(path: Path) -> int:
    """How many tokens the vocabulary of a GGUF has. Raises ModelError."""
    return len(open_gguf(path).fields["tokenizer.ggml.tokens"].data)


def write(target: Path, shape: Shape, like: Path, kind: str, seed: int = 0) -> Path:
    """Write a llama of `shape` with random weights of type `kind` and the vocabulary of `like`; the same for a seed.

    One weight at a time is in memory. Raises ModelError for a `like` that cannot be read.
    """
    source = open_gguf(like)
    vocabulary = vocabulary_size(like)
    number, named = _TYPES[kind]
    writer = GGUFWriter(str(target), "llama")
    writer.add_type("model")
    writer.add_name(f"random weights, vocabulary of {value(source, 'general.name') or like.stem}")
    writer.add_file_type(named)
    writer.add_block_count(shape.blocks)
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_vocab_size(vocabulary)
    copy_metadata(source, writer, leave_out={key for key in source.fields if not key.startswith("tokenizer.")})
    weights, norms = list(_weights(shape, vocabulary)), list(_norms(shape))
    for name, rows, columns in weights:
        like_it = quantize(np.zeros((1, columns), np.float32), number)
        writer.add_tensor_info(name, [rows, like_it.shape[1]], like_it.dtype, rows * like_it.nbytes, raw_dtype=number)
    for name in norms:
        writer.add_tensor_info(name, [shape.width], np.dtype(np.float32), shape.width * 4)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    random = np.random.default_rng(seed)
    for _, rows, columns in weights:
        drawn = random.standard_normal((rows, columns), dtype=np.float32)
        drawn /= np.float32(np.sqrt(columns))
        writer.write_tensor_data(quantize(drawn, number))
    for _ in norms:
        writer.write_tensor_data(np.ones(shape.width, np.float32))
    writer.close()
    return target


def _weights(shape: Shape, vocabulary: int) -> Iterator[tuple[str, int, int]]:
    """Name, outputs and inputs of each matrix; the embeddings are the output layer's weights too."""
    keys = shape.width // shape.heads * shape.key_heads
    yield "token_embd.weight", vocabulary, shape.width
    for block in range(shape.blocks):
        for name, rows, columns in (
            ("attn_q", shape.width, shape.width),
            ("attn_k", keys, shape.width),
            ("attn_v", keys, shape.width),
            ("attn_output", shape.width, shape.width),
            ("ffn_gate", shape.hidden, shape.width),
            ("ffn_up", shape.hidden, shape.width),
            ("ffn_down", shape.width, shape.hidden),
        ):
            yield f"blk.{block}.{name}.weight", rows, columns


def _norms(shape: Shape) -> Iterator[str]:
    for block in range(shape.blocks):
        yield f"blk.{block}.attn_norm.weight"
        yield f"blk.{block}.ffn_norm.weight"
    yield "output_norm.weight"
