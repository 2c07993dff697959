"""A model and its cells, through llama-cpp-python's low-level API."""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np

from assistant.engine.decoder import Fed, NoRoomError, NotFiniteError, OutOfMemoryError
from assistant.engine.native import Log, backend, load
from assistant.engine.vocabulary import Vocabulary
from assistant.engine.writing import Best
from bioassist.errors import EngineError, ModelError

# `llama_decode` says 1 if there are no cells for a batch, -2 if there is no memory for it.
_NO_CELLS, _NO_MEMORY = 1, -2
_GGML_TYPE_F32 = 0
# Tokens of a batch that is read about as fast a token as a large one, and does not take long.
_FEW = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """How the context is laid out. `cells` is the KV room for all sequences together, in tokens."""

    cells: int = 8192
    batch: int = 512
    sequences: int = 20
    threads: int = 2
    gpu_layers: int = 0
    flash_attention: bool = True
    exact_cells: bool = False


class Llama:
    """A model, an optional adapter, and one context in which several sequences share cells.

    `decode` evaluates a batch; `logits` reads those of one of its tokens. Free it with `close`.
    """

    def __init__(self, path: Path, settings: Settings, adapter: Path | None = None) -> None:
        log = backend()
        self.settings = settings
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = settings.gpu_layers
        self._model = load(path, parameters)
        self._context: Any = None
        self._batch: Any = None
        try:
            self.vocabulary = Vocabulary(llama_cpp.llama_model_get_vocab(self._model))
            self.trained_context: int = llama_cpp.llama_model_n_ctx_train(self._model)
            self._context = self._open_context(settings, log)
            self._memory = llama_cpp.llama_get_memory(self._context)
            self._batch = llama_cpp.llama_batch_init(settings.batch, 0, 1)
            if adapter is not None:
                self._apply(adapter, log)
        except BaseException:
            self.close()
            raise

    def _open_context(self, settings: Settings, log: Log) -> Any:
        wanted = llama_cpp.llama_context_default_params()
        wanted.n_ctx = settings.cells
        wanted.n_batch = wanted.n_ubatch = settings.batch
        wanted.n_seq_max = settings.sequences
        wanted.n_threads = wanted.n_threads_batch = settings.threads
        # Only unified cells let sequences share a prefix and the whole room.
        wanted.kv_unified = True
        wanted.flash_attn_type = 1 if settings.flash_attention else 0
        if settings.exact_cells:
            wanted.type_k = wanted.type_v = _GGML_TYPE_F32
            wanted.flash_attn_type = 0
        context = llama_cpp.llama_init_from_model(self._model, wanted)
        if not context:
            raise OutOfMemoryError(
                f"llama.cpp could not set up {settings.cells} cells for this model.{log.last()}",
                next_step="There may be too little memory: see `bioassist doctor`.",
            )
        return context

    def _apply(self, adapter: Path, log: Log) -> None:
        if not adapter.is_file():
            raise ModelError("there is no such adapter file.", where=str(adapter))
        lora = llama_cpp.llama_adapter_lora_init(self._model, str(adapter).encode())
        if not lora:
            raise ModelError(f"this is not an adapter for this base model.{log.last()}", where=str(adapter))
        adapters = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(lora)
        if llama_cpp.llama_set_adapters_lora(self._context, adapters, 1, (ctypes.c_float * 1)(1.0)) != 0:
            raise ModelError("llama.cpp refused the adapter.", where=str(adapter))

    def decode(self, tokens: Sequence[Fed]) -> None:
        """Evaluate at most `settings.batch` tokens. Raises NoRoomError, OutOfMemoryError, or EngineError for all else.

        Cells of a batch for which there was no room are not kept.
        """
        batch = self._batch
        batch.n_tokens = len(tokens)
        for place, fed in enumerate(tokens):
            batch.token[place] = fed.token
            batch.pos[place] = fed.position
            batch.n_seq_id[place] = 1
            batch.seq_id[place][0] = fed.sequence
            batch.logits[place] = fed.wanted
        code = llama_cpp.llama_decode(self._context, batch)
        if code == _NO_CELLS:
            raise NoRoomError
        if code == _NO_MEMORY:
            raise OutOfMemoryError(f"there was no memory for a batch of {len(tokens)} tokens.{backend().last()}")
        if code != 0:
            raise EngineError(f"llama.cpp could not evaluate a batch (code {code}).{backend().last()}")

    def warm_up(self) -> float:
        """Bring all weights into memory. Returns how many seconds a full batch takes at most, by one of a few tokens.

        On a quiet machine, and while the weights stay there.
        """
        few = min(_FEW, self.settings.batch)
        self.decode([Fed(0, 0, 0, True)])
        # A GPU is still at it when `decode` returns.
        llama_cpp.llama_synchronize(self._context)
        began = time.monotonic()
        self.decode([Fed(0, place, 0, place == few) for place in range(1, few + 1)])
        llama_cpp.llama_synchronize(self._context)
        seconds = time.monotonic() - began
        self.clear()
        return seconds * self.settings.batch / few

    def logits(self, place: int, of: Sequence[int]) -> list[float]:
        """Logits of the tokens `of` behind the batch's token number `place`, which must have been `wanted`."""
        row = llama_cpp.llama_get_logits_ith(self._context, place)
        values = [float(row[token]) for token in of]
        if not all(map(math.isfinite, values)):
            raise NotFiniteError
        return values

    def best(self, place: int) -> Best:
        """The likeliest token of the whole vocabulary behind the batch's token number `place`."""
        row = llama_cpp.llama_get_logits_ith(self._context, place)
        values = np.ctypeslib.as_array(row, (self.vocabulary.size,)).astype(np.float64)
        token = int(values.argmax())
        if not np.isfinite(values[token]):
            raise NotFiniteError
        probability = float(1.0 / np.exp(values - values[token]).sum())
        ends = self.vocabulary.is_end(token)
        return Best(token, probability, b"" if ends else self.vocabulary.text(token), ends)

    def all_logits(self, place: int) -> list[float]:
        row = llama_cpp.llama_get_logits_ith(self._context, place)
        return list(row[: self.vocabulary.size])

    def share(self, source: int, target: int, length: int) -> None:
        """Let `target` begin with the first `length` cells of `source`, without evaluating or copying them."""
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def forget(self, sequence: int, start: int = 0) -> None:
        """Free the cells of `sequence` from position `start` on."""
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def clear(self) -> None:
        """Free all cells of all sequences, and wipe what is in them."""
        llama_cpp.llama_memory_clear(self._memory, True)

    def metadata(self) -> dict[str, str]:
        """The GGUF's key-value pairs, as text."""
        found: dict[str, str] = {}
        key, value = ctypes.create_string_buffer(512), ctypes.create_string_buffer(4096)
        for index in range(llama_cpp.llama_model_meta_count(self._model)):
            llama_cpp.llama_model_meta_key_by_index(self._model, index, key, 512)
            llama_cpp.llama_model_meta_val_str_by_index(self._model, index, value, 4096)
            found[key.value.decode("utf-8", "replace")] = value.value.decode("utf-8", "replace")
        return found

    def close(self) -> None:
        if self._batch is not None:
            llama_cpp.llama_batch_free(self._batch)
            self._batch = None
        if self._context is not None:
            llama_cpp.llama_free(self._context)
            self._context = None
        if self._model is not None:
            llama_cpp.llama_model_free(self._model)
            self._model = None
