"""A tiny random BERT with a vocabulary of word pieces, written in transformers' format in some milliseconds."""

from __future__ import annotations

import string
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# Words that are one piece; "aspirin" is two, any other word of letters is a piece a letter.
WORDS = ("he", "took", "has", "no", "was", "stopped", "today", "gene", "disease", "the", "causes", "spares", "asp")
_SINGLE = string.ascii_lowercase + string.digits + string.punctuation


def pieces(words: Iterable[str] = WORDS) -> dict[str, int]:
    listed = dict.fromkeys([*SPECIAL, *_SINGLE, *(f"##{char}" for char in _SINGLE), "##irin", *words])
    return {piece: number for number, piece in enumerate(listed)}


def write_tokenizer(folder: Path, vocabulary: dict[str, int] | None = None) -> Path:
    """A fast WordPiece tokenizer, lower case, with BERT's special tokens."""
    known = vocabulary or pieces()
    tokenizer = Tokenizer(models.WordPiece(known, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, known[name]) for name in ("[CLS]", "[SEP]")],
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **names).save_pretrained(folder)
    return folder


def write_encoder(folder: Path, *, positions: int = 128, seed: int = 0) -> Path:
    """Model and tokenizer; it takes at most `positions` tokens."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tokenizer(folder)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(pieces()),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=positions,
        # With the usual 0.02 so narrow a model tells no two words apart.
        initializer_range=0.2,
        hidden_dropout_prob=0.05,
        attention_probs_dropout_prob=0.05,
    )
    BertModel(config).save_pretrained(folder)
    return folder
