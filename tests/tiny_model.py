"""A tiny random model that llama.cpp really loads and runs, written as a GGUF in a few milliseconds.

It knows nothing, but it decides: its weights are drawn from a seed, so its answers are the same on every machine that
computes in F32. Any text tokenizes, since both vocabularies have a token for each byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from gguf import GGUFWriter, LlamaFileType, TokenType

BPE_MERGES = (
    "t h", "i n", "e r", "o n", "a n", "r e", "a t", "e n", "Ġ t", "Ġt h", "Ġth e", "Ġ a", "Ġ o", "Ġ p", "Ġp at",
    "i ent", "en t", "Ġpat ient", "Ġ :", "Ġ O", "Ġ B", "Ġ I", "i s", "D is", "e ase", "a s", "as e",
    "Dis ease", "D r", "u g", "Dr ug", "m g", "Ġ 5", "# #", "## #", "o u t", "p u t", "o u", "p u", "in g", "Ċ Ċ",
)  # fmt: skip
SPM_PIECES = (
    "▁", "▁t", "▁th", "▁the", "▁a", "▁p", "▁pa", "▁pat", "▁pati", "▁patien", "▁patient", "th", "he", "in", "er", "on",
    "an", "re", "at", "en", "is", "Dis", "Di", "eas", "ea", "ease", "Diseas", "Disea", "Disease", "Dr", "Dru", "Drug",
    "▁:", "▁O", "▁B", "▁I", "▁B-", "▁I-", "mg", "▁5", "##", "###",
)  # fmt: skip


def write_tiny_llama(
    path: Path,
    vocabulary: Literal["bpe", "spm"] = "bpe",
    seed: int = 0,
    *,
    words: Sequence[str] = (),
    blocks: int = 2,
    width: int = 64,
    heads: int = 4,
    key_heads: int = 2,
    hidden: int = 128,
    context: int = 4096,
    dtype: type[np.float32] | type[np.float16] = np.float32,
    spread: float = 1.0,
    architecture: str = "llama",
    metadata: dict[str, str] | None = None,
) -> Path:
    """Write a llama-family model to `path` and return it.

    `words` become single tokens of their own (a leading space is a part of the token, as in " O"); in "bpe" they are
    made of letters, since that vocabulary cuts at punctuation first (" B-Drug" is " B", "-", "Drug"). `spread` scales
    the output layer: the larger, the further apart the logits. `width` must be a multiple of 32 to be quantised, of
    256 for Q4_K proper (llama.cpp takes a neighbouring type otherwise).
    """
    tokens, types, scores, merges = _bpe(words) if vocabulary == "bpe" else _spm(words)
    writer = GGUFWriter(str(path), architecture)
    writer.add_type("model")
    writer.add_name(f"tiny {vocabulary} {seed}")
    writer.add_license("cc0-1.0")
    writer.add_file_type(LlamaFileType.ALL_F32 if dtype is np.float32 else LlamaFileType.MOSTLY_F16)
    writer.add_block_count(blocks)
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(hidden)
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // heads)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2" if vocabulary == "bpe" else "llama")
    writer.add_tokenizer_pre("smollm" if vocabulary == "bpe" else "default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if scores:
        writer.add_token_scores(scores)
    if merges:
        writer.add_token_merges(merges)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(vocabulary == "spm")
    writer.add_add_space_prefix(vocabulary == "spm")
    for key, value in (metadata or {}).items():
        writer.add_string(key, value)
    random = np.random.default_rng(seed)

    def drawn(name: str, rows: int, columns: int, scale: float = 1.0) -> None:
        values = random.standard_normal((rows, columns), dtype=np.float32) * np.float32(scale / np.sqrt(columns))
        writer.add_tensor(f"{name}.weight", values.astype(dtype))

    def ones(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(width, dtype=np.float32))

    key_width = width // heads * key_heads
    drawn("token_embd", len(tokens), width, scale=np.sqrt(width))
    for block in range(blocks):
        ones(f"blk.{block}.attn_norm")
        drawn(f"blk.{block}.attn_q", width, width, scale=2.0)
        drawn(f"blk.{block}.attn_k", key_width, width, scale=2.0)
        drawn(f"blk.{block}.attn_v", key_width, width)
        drawn(f"blk.{block}.attn_output", width, width)
        ones(f"blk.{block}.ffn_norm")
        drawn(f"blk.{block}.ffn_gate", hidden, width)
        drawn(f"blk.{block}.ffn_up", hidden, width)
        drawn(f"blk.{block}.ffn_down", width, hidden)
    ones("output_norm")
    drawn("output", len(tokens), width, scale=spread * 2.0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_tiny_adapter(
    path: Path,
    seed: int = 0,
    *,
    rank: int = 4,
    width: int = 64,
    blocks: int = 2,
    architecture: str = "llama",
    metadata: dict[str, str] | None = None,
) -> Path:
    """Write a LoRA adapter for the query weights of a `write_tiny_llama` model of the same `width` and `blocks`."""
    writer = GGUFWriter(str(path), architecture)
    writer.add_type("adapter")
    writer.add_name(f"tiny adapter {seed}")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(rank))
    for key, value in (metadata or {}).items():
        writer.add_string(key, value)
    random = np.random.default_rng(seed)
    for block in range(blocks):
        name = f"blk.{block}.attn_q.weight"
        writer.add_tensor(f"{name}.lora_a", random.standard_normal((rank, width), dtype=np.float32))
        writer.add_tensor(f"{name}.lora_b", random.standard_normal((width, rank), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


Tokens = tuple[list[str], list[int], list[float], list[str]]


def _bpe(words: Sequence[str]) -> Tokens:
    letters = _byte_letters()
    merges: list[str] = []
    for word in words:
        spelt = [letters[byte] for byte in word.encode()]
        # Left to right, one letter at a time: enough for the word to come out as one token.
        merges += [f"{''.join(spelt[:end])} {spelt[end]}" for end in range(1, len(spelt))]
    merges += BPE_MERGES
    made = [merge.replace(" ", "") for merge in merges]
    specials = ["<unk>", "<|im_start|>", "<|im_end|>"]
    tokens = list(dict.fromkeys([*specials, *letters.values(), *made]))
    types = [TokenType.CONTROL] * len(specials) + [TokenType.NORMAL] * (len(tokens) - len(specials))
    return tokens, [int(kind) for kind in types], [], list(dict.fromkeys(merges))


def _spm(words: Sequence[str]) -> Tokens:
    specials = ["<unk>", "<s>", "</s>"]
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    characters = [chr(code) for code in range(0x21, 0x7F)]
    made = [*SPM_PIECES]
    for word in words:
        spelt = word.replace(" ", "▁")
        made += [spelt[:end] for end in range(2, len(spelt) + 1)]
    normal = list(dict.fromkeys([*made, *characters]))
    tokens = [*specials, *bytes_, *normal]
    types = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL]
    types += [TokenType.BYTE] * len(bytes_) + [TokenType.NORMAL] * len(normal)
    # Longer pieces win, as in vocabularies that were trained; single characters come last.
    scores = [0.0] * (len(specials) + len(bytes_)) + [float(len(piece)) - 100.0 for piece in normal]
    return tokens, [int(kind) for kind in types], scores, []


def _byte_letters() -> dict[int, str]:
    """The letter that stands for each byte in a GPT-2 vocabulary (Radford et al. 2019, `bytes_to_unicode`)."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {byte: chr(byte) for byte in shown} | {byte: chr(256 + place) for place, byte in enumerate(hidden)}
