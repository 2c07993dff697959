"""What a GGUF says of itself, read with the gguf package: no weights are loaded, llama.cpp is not asked.

Reading a large vocabulary takes two seconds, so what was found is kept (`assistant.models.sums`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioassist.errors import ModelError

# Written by the trainer into adapters, and kept by quantisation: JSON objects by task.
LABELS_KEY = "bioassist.labels"
PROGRAMS_KEY = "bioassist.programs"


@dataclass(frozen=True, slots=True)
class Contents:
    """A GGUF's own account. `kind` is `model` or `adapter`; `file_type` the name of llama.cpp's type (`Q4_1`)."""

    kind: str
    architecture: str
    name: str
    blocks: int
    file_type: str
    licence: str
    labels: Mapping[str, list[str]]
    programs: Mapping[str, str]


def magic(path: Path) -> bytes:
    """The first four bytes: `GGUF`, or `PK\\x03\\x04` of a wheel. Raises ModelError where there is no such file."""
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise ModelError(f"the file cannot be read: {error.strerror}.", where=str(path)) from error


def read_contents(path: Path) -> Contents:
    """Raises ModelError for what is not a GGUF, is cut short, or is neither a model nor an adapter."""
    if magic(path) != b"GGUF":
        raise ModelError("this is not a GGUF file.", where=str(path))
    # Costs 150 ms, and doctor works without it.
    from gguf import GGUFReader

    try:
        reader = GGUFReader(str(path))
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        # The reader maps every tensor, so it fails where the data ends before the last of them does.
        raise ModelError(
            "this GGUF is cut short or damaged.",
            where=str(path),
            next_step="Fetch it again.",
        ) from error
    architecture = _text(reader, "general.architecture")
    kind = _text(reader, "general.type") or "model"
    if not architecture:
        raise ModelError("this GGUF does not say its architecture.", where=str(path))
    if kind not in ("model", "adapter"):
        raise ModelError(f"this GGUF holds a {kind}, not a language model.", where=str(path))
    if not reader.tensors:
        raise ModelError("this GGUF holds no weights.", where=str(path))
    if int(_value(reader, "split.count") or 1) > 1:
        raise ModelError(
            "this is one part of a model in several files.",
            where=str(path),
            next_step="Join them first with llama.cpp's `llama-gguf-split --merge`.",
        )
    return Contents(
        kind=kind,
        architecture=architecture,
        name=_text(reader, "general.name") or path.stem,
        blocks=int(_value(reader, f"{architecture}.block_count") or 0),
        file_type=_file_type(reader),
        licence=_text(reader, "general.license"),
        labels={task: [str(label) for label in of] for task, of in _by_task(reader, LABELS_KEY, path).items()},
        programs={task: str(of) for task, of in _by_task(reader, PROGRAMS_KEY, path).items()},
    )


def read_model(path: Path) -> Contents:
    """`read_contents` of a model. Raises ModelError for an adapter."""
    contents = read_contents(path)
    if contents.kind != "model":
        raise ModelError(
            "this is an adapter, not a model.", where=str(path), next_step="Give it with --adapter, beside its base."
        )
    return contents


def read_adapter(path: Path) -> Contents:
    """`read_contents` of an adapter. Raises ModelError for a model."""
    contents = read_contents(path)
    if contents.kind != "adapter":
        raise ModelError("this is a model, not an adapter.", where=str(path), next_step="Give it with --model.")
    return contents


def _value(reader: Any, key: str) -> Any:
    field = reader.fields.get(key)
    return None if field is None else field.contents()


def _text(reader: Any, key: str) -> str:
    value = _value(reader, key)
    return value if isinstance(value, str) else ""


def _file_type(reader: Any) -> str:
    """`general.file_type` by name; of files without it (adapters), the type that most tensors have."""
    from gguf import LlamaFileType

    number = _value(reader, "general.file_type")
    try:
        name = str(LlamaFileType(number).name)
    except ValueError:
        types = [tensor.tensor_type.name for tensor in reader.tensors]
        return str(max(set(types), key=types.count))
    return name.removeprefix("MOSTLY_").removeprefix("ALL_")


def _by_task(reader: Any, key: str, path: Path) -> dict[str, Any]:
    said = _text(reader, key)
    if not said:
        return {}
    try:
        found = json.loads(said)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ModelError(f"{key} in this GGUF is not a JSON object.", where=str(path))
    return found
