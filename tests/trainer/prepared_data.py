"""Small prepared folders, as `trainer.dataset` writes them: a rule that a model learns in a few steps."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa

from trainer.recipe import Recipe, from_table

SCHEMA = pa.schema(
    [
        ("ids", pa.list_(pa.int32())),
        ("decisions", pa.list_(pa.bool_())),
        ("source", pa.string()),
        ("task", pa.string()),
        ("document", pa.string()),
    ]
)


def write(
    folder: Path, *, rows: int = 24, vocabulary: int = 300, lengths: tuple[int, int] = (8, 24), seed: int = 0
) -> Path:
    """Every fifth token is a decision: 7 behind an odd token, 8 behind an even one."""
    random_ = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for split, count in (("train", rows), ("dev", 10)):
        table = pa.Table.from_pylist([row(random_, lengths) for _ in range(count)], schema=SCHEMA)
        put(folder, split, table)
    facts = {
        "mixture": "made up",
        "fingerprint": f"{seed:064x}",
        "vocabulary": {"size": vocabulary, "bos": None},
        "labels": {"ner.typed": ["Drug"]},
        "programs": {"ner.typed": "ner.typed/1:0123456789ab"},
    }
    (folder / "dataset.json").write_text(json.dumps(facts), "utf-8")
    return folder


def put(folder: Path, split: str, table: Any) -> None:
    with pa.OSFile(str(folder / f"{split}.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def row(random_: random.Random, lengths: tuple[int, int]) -> dict[str, Any]:
    ids = [random_.randrange(10, 26) for _ in range(random_.randint(*lengths))]
    decisions = [place % 5 == 4 for place in range(len(ids))]
    for place, decided in enumerate(decisions):
        if decided:
            ids[place] = 7 if ids[place - 1] % 2 else 8
    return {"ids": ids, "decisions": decisions, "source": "rule", "task": "ner.typed", "document": str(len(ids))}


def recipe(**sections: dict[str, Any]) -> Recipe:
    """A recipe for a tiny model: F32 on the CPU, eight steps or so an epoch, a checkpoint every third."""
    table: dict[str, Any] = {
        "name": "test",
        "lora": {"rank": 4, "alpha": 8.0},
        "batch": {"pack_tokens": 32, "step_tokens": 48},
        "optimization": {"rate": 1e-2, "epochs": 1.0},
        "machine": {"device": "cpu", "precision": "f32"},
        "saving": {"steps": 3, "minutes": 60.0, "dev_samples": 4},
    }
    for name, values in sections.items():
        table[name] = {**table[name], **values}
    return from_table(table, "test")
