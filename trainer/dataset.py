"""Writes a mixture as token ids in Arrow files, which `trainer.train` learns from on any machine.

`train.arrow` and `dev.arrow` hold one window a row: ids, decisions (where the loss is), source, task, document.
`dataset.json` says what it was made of, with a fingerprint over all ids.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.engine.compile import Compiler
from assistant.engine.llama import vocabulary
from bioassist.tasks.ner import FINGERPRINTS
from trainer.encode import encode
from trainer.mixture import Mixture, render


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """Counts by split and source: windows, words, tokens, decisions, and gold mentions that could not be said."""

    counts: dict[str, dict[str, Counter[str]]]
    fingerprint: str

    def lines(self) -> list[str]:
        told = []
        for split, sources in self.counts.items():
            for source, count in sources.items():
                told.append(
                    f"{split:<6}{source:<16}{count['windows']:>8,} windows {count['words']:>10,} words "
                    f"{count['tokens']:>11,} tokens {count['decisions']:>10,} decisions {count['lost']:>6,} lost"
                )
        return [*told, f"fingerprint {self.fingerprint}"]


def write(
    mixture: Mixture, corpora: Path, base: Path, destination: Path, *, seed: int = 0, context: int = 2048
) -> DatasetReport:
    """Render `mixture`, tokenize it with the vocabulary of the GGUF `base`, and write it to the folder `destination`.

    A window longer than `context` tokens is left out and counted as "long".
    """
    import pyarrow as pa

    destination.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    counts: dict[str, dict[str, Counter[str]]] = {}
    with vocabulary(base) as known:
        compiler = Compiler(known.tokenize, known.bos)
        for split in ("train", "dev"):
            rows: list[dict[str, Any]] = []
            counts[split] = {}
            for one in render(mixture, corpora, split, seed):
                count = counts[split].setdefault(one.source, Counter())
                encoded = encode(one.program, one.answers, compiler)
                if len(encoded.ids) > context:
                    count["long"] += 1
                    continue
                count.update(
                    windows=1, words=one.words, tokens=len(encoded.ids), decisions=sum(encoded.decisions), lost=one.lost
                )
                rows.append(
                    {
                        "ids": list(encoded.ids),
                        "decisions": list(encoded.decisions),
                        "source": one.source,
                        "task": one.program.task,
                        "document": one.document,
                    }
                )
            if split == "train":
                random.Random(seed).shuffle(rows)
            for row in rows:
                digest.update(str(row["ids"]).encode())
            schema = pa.schema(
                [
                    ("ids", pa.list_(pa.int32())),
                    ("decisions", pa.list_(pa.bool_())),
                    ("source", pa.string()),
                    ("task", pa.string()),
                    ("document", pa.string()),
                ]
            )
            with pa.OSFile(str(destination / f"{split}.arrow"), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
        facts = {
            "mixture": mixture.name,
            "labels": mixture.labels,
            "programs": {task: FINGERPRINTS[task] for task in mixture.tasks},
            "fingerprint": digest.hexdigest(),
            "vocabulary": {"size": known.size, "bos": known.bos},
            "seed": seed,
            "counts": {split: {name: dict(count) for name, count in by.items()} for split, by in counts.items()},
        }
    (destination / "dataset.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    return DatasetReport(counts, digest.hexdigest())
