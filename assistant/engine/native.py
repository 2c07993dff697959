"""llama.cpp as a library: loaded once, with its complaints kept; opening model files and writing them in other types.

Importing this module loads the shared library, so it is imported in the worker process and in short-lived commands,
never in the process that draws the screen. A failed assertion inside llama.cpp ends the process.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import llama_cpp

from bioassist.errors import ModelError

# File types by the name that users see. Numbers are llama.cpp's, the same in every release.
FILE_TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q4_K": 15, "BF16": 32}

_ERROR_LEVEL = 4


class Log:
    """Keeps llama.cpp's own last complaints, to be quoted when a call fails; nothing else of its output is shown."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.callback = llama_cpp.llama_log_callback(self._take)
        llama_cpp.llama_log_set(self.callback, ctypes.c_void_p(0))

    def _take(self, level: int, text: bytes, _data: Any) -> None:
        if level >= _ERROR_LEVEL - 1:
            self.lines = [*self.lines[-3:], text.decode("utf-8", "replace").strip()]

    def last(self) -> str:
        said = "; ".join(line for line in self.lines if line)
        self.lines = []
        return f" llama.cpp said: {said}." if said else ""


@lru_cache(maxsize=1)
def backend() -> Log:
    log = Log()
    llama_cpp.llama_backend_init()
    return log


@dataclass(frozen=True, slots=True)
class Build:
    """What the installed llama.cpp can do on this machine."""

    package: str
    features: str
    gpu_offload: bool
    mmap: bool


def build() -> Build:
    backend()
    return Build(
        package=llama_cpp.__version__,
        features=llama_cpp.llama_print_system_info().decode("utf-8", "replace").strip(" |"),
        gpu_offload=bool(llama_cpp.llama_supports_gpu_offload()),
        mmap=bool(llama_cpp.llama_supports_mmap()),
    )


def load(path: Path, parameters: Any) -> Any:
    log = backend()
    if not path.is_file():
        raise ModelError("there is no such model file.", where=str(path))
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
    if not model:
        raise ModelError(
            f"llama.cpp cannot load this model.{log.last()}",
            where=str(path),
            next_step="Check it with `bioassist models verify`.",
        )
    return model


def quantize(source: Path, target: Path, file_type: str, threads: int) -> None:
    """Write `source` to `target` as `file_type`. Raises ModelError; llama.cpp leaves a partial file on refusal."""
    log = backend()
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = FILE_TYPES[file_type]
    parameters.nthread = threads
    parameters.allow_requantize = True
    code = llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(parameters))
    if code != 0:
        target.unlink(missing_ok=True)
        raise ModelError(f"llama.cpp could not write the model as {file_type}.{log.last()}", where=str(source))
