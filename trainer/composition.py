"""What a prepared folder is made of: by task and source, by label, by length, and what was left out of it.

The paper's question is how the composition of instruction data shapes a model; this is the first half of an answer,
`trainer.ablation` the other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer import prepared
from trainer.corpora import CORPORA
from trainer.prepared import Prepared, Samples


@dataclass(frozen=True, slots=True)
class Part:
    """One source for one task in the training split. `lengths` are of its samples in tokens, ascending."""

    source: str
    task: str
    samples: int
    tokens: int
    decisions: int
    lengths: tuple[int, ...]
    left_out: Mapping[str, int]
    dev_samples: int

    @property
    def name(self) -> str:
        return f"{self.source} {self.task}"

    def length(self, share: float) -> int:
        """The length that `share` of its samples do not exceed."""
        return self.lengths[min(int(share * len(self.lengths)), len(self.lengths) - 1)] if self.lengths else 0


@dataclass(frozen=True, slots=True)
class Composition:
    """`labels` counts answers by task and label; `licences` says the terms of each source and whether weights that were
    trained on it may be given away; `context` is the longest sample that was let in, in tokens.
    """

    mixture: str
    fingerprint: str
    context: int
    parts: tuple[Part, ...]
    labels: Mapping[str, Mapping[str, int]]
    licences: Mapping[str, tuple[str, bool]]

    @property
    def tasks(self) -> list[str]:
        return list(dict.fromkeys(part.task for part in self.parts))

    def of(self, task: str) -> list[Part]:
        return [part for part in self.parts if part.task == task]

    @property
    def tokens(self) -> int:
        return sum(part.tokens for part in self.parts)


LEFT_OUT = ("long", "duplicate", "near", "leaked")


def composition(folder: Path) -> Composition:
    """Read a folder of `train data`. Raises InputError as `trainer.prepared.read` does."""
    read = prepared.read(folder)
    train, dev = _by_part(read.train), _by_part(read.dev) if read.dev is not None else {}
    counts: Mapping[str, Mapping[str, int]] = read.facts.get("counts", {}).get("train", {})
    names = list(dict.fromkeys([*counts, *(f"{source} {task}" for source, task in train)]))
    parts = []
    for name in names:
        source, _, task = name.partition(" ")
        rows = train.get((source, task), [])
        lengths = tuple(sorted(len(read.train.table["ids"][row]) for row in rows))
        said = counts.get(name, {})
        parts.append(
            Part(
                source,
                task,
                len(rows),
                sum(lengths),
                sum(sum(read.train.table["decisions"][row].as_py()) for row in rows),
                lengths,
                {reason: int(said.get(reason, 0)) for reason in LEFT_OUT},
                len(dev.get((source, task), [])),
            )
        )
    return Composition(
        str(read.facts.get("mixture", folder.name)),
        read.fingerprint,
        int(read.facts.get("context", 0)),
        tuple(parts),
        _labels(read),
        {part.source: _licence(part.source) for part in parts},
    )


def _by_part(samples: Samples) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    pairs: Sequence[Any] = list(
        zip(samples.table["source"].to_pylist(), samples.table["task"].to_pylist(), strict=True)
    )
    for row, pair in enumerate(pairs):
        found[pair].append(row)
    return dict(found)


def _labels(read: Prepared) -> dict[str, dict[str, int]]:
    """How often each label is the answer, by task; a label that has no characters is called by what it stands for."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    table = read.train.table
    if "answers" not in table.column_names:
        return {}
    for task, answers in zip(table["task"].to_pylist(), table["answers"].to_pylist(), strict=True):
        found[task].update(_shown(answer) for answer in answers)
    return {task: dict(count.most_common()) for task, count in found.items() if count}


def _shown(answer: str) -> str:
    return {"": "outside", "\t": "inside"}.get(answer, answer.strip())


def _licence(source: str) -> tuple[str, bool]:
    if source not in CORPORA:
        return "your own", False
    licence = CORPORA[source].licence
    return licence.stated, licence.weights_may_be_given_away
