"""Sums and contents of model files, remembered by path, size and time so that no start reads a file again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.models import cache
from assistant.models.gguf_file import Contents, read_contents

_BLOCK = 1 << 20
_KEPT = 64


def sha256(path: Path, at: Callable[[int], None] = lambda done: None) -> str:
    """The sum of a file as hexadecimal digits. Raises ModelError where it cannot be read."""
    digest = hashlib.sha256()
    done = 0
    with cache.disk_errors(path), path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            at(done)
    return digest.hexdigest()


def known_sha256(path: Path) -> str:
    """`sha256`, remembered as long as the file's size and time stay as they are."""
    found = remembered(path, "sha256", lambda: sha256(path))
    return str(found)


def known_contents(path: Path) -> Contents:
    """`read_contents`, remembered likewise. Raises ModelError."""
    found: dict[str, Any] = remembered(path, "contents", lambda: asdict(read_contents(path)))
    return Contents(**found)


def remembered(path: Path, what: str, find: Callable[[], Any]) -> Any:
    """What `find` gives (as JSON holds it) about `path`, asked once for each size and time of the file."""
    with cache.disk_errors(path):
        state = path.stat()
    key = str(path.resolve())
    stamp = [state.st_size, state.st_mtime_ns]
    facts = _facts().get(key, {})
    if facts.get("stamp") == stamp and what in facts:
        return facts[what]
    found = find()
    everything = _facts()
    facts = everything.pop(key, {})
    if facts.get("stamp") != stamp:
        facts = {"stamp": stamp}
    everything[key] = facts | {what: found}
    try:
        cache.root().mkdir(mode=0o700, parents=True, exist_ok=True)
        cache.write_json(_file(), dict(list(everything.items())[-_KEPT:]))
    except OSError:
        # Remembering saves time only; a cache that cannot be written is no reason to stop.
        pass
    return found


def _file() -> Path:
    return cache.root() / "sums.json"


def _facts() -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
