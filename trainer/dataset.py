"""Writes a mixture as token ids in Arrow files, which `trainer.train` learns from on any machine.

`train.arrow` and `dev.arrow` (streams, as `datasets.Dataset.from_file` reads them) hold one sample a row: its text,
ids, decisions (where the loss is), answers (of choices), source, task, document, group and program fingerprint.
`dataset.json` says what they were made of and what was left out, with a fingerprint over all ids.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.engine.compile import Compiler
from assistant.engine.llama import vocabulary
from bioassist.errors import InputError
from bioassist.tasks.fingerprints import FINGERPRINTS
from bioassist.tasks.render import INPUT
from trainer.corpora import Split, by_name
from trainer.corpora.shelf import Shelf
from trainer.duplicates import Leakage, NearDuplicates
from trainer.encode import encode
from trainer.mixture import Mixture
from trainer.rendering import Rendered, render

# What is counted of each source and task, in this order.
COUNTED = ("samples", "words", "tokens", "decisions", "lost", "long", "duplicate", "near", "leaked")


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """Counts (`COUNTED`) by split and "source task".

    "lost" are gold annotations that a program cannot say; "long", "duplicate", "near" and "leaked" are samples that
    were left out: over the context, there already, nearly there already, and in a development text.
    """

    counts: dict[str, dict[str, Counter[str]]]
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


def write(
    mixture: Mixture,
    shelf: Shelf,
    base: Path,
    destination: Path,
    *,
    seed: int = 0,
    context: int = 2048,
    skip_missing: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> DatasetReport:
    """Render `mixture`, tokenize it with the vocabulary of the GGUF `base`, and write it to the folder `destination`.

    A sample longer than `context` tokens is left out. With `skip_missing` sources that are not there are told to `say`
    and left out; else InputError says how to get them. Training samples of the development texts, of any source, are
    removed.
    """
    here = _present(mixture, shelf, skip_missing, say)
    with vocabulary(base) as known:
        making = _Making(Compiler(known.tokenize, known.bos), context)
        dev = list(making.rows("dev", render(here, shelf, "dev", seed)))
        making.leakage = Leakage({row["given"] for row in dev})
        train = list(making.rows("train", render(here, shelf, "train", seed)))
        size, bos = known.size, known.bos
    random.Random(seed).shuffle(train)
    if not train:
        raise InputError("nothing is left to train on.", where=mixture.name)
    destination.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    for split, rows in (("train", train), ("dev", dev)):
        _write(destination / f"{split}.arrow", rows)
        for row in rows:
            digest.update(str(row["ids"]).encode())
    facts = {
        "mixture": mixture.name,
        "sources": {
            source.corpus: {"task": source.task, "licence": by_name(source.corpus).licence.stated}
            for source in here.sources
        },
        "labels": here.labels,
        "programs": {task: FINGERPRINTS[task] for task in here.tasks},
        "fingerprint": digest.hexdigest(),
        "vocabulary": {"size": size, "bos": bos},
        "seed": seed,
        "context": context,
        "counts": {split: {name: dict(count) for name, count in by.items()} for split, by in making.counts.items()},
    }
    (destination / "dataset.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    return DatasetReport(making.counts, digest.hexdigest(), mixture.published)


def _present(mixture: Mixture, shelf: Shelf, skip_missing: bool, say: Callable[[str], None]) -> Mixture:
    """The mixture without sources that are not there. Raises InputError for the first one unless they are skipped."""
    gone = set()
    for source in mixture.sources:
        try:
            shelf.holds(by_name(source.corpus))
        except InputError as error:
            if not skip_missing:
                raise
            if source.corpus not in gone:
                say(f"Left out: {error}")
            gone.add(source.corpus)
    return mixture.only(lambda source: source.corpus not in gone)


class _Making:
    """Encodes samples, leaves out what must not be there, and counts."""

    def __init__(self, compiler: Compiler, context: int) -> None:
        self.counts: dict[str, dict[str, Counter[str]]] = {"train": {}, "dev": {}}
        self.leakage: Leakage | None = None
        self._compiler = compiler
        self._context = context

    def rows(self, split: Split, samples: Iterator[Rendered]) -> Iterator[dict[str, Any]]:
        seen: dict[tuple[str, str], str] = {}
        near: dict[str, NearDuplicates] = {}
        # A window is judged once; that it is repeated, or asked about in several samples, is meant.
        judged: dict[tuple[str, str, str], str] = {}
        for one in samples:
            count = self.counts[split].setdefault(f"{one.source} {one.program.task}", Counter())
            text = one.program.filled(one.answers)
            place = (one.program.task, one.document, one.given)
            if place not in judged:
                judged[place] = self._fault(split, one, text, seen, near.setdefault(one.program.task, NearDuplicates()))
            fault = judged[place]
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

    def _fault(
        self, split: Split, one: Rendered, text: str, seen: dict[tuple[str, str], str], near: NearDuplicates
    ) -> str:
        """Why a sample must not be in `split`, or nothing. Development splits stay as their owners made them."""
        if split == "dev":
            return ""
        if self.leakage is not None and self.leakage.holds(one.given):
            return "leaked"
        # Whatever the wording of the instruction; two corpora may say different things of one text.
        answered = (f"{one.source} {one.program.task}", text.split(INPUT, 1)[-1])
        if seen.setdefault(answered, one.document) != one.document:
            return "duplicate"
        return "near" if near.seen(one.given, one.group) else ""


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
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
    with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for start in range(0, len(rows), 1000):
            part = [{name: row[name] for name in schema.names} for row in rows[start : start + 1000]]
            writer.write_table(pa.Table.from_pylist(part, schema=schema))
    partial.replace(path)
