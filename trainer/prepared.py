"""Reads what `trainer.dataset` prepared: token ids, decisions and where they come from, as Arrow files in a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from bioassist.errors import InputError

COLUMNS = ("ids", "decisions", "source", "task", "document")


@dataclass(frozen=True, slots=True)
class Samples:
    """One split. Columns stay in Arrow, so that a large file is mapped and not read; `lengths` are in tokens."""

    table: Any
    lengths: Sequence[int]

    def __len__(self) -> int:
        return len(self.lengths)

    def sample(self, row: int) -> tuple[list[int], list[bool]]:
        """The ids and decisions of a row, equally many."""
        return self.table["ids"][row].as_py(), self.table["decisions"][row].as_py()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared folder. `facts` are its dataset.json; `fingerprint` names the data."""

    folder: Path
    train: Samples
    dev: Samples | None
    facts: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        return str(self.facts.get("fingerprint", ""))


def read(folder: Path) -> Prepared:
    """Raises InputError for a missing or damaged file, an empty training split and rows that are not what they say."""
    facts_path = folder / "dataset.json"
    try:
        facts = json.loads(facts_path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            "this folder holds no prepared data.",
            where=str(folder),
            next_step="Prepare it with `bioassist train data`.",
        ) from error
    except ValueError as error:
        raise InputError("dataset.json is not JSON.", where=str(facts_path)) from error
    if not isinstance(facts, dict) or not facts.get("fingerprint"):
        raise InputError(
            "dataset.json names no fingerprint.", where=str(facts_path), next_step="Prepare the data again."
        )
    train = _split(folder, "train")
    if train is None or not len(train):
        raise InputError("the training split is empty.", where=str(folder), next_step="Prepare the data again.")
    dev = _split(folder, "dev")
    return Prepared(folder, train, dev if dev is not None and len(dev) else None, facts)


def _split(folder: Path, split: str) -> Samples | None:
    path = next(
        (folder / f"{split}.{kind}" for kind in ("arrow", "parquet") if (folder / f"{split}.{kind}").is_file()), None
    )
    if path is None:
        return None
    try:
        if path.suffix == ".parquet":
            table = pyarrow.parquet.read_table(path)
        else:
            table = pa.ipc.open_stream(pa.memory_map(str(path))).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            "this file is cut short or is not Arrow.", where=str(path), next_step="Prepare or copy it again."
        ) from error
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise InputError(f"the column {', '.join(missing)} is missing.", where=str(path))
    lengths = pa.compute.list_value_length(table["ids"]).to_pylist()
    if lengths != pa.compute.list_value_length(table["decisions"]).to_pylist():
        raise InputError(
            "a row has not as many decisions as ids.", where=str(path), next_step="Prepare the data again."
        )
    return Samples(table, lengths)


def largest_id(samples: Samples) -> int:
    """The largest token id of a split; -1 if it has none."""
    found = pa.compute.max(pa.compute.list_flatten(samples.table["ids"])).as_py()
    return -1 if found is None else int(found)


def part(folder: Path, target: Path, wanted: Callable[[str], bool]) -> None:
    """Write to `target` the rows of `folder` whose task is wanted."""
    whole = read(folder)
    target.mkdir(parents=True, exist_ok=True)
    for split, samples in (("train", whole.train), ("dev", whole.dev)):
        if samples is None:
            continue
        mask = pa.array([wanted(task) for task in samples.table["task"].to_pylist()], pa.bool_())
        table = samples.table.filter(mask)
        path = target / f"{split}.arrow"
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    tasks = {task for task in whole.facts.get("labels", {}) if wanted(task)}
    facts = {
        **whole.facts,
        "labels": {task: labels for task, labels in whole.facts.get("labels", {}).items() if task in tasks},
        "programs": {task: print_ for task, print_ in whole.facts.get("programs", {}).items() if task in tasks},
        "fingerprint": hashlib.sha256(f"{whole.fingerprint} {sorted(tasks)}".encode()).hexdigest(),
    }
    (target / "dataset.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
