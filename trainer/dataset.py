"""Writes a mixture as token ids in Arrow files (see `trainer.writing`), which `trainer.train` learns from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bioassist.errors import InputError
from bioassist.tasks.fingerprints import FINGERPRINTS
from trainer.corpora import by_name
from trainer.corpora.shelf import Shelf
from trainer.mixture import Mixture, MixtureSource
from trainer.rendering import render
from trainer.writing import COUNTED, DatasetReport, making

__all__ = ["COUNTED", "DatasetReport", "present", "sources_of", "write"]


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
    here = present(mixture, shelf, skip_missing, say)
    with making(base, context) as made:
        made.add("dev", render(here, shelf, "dev", seed))
        made.add("train", render(here, shelf, "train", seed))
    facts = {
        "sources": sources_of(here.sources),
        "labels": here.labels,
        "programs": {task: FINGERPRINTS[task] for task in here.tasks},
    }
    return replace(made.save(mixture.name, facts, destination, seed=seed), published=mixture.published)


def sources_of(sources: Iterable[MixtureSource]) -> dict[str, dict[str, Any]]:
    """What dataset.json says of sources: task and licence, by corpus."""
    return {
        source.corpus: {"task": source.task, "licence": by_name(source.corpus).licence.stated} for source in sources
    }


def present(mixture: Mixture, shelf: Shelf, skip_missing: bool, say: Callable[[str], None]) -> Mixture:
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
