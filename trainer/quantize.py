"""An adapter and its base as one model in several file types: what the table of quantisations is made from.

llama.cpp quantises, in this process; a failed assertion in it ends the command, not anything a person was doing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.engine import merge
from bioassist.errors import ModelError, UsageError


@dataclass(frozen=True, slots=True)
class Model:
    """One file type of a merged model; `size` in bytes."""

    file_type: str
    path: Path
    size: int


def make(base: Path, adapter: Path | None, folder: Path, file_types: Iterable[str], threads: int = 1) -> list[Model]:
    """Merge once, then write `FILE_TYPE.gguf` to `folder` for each of `file_types`; without `adapter`, of the base.

    All are made from the same F16, or F32 if that is asked for. Raises ModelError and UsageError.
    """
    from assistant.engine import native

    wanted = list(dict.fromkeys(file_types))
    unknown = [one for one in wanted if one not in native.FILE_TYPES]
    if unknown or not wanted:
        raise UsageError(
            f"{', '.join(unknown) or 'nothing'} is no file type.",
            next_step=f"Known are {', '.join(native.FILE_TYPES)}.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    full: merge.Full = "F32" if "F32" in wanted else "F16"
    source = folder / f"{full}.gguf"
    if adapter is None:
        _quantize(base, source, full, threads)
    else:
        merge.merge(base, adapter, source, full)
    made = []
    for file_type in wanted:
        path = folder / f"{file_type}.gguf"
        if path != source:
            _quantize(source, path, file_type, threads)
        made.append(Model(file_type, path, path.stat().st_size))
    if full not in wanted:
        source.unlink()
    return made


def merged(base: Path, adapter: Path, target: Path, file_type: str, threads: int = 1) -> Model:
    """The adapter in its base as one file. Raises ModelError; then `target` is as it was."""
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".merging-") as folder:
        (made,) = make(base, adapter, Path(folder), [file_type], threads)
        made.path.replace(target)
    return Model(made.file_type, target, made.size)


def _quantize(source: Path, target: Path, file_type: str, threads: int) -> None:
    from assistant.engine import native

    partial = target.with_name(f".{target.name}.partial")
    try:
        native.quantize(source, partial, file_type, threads)
        partial.replace(target)
    except OSError as error:
        raise ModelError(f"the model could not be written: {error.strerror}.", where=str(target)) from error
    finally:
        partial.unlink(missing_ok=True)
