"""A model's vocabulary: the ids of pieces of text, and what an id stands for."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import llama_cpp

from assistant.engine.native import backend, load
from bioassist.errors import EngineError

# Pieces up to this length are words and labels, which come again; longer ones are the text of windows.
_OFTEN = 64


class Vocabulary:
    """Tokenizes piece by piece, so that a text has the same ids however it is cut into a program's pieces."""

    def __init__(self, handle: Any) -> None:
        self._vocab = handle
        self.size: int = llama_cpp.llama_vocab_n_tokens(handle)
        self.sentencepiece: bool = llama_cpp.llama_vocab_type(handle) == llama_cpp.LLAMA_VOCAB_TYPE_SPM
        self.bos: int | None = llama_cpp.llama_vocab_bos(handle) if llama_cpp.llama_vocab_get_add_bos(handle) else None
        # SentencePiece puts a space before whatever it is given; behind a newline the rest comes out as it is.
        self._anchor = "\n"
        self._anchor_length = len(self._ids(self._anchor)) if self.sentencepiece else 0
        self._known = lru_cache(maxsize=16_384)(self._tokenize)

    def tokenize(self, piece: str) -> tuple[int, ...]:
        """Ids of `piece` as it stands in the middle of a text. Nothing in it is read as a special token."""
        return self._known(piece) if len(piece) <= _OFTEN else self._tokenize(piece)

    def _tokenize(self, piece: str) -> tuple[int, ...]:
        if self.sentencepiece:
            return tuple(self._ids(self._anchor + piece)[self._anchor_length :])
        return tuple(self._ids(piece))

    def whole(self, text: str) -> tuple[int, ...]:
        """Ids of a whole text from its start, without the begin-of-text token."""
        return tuple(self._ids(text))

    def _ids(self, text: str) -> list[int]:
        # A lone surrogate is no text that a model could have learnt from; it reads a question mark.
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), tokens, room, False, False)
        if count < 0:
            raise EngineError("llama.cpp could not tokenize a piece of text.")
        return list(tokens[:count])

    def sha256(self) -> str:
        """64 hex digits over all tokens in their order: equal vocabularies have equal sums."""
        digest = hashlib.sha256()
        for token in range(self.size):
            digest.update(llama_cpp.llama_vocab_get_text(self._vocab, token) + b"\0")
        return digest.hexdigest()

    def is_end(self, token: int) -> bool:
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    def text(self, token: int) -> bytes:
        """The bytes that a token stands for."""
        buffer = ctypes.create_string_buffer(256)
        length = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, 256, 0, False)
        return buffer.raw[: max(length, 0)]


@contextmanager
def vocabulary(path: Path) -> Iterator[Vocabulary]:
    """The vocabulary of a GGUF alone, without its weights. Raises ModelError."""
    backend()
    parameters = llama_cpp.llama_model_default_params()
    parameters.vocab_only = True
    model = load(path, parameters)
    try:
        yield Vocabulary(llama_cpp.llama_model_get_vocab(model))
    finally:
        llama_cpp.llama_model_free(model)
