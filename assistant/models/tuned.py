"""What `models tune` found for a prepared model, kept beside it: `<cache>/<name>/tuned.json`.

It holds for one file on one processor; for another it is as if it were not there.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from assistant.engine.machine import Threads, Tuning
from assistant.models import cache
from assistant.models.cache import Prepared
from assistant.models.prepare import processor

FILE = "tuned.json"


@dataclass(frozen=True, slots=True)
class Tuned:
    """The settings that read fastest, and how fast: words a second with them and with the defaults.

    `sha256` is the sum of the prepared file. `memory` is the most that the process had with them, in bytes. `words` is
    how long the text was that both were read with; `busy` says that other programs took a good part of the processor.
    """

    model: str
    sha256: str
    threads: int
    waiting: str
    batch: int
    slots: int
    words_per_s: float
    default_words_per_s: float
    memory: int
    words: int
    busy: bool
    cpu: str
    at: str

    @property
    def tuning(self) -> Tuning:
        return Tuning(Threads(self.threads, self.waiting), self.batch, self.slots)

    def __str__(self) -> str:
        waiting = {"active": "spin", "passive": "sleep"}[self.waiting]
        return (
            f"{self.threads} thread{'s' if self.threads > 1 else ''} that {waiting} while they wait, batch "
            f"{self.batch}, {self.slots} slots: {self.words_per_s:.1f} words/s in {self.memory / 2**20:.0f} MiB, "
            f"{self.default_words_per_s:.1f} words/s with the defaults"
            f"{' (measured while other programs were busy)' if self.busy else ''}"
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read_tuned(prepared: Prepared) -> Tuned | None:
    """What was found for this file on this machine; None if nothing was."""
    try:
        tuned = Tuned(**json.loads((cache.folder(prepared.model) / FILE).read_text("utf-8")))
        known = tuned.waiting in ("active", "passive") and min(tuned.threads, tuned.batch, tuned.slots) > 0
    except (OSError, ValueError, TypeError):
        return None
    return tuned if known and (tuned.sha256, tuned.cpu) == (prepared.sha256, processor()) else None


def write_tuned(tuned: Tuned) -> None:
    """Raises ModelError where the cache cannot be written."""
    path = cache.folder(tuned.model) / FILE
    with cache.disk_errors(path):
        cache.write_json(path, tuned.to_json())
