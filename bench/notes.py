"""Notes for benchmarks, and the windows that the engine would read them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant.engine.windows import windows
from bioassist.schema import built_in
from bioassist.tasks.ner import inline
from bioassist.tasks.program import Program


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.txt"))


def programs(folder: Path, words: int, target: int) -> tuple[list[Program], int]:
    """Programs of windows of about `target` words, until `words` words are reached; and how many words they have."""
    task = inline(built_in().entities)
    found: list[Program] = []
    count = 0
    for text, window in _windows(folder, target):
        if count >= words:
            break
        found.append(task.program(text, window))
        count += len(window)
    return found, count


def _windows(folder: Path, target: int) -> Iterator[tuple[str, tuple]]:  # type: ignore[type-arg]
    for file in files(folder):
        text = file.read_bytes().decode("utf-8")
        for window in windows(text, target):
            if window.words:
                yield text, window.words
