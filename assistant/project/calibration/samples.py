"""Random samples of suggestions, drawn to measure how many are right. A sample stays as it was drawn.

What its items came to is read from the decisions, so that a sample can be reported at any time.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from assistant.project.file.database import Database
from assistant.project.journal.entries import canonical

_SETTING = "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """`items` were drawn at random, with `seed`, from `of` suggestions that waited for `actor`; each is a document's id
    and an item's, in the order in which they are looked at. `wanted` is the filter they were drawn under, if any."""

    actor: str
    seed: int
    of: int
    items: tuple[tuple[int, str], ...]
    wanted: str | None = None


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """What the items of a sample came to. `right` were accepted as they were, `edited` were kept otherwise, `rejected`
    not kept. `unseen` were accepted in bulk or came with a file, and say nothing. `left` wait still."""

    sample: Sample
    right: int
    edited: int
    rejected: int
    unseen: int
    left: int

    @property
    def decided(self) -> int:
        return self.right + self.edited + self.rejected

    @property
    def precision(self) -> float | None:
        """The share that was right as it was; None before anything was decided."""
        return self.right / self.decided if self.decided else None


class SampleTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, actor: str) -> list[Sample]:
        """An annotator's, oldest first."""
        return [sample for sample in self._all() if sample.actor == actor]

    def keep(self, sample: Sample) -> None:
        with self._database.transaction():
            kept = [asdict(one) for one in (*self._all(), sample)]
            self._database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (_SETTING, canonical(kept)))

    def figures(self, sample: Sample) -> SampleFigures:
        counts = dict.fromkeys(("accepted", "edited", "rejected", "unseen"), 0)
        bulk: dict[int, bool] = {}
        for document_id, item_id in sample.items:
            found = self._database.row(
                "SELECT status, source, seq FROM decisions"
                " WHERE document_id = ? AND item_id = ? AND actor = ? AND latest = 1",
                (document_id, item_id, sample.actor),
            )
            if found is not None:
                status, source, seq = found
                if seq not in bulk:
                    bulk[seq] = self._in_bulk(seq)
                counts["unseen" if bulk[seq] or source != "person" else status] += 1
        return SampleFigures(
            sample,
            right=counts["accepted"],
            edited=counts["edited"],
            rejected=counts["rejected"],
            unseen=counts["unseen"],
            left=len(sample.items) - sum(counts.values()),
        )

    def _in_bulk(self, seq: int) -> bool:
        found = self._database.row("SELECT json_extract(payload, '$.bulk') FROM journal WHERE seq = ?", (seq,))
        return found is not None and bool(found[0])

    def _all(self) -> list[Sample]:
        found = self._database.row("SELECT value FROM settings WHERE key = ?", (_SETTING,))
        return [_sample(one) for one in json.loads(found[0])] if found is not None else []


def _sample(record: dict[str, Any]) -> Sample:
    items = tuple((int(document), str(item)) for document, item in record.pop("items"))
    return Sample(items=items, **record)
