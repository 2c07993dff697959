"""How the tests publish a tiny model, and look at what was kept of it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.models import Entry

MEMBER = "tiny_package/tiny.Q4_1.gguf"

Publish = Callable[..., Entry]


@dataclass(frozen=True)
class Published:
    """A tiny base as the index has it: the GGUF, and the wheel around it."""

    gguf: Path
    wheel: Path
    sha256: str
    size: int


def pack(wheel: Path, gguf: bytes, member: str = MEMBER) -> Path:
    """A wheel that pip takes, with `gguf` in it."""
    info = "tiny_package-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr(member, gguf)
        packed.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-package\nVersion: 1.0\n")
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{info}/RECORD", "")
    return wheel


def left_in(cache: Path) -> list[str]:
    """The cache's files but its lock and sums: what a pull left."""
    if not cache.exists():
        return []
    return sorted(
        str(path.relative_to(cache).as_posix())
        for path in cache.rglob("*")
        if path.is_file() and path.suffix != ".lock" and path.name != "sums.json"
    )
