"""Samples of any number of places as one data set: encoded, judged, counted, and written as Arrow files.

`train.arrow` and `dev.arrow` (streams, as `datasets.Dataset.from_file` reads them) hold one sample a row: its text,
ids, decisions (where the loss is), answers (of choices), source, task, document, group and program fingerprint.
`dataset.json` says what they were made of and what was left out, with a fingerprint over all ids.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.engine.compile import Compiler
from assistant.engine.vocabulary import vocabulary
from bioassist.errors import InputError
from bioassist.tasks.render import INPUT
from trainer.corpora import Split
from trainer.duplicates import Leakage, NearDuplicates
from trainer.encode import encode
from trainer.rendering import Rendered

# What is counted of each source and task, in this order.
COUNTED = ("samples", "words", "tokens", "decisions", "lost", "long", "duplicate", "near", "leaked")
_SPLITS: tuple[Split, ...] = ("train", "dev")

Counts = dict[str, dict[str, Counter[str]]]


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """Counts (`COUNTED`) by split and "source task".

    "lost" are gold annotations that a program cannot say; "long", "duplicate", "near" and "leaked" are samples that
    were left out: over the context, there already, nearly there already, and in a development text.
    """

    counts: Counts
    fingerprint: str
    published: int = 0

    def lines(self) -> list[str]:
        told = [f"{'':<6}{'source and task':<34}" + "".join(f"{name:>11}" for name in COUNTED)]
        for split, sources in self.counts.items():
            total: Counter[str] = Counter()
            for source, count in sources.items():
                told.append(f"{split:<6}{source:<34}" + "".join(f"{count[name]:>11,}" for name in COUNTED))
                total.update(count)
            told.append(f"{split:<6}{'all':<34}" + "".join(f"{total[name]:>11,}" for name in COUNTED))
            if split == "train" and self.published:
                share = total["samples"] / self.published
                told.append(f"{'':<6}{'published: about':<34}{self.published:>11,}, of which {share:.0%} are here")
        return [*told, f"fingerprint {self.fingerprint}"]


@contextmanager
def making(base: Path, context: int) -> Iterator[Making]:
    """A data set for the vocabulary of the GGUF `base`; samples over `context` tokens are left out of it."""
    with vocabulary(base) as known:
        yield Making(
            Compiler(known.tokenize, known.bos),
            context,
            {"size": known.size, "bos": known.bos, "sha256": known.sha256()},
        )


class Making:
    """Takes samples in with `add`, development samples first, and writes what was not left out with `save`."""

    def __init__(self, compiler: Compiler, context: int, of_vocabulary: dict[str, int | str | None]) -> None:
        self.counts: Counts = {split: {} for split in _SPLITS}
        self._compiler = compiler
        self._context = context
        self._vocabulary = of_vocabulary
        self._rows: dict[str, list[dict[str, Any]]] = {split: [] for split in _SPLITS}
        self._avoided: set[str] = set()
        self._leakage: Leakage | None = None
        self._seen: dict[tuple[str, str], str] = {}
        self._near: defaultdict[str, NearDuplicates] = defaultdict(NearDuplicates)
        # A window is judged once; that it is repeated, or asked about in several samples, is meant.
        self._judged: dict[tuple[str, str, str, str], str] = {}

    def avoid(self, text: str) -> None:
        """Take `text` for a development text: training samples of it are left out."""
        self._avoided.add(text)

    def add(self, split: Split, samples: Iterable[Rendered], room: int | None = None) -> int:
        """Take samples in, those of `room` tokens at most one sample more; how many tokens they have."""
        taken = 0
        if room == 0:
            return taken
        for row in self._encoded(split, samples):
            self._rows[split].append(row)
            if split == "dev":
                self.avoid(row["given"])
            taken += len(row["ids"])
            if room is not None and taken >= room:
                break
        return taken

    def save(
        self, name: str, facts: dict[str, Any], destination: Path, *, seed: int, private: bool = False
    ) -> DatasetReport:
        """Write the data set called `name` to the folder `destination`, training samples in a random order.

        `facts` go into its dataset.json. `private` keeps a folder that is made here, and the files, from other users.
        Raises InputError if no training sample is left.
        """
        train, dev = self._rows["train"], self._rows["dev"]
        random.Random(seed).shuffle(train)
        if not train:
            raise InputError("nothing is left to train on.", where=name)
        destination.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        for split, rows in (("train", train), ("dev", dev)):
            _write(destination / f"{split}.arrow", rows, private)
            for row in rows:
                digest.update(str(row["ids"]).encode())
        told = {
            "mixture": name,
            **facts,
            "fingerprint": digest.hexdigest(),
            "vocabulary": self._vocabulary,
            "seed": seed,
            "context": self._context,
            "counts": {split: {of: dict(count) for of, count in by.items()} for split, by in self.counts.items()},
        }
        (destination / "dataset.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        return DatasetReport(self.counts, digest.hexdigest())

    def _encoded(self, split: Split, samples: Iterable[Rendered]) -> Iterator[dict[str, Any]]:
        for one in samples:
            count = self.counts[split].setdefault(f"{one.source} {one.program.task}", Counter())
            text = one.program.filled(one.answers)
            place = (split, one.program.task, one.document, one.given)
            if place not in self._judged:
                self._judged[place] = self._fault(split, one, text)
            fault = self._judged[place]
            encoded = encode(one.program, one.answers, self._compiler)
            if not fault and len(encoded.ids) > self._context:
                fault = "long"
            if fault:
                count[fault] += 1
                continue
            count.update(
                samples=1, words=one.words, tokens=len(encoded.ids), decisions=sum(encoded.decisions), lost=one.lost
            )
            yield {
                "text": text,
                "ids": list(encoded.ids),
                "decisions": list(encoded.decisions),
                "answers": list(one.answers) if one.program.choices else [],
                "source": one.source,
                "task": one.program.task,
                "document": one.document,
                "group": one.group,
                "fingerprint": one.program.fingerprint,
                "given": one.given,
            }

    def _fault(self, split: Split, one: Rendered, text: str) -> str:
        """Why a sample must not be in `split`, or nothing. Development splits stay as their owners made them."""
        if split == "dev":
            return ""
        if self._leakage is None:
            self._leakage = Leakage(self._avoided)
        if self._leakage.holds(one.given):
            return "leaked"
        # Whatever the wording of the instruction; two corpora may say different things of one text.
        answered = (f"{one.source} {one.program.task}", text.split(INPUT, 1)[-1])
        if self._seen.setdefault(answered, one.document) != one.document:
            return "duplicate"
        return "near" if self._near[one.program.task].seen(one.given, one.group) else ""


def _write(path: Path, rows: list[dict[str, Any]], private: bool) -> None:
    import pyarrow as pa

    schema = pa.schema(
        [
            ("text", pa.string()),
            ("ids", pa.list_(pa.int32())),
            ("decisions", pa.list_(pa.bool_())),
            ("answers", pa.list_(pa.string())),
            ("source", pa.string()),
            ("task", pa.string()),
            ("document", pa.string()),
            ("group", pa.string()),
            ("fingerprint", pa.string()),
        ]
    )
    partial = path.with_suffix(".partial")
    if private:
        partial.touch(0o600)
    with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for start in range(0, len(rows), 1000):
            part = [{name: row[name] for name in schema.names} for row in rows[start : start + 1000]]
            writer.write_table(pa.Table.from_pylist(part, schema=schema))
    partial.replace(path)
