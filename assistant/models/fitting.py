"""Whether an adapter is for a base: asked before anything is loaded, copied or promised."""

from __future__ import annotations

from pathlib import Path

from assistant.models import sums
from assistant.models.gguf_file import Contents
from bioassist.errors import ModelError


def adapter_contents(path: Path) -> Contents:
    """What an adapter says of itself. Raises ModelError for what is none."""
    if not path.is_file():
        raise ModelError("there is no such adapter file.", where=str(path))
    contents = sums.known_contents(path)
    if contents.kind != "adapter":
        raise ModelError("this is a model, not an adapter.", where=str(path), next_step="Give it with --model.")
    return contents


def check_fit(base: Path, base_sha256: str, adapter: Path) -> None:
    """Raise ModelError unless `adapter` is a LoRA adapter for `base`, in whatever file type that is.

    That they fit is remembered, since reading both takes seconds.
    """
    sums.remembered(adapter, f"fits {base_sha256}", lambda: _fits(base, adapter))


def _fits(base: Path, adapter: Path) -> bool:
    # numpy and gguf are for this alone, and take their time to load.
    from assistant.engine import merge

    merge.check(merge.open_gguf(base), merge.open_gguf(adapter), base_path=base, adapter_path=adapter)
    return True
